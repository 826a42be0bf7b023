use crate::rules::{Finder, Rule};
use presolve_text::diagnostic::Level;

pub(crate) static RULE: Rule = Rule {
    name: "yanked-release",
    level: Level::Warning,
    by_default: true,
    finder: Finder::Index,
    text: include_str!("yanked_release.md"),
};
