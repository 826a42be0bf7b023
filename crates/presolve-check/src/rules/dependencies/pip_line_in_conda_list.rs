use super::moved::{addition_to_pip, moved};
use crate::rules::{Finder, Parsed, Rule, TextFix};
use presolve_spec::command;
use presolve_text::diagnostic::{Diagnostic, Level};

pub(super) static RULE: Rule = Rule {
    name: presolve_spec::codes::PIP_LINE_IN_CONDA_LIST,
    level: Level::Error,
    by_default: true,
    finder: Finder::Reading(fix),
    text: include_str!("pip_line_in_conda_list.md"),
};

/// conda rejects the line or does not find it, so moving it is safe.
fn fix(diagnostic: &Diagnostic, parsed: &Parsed<'_>) -> Option<TextFix> {
    let at = &diagnostic.labels.first()?.location;
    let text: String = yaml_serde::from_str(at.text()).ok()?;
    let lines = match command::parse(&text) {
        Some(command) if command.has_other_options => return None,
        Some(command) => command.pip,
        None => vec![text],
    };
    let environment = parsed.readable?;
    let additions = addition_to_pip(environment, &lines);
    moved("move it to the pip list", parsed, at, &additions)
}
