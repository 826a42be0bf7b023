//! The channels of a pinned file. The list is explicit and ends with `nodefaults`;
//! otherwise conda appends `defaults` (CEP-24).

use std::ops::Range;

use crate::route::route;

use super::Pins;
use crate::{
    edits::Edits,
    environment::expanded_channel,
    json,
    list::{Entry, List, ListItem, written},
    pin_comment::Origin,
    yaml::{self, Tree},
};
use presolve_text::{diagnostic::Failure, source::SourceFile};

/// The entry that keeps conda from appending `defaults`.
pub(super) const NODEFAULTS: &str = "nodefaults";

/// Replaces the channels of the file with those of the answer.
///
/// # Errors
/// Fails when a line cannot be edited.
pub(super) fn write(edits: &mut Edits<'_>, tree: &Tree, pins: &Pins) -> Result<(), Failure> {
    let list = List::read(tree, &route!("channels"), tree.root.get("channels"))?;
    let plan = plan(&list.lines, pins, tree.source());
    if plan.declared.is_empty() && list.lines.is_empty() {
        write_new(edits, tree, &plan.first);
        return Ok(());
    }
    let wanted_added = |text: &str| {
        let after = plan.declared.iter().flat_map(|(_, _, after)| after);
        after.chain(&plan.first).any(|entry| entry.text == text)
    };
    let mut present: Vec<&str> = Vec::new();
    for line in list.lines.iter().filter(|line| is_added(line)) {
        if wanted_added(&line.text) && !present.contains(&&*line.text) {
            present.push(&line.text);
        } else {
            list.remove(edits, line);
        }
    }
    let is_new = |entry: &&Entry| !present.contains(&&*entry.text);
    for (line, entry, after) in &plan.declared {
        list.rewrite(edits, line, entry);
        for entry in after.iter().filter(is_new) {
            list.insert_after(edits, line, entry);
        }
    }
    if let Some(first) = list.lines.first() {
        for entry in plan.first.iter().filter(is_new) {
            list.insert_before(edits, first, entry);
        }
    }
    Ok(())
}

/// Each declared line with its new content and the lines after it.
struct Plan<'a> {
    declared: Vec<(&'a ListItem, Entry, Vec<Entry>)>,
    /// The lines before the first declared one.
    first: Vec<Entry>,
}

fn is_added(line: &ListItem) -> bool {
    line.comment.origin == Some(Origin::Added)
}

/// The channel as the user declared it.
fn declared(line: &ListItem) -> &str {
    match &line.comment.origin {
        Some(Origin::Declared(declared)) => declared,
        _ => &line.text,
    }
}

/// Aligns the answer's channels with the declared ones. `defaults` takes all up to the next
/// declared channel. Any other name that conda resolves takes one.
fn plan<'a>(lines: &'a [ListItem], pins: &Pins, file: &SourceFile) -> Plan<'a> {
    let expanded = |text: &str| expanded_channel(text, file).text.into_owned();
    let mut wanted = pins.channels.iter().peekable();
    let mut plan = Plan {
        declared: Vec::new(),
        first: Vec::new(),
    };
    let lines: Vec<&ListItem> = lines.iter().filter(|line| !is_added(line)).collect();
    let later = |index: usize, channel: &String| {
        lines[index..]
            .iter()
            .any(|line| expanded(declared(line)) == *channel)
    };
    for (index, line) in lines.iter().enumerate() {
        let as_declared = declared(line).to_owned();
        let mut entry = Entry::plain(as_declared.clone());
        let mut after = Vec::new();
        if as_declared != NODEFAULTS {
            let value = expanded(&as_declared);
            if wanted.next_if(|channel| **channel == value).is_none()
                && let Some(channel) = wanted.next_if(|channel| !later(index + 1, channel))
            {
                entry.text.clone_from(channel);
                entry.origin = Some(Origin::Declared(as_declared.clone()));
            }
            while as_declared == "defaults"
                && let Some(channel) = wanted.next_if(|channel| !later(index + 1, channel))
            {
                after.push(Entry::added(channel.clone()));
            }
        }
        plan.declared.push((line, entry, after));
    }
    let mut rest: Vec<Entry> = wanted
        .map(|channel| Entry::added(channel.clone()))
        .collect();
    if !lines.iter().any(|line| declared(line) == NODEFAULTS) {
        rest.push(Entry::added(NODEFAULTS.to_owned()));
    }
    match plan.declared.last_mut() {
        Some((_, _, after)) => after.append(&mut rest),
        None => plan.first = rest,
    }
    plan
}

/// Writes the list into a file without channels.
fn write_new(edits: &mut Edits<'_>, tree: &Tree, entries: &[Entry]) {
    if tree.source().is_json() {
        let channels: Vec<String> = entries.iter().map(|entry| entry.text.clone()).collect();
        return json::write_channels(edits, tree, &channels);
    }
    let indent =
        |key: &Range<usize>| &edits.text[yaml::line_start(edits.text, key.start)..key.start];
    let line = |indent: &str, entry: &Entry| format!("{indent}  - {}", written(entry));
    if let Some(key) = tree.key_span(&route!("channels")) {
        let indent = indent(&key);
        for entry in entries {
            let written = format!("{}{}", edits.line_break, line(indent, entry));
            edits.insert(yaml::line_end(edits.text, key.end), &written);
        }
    } else if let Some(key) = tree.key_span(&route!("dependencies")) {
        let indent = indent(&key);
        let mut list = format!("{indent}channels:{}", edits.line_break);
        for entry in entries {
            list += &format!("{}{}", line(indent, entry), edits.line_break);
        }
        edits.insert(yaml::line_start(edits.text, key.start), &list);
    }
}
