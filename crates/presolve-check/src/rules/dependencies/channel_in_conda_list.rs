use super::moved::{addition_to_channels, addition_to_conda, moved};
use crate::rules::{Finder, Parsed, Rule, TextFix};
use presolve_spec::command;
use presolve_text::diagnostic::{Diagnostic, Level};

pub(super) static RULE: Rule = Rule {
    name: presolve_spec::codes::CHANNEL_IN_CONDA_LIST,
    level: Level::Error,
    by_default: true,
    finder: Finder::Reading(fix),
    text: include_str!("channel_in_conda_list.md"),
};

/// conda rejects the line, so moving the channel is safe.
fn fix(diagnostic: &Diagnostic, parsed: &Parsed<'_>) -> Option<TextFix> {
    let at = &diagnostic.labels.first()?.location;
    let text: String = yaml_serde::from_str(at.text()).ok()?;
    let command = command::parse(&text)?;
    let environment = parsed.readable?;
    let additions = [
        addition_to_channels(environment, &command.channels),
        addition_to_conda(environment, &command.conda),
    ];
    let title = "move the channel to `channels`";
    moved(title, parsed, at, &additions.concat())
}
