use super::moved::{addition_to_channels, addition_to_conda, addition_to_pip, moved};
use crate::rules::{Finder, Parsed, Rule, TextFix};
use presolve_spec::command;
use presolve_text::diagnostic::{Diagnostic, Level};

pub(super) static RULE: Rule = Rule {
    name: presolve_spec::codes::INSTALL_COMMAND,
    level: Level::Error,
    by_default: true,
    finder: Finder::Reading(fix),
    text: include_str!("install_command.md"),
};

/// conda and pip cannot read the command, so the packages in it are what was meant.
fn fix(diagnostic: &Diagnostic, parsed: &Parsed<'_>) -> Option<TextFix> {
    let at = &diagnostic.labels.first()?.location;
    let text: String = yaml_serde::from_str(at.text()).ok()?;
    let command = command::parse(&text).filter(|command| !command.has_other_options)?;
    let environment = parsed.readable?;
    let additions = [
        addition_to_channels(environment, &command.channels),
        addition_to_conda(environment, &command.conda),
        addition_to_pip(environment, &command.pip),
    ];
    let title = "list the packages instead";
    moved(title, parsed, at, &additions.concat())
}
