//! An explanation as one self-contained page: it loads no resources and runs no scripts.

use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::{graph::graphs, shown_cost};
use presolve_explain::{Explanation, LeftOut, cost::Cost};
use presolve_target::ChannelPriority;
use presolve_terminal::foreign::{self, shown};
use presolve_text::source::SourceFile;
use presolve_words::cost;

mod conflicts;
mod fixes;
mod label;
mod layout;
mod picture;
mod snippet;
mod space;

/// The style sheet.
const STYLE: &str = include_str!("html/style.css");

/// Returns the page for a file. `with_cost` shows the cost of conda's classic solver even if
/// it is fine.
pub fn render(explanation: &Explanation, source: &SourceFile, with_cost: bool) -> String {
    let cost = shown_cost(explanation, with_cost);
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
                @if explanation.conflicts.len() > 1 { (contents(explanation, cost)) }
                main {
                    (conflicts::sections(explanation))
                    @if explanation.solution.is_none() { (fixes::section(explanation, source)) }
                    @if let Some(cost) = cost { (space::section(explanation, cost)) }
                }
                footer { "presolve " (env!("CARGO_PKG_VERSION")) }
            }
        }
    };
    foreign::visible(&page.into_string())
}

fn head(explanation: &Explanation, path: &str) -> Markup {
    let (class, verdict) = verdict(explanation);
    let channels: Vec<String> = explanation
        .channels
        .iter()
        .map(|c| shown(&c.name))
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

/// Returns the table of contents, because a page with many conflicts is long.
fn contents(explanation: &Explanation, cost: Option<&Cost>) -> Markup {
    html! {
        nav aria-label="On this page" {
            ol {
                @for (place, conflict) in explanation.conflicts.iter().enumerate() {
                    li {
                        a href={ "#conflict-" (place + 1) } {
                            (conflicts::about(conflict, &graphs(conflict)))
                        }
                    }
                }
            }
            p {
                a href="#fixes" { "Fixes: " (explanation.fixes.len()) }
                @if let Some(cost) = cost {
                    a href="#space" { "conda's classic solver: " (cost::short(cost.prediction.verdict)) }
                }
            }
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
        [] if explanation.gone_builds.is_some() => "Its builds do not exist".to_owned(),
        [] => "There is no solution".to_owned(),
        [only] if !only.missing.is_empty() => "A package does not exist".to_owned(),
        [only] if only.lines.len() == 1 => "One line cannot be satisfied".to_owned(),
        [only] => format!("{} lines conflict", only.lines.len()),
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
            "The time limit stopped the search: there may be more conflicts, or smaller ones."
        }
        LeftOut::Fixes => "The time limit stopped the search for fixes; raise it with --timeout.",
        LeftOut::Cost => "The time limit was reached before the cost of the search was predicted.",
    }
}

/// Formats the parts of a text in backticks as code.
fn code(text: &str) -> Markup {
    let text = shown(text);
    html! {
        @for (place, part) in text.split('`').enumerate() {
            @if place % 2 == 1 { code { (part) } } @else { (part) }
        }
    }
}

#[cfg(test)]
mod tests;
