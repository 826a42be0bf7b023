//! An explanation as a graph in the DOT language of Graphviz
//! (<https://graphviz.org/doc/info/lang.html>): a cluster for each conflict, with the declared
//! lines on the left and the disputed package on the right.

use std::fmt::Write;

use super::graph::{Claim, Graph, Shown, graphs};
use presolve_explain::Explanation;
use presolve_solve::{
    Conflict,
    conflict::{Half, Left, Package, Versions},
};
use presolve_terminal::foreign;
use presolve_words::places;

/// The style of all clusters. Shapes distinguish the nodes without colour: a declared line, a
/// conda package (an ellipse), a PyPI project (a hexagon), a virtual package (a dashed box)
/// and the disputed package (a double line).
const STYLE: &str = "  graph [rankdir=LR, fontname=\"Helvetica\", fontsize=12, labeljust=l, nodesep=0.3, ranksep=0.6];
  node [fontname=\"Helvetica\", fontsize=11, margin=\"0.15,0.08\"];
  edge [fontname=\"Helvetica\", fontsize=10];
";

/// The colour of conflicts.
const BAD: &str = "#b3261e";

/// Returns the explanation as a directed graph. For a file with a solution it has no nodes.
pub fn render(explanation: &Explanation) -> String {
    let mut text = String::from("digraph presolve {\n");
    text += STYLE;
    if explanation.solution.is_some() {
        let label = format!("there is a solution for {}", explanation.subdir);
        _ = writeln!(text, "  label={};", quoted(&label));
    }
    for (number, conflict) in explanation.conflicts.iter().enumerate() {
        cluster(&mut text, explanation, conflict, number + 1);
    }
    text + "}\n"
}

fn cluster(text: &mut String, explanation: &Explanation, conflict: &Conflict, number: usize) {
    _ = writeln!(text, "  subgraph cluster_{number} {{");
    let graphs = graphs(conflict);
    let told = if graphs.is_empty() {
        ": too long to show"
    } else {
        ""
    };
    let label = format!("conflict {number}{told}");
    _ = writeln!(text, "    label={};", quoted(&label));
    let writer = |prefix: String| Writer {
        explanation,
        prefix,
    };
    match &graphs[..] {
        [] => {
            let lines = conflict.lines.iter().copied().enumerate();
            writer(format!("c{number}")).lines(text, lines, 4);
        }
        [graph] => writer(format!("c{number}")).graph(text, graph, 4),
        several => {
            for (place, graph) in several.iter().enumerate() {
                let case = place + 1;
                _ = writeln!(text, "    subgraph cluster_{number}_{case} {{");
                let choice = graph.case.and_then(|case| case.choice.as_ref());
                let label =
                    choice.map_or(format!("case {case}"), |choice| format!("with {choice}"));
                _ = writeln!(text, "      label={};", quoted(&label));
                writer(format!("c{number}_{case}")).graph(text, graph, 6);
                text.push_str("    }\n");
            }
        }
    }
    text.push_str("  }\n");
}

struct Writer<'e> {
    explanation: &'e Explanation,
    /// The prefix of its node names.
    prefix: String,
}

impl Writer<'_> {
    fn graph(&self, text: &mut String, graph: &Graph<'_>, indent: usize) {
        self.lines(text, graph.lines(), indent);
        let (prefix, pad) = (&self.prefix, " ".repeat(indent));
        for (place, node) in graph.nodes.iter().enumerate() {
            let (Shown::Package(left), Some(by)) = (node.shows, node.needed_by) else {
                continue;
            };
            let (label, (shape, color)) = (package_label(left), style(&left.package));
            _ = writeln!(
                text,
                "{pad}{prefix}_{place} [label={label}, {shape}, color=\"{color}\"];"
            );
            _ = writeln!(text, "{pad}{prefix}_{by} -> {prefix}_{place};");
        }
        for (place, disputed) in graph.disputed.iter().enumerate() {
            let package = &disputed.package;
            let label = quoted_lines(&[&package.to_string(), graph.verdict(place)]);
            let (shape, _) = style(package);
            _ = writeln!(
                text,
                "{pad}{prefix}_disputed_{place} [label={label}, {shape}, peripheries=2, penwidth=2, color=\"{BAD}\", fontcolor=\"{BAD}\"];"
            );
        }
        for claim in &graph.claims {
            self.claim(text, graph, claim, &pad);
        }
    }

    fn claim(&self, text: &mut String, graph: &Graph<'_>, claim: &Claim<'_>, pad: &str) {
        let (prefix, by, of) = (&self.prefix, claim.by, claim.of);
        let mut label: Vec<String> = match claim.versions {
            Some(versions) => vec![counted(versions)],
            None if graph.disputed[of].unknown => Vec::new(),
            None => vec![
                claim
                    .asked
                    .map_or("none".to_owned(), |asked| format!("{asked}: none")),
            ],
        };
        label.extend(claim.given.iter().map(|(left, _)| format!("given {left}")));
        let label: Vec<&str> = label.iter().map(String::as_str).collect();
        let label = quoted_lines(&label);
        _ = writeln!(
            text,
            "{pad}{prefix}_{by} -> {prefix}_disputed_{of} [label={label}, color=\"{BAD}\"];"
        );
        for by in claim.given.iter().flat_map(|(_, by)| by) {
            _ = writeln!(
                text,
                "{pad}{prefix}_{by} -> {prefix}_disputed_{of} [label=\"given\", style=dashed];"
            );
        }
    }

    /// Adds the declared lines, all on the left.
    fn lines(&self, text: &mut String, lines: impl Iterator<Item = (usize, usize)>, indent: usize) {
        let pad = " ".repeat(indent);
        _ = writeln!(text, "{pad}{{ rank=same;");
        for (node, line) in lines {
            let declared = &self.explanation.declared[line];
            let place = self.explanation.places[line].as_ref();
            let outside = || places::outside_files(declared).to_owned();
            let place = place.map_or_else(outside, ToString::to_string);
            let label = quoted_lines(&[&declared.text, &place]);
            _ = writeln!(
                text,
                "{pad}  {}_{node} [label={label}, shape=box, style=filled, fillcolor=\"#f6f8fa\"];",
                self.prefix
            );
        }
        _ = writeln!(text, "{pad}}}");
    }
}

