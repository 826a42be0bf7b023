use crate::rules::{Finder, Rule};
use presolve_text::diagnostic::Level;

pub(crate) static RULE: Rule = Rule {
    name: "missing-image",
    level: Level::Error,
    by_default: true,
    finder: Finder::Registry,
    text: include_str!("missing_image.md"),
};
