//! An explanation as one page: it holds all that it shows, fetches nothing and runs
//! nothing.

use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::{
    graph::{Graph, graphs},
    unsolvable, words,
};
use crate::{
    config::ChannelPriority,
    diagnostic::Diagnostic,
    explain::{Explanation, Fix, LeftOut},
    problem::Conflict,
    report::diff,
    spec::{secrets::redact, source::SourceFile},
};

mod label;
mod layout;
mod picture;
mod snippet;
mod space;

use layout::Layout;

/// The style sheet.
const STYLE: &str = include_str!("html/style.css");

/// The widths up to which a picture in columns is shown, each a class of the style
/// sheet, in pixels; below, its boxes stand one below the other.
const WIDTHS: [u16; 5] = [560, 700, 840, 980, 1120];

/// The width of the pictures that fit on a phone, and of those on a desk that have too
/// many columns.
const NARROW: f64 = 330.0;
const WIDE: f64 = 640.0;

/// The page on a file.
pub fn render(explanation: &Explanation, source: &SourceFile) -> String {
    let path = source.path().display().to_string();
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (path) " – presolve" }
                style { (PreEscaped(STYLE)) }
            }
            body {
                (head(explanation, &path))
                @if explanation.conflicts.len() > 1 { (contents(explanation)) }
                main {
                    (conflicts(explanation))
                    @if explanation.solution.is_none() { (fixes(explanation, source)) }
                    @if let Some(cost) = &explanation.cost { (space::section(explanation, cost)) }
                }
                footer { "presolve " (env!("CARGO_PKG_VERSION")) }
            }
        }
    };
    page.into_string()
}

fn head(explanation: &Explanation, path: &str) -> Markup {
    let (class, verdict) = verdict(explanation);
    let channels: Vec<String> = explanation
        .channels
        .iter()
        .map(|c| redact(&c.name))
        .collect();
    let machine = explanation.virtual_packages.iter();
    let machine: Vec<String> = machine
        .map(|package| format!("{}={}", package.name.as_normalized(), package.version))
        .collect();
    html! {
        header class=(class) {
            p class="path" { (path) }
            h1 { (verdict) }
            dl class="facts" {
                div { dt { "platform" } dd { (explanation.subdir) } }
                div { dt { "machine" } dd { (machine.join(", ")) } }
                div {
                    dt { "channels" }
                    dd { (channels.join(", ")) " (" (priority(explanation.channel_priority)) " priority)" }
                }
            }
            @for left_out in &explanation.left_out {
                p class="left-out" { (left_out_words(*left_out)) }
            }
        }
    }
}

/// Where to find what: a page with many conflicts is long.
fn contents(explanation: &Explanation) -> Markup {
    html! {
        nav aria-label="On this page" {
            ol {
                @for (place, conflict) in explanation.conflicts.iter().enumerate() {
                    li {
                        a href={ "#conflict-" (place + 1) } {
                            (about(conflict, &graphs(conflict)))
                        }
                    }
                }
            }
            a href="#fixes" { "Fixes: " (explanation.fixes.len()) }
        }
    }
}

fn verdict(explanation: &Explanation) -> (&'static str, String) {
    if let Some(solution) = &explanation.solution {
        let (conda, pypi) = (solution.conda.len(), solution.pypi.len());
        let verdict = format!("There is a solution: {conda} packages from conda, {pypi} from PyPI");
        return ("solvable", verdict);
    }
    let verdict = match &explanation.conflicts[..] {
        [] => "There is no solution".to_owned(),
        [only] if !only.missing.is_empty() => "A package does not exist".to_owned(),
        [only] if only.lines.len() == 1 => "One line cannot be met".to_owned(),
        [only] => format!("{} lines cannot be met together", only.lines.len()),
        several => format!("{} independent conflicts", several.len()),
    };
    ("unsolvable", verdict)
}

fn priority(priority: ChannelPriority) -> &'static str {
    match priority {
        ChannelPriority::Strict => "strict",
        ChannelPriority::Flexible => "flexible",
        ChannelPriority::Disabled => "no",
    }
}

fn left_out_words(left_out: LeftOut) -> &'static str {
    match left_out {
        LeftOut::Conflicts => {
            "The time limit ended the search: there may be more conflicts, or smaller ones."
        }
        LeftOut::Fixes => "The time limit ended the search for fixes; raise it with --timeout.",
        LeftOut::Cost => "The time limit left no time to predict what the search costs.",
    }
}

/// A conflict with what is said of it.
struct Told<'e> {
    /// From 1.
    number: usize,
    conflict: &'e Conflict,
    graphs: Vec<Graph<'e>>,
    diagnostics: Vec<Diagnostic>,
}

impl Told<'_> {
    /// Whether it is one line whose picture would say no more than the line.
    fn is_plain(&self) -> bool {
        self.conflict.lines.len() == 1 && self.graphs.iter().all(Graph::is_plain)
    }

    /// What explains it: its notes, or the message where there are none.
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

