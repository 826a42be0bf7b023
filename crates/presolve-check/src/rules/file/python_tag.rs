use crate::rules::{Finder, Rule, Safety, TextFix};
use presolve_text::diagnostic::{Diagnostic, Level};

pub(super) static RULE: Rule = Rule {
    name: presolve_spec::codes::PYTHON_TAG,
    level: Level::Error,
    by_default: true,
    finder: Finder::Reading(|met, _| fix(met)),
    text: include_str!("python_tag.md"),
};

/// Removes tags of plain strings and lists, which have no effect. Other tags create objects.
fn fix(diagnostic: &Diagnostic) -> Option<TextFix> {
    let tag = &diagnostic.labels.first()?.location;
    let is_plain = matches!(
        tag.text().strip_prefix("!!python/")?,
        "unicode" | "str" | "tuple" | "list" | "dict" | "int" | "float" | "bool" | "none"
    );
    let text = tag.file.text();
    let mut place = tag.clone();
    if text[place.span.end..].starts_with(' ') {
        place.span.end += 1;
    } else {
        place.span.start = text[..place.span.start].trim_end_matches(' ').len();
    }
    is_plain.then(|| TextFix::replace("remove the tag", Safety::Safe, &place, ""))
}
