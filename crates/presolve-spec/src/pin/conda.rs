//! The conda dependencies of a pinned file.

use std::collections::BTreeMap;

use crate::route::route;
use yaml_serde::Value;

use super::{PinnedConda, Pins, added, by_name};
use crate::{
    CondaRequirement, EnvironmentFile,
    edits::Edits,
    list::{Entry, List, uneditable},
    match_spec,
    pin_comment::Origin,
    record,
    yaml::Tree,
};
use presolve_text::diagnostic::Failure;

/// Pins each declared line, and writes the other packages of the answer after them.
/// `new_list` is a pip list for a file without one.
///
/// # Errors
/// Fails when a line cannot be edited.
pub fn write(
    edits: &mut Edits<'_>,
    tree: &Tree,
    environment: &EnvironmentFile,
    pins: &Pins,
    new_list: Vec<Entry>,
) -> Result<(), Failure> {
    let list = List::read(tree, &route!("dependencies"), tree.root.get("dependencies"))?;
    let mut missing = by_name(pins);
    for requirement in &environment.conda {
        if !requirement.added_by_pin {
            missing.remove(&*requirement.spec.name.to_string());
        }
    }
    let missing = missing
        .into_iter()
        .map(|(name, pin)| (name, exact(pin, pin.channel.as_deref())))
        .collect::<BTreeMap<_, _>>();
    let dependencies = tree.root.get("dependencies").and_then(Value::as_sequence);
    if !missing.is_empty() && dependencies.is_none_or(Vec::is_empty) {
        return Err(uneditable(
            tree.location(&route!("dependencies")),
            "there is no list of dependencies to write pins to",
            "add the packages below `dependencies:`",
        ));
    }
    let by_name = by_name(pins);
    let names = environment
        .conda
        .iter()
        .map(|line| line.spec.name.to_string());
    let names: Vec<String> = names.collect();
    let mut lines: Vec<added::Line<'_>> = Vec::new();
    for ((line, requirement), name) in list.lines.iter().zip(&environment.conda).zip(&names) {
        if requirement.added_by_pin {
            lines.push((line, Some(name)));
            continue;
        }
        if let Some(pin) = by_name.get(&**name) {
            list.rewrite(edits, line, &declared(requirement, pin));
        }
        lines.push((line, None));
    }
    let rest = added::write(edits, tree, &list, &lines, missing, pins.added);
    for entry in rest {
        // The list has only `pip:` entries. The new lines go before them.
        let start = tree.location(&route!("dependencies", 0)).span.start;
        list.insert_before_any(edits, start, &entry);
    }
    if let Some((line, _)) = lines.last() {
        list.insert_pip_list(edits, tree, line, &new_list);
    }
    Ok(())
}

/// Returns the new content of a declared line.
pub fn declared(requirement: &CondaRequirement, pin: &PinnedConda) -> Entry {
    let text = &requirement.text;
    let is_the_pin = match_spec::parse_pin(text).is_some_and(|declared| {
        (declared.name, declared.version, declared.build)
            == (pin.name.clone(), pin.version.clone(), pin.build.clone())
            && (pin.channel.is_none() || declared.channel.is_some())
            && (pin.hash.is_none() || declared.hash.is_some())
    });
    if is_the_pin || requirement.spec.url.is_some() {
        return Entry::plain(text.clone());
    }
    let written = text.split_once("::").map(|(channel, _)| channel.trim());
    let bracket = requirement
        .spec
        .channel
        .as_ref()
        .and_then(|channel| channel.name.as_deref());
    Entry {
        text: exact(pin, written.or(bracket).or(pin.channel.as_deref())),
        origin: Some(Origin::Declared(text.clone())),
        ..Entry::default()
    }
}

/// Writes a pin as `channel::name=version=build[hash]`, or without a build as
/// `channel::name==version`.
pub fn exact(pin: &PinnedConda, channel: Option<&str>) -> String {
    let mut record = record(&pin.name, &pin.version, pin.build.as_deref());
    if let Some(hash) = &pin.hash {
        record += &format!("[{hash}]");
    }
    match channel {
        Some(channel) if !channel.is_empty() => format!("{channel}::{record}"),
        _ => record,
    }
}
