use crate::rules::{Finder, Parsed, Rule, Safety, TextFix};
use presolve_spec::yaml;
use presolve_text::diagnostic::{Diagnostic, Level};

pub(super) static RULE: Rule = Rule {
    name: presolve_spec::codes::EMPTY_PIP_LIST,
    level: Level::Warning,
    by_default: true,
    finder: Finder::Reading(fix),
    text: include_str!("empty_pip_list.md"),
};

/// conda ignores an empty list, but adds `pip` because of it.
fn fix(diagnostic: &Diagnostic, parsed: &Parsed<'_>) -> Option<TextFix> {
    let at = &diagnostic.labels.first()?.location;
    let text = at.file.text();
    let before = &text[yaml::line_start(text, at.span.start)..at.span.start];
    let after = &text[at.span.end..yaml::line_end(text, at.span.end)];
    let value = after.trim_start().strip_prefix(':')?.trim();
    let is_alone = before.trim() == "-" && matches!(value, "" | "[]" | "~" | "null");
    let mut lines = parsed.environment?.conda.iter();
    let safety = if lines.any(|line| line.spec.name.to_string() == "pip") {
        Safety::Safe
    } else {
        Safety::Unsafe
    };
    is_alone.then(|| TextFix::remove_lines("remove the list", safety, at))
}
