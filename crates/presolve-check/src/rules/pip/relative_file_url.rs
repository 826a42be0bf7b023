use crate::rules::{Finder, Rule, Safety, TextFix};
use presolve_text::diagnostic::{Diagnostic, Level};

pub(super) static RULE: Rule = Rule {
    name: presolve_spec::codes::RELATIVE_FILE_URL,
    level: Level::Error,
    by_default: true,
    finder: Finder::Reading(|met, _| fix(met)),
    text: include_str!("relative_file_url.md"),
};

/// Removes the scheme. Every version of pip reads the path relative to the file.
fn fix(diagnostic: &Diagnostic) -> Option<TextFix> {
    let at = &diagnostic.labels.first()?.location;
    let path = at.text().strip_prefix("file:")?;
    let title = format!("write `{path}`");
    Some(TextFix::replace(title, Safety::Safe, at, path))
}
