//! `pin --check`: whether the pins of a file satisfy what it declares.
//!
//! [`contradictions`] reads only the file. [`compare`] compares the pins with a solution, from
//! the cache or from the channels and indexes.

use pep508_rs::{MarkerEnvironment, MarkerTree, Requirement, VerbatimUrl};

use crate::rules::{mlflow::differing_mlflow_environments, solving::outdated_pin::contradicts};
use presolve_config::Settings;
use presolve_input::mlflow::Model;
use presolve_parse as parse;
use presolve_registry::conda::channels::NO_DEFAULTS;
use presolve_solve::{python::marker_environment, specifiers};
use presolve_spec::{
    AddedBlock, CondaPin, CondaRequirement, EnvironmentFile, PipRequirement, PipRequirementKind,
    match_spec, pin::pip, pip_lines,
};
use presolve_text::{
    diagnostic::{Diagnostic, Level, Location},
    secrets::redact,
};

mod compared;

pub use compared::compare;

/// Returns the differences between the pins of a file and what it declares, as far as the file
/// alone shows them.
pub fn contradictions(environment: &EnvironmentFile, settings: &Settings) -> Vec<Diagnostic> {
    let keeps = environment.host.keeps_requirements(&environment.source);
    if keeps && environment.pinned_platform.is_none() && !has_pins(environment) {
        return vec![unpinned_file(environment)];
    }
    let mut found = Vec::new();
    if keeps {
        found.extend(of_platform(environment, settings));
        found.extend(match environment.host.has_conda() {
            true => of_channels(environment, settings),
            false => of_python(environment),
        });
    }
    let conda = environment.conda.iter();
    found.extend(conda.filter_map(|line| of_conda(environment, line)));
    found.extend(of_pip(environment));
    let blocks = environment.added_blocks.iter();
    found.extend(blocks.filter_map(|block| of_block(environment, block)));
    found
}

/// Returns the differences between the files of a model of MLflow, which get the same pins.
pub fn differences(model: &Model) -> Vec<Diagnostic> {
    let findings = differing_mlflow_environments::find(model).into_iter();
    let errors = findings.map(|finding| Diagnostic {
        level: Level::Error,
        ..finding.diagnostic
    });
    errors.collect()
}

/// Returns a difference, with the command that removes it.
fn difference(name: &'static str, message: String, environment: &EnvironmentFile) -> Diagnostic {
    let file = environment.source.path().display();
    Diagnostic::error(name, message).help(format!("run `presolve pin {file}`"))
}

/// The first line of a file, for what concerns all of it.
fn first_line(environment: &EnvironmentFile) -> Location {
    let source = &environment.source;
    Location {
        file: source.clone(),
        span: 0..source.text().lines().next().map_or(0, str::len),
    }
}

fn has_pins(environment: &EnvironmentFile) -> bool {
    let mut pip = environment.pip.requirements.iter();
    environment.conda.iter().any(|line| line.pin.is_some()) || pip.any(|line| line.pin.is_some())
}

fn unpinned_file(environment: &EnvironmentFile) -> Diagnostic {
    let message = "the file is not pinned".to_owned();
    difference("unpinned-file", message, environment).at(first_line(environment), "")
}

fn of_platform(environment: &EnvironmentFile, settings: &Settings) -> Option<Diagnostic> {
    let Some(pinned) = &environment.pinned_platform else {
        let message = "the file does not say for which platform it is pinned".to_owned();
        let found = difference("other-platform", message, environment);
        return Some(found.at(first_line(environment), ""));
    };
    let wanted = settings.platform?;
    (wanted.as_str() != pinned.value).then(|| {
        let message = format!(
            "the pins are for {}, not for {wanted}",
            redact(&pinned.value)
        );
        difference("other-platform", message, environment).at(pinned.location.clone(), "")
    })
}

/// Compares the Python of the pins with that of the settings or the Dockerfile.
fn of_python(environment: &EnvironmentFile) -> Option<Diagnostic> {
    let Some(pinned) = &environment.pinned_python else {
        let message = "the file does not say for which Python it is pinned".to_owned();
        let found = difference("other-python", message, environment);
        return Some(found.at(first_line(environment), ""));
    };
    let wanted = environment.image_python_version()?;
    (wanted != pinned.value).then(|| {
        let pinned_for = redact(&pinned.value);
        let message = format!("the pins are for Python {pinned_for}, not for {wanted}");
        difference("other-python", message, environment).at(pinned.location.clone(), "")
    })
}

fn of_channels(environment: &EnvironmentFile, settings: &Settings) -> Option<Diagnostic> {
    if !settings.override_channels.is_empty() {
        return None;
    }
    let channels = &environment.pinned_channels;
    let problem = if !channels.iter().any(|channel| channel == NO_DEFAULTS) {
        "`channels` does not end with `nodefaults`, so conda appends its own channels"
    } else if channels.len() == 1 && !environment.conda.is_empty() {
        "`channels` lists no channel for the pins"
    } else {
        return None;
    };
    let first = environment.channels.first();
    let at = first.map_or_else(|| first_line(environment), |one| one.location.clone());
    Some(difference("open-channels", problem.to_owned(), environment).at(at, ""))
}