/// Returns the shape and the colour of a package.
fn style(package: &Package) -> (&'static str, &'static str) {
    match package.half {
        Half::Conda => ("shape=ellipse", "#116329"),
        Half::Pypi => ("shape=hexagon", "#0550ae"),
        Half::Virtual => ("shape=box, style=dashed", "#59636e"),
    }
}

fn package_label(left: &Left) -> String {
    let versions = left
        .versions
        .as_ref()
        .map_or("in no version".to_owned(), counted);
    quoted_lines(&[&left.package.to_string(), &versions])
}

/// Returns versions as "1.0 to 1.4 (6 versions)". The count appears if the range hides it.
fn counted(versions: &Versions) -> String {
    match versions.count {
        0..=2 => versions.ranges.clone(),
        count => format!("{} ({count} versions)", versions.ranges),
    }
}

fn quoted(text: &str) -> String {
    quoted_lines(&[text])
}

/// Returns lines as a string of the language. In a label, `\N` and the like have a special
/// meaning, and so do HTML entities.
fn quoted_lines(lines: &[&str]) -> String {
    let mut quoted = String::from("\"");
    for (place, line) in lines.iter().enumerate() {
        if place > 0 {
            quoted.push_str("\\n");
        }
        for c in foreign::shown(line).chars() {
            match c {
                '"' => quoted.push_str("\\\""),
                '\\' => quoted.push_str("\\\\"),
                '&' => quoted.push_str("&amp;"),
                c if c.is_control() => quoted.push(' '),
                c => quoted.push(c),
            }
        }
    }
    quoted.push('"');
    quoted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_leaves_its_quotes() {
        assert_eq!(quoted(r#"a "b" \N"#), r#""a \"b\" \\N""#);
        assert_eq!(quoted(r"ends with \"), r#""ends with \\""#);
        assert_eq!(quoted("a\nb\r\tc"), "\"a b␍ c\"");
        assert_eq!(quoted("x &lt; y"), "\"x &amp;lt; y\"");
        assert_eq!(quoted("https://u:p@h/"), "\"https://****@h/\"");
        assert_eq!(quoted_lines(&["a", "b"]), "\"a\\nb\"");
    }
}
