//! The conflicts: the lines of the file, then their chains to the disputed package.

use maud::{Markup, html};

use super::{code, layout::Layout, picture, snippet};
use crate::explanation::{
    graph::{Graph, graphs},
    view,
};
use presolve_explain::{Explanation, GoneBuilds, words};
use presolve_solve::Conflict;
use presolve_terminal::foreign::shown;
use presolve_text::diagnostic::Diagnostic;

/// The widths up to which a picture in columns is shown, in pixels. Each is a class of the
/// style sheet. On narrower screens, the boxes are below each other.
const WIDTHS: [u16; 5] = [560, 700, 840, 980, 1120];

/// The width of pictures on a phone, and of those with too many columns for a desktop, in
/// pixels.
const NARROW: f64 = 330.0;
const WIDE: f64 = 640.0;

/// A conflict with its sentences.
struct WordedConflict<'e> {
    /// The number of the conflict, from 1.
    number: usize,
    conflict: &'e Conflict,
    graphs: Vec<Graph<'e>>,
    diagnostics: Vec<Diagnostic>,
}

impl WordedConflict<'_> {
    /// Whether it is a single line and a picture would add nothing.
    fn is_plain(&self) -> bool {
        self.conflict.lines.len() == 1 && self.graphs.iter().all(Graph::is_plain)
    }

    /// Returns its notes, or the message if there are none.
    fn facts(&self) -> impl Iterator<Item = &str> {
        let facts = self
            .diagnostics
            .iter()
            .flat_map(|told| match &told.notes[..] {
                [] => std::slice::from_ref(&told.message),
                notes => notes,
            });
        facts.map(String::as_str)
    }

    fn help(&self) -> impl Iterator<Item = &str> {
        let help = self.diagnostics.iter().flat_map(|told| &told.help);
        help.map(String::as_str)
    }
}

/// Returns all conflicts. Many unsatisfiable lines share one table.
pub(super) fn sections(explanation: &Explanation) -> Markup {
    let view = view(explanation);
    let conflicts = explanation.conflicts.iter().enumerate();
    let told = conflicts.map(|(place, conflict)| WordedConflict {
        number: place + 1,
        conflict,
        graphs: graphs(conflict),
        diagnostics: view.diagnostics(conflict),
    });
    let (plain, clashes): (Vec<_>, Vec<_>) = told.partition(WordedConflict::is_plain);
    html! {
        @if let Some(gone) = &explanation.gone_builds {
            (gone_builds(explanation, gone, &view.gone_builds(gone)))
        }
        @for told in &clashes { (conflict(explanation, told)) }
        @if plain.len() < TABLE {
            @for told in &plain { (conflict(explanation, told)) }
        } @else {
            (table(explanation, &plain))
        }
    }
}

fn gone_builds(explanation: &Explanation, gone: &GoneBuilds, told: &Diagnostic) -> Markup {
    let places = gone.lines.iter();
    let places = places.filter_map(|&line| explanation.places[line].as_ref());
    html! {
        section class="conflict" aria-labelledby="builds" {
            h2 id="builds" { (told.message) }
            @for note in &told.notes { p class="fact" { (code(note)) } }
            @for help in &told.help { p class="help" { (code(help)) } }
            details {
                summary { "The lines" }
                (snippet::snippets(places))
            }
        }
    }
}

/// The minimum number of unsatisfiable lines to show them in a table.
const TABLE: usize = 3;

