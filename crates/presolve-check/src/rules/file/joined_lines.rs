use crate::rules::{Finder, Rule, Safety, TextFix};
use presolve_spec::joined;
use presolve_text::diagnostic::{Diagnostic, Level};

pub(super) static RULE: Rule = Rule {
    name: presolve_spec::codes::JOINED_LINES,
    level: Level::Error,
    by_default: true,
    finder: Finder::Reading(|met, _| fix(met)),
    text: include_str!("joined_lines.md"),
};

/// No package has a name or version of two lines, so separate entries are what was meant.
fn fix(diagnostic: &Diagnostic) -> Option<TextFix> {
    let file = &diagnostic.labels.first()?.location.file;
    let (title, text) = joined::separated(diagnostic)?;
    Some(TextFix::of_text(title, Safety::Safe, file, &text))
}
