//! The fixes: numbered cards, each with its change and the command that applies it.

use maud::{Markup, html};

use super::code;
use crate::{explanation, shell::shell_word};
use presolve_explain::{Explanation, Fix, LeftOut};
use presolve_text::source::SourceFile;
use presolve_words::edits::words;

/// Returns the fixes, smallest change first.
pub(super) fn section(explanation: &Explanation, source: &SourceFile) -> Markup {
    let fixes = &explanation.fixes;
    html! {
        section class="fixes" aria-labelledby="fixes" {
            h2 id="fixes" { "Fixes" }
            @if fixes.is_empty() {
                @let ended = explanation.left_out.contains(&LeftOut::Fixes);
                p {
                    @if ended { "The time limit was reached before a fix was found." }
                    @else { "No fix of a few lines was found." }
                }
            } @else {
                p {
                    "Each one was verified by solving the changed file."
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

fn card(found: &Explanation, source: &SourceFile, fix: &Fix, number: usize) -> Markup {
    let path = source.path().display().to_string();
    let diff = explanation::diff(source, fix, number);
    html! {
        li {
            article aria-labelledby={ "fix-" (number) } {
                h3 id={ "fix-" (number) } {
                    @for edit in &fix.edits {
                        span class="edit" { (code(&words(found, edit))) }
                    }
                }
                @for why in fix.edits.iter().filter_map(explanation::why_not_nearer) {
                    p class="note" { (code(&why)) }
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
                    // The heading already names the file.
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
