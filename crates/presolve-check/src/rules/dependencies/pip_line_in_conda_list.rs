use crate::rules::{Finder, Rule};
use presolve_text::diagnostic::Level;

pub(super) static RULE: Rule = Rule {
    name: presolve_spec::codes::PIP_LINE_IN_CONDA_LIST,
    level: Level::Error,
    by_default: true,
    // A fix would have to choose a pip list and a position in it, which only the user can do.
    finder: Finder::Reading(|_, _| None),
    text: include_str!("pip_line_in_conda_list.md"),
};
