//! The conda dependencies of a pinned file.

use crate::route::route;
use yaml_serde::Value;

use super::{PinnedConda, Pins, by_name};
use crate::{
    CondaRequirement, EnvironmentFile,
    edits::Edits,
    list::{Entry, List, ListItem, uneditable},
    match_spec,
    pin_comment::Origin,
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
    let pins = by_name(pins);
    let mut kept: Vec<(&ListItem, Option<&str>)> = Vec::new();
    for (line, requirement) in list.lines.iter().zip(&environment.conda) {
        let name = requirement.spec.name.to_string();
        if requirement.added_by_pin {
            match missing.remove(&*name) {
                Some(pin) => {
                    list.rewrite(
                        edits,
                        line,
                        &Entry::added(exact(pin, pin.channel.as_deref())),
                    );
                    kept.push((line, Some(&pin.name)));
                }
                None => list.remove(edits, line),
            }
        } else {
            if let Some(pin) = pins.get(&*name) {
                list.rewrite(edits, line, &declared(requirement, pin));
            }
            kept.push((line, None));
        }
    }
    let added: Vec<(&str, Entry)> = missing
        .into_iter()
        .map(|(name, pin)| (name, Entry::added(exact(pin, pin.channel.as_deref()))))
        .collect();
    let dependencies = tree.root.get("dependencies").and_then(Value::as_sequence);
    if !added.is_empty() && dependencies.is_none_or(Vec::is_empty) {
        return Err(uneditable(
            tree.location(&route!("dependencies")),
            "there is no list of dependencies to write pins to",
            "add the packages below `dependencies:`",
        ));
    }
    insert_sorted(edits, tree, &list, &kept, added);
    if let Some((line, _)) = kept.last() {
        list.insert_pip_list(edits, tree, line, &new_list);
    }
    Ok(())
}

/// Inserts new lines by name among those that an earlier pin added, or after the last
/// line.
pub fn insert_sorted(
    edits: &mut Edits<'_>,
    tree: &Tree,
    list: &List,
    kept: &[(&ListItem, Option<&str>)],
    added: Vec<(&str, Entry)>,
) {
    for (name, entry) in added {
        let mut earlier = kept
            .iter()
            .filter(|(_, other)| other.is_some_and(|other| other < name));
        let first_added = kept.iter().find(|(_, other)| other.is_some());
        match (earlier.next_back(), first_added, kept.last()) {
            (Some((line, _)), ..) | (None, None, Some((line, _))) => {
                list.insert_after(edits, line, &entry);
            }
            (None, Some((line, _)), _) => list.insert_before(edits, line, &entry),
            (None, None, None) => {
                // The list has only `pip:` entries. The new lines go before them.
                let start = tree.location(&route!("dependencies", 0)).span.start;
                list.insert_before_any(edits, start, &entry);
            }
        }
    }
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
        return Entry {
            text: text.clone(),
            origin: None,
        };
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
    }
}

/// Writes a pin as `channel::name=version=build[hash]`.
pub fn exact(pin: &PinnedConda, channel: Option<&str>) -> String {
    let mut record = format!("{}={}={}", pin.name, pin.version, pin.build);
    if let Some(hash) = &pin.hash {
        record += &format!("[{hash}]");
    }
    match channel {
        Some(channel) if !channel.is_empty() => format!("{channel}::{record}"),
        _ => record,
    }
}
