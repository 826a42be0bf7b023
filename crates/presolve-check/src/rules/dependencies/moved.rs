//! Fixes that move an entry to the list where it belongs.

use std::collections::HashSet;

use crate::rules::{Parsed, Safety, TextFix};
use presolve_spec::{
    EnvironmentFile,
    change::{Change, relocate},
};
use presolve_text::diagnostic::Location;

/// The fix that removes an entry and adds others instead.
pub(super) fn moved(
    title: &str,
    parsed: &Parsed<'_>,
    at: &Location,
    additions: &[Change],
) -> Option<TextFix> {
    let environment = parsed.readable?;
    if !parsed.may_read_again(&environment.source) {
        return None;
    }
    let text = relocate(environment, at, additions).ok()?;
    let source = &environment.source;
    Some(TextFix::of_text(title, Safety::Safe, source, &text))
}

/// The lines that the pip list does not have yet.
pub(super) fn addition_to_pip(environment: &EnvironmentFile, lines: &[String]) -> Vec<Change> {
    let pip = &environment.pip;
    let requirements = pip.requirements.iter().map(|line| line.text.as_str());
    let options = pip.options.written.iter().map(|line| line.value.as_str());
    let known: Vec<&str> = requirements.chain(options).collect();
    let new = lines.iter().filter(|line| !known.contains(&line.as_str()));
    each_once(new).map(Change::AddPip).collect()
}

/// The match specs that the conda dependencies do not have yet.
pub(super) fn addition_to_conda(environment: &EnvironmentFile, specs: &[String]) -> Vec<Change> {
    let lines = &environment.conda;
    let is_new = |spec: &&String| !lines.iter().any(|line| line.text == **spec);
    let new = specs.iter().filter(is_new);
    each_once(new).map(Change::AddConda).collect()
}

/// The channels that the file does not have yet.
pub(super) fn addition_to_channels(
    environment: &EnvironmentFile,
    channels: &[String],
) -> Vec<Change> {
    let known = &environment.channels;
    let is_new = |channel: &&String| !known.iter().any(|one| one.value == **channel);
    let new = channels.iter().filter(is_new);
    each_once(new).map(Change::AddChannel).collect()
}

fn each_once<'t>(texts: impl Iterator<Item = &'t String>) -> impl Iterator<Item = String> {
    let mut seen = HashSet::new();
    texts.filter(move |text| seen.insert(*text)).cloned()
}