fn table(explanation: &Explanation, plain: &[WordedConflict<'_>]) -> Markup {
    html! {
        section class="conflict" aria-labelledby="unmet" {
            h2 id="unmet" { (plain.len()) " lines that cannot be satisfied" }
            table class="unmet" {
                thead {
                    tr { th scope="col" { "line" } th scope="col" { "asks for" } th scope="col" { "reason" } }
                }
                tbody {
                    @for told in plain {
                        @let line = told.conflict.lines[0];
                        tr id={ "conflict-" (told.number) } {
                            td class="number" {
                                @if let Some(place) = &explanation.places[line] {
                                    (place.line_column().0)
                                }
                            }
                            th scope="row" { mark { (shown(&explanation.declared[line].text)) } }
                            td {
                                @for fact in told.facts() { p { (code(fact)) } }
                                @for help in told.help() { p class="help" { (code(help)) } }
                                (ruled_out(told.conflict))
                            }
                        }
                    }
                }
            }
        }
    }
}

fn conflict(explanation: &Explanation, told: &WordedConflict<'_>) -> Markup {
    let WordedConflict {
        number,
        conflict,
        graphs,
        ..
    } = told;
    let places = conflict.lines.iter();
    let places = places.filter_map(|&line| explanation.places[line].as_ref());
    html! {
        section class="conflict" aria-labelledby={ "conflict-" (number) } {
            h2 id={ "conflict-" (number) } { (heading(conflict, graphs, *number)) }
            (snippet::snippets(places))
            @if told.is_plain() || graphs.is_empty() {
                @for fact in told.facts() { p class="fact" { (code(fact)) } }
            } @else {
                @for (place, graph) in graphs.iter().enumerate() {
                    (picture(explanation, graph, &format!("graph-{number}-{}", place + 1)))
                }
                details {
                    summary { "As text" }
                    ul { @for fact in told.facts() { li { (code(fact)) } } }
                }
            }
            @for help in told.help() { p class="help" { (code(help)) } }
            (ruled_out(conflict))
        }
    }
}

fn heading(conflict: &Conflict, graphs: &[Graph<'_>], number: usize) -> Markup {
    let mut said: Vec<&str> = Vec::new();
    for graph in graphs {
        let verdicts = (0..graph.disputed.len()).map(|of| graph.verdict(of));
        said.extend(verdicts);
    }
    said.dedup();
    html! {
        span class="number" { "Conflict " (number) }
        (about(conflict, graphs))
        @if let [only] = said[..] { ": " (only) }
    }
}

/// Returns the disputed packages of a conflict.
pub(super) fn about(conflict: &Conflict, graphs: &[Graph<'_>]) -> Markup {
    let disputed = graphs.iter().flat_map(|graph| &graph.disputed);
    let mut names: Vec<String> = disputed.map(|of| shown(&of.package.name)).collect();
    names.sort();
    names.dedup();
    html! {
        @if names.is_empty() { (conflict.lines.len()) " lines conflict" }
        @for (place, name) in names.iter().enumerate() {
            @if place > 0 { ", " }
            code { (name) }
        }
    }
}

fn picture(explanation: &Explanation, graph: &Graph<'_>, id: &str) -> Markup {
    let names: Vec<&str> = graph
        .disputed
        .iter()
        .map(|d| d.package.name.as_str())
        .collect();
    let title = format!("How the lines lead to {}", names.join(", "));
    let facts = graph
        .case
        .map_or_else(Vec::new, |case| words::facts(case, &explanation.declared));
    let said = if facts.is_empty() {
        format!("{} is requested but does not exist", names.join(", "))
    } else {
        facts.join("; ")
    };
    let columns = Layout::columns(explanation, graph);
    let class = WIDTHS
        .into_iter()
        .find(|&width| columns.width <= f64::from(width));
    let choice = graph.case.and_then(|case| case.choice.as_ref());
    let stacked = |width, id: &str| {
        let layout = Layout::stacked(explanation, graph, width);
        picture::svg(&layout, id, &title, &said)
    };
    html! {
        figure class={ "graph fits-" (class.unwrap_or(WIDTHS[1])) } {
            @if let Some(choice) = choice {
                figcaption { "with " (choice) }
            }
            div class="wide" {
                @match class {
                    Some(_) => (picture::svg(&columns, id, &title, &said)),
                    None => (stacked(WIDE, id)),
                }
            }
            div class="narrow" { (stacked(NARROW, &format!("{id}-narrow"))) }
        }
    }
}

fn ruled_out(conflict: &Conflict) -> Markup {
    let cases = conflict.cases.iter();
    let mut all: Vec<_> = cases.flat_map(|case| &case.ruled_out).collect();
    all.dedup();
    html! {
        @if !all.is_empty() {
            details open[all.len() <= 6] {
                summary { "Excluded versions and reasons" }
                table {
                    tbody {
                        @for ruled_out in all {
                            tr {
                                th scope="row" {
                                    (ruled_out.package.name) " " (ruled_out.versions.ranges)
                                }
                                td { (code(&words::reason(&ruled_out.reason))) }
                            }
                        }
                    }
                }
            }
        }
    }
}
