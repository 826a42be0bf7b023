//! Reads the result back, so that presolve never writes a file with other requirements or
//! other pins.

use super::{Pins, by_name, channels::NODEFAULTS, conda, pip};
use crate::route::route;
use crate::{
    EnvironmentFile, PipRequirementKind,
    environment::expanded_channel,
    host::{CondaFile, Host},
    list::List,
    match_spec, pip_lines,
    yaml::Tree,
};
use pep508_rs::VersionOrUrl;
use presolve_text::diagnostic::{Diagnostic, Failure};
use yaml_serde::Value;

/// Checks that the text declares the same as the file and has exactly these pins.
///
/// # Errors
/// [`Failure::input`] with the first difference.
pub(super) fn check(
    host: &CondaFile,
    before: &EnvironmentFile,
    pins: &Pins,
    text: &str,
) -> Result<(), Failure> {
    let source = before.source.with_text(text);
    let after = host.read(&source, &[]).complete().map_err(|mut failure| {
        failure
            .diagnostics
            .insert(0, broken("it could not be read back"));
        failure
    })?;
    let (old, new) = (
        Tree::parse_part(&before.source, &host.part)?,
        Tree::parse_part(&source, &host.part)?,
    );
    let list = List::read(&new, &route!("channels"), new.root.get("channels"))?;
    let channels: Vec<String> = list
        .lines
        .iter()
        .map(|line| expanded_channel(&line.text, &source).text.into_owned())
        .filter(|channel| channel != NODEFAULTS)
        .collect();
    let problem = if other_keys(&old) != other_keys(&new) {
        Some("other keys would change")
    } else if host.part.around(&before.source)? != host.part.around(&source)? {
        Some("the text around the conda spec would change")
    } else if !is_kept(before, &after, pins) {
        Some("its declared requirements would change")
    } else if channels != pins.channels {
        Some("its channels or their order would change")
    } else if !conda_is_pinned(&after, pins) {
        Some("its conda packages would not match the solution")
    } else if !pip_is_pinned(&after, pins) {
        Some("its PyPI releases would not match the solution")
    } else {
        None
    };
    match problem {
        Some(problem) => Err(Failure::input(broken(problem))),
        None => Ok(()),
    }
}

/// Everything at the root that does not get pins. An alias there may repeat a line that is
/// pinned.
fn other_keys(tree: &Tree) -> Value {
    let mut root = tree.root.clone();
    if let Some(mapping) = root.as_mapping_mut() {
        mapping.remove("channels");
        mapping.remove("dependencies");
    }
    root
}

fn broken(problem: &str) -> Diagnostic {
    Diagnostic::error("pin-not-written", format!("the pins cannot be written into this file: {problem}"))
        .note("the file was not changed")
        .help("write the file in the plain style of `conda env export`, and report this as a bug in presolve")
}

/// Whether all declared requirements are unchanged. JSON has no comments to keep them in,
/// so there each one is unchanged or pinned, and only pins are added.
fn is_kept(before: &EnvironmentFile, after: &EnvironmentFile, pins: &Pins) -> bool {
    if !before.source.is_json() {
        return declared(before) == declared(after);
    }
    let own = |environment: &EnvironmentFile| {
        let requirements = environment.pip.requirements.iter();
        requirements.filter(|line| line.in_environment).count()
    };
    let named = |environment: &EnvironmentFile| {
        let names = environment.name.iter().map(|name| name.value.clone());
        names.chain(unpinned(environment, pins)).collect::<Vec<_>>()
    };
    named(before) == named(after) && own(after) == own(before) + pip::undeclared(before, pins).len()
}

/// Returns the requirements without a pin, as written.
fn unpinned(environment: &EnvironmentFile, pins: &Pins) -> Vec<String> {
    let conda_pins = by_name(pins);
    let conda = environment.conda.iter().filter(|requirement| {
        let name = requirement.spec.name.to_string();
        !conda_pins.contains_key(&*name)
    });
    let pip = environment.pip.requirements.iter().filter(|requirement| {
        let PipRequirementKind::Named(named) = &requirement.kind else {
            return true;
        };
        !pins.pip.iter().any(|pin| pin.name == named.name)
    });
    let conda = conda.map(|requirement| format!("conda {}", requirement.text));
    conda
        .chain(pip.map(|requirement| format!("pip {}", requirement.text)))
        .collect()
}

/// Returns everything that the user declared, as written.
fn declared(environment: &EnvironmentFile) -> Vec<String> {
    let name = environment
        .name
        .iter()
        .map(|name| format!("name {}", name.value));
    let channels = environment
        .channels
        .iter()
        .map(|channel| format!("channel {}", channel.value));
    let conda = environment
        .conda
        .iter()
        .filter(|requirement| !requirement.added_by_pin);
    let pip = environment
        .pip
        .requirements
        .iter()
        .filter(|requirement| !requirement.added_by_pin);
    name.chain(channels)
        .chain(conda.map(|requirement| format!("conda {}", requirement.text)))
        .chain(pip.map(|requirement| format!("pip {}", requirement.text)))
        .collect()
}

fn conda_is_pinned(environment: &EnvironmentFile, pins: &Pins) -> bool {
    let mut missing = by_name(pins);
    let pins = by_name(pins);
    for requirement in &environment.conda {
        let name = requirement.spec.name.to_string();
        let Some(pin) = pins.get(&*name) else {
            if requirement.added_by_pin {
                return false;
            }
            continue;
        };
        let written = requirement
            .pin
            .clone()
            .or_else(|| match_spec::parse_pin(&requirement.text));
        let exact = written.is_some_and(|written| pin.is_written_as(&written));
        let kept = conda::declared(requirement, pin).origin.is_none();
        if !(exact || kept) {
            return false;
        }
        missing.remove(&*name);
    }
    missing.is_empty()
}

pub(crate) fn pip_is_pinned(environment: &EnvironmentFile, pins: &Pins) -> bool {
    let mut added = pip::undeclared(environment, pins);
    for requirement in environment
        .pip
        .requirements
        .iter()
        .filter(|r| r.in_environment)
    {
        let PipRequirementKind::Named(named) = &requirement.kind else {
            continue;
        };
        let Some(pin) = pins.pip.iter().find(|pin| pin.name == named.name) else {
            if requirement.added_by_pin {
                return false;
            }
            continue;
        };
        let version = requirement
            .pin
            .as_ref()
            .or(pip_lines::pinned_version(&requirement.kind));
        let is_url = matches!(named.version_or_url, Some(VersionOrUrl::Url(_)));
        if !is_url && version != Some(&pin.version) {
            return false;
        }
        if requirement.added_by_pin {
            added.remove(named.name.as_ref());
        }
    }
    added.is_empty()
}
