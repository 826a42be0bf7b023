use crate::rules::{Finder, Rule};
use presolve_text::diagnostic::Level;

pub(super) static RULE: Rule = Rule {
    name: presolve_spec::codes::PIP_LINE_IN_CONDA_LIST,
    level: Level::Error,
    by_default: true,
    // Whether the file has a pip list, and in what order pip is to see the lines, is
    // for people to say.
    finder: Finder::Reading(|_, _| None),
    text: include_str!("pip_line_in_conda_list.md"),
};