fn of_conda(environment: &EnvironmentFile, line: &CondaRequirement) -> Option<Diagnostic> {
    if line.spec.url.is_some() {
        return None;
    }
    let Some(pin) = line
        .pin
        .clone()
        .or_else(|| match_spec::parse_pin(&line.text))
    else {
        // Only a solution tells whether its condition is true.
        let is_open = line.spec.condition.is_none();
        return is_open.then(|| unpinned(environment, &line.text, &line.location));
    };
    let message = if contradicts(line) {
        format!("the pin `{}` is not what the line declares", pin.record())
    } else if let Some(channel) = unlisted_channel(environment, line, &pin) {
        format!("the channel `{}` of the pin is not listed", redact(channel))
    } else {
        return None;
    };
    let label = format!("`{}` is declared", redact(&line.text));
    Some(difference("stale-pin", message, environment).at(line.location.clone(), label))
}

/// Returns the channel of a pin if neither its line nor the file names it.
fn unlisted_channel<'p>(
    environment: &EnvironmentFile,
    line: &CondaRequirement,
    pin: &'p CondaPin,
) -> Option<&'p str> {
    let channel = pin.channel.as_deref()?;
    let is_declared = line.spec.channel.is_some() && !line.added_by_pin;
    let mut listed = environment.pinned_channels.iter();
    (!is_declared && !listed.any(|one| one == channel)).then_some(channel)
}

fn unpinned(environment: &EnvironmentFile, text: &str, at: &Location) -> Diagnostic {
    let message = format!("`{}` is not pinned", redact(text));
    difference("unpinned-line", message, environment).at(at.clone(), "")
}

fn of_pip(environment: &EnvironmentFile) -> Vec<Diagnostic> {
    let pip = &environment.pip;
    let python = python(environment);
    let applies = |marker: &MarkerTree| match &python {
        Some(python) => marker.evaluate(python, &[]),
        // Without a pinned Python, only lines without a marker certainly apply.
        None => marker.is_true(),
    };
    let lines = pip.requirements.iter().chain(&pip.constraints);
    let found = lines.filter_map(|line| {
        let PipRequirementKind::Named(named) = &line.kind else {
            return None;
        };
        if !pip::takes_version(line) || !applies(&named.marker) {
            return None;
        }
        let is_own = line.in_environment;
        let pinned = match is_own {
            true => version(line),
            false => pinned_elsewhere(environment, named),
        };
        match pinned {
            None if is_own && !has_url(environment, named, applies) => {
                Some(unpinned(environment, &line.text, &line.location))
            }
            Some(version) if !line.added_by_pin && !allows(named, version) => {
                Some(stale_release(environment, line, version))
            }
            _ => None,
        }
    });
    found.collect()
}

fn version(line: &PipRequirement) -> Option<&pep440_rs::Version> {
    line.pin
        .as_ref()
        .or_else(|| pip_lines::pinned_version(&line.kind))
}

/// Returns the version that the pip list pins for a requirement of a file that gets no pins.
fn pinned_elsewhere<'e>(
    environment: &'e EnvironmentFile,
    named: &Requirement<VerbatimUrl>,
) -> Option<&'e pep440_rs::Version> {
    let mut lines = environment.pip.requirements.iter();
    let is_it = |line: &&PipRequirement| {
        line.in_environment && line.pin.is_some() && pip::name(line) == Some(named.name.as_ref())
    };
    lines.find(is_it).and_then(version)
}

/// Whether another line names the distribution to install, so that no version is chosen.
fn has_url(
    environment: &EnvironmentFile,
    named: &Requirement<VerbatimUrl>,
    applies: impl Fn(&MarkerTree) -> bool,
) -> bool {
    let mut lines = environment.pip.requirements.iter();
    lines.any(|line| {
        let marker = match &line.kind {
            PipRequirementKind::Named(other) => &other.marker,
            PipRequirementKind::Opaque { marker, .. } => marker,
        };
        let is_same = pip::name(line) == Some(named.name.as_ref());
        is_same && !pip::takes_version(line) && applies(marker)
    })
}

fn allows(named: &Requirement<VerbatimUrl>, version: &pep440_rs::Version) -> bool {
    specifiers(named).is_none_or(|declared| declared.contains(version))
}

fn stale_release(
    environment: &EnvironmentFile,
    line: &PipRequirement,
    version: &pep440_rs::Version,
) -> Diagnostic {
    let name = pip::name(line).unwrap_or_default();
    let message = format!("the pin `{name}=={version}` is not what the line declares");
    let label = format!("`{}` is declared", redact(&line.text));
    difference("stale-pin", message, environment).at(line.location.clone(), label)
}

/// The values of markers for the pinned Python and platform.
fn python(environment: &EnvironmentFile) -> Option<MarkerEnvironment> {
    let platform = environment.pinned_platform.as_ref()?.value.parse().ok()?;
    let mut lines = environment.conda.iter();
    let python = lines.find_map(|line| line.pin.as_ref().filter(|pin| pin.name == "python"));
    let python = python.map(|pin| &*pin.version);
    let python = python.or_else(|| environment.image_python_version())?;
    let version = parse::pep::version(python).ok()?;
    Some(marker_environment(&version, platform))
}

fn of_block(environment: &EnvironmentFile, block: &AddedBlock) -> Option<Diagnostic> {
    let AddedBlock {
        location,
        stated,
        present,
    } = block;
    (stated != present).then(|| {
        let message = format!("the comment states {stated} added packages, but {present} follow");
        difference("incomplete-block", message, environment).at(location.clone(), "")
    })
}

#[cfg(test)]
mod tests;