/// All conflicts; lines that nothing meets in one table if there are many.
fn conflicts(explanation: &Explanation) -> Markup {
    let view = unsolvable::View {
        subdir: explanation.subdir,
        channels: &explanation.channels,
        declared: &explanation.declared,
        places: &explanation.places,
        missing: &explanation.missing,
    };
    let conflicts = explanation.conflicts.iter().enumerate();
    let told = conflicts.map(|(place, conflict)| Told {
        number: place + 1,
        conflict,
        graphs: graphs(conflict),
        diagnostics: view.diagnostics(conflict),
    });
    let (plain, clashes): (Vec<_>, Vec<_>) = told.partition(Told::is_plain);
    html! {
        @for told in &clashes { (conflict(explanation, told)) }
        @if plain.len() < TABLE {
            @for told in &plain { (conflict(explanation, told)) }
        } @else {
            (table(explanation, &plain))
        }
    }
}

/// From this many on, lines that nothing meets are shown in a table.
const TABLE: usize = 3;

fn table(explanation: &Explanation, plain: &[Told<'_>]) -> Markup {
    html! {
        section class="conflict" aria-labelledby="unmet" {
            h2 id="unmet" { (plain.len()) " lines that nothing meets" }
            table class="unmet" {
                thead {
                    tr { th scope="col" { "line" } th scope="col" { "asks for" } th scope="col" { "why not" } }
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
                            th scope="row" { mark { (redact(&explanation.declared[line].text)) } }
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

fn conflict(explanation: &Explanation, told: &Told<'_>) -> Markup {
    let Told {
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
                    summary { "The same in words" }
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

/// The packages that it is about.
fn about(conflict: &Conflict, graphs: &[Graph<'_>]) -> Markup {
    let disputed = graphs.iter().flat_map(|graph| &graph.disputed);
    let mut names: Vec<String> = disputed.map(|of| redact(&of.package.name)).collect();
    names.sort();
    names.dedup();
    html! {
        @if names.is_empty() { (conflict.lines.len()) " lines clash" }
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
    let title = format!("How the lines get to {}", names.join(", "));
    let facts = graph
        .case
        .map_or_else(Vec::new, |case| case.facts(&explanation.declared));
    let said = match facts.is_empty() {
        true => format!("{} is asked for and does not exist", names.join(", ")),
        false => facts.join("; "),
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
                summary { "What may not be taken, and why" }
                table {
                    tbody {
                        @for ruled_out in all {
                            tr {
                                th scope="row" {
                                    (ruled_out.package.name) " " (ruled_out.versions.ranges)
                                }
                                td { (code(&ruled_out.reason.text)) }
                            }
                        }
                    }
                }
            }
        }
    }
}

fn fixes(explanation: &Explanation, source: &SourceFile) -> Markup {
    let fixes = &explanation.fixes;
    html! {
        section class="fixes" aria-labelledby="fixes" {
            h2 id="fixes" { "Fixes" }
            @if fixes.is_empty() {
                p { "No change of a few lines was found that mends it." }
            } @else {
                p {
                    "Each was solved with the file as it would be."
                    @if explanation.least_changes > 1 {
                        " Every fix takes " (explanation.least_changes) " changes or more."
                    }
                }
                ol {
                    @for (place, fix) in fixes.iter().enumerate() {
                        (card(explanation, source, fix, place + 1))
                    }
                }
            }
        }
    }
}

fn card(explanation: &Explanation, source: &SourceFile, fix: &Fix, number: usize) -> Markup {
    let path = source.path().display().to_string();
    let diff = diff::unified(source, &fix.text, &format!("fix {number}"));
    html! {
        li {
            article aria-labelledby={ "fix-" (number) } {
                h3 id={ "fix-" (number) } {
                    @for edit in &fix.edits {
                        span class="edit" { (code(&words(explanation, edit))) }
                    }
                }
                @if !fix.gives.is_empty() {
                    p class="gives" {
                        "gives "
                        @for given in &fix.gives {
                            span class="given" {
                                code { (given.name) " " (given.version) } " " (given.half)
                            }
                        }
                    }
                }
                @for note in &fix.notes { p class="note" { (code(note)) } }
                pre class="diff" tabindex="0" aria-label={ "The change of fix " (number) } {
                    // The heading says which file it is.
                    @for line in diff.lines().skip_while(|line| !line.starts_with('@')) {
                        span class=(diff_class(line)) { (line) "\n" }
                    }
                }
                p class="apply" {
                    "apply it: "
                    code { "presolve explain " (shell_word(&path)) " --apply " (number) }
                }
            }
        }
    }
}

fn diff_class(line: &str) -> &'static str {
    match line.as_bytes() {
        [b'@', ..] => "meta",
        [b'+', ..] => "added",
        [b'-', ..] => "removed",
        _ => "same",
    }
}

/// A text whose parts in backticks are code.
fn code(text: &str) -> Markup {
    let text = redact(text);
    html! {
        @for (place, part) in text.split('`').enumerate() {
            @if place % 2 == 1 { code { (part) } } @else { (part) }
        }
    }
}

/// A word as a POSIX shell takes it.
fn shell_word(word: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || "-_./@:+,".contains(c);
    match !word.is_empty() && word.chars().all(plain) {
        true => word.to_owned(),
        false => format!("'{}'", word.replace('\'', r"'\''")),
    }
}

#[cfg(test)]
mod tests;
