use crate::rules::{Finder, Rule};
use presolve_text::diagnostic::Level;

pub(crate) static RULE: Rule = Rule {
    name: "inaccessible-image",
    level: Level::Note,
    by_default: true,
    finder: Finder::Registry,
    text: include_str!("inaccessible_image.md"),
};
