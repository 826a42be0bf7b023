//! The lines of a list that the user did not declare: after the declared ones, sorted by name.

use std::{collections::BTreeMap, ops::Range};

use yaml_serde::Value;

use super::AddedLines;
use crate::{
    added_block::{above, header, headers},
    edits::Edits,
    list::{Entry, List, ListItem},
    route::{Route, route},
    yaml::Tree,
};

/// A line of a list, with its name if an earlier `pin` added it.
pub(super) type Line<'l> = (&'l ListItem, Option<&'l str>);

/// Writes the packages that the user did not declare, by name. Returns the entries to write
/// if no line of the list remains.
pub(super) fn write(
    edits: &mut Edits<'_>,
    tree: &Tree,
    list: &List,
    lines: &[Line<'_>],
    wanted: BTreeMap<&str, String>,
    place: AddedLines,
) -> Vec<Entry> {
    let headers = headers_above(tree, lines);
    // JSON has no comments.
    let is_inline = place == AddedLines::Inline || tree.source().is_json();
    let has_kept = lines.iter().any(|line| is_wanted(line, &wanted));
    if !is_inline && has_kept && is_block(tree, lines, &headers) {
        edits.replace(headers[0].clone(), &header(wanted.len()));
        return merge(edits, list, lines, wanted, Entry::plain);
    }
    for header in headers {
        edits.remove_line(header);
    }
    if is_inline {
        merge(edits, list, lines, wanted, Entry::added)
    } else {
        move_to_block(edits, list, lines, wanted)
    }
}

fn headers_above(tree: &Tree, lines: &[Line<'_>]) -> Vec<Range<usize>> {
    let headers = lines
        .iter()
        .filter_map(|(line, _)| above(tree, line.span.start));
    headers.map(|(header, _)| header).collect()
}

/// Returns the entries of a list without lines.
pub(super) fn new(wanted: BTreeMap<&str, String>, place: AddedLines) -> Vec<Entry> {
    match place {
        AddedLines::Inline => wanted.into_values().map(Entry::added).collect(),
        AddedLines::Block | AddedLines::Lock => {
            under_header(wanted.into_values().map(Entry::plain).collect())
        }
    }
}

/// Removes the headers that are not above an entry, because the user removed the entries.
pub(super) fn remove_unused_headers(edits: &mut Edits<'_>, tree: &Tree) {
    let unused = headers(tree).into_iter();
    let mut unused: BTreeMap<usize, Range<usize>> =
        unused.map(|(span, _)| (span.start, span)).collect();
    if unused.is_empty() {
        return;
    }
    let items = tree.root.get("dependencies").and_then(Value::as_sequence);
    let mut used = |route: &Route<'_>| {
        let start = tree.location(route).span.start;
        if let Some((header, _)) = above(tree, start) {
            unused.remove(&header.start);
        }
    };
    for (index, item) in items.into_iter().flatten().enumerate() {
        let pip = item.get("pip").and_then(Value::as_sequence);
        for entry in 0..pip.map_or(0, Vec::len) {
            used(&route!("dependencies", index, "pip", entry));
        }
        if item.is_string() {
            used(&route!("dependencies", index));
        }
    }
    for header in unused.into_values() {
        edits.remove_line(header);
    }
}

fn is_wanted((_, name): &Line<'_>, wanted: &BTreeMap<&str, String>) -> bool {
    name.is_some_and(|name| wanted.contains_key(name))
}

/// Whether the added lines are one sorted block at the end of the list, under the only header.
fn is_block(tree: &Tree, lines: &[Line<'_>], headers: &[Range<usize>]) -> bool {
    let declared = lines.iter().take_while(|(_, name)| name.is_none()).count();
    let block = &lines[declared..];
    let Some((first, _)) = block.first() else {
        return false;
    };
    let header = above(tree, first.span.start).map(|(span, _)| span);
    headers.len() == 1
        && header.as_ref() == headers.first()
        && block.iter().all(|(_, name)| name.is_some())
        && block.is_sorted_by_key(|(_, name)| *name)
        // In this style, the header alone says that a line is added.
        && block.iter().all(|(line, _)| line.comment.origin.is_none())
}

/// Rewrites the added lines in place, and inserts the new ones between them.
fn merge(
    edits: &mut Edits<'_>,
    list: &List,
    lines: &[Line<'_>],
    mut wanted: BTreeMap<&str, String>,
    entry: impl Fn(String) -> Entry,
) -> Vec<Entry> {
    let mut kept: Vec<Line<'_>> = Vec::new();
    for &(line, name) in lines {
        match name.map(|name| wanted.remove(name)) {
            Some(None) => {
                list.remove(edits, line);
                continue;
            }
            Some(Some(text)) => list.rewrite(edits, line, &entry(text)),
            None => {}
        }
        kept.push((line, name));
    }
    let new = wanted.into_iter().map(|(name, text)| (name, entry(text)));
    if kept.is_empty() {
        return new.map(|(_, entry)| entry).collect();
    }
    for (name, entry) in new {
        insert_sorted(edits, list, &kept, name, &entry);
    }
    Vec::new()
}

/// Inserts a new line by name among those that an earlier pin added, or after the last line.
fn insert_sorted(edits: &mut Edits<'_>, list: &List, kept: &[Line<'_>], name: &str, entry: &Entry) {
    let mut earlier = kept
        .iter()
        .filter(|(_, other)| other.is_some_and(|other| other < name));
    let first_added = kept.iter().find(|(_, other)| other.is_some());
    match (earlier.next_back(), first_added, kept.last()) {
        (Some((line, _)), ..) | (None, None, Some((line, _))) => {
            list.insert_after(edits, line, entry);
        }
        (None, Some((line, _)), _) => list.insert_before(edits, line, entry),
        (None, None, None) => {}
    }
}

/// Removes the added lines, and writes a block after the last declared line. The user's
/// comments on the removed lines move with them.
fn move_to_block(
    edits: &mut Edits<'_>,
    list: &List,
    lines: &[Line<'_>],
    wanted: BTreeMap<&str, String>,
) -> Vec<Entry> {
    let mut comments: BTreeMap<&str, &str> = BTreeMap::new();
    for &(line, name) in lines {
        if let Some(name) = name {
            comments.insert(name, &line.comment.user);
            list.remove(edits, line);
        }
    }
    let entries = wanted.into_iter().map(|(name, text)| Entry {
        user: comments.get(name).copied().unwrap_or_default().to_owned(),
        ..Entry::plain(text)
    });
    let entries = under_header(entries.collect());
    let Some((last, _)) = lines.iter().rfind(|(_, name)| name.is_none()) else {
        return entries;
    };
    for entry in &entries {
        list.insert_after(edits, last, entry);
    }
    Vec::new()
}

fn under_header(mut entries: Vec<Entry>) -> Vec<Entry> {
    let count = entries.len();
    if let Some(first) = entries.first_mut() {
        first.above = Some(header(count));
    }
    entries
}
