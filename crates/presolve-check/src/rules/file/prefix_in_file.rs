use crate::rules::{Finder, Rule, Safety, TextFix};
use presolve_text::diagnostic::{Diagnostic, Level};

pub(super) static RULE: Rule = Rule {
    name: presolve_spec::codes::PREFIX_IN_FILE,
    level: Level::Warning,
    by_default: true,
    finder: Finder::Reading(|met, _| fix(met)),
    text: include_str!("prefix_in_file.md"),
};

fn fix(diagnostic: &Diagnostic) -> Option<TextFix> {
    let key = &diagnostic.labels.first()?.location;
    let line = key.file.text()[key.span.start..].lines().next()?;
    // A value on its own line, or a key after others in braces, has no automatic fix.
    let value = line
        .strip_prefix("prefix")?
        .trim_start()
        .strip_prefix(':')?;
    let is_alone = key.file.text()[..key.span.start]
        .chars()
        .next_back()
        .is_none_or(|before| before == '\n');
    let is_whole = is_alone && !value.trim().is_empty() && !value.contains(['{', '|', '>']);
    is_whole.then(|| TextFix::remove_lines("remove the line", Safety::Safe, key))
}
