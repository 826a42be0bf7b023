use crate::{
    diagnostic::Level,
    rules::{Finder, Rule},
};

pub(super) static RULE: Rule = Rule {
    name: "missing-requirements-file",
    level: Level::Error,
    by_default: true,
    finder: Finder::Reading(|_| None),
    text: include_str!("missing_requirements_file.md"),
};
