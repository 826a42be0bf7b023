//! The pip lists of a pinned file.

use std::{collections::BTreeMap, ops::Range};

use crate::route::route;
use pep508_rs::VersionOrUrl;
use yaml_serde::Value;

use super::{PinnedPip, Pins, added};
use crate::{
    EnvironmentFile, PipRequirement, PipRequirementKind,
    edits::Edits,
    json,
    list::{self, Entry, List, ListItem, uneditable},
    pin_comment::Origin,
    pip_lines, pip_options,
    yaml::{self, Tree},
};
use presolve_text::diagnostic::Failure;

/// Pins each declared line, and writes the undeclared releases after the last one. Returns
/// the lines of the new list if the file has no pip list.
///
/// # Errors
/// Fails when a line cannot be edited, or an item has several requirements.
pub fn write(
    edits: &mut Edits<'_>,
    tree: &Tree,
    environment: &EnvironmentFile,
    pins: &Pins,
) -> Result<Vec<Entry>, Failure> {
    let hash_mode = in_hash_mode(environment);
    let missing = undeclared(environment, pins).into_iter();
    let missing = missing.map(|(name, pin)| (name, added_line(pin, hash_mode)));
    let mut missing: BTreeMap<&str, String> = missing.collect();
    let names: BTreeMap<&str, &PinnedPip> = pins
        .pip
        .iter()
        .map(|pin| (pin.name.as_ref(), pin))
        .collect();
    let items = tree.root.get("dependencies").and_then(Value::as_sequence);
    let blocks: Vec<(usize, &Value)> = items
        .into_iter()
        .flatten()
        .enumerate()
        .filter_map(|(index, item)| Some((index, item.as_mapping()?.get("pip")?)))
        .collect();
    for (position, &(index, value)) in blocks.iter().enumerate() {
        let route = route!("dependencies", index, "pip");
        let list = List::read(tree, &route, Some(value))?;
        let mut lines: Vec<added::Line<'_>> = Vec::new();
        for line in &list.lines {
            let requirement = of_line(environment, line)?;
            let pin = requirement.and_then(|requirement| names.get(name(requirement)?));
            match (requirement, pin) {
                (Some(requirement), _) if requirement.added_by_pin => {
                    lines.push((line, name(requirement)));
                    continue;
                }
                (Some(requirement), Some(pin)) => {
                    list.rewrite(edits, line, &declared(line, requirement, pin, hash_mode));
                }
                _ => {}
            }
            lines.push((line, None));
        }
        if position + 1 == blocks.len() {
            let wanted = std::mem::take(&mut missing);
            let rest = added::write(edits, tree, &list, &lines, wanted, pins.added);
            fill_empty(edits, tree, index, &rest);
        }
    }
    Ok(added::new(missing, pins.added))
}

/// Returns the releases that the file itself does not declare.
pub fn undeclared<'a>(
    environment: &EnvironmentFile,
    pins: &'a Pins,
) -> BTreeMap<&'a str, &'a PinnedPip> {
    let is_declared = |pin: &PinnedPip| {
        environment.pip.requirements.iter().any(|requirement| {
            requirement.in_environment
                && !requirement.added_by_pin
                && name(requirement) == Some(pin.name.as_ref())
        })
    };
    pins.pip
        .iter()
        .filter(|pin| !pin.from_conda && !is_declared(pin))
        .map(|pin| (pin.name.as_ref(), pin))
        .collect()
}

/// Whether pip requires hashes of every line, which it does if one line has them.
pub fn in_hash_mode(environment: &EnvironmentFile) -> bool {
    let pip = &environment.pip;
    pip.options.require_hashes
        || pip
            .requirements
            .iter()
            .any(|requirement| !requirement.hashes.is_empty())
}

/// The project that a requirement names; `None` for a URL or path without a name.
pub fn name(requirement: &PipRequirement) -> Option<&str> {
    match &requirement.kind {
        PipRequirementKind::Named(named) => Some(named.name.as_ref()),
        PipRequirementKind::Opaque { name, .. } => name.as_ref().map(AsRef::as_ref),
    }
}

/// Whether a version can follow the name; it cannot follow a URL.
pub fn takes_version(requirement: &PipRequirement) -> bool {
    match &requirement.kind {
        PipRequirementKind::Named(named) => {
            !matches!(named.version_or_url, Some(VersionOrUrl::Url(_)))
        }
        PipRequirementKind::Opaque { .. } => false,
    }
}

