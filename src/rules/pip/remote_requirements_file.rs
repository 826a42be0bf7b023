use crate::{
    diagnostic::Level,
    rules::{Finder, Rule},
};

pub(super) static RULE: Rule = Rule {
    name: "remote-requirements-file",
    level: Level::Warning,
    by_default: true,
    finder: Finder::Reading(|_| None),
    text: include_str!("remote_requirements_file.md"),
};