/// Returns the requirement of a line if it can be pinned.
fn of_line<'a>(
    environment: &'a EnvironmentFile,
    line: &ListItem,
) -> Result<Option<&'a PipRequirement>, Failure> {
    let mut within = environment.pip.requirements.iter().filter(|requirement| {
        let span = &requirement.location.span;
        requirement.in_environment && line.span.start <= span.start && span.end <= line.span.end
    });
    let (Some(first), second) = (within.next(), within.next()) else {
        return Ok(None);
    };
    if second.is_some() || first.location.span != line.span {
        return Err(uneditable(
            first.location.clone(),
            "this item of the pip list has several lines",
            "write each of them as its own item",
        ));
    }
    Ok(takes_version(first).then_some(first))
}

/// Returns the new content of a declared line.
fn declared(
    line: &ListItem,
    requirement: &PipRequirement,
    pin: &PinnedPip,
    hash_mode: bool,
) -> Entry {
    let part = requirement_part(&line.text);
    // A block scalar ends with a line break, which would hide the comment.
    let (before, after) = (&line.text[..part.start], line.text[part.end..].trim_end());
    let is_the_pin = pip_lines::pinned_version(&requirement.kind) == Some(&pin.version);
    let (text, origin) = if is_the_pin {
        (requirement.text.clone(), None)
    } else {
        let declared = Origin::Declared(requirement.text.clone());
        (exact(&requirement.text, pin), Some(declared))
    };
    let moved = requirement
        .pin
        .as_ref()
        .is_some_and(|old| *old != pin.version);
    let after = match (hash_mode, after.contains("--hash")) {
        (true, false) => format!("{}{after}", hashes(pin)),
        (true, true) if moved => hashes(pin),
        _ => after.to_owned(),
    };
    Entry {
        text: format!("{before}{text}{after}"),
        origin,
        ..Entry::default()
    }
}

/// Returns the range of an item's requirement, without its comment and options.
fn requirement_part(text: &str) -> Range<usize> {
    let start = text.len() - text.trim_start().len();
    let end = text.find(" #").unwrap_or(text.len());
    let line = &text[start..end];
    start..start + line[..pip_options::begin(line)].trim_end().len()
}

/// Replaces the version of a declared requirement. Its extras and marker stay.
pub fn exact(declared: &str, pin: &PinnedPip) -> String {
    let name = declared
        .find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.')))
        .unwrap_or(declared.len());
    let rest = declared[name..].trim_start();
    let end = match rest.find(']') {
        Some(close) if rest.starts_with('[') => declared.len() - rest.len() + close + 1,
        _ => name,
    };
    let marker = declared
        .find(';')
        .map_or("", |at| &declared[declared[..at].trim_end().len()..]);
    format!("{}=={}{marker}", &declared[..end], pin.version)
}

/// Writes an undeclared release.
pub fn added_line(pin: &PinnedPip, hash_mode: bool) -> String {
    let extras: Vec<&str> = pin.extras.iter().map(AsRef::as_ref).collect();
    let extras = if extras.is_empty() {
        String::new()
    } else {
        format!("[{}]", extras.join(","))
    };
    let hashes = if hash_mode {
        hashes(pin)
    } else {
        String::new()
    };
    format!("{}{extras}=={}{hashes}", pin.name, pin.version)
}

fn hashes(pin: &PinnedPip) -> String {
    pin.hashes
        .iter()
        .map(|hash| format!(" --hash={hash}"))
        .collect()
}

/// Writes the first lines of an empty `pip:`.
pub fn fill_empty(edits: &mut Edits<'_>, tree: &Tree, index: usize, added: &[Entry]) {
    let route = route!("dependencies", index, "pip");
    if tree.source().is_json() {
        let texts: Vec<String> = added.iter().map(|entry| entry.text.clone()).collect();
        return if texts.is_empty() {
        } else {
            json::fill(edits, tree, &route, &texts)
        };
    }
    let Some(key) = tree.key_span(&route) else {
        return;
    };
    let prefix = " ".repeat(key.start - yaml::line_start(edits.text, key.start)) + "- ";
    for line in added.iter().flat_map(|entry| list::lines(&prefix, entry)) {
        let line = format!("{}{line}", edits.line_break);
        edits.insert(yaml::line_end(edits.text, key.end), &line);
    }
}
