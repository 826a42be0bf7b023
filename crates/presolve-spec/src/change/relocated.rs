//! Moves an entry that the reader refuses to the list where it belongs.

use super::{Change, Place};
use crate::{
    EnvironmentFile,
    host::Host,
    list::uneditable,
    yaml::{self, Tree},
};
use presolve_text::diagnostic::{Failure, Location};
use yaml_serde::Value;

/// Returns the text of the file with additions, and without the entry that they replace.
///
/// # Errors
/// [`Failure::input`] when the file's layout does not allow single changes.
pub fn relocate(
    environment: &EnvironmentFile,
    entry: &Location,
    additions: &[Change],
) -> Result<String, Failure> {
    let host: &dyn Host = &*environment.host;
    let tree = host.read(&environment.source, &[]).into_tree()?;
    let refused = || {
        uneditable(
            entry.clone(),
            "this line cannot be moved",
            "write each entry on its own line",
        )
    };
    let (list, index) = place_of(&tree, entry).ok_or_else(refused)?;
    let mut text = environment.source.text().to_owned();
    for (number, step) in steps(additions).iter().enumerate() {
        let read;
        let readable = if number == 0 {
            environment
        } else {
            read = host.read(&environment.source.with_text(text), &[]);
            read.environment.as_ref().ok_or_else(refused)?
        };
        text = host.change(readable, step)?;
    }
    let mut reading = host.read(&environment.source.with_text(text), &[]);
    if let Some(tree) = &reading.tree
        && let Some(text) = commented(tree, entry, additions)
    {
        reading = host.read(&environment.source.with_text(text), &[]);
    }
    let (Some(changed), Some(tree)) = (reading.environment, reading.tree) else {
        return Err(refused());
    };
    // Additions are after the other lines of their list, so the entry keeps its number.
    let span = spans(&tree, list).get(index).cloned();
    let at = tree.at(span.ok_or_else(refused)?);
    if at.text() != entry.text() {
        return Err(refused());
    }
    host.change(&changed, &[&Change::Remove { at }])
}

/// Splits additions into those that are made at a time. The first one to each list is made
/// alone, because it may make the list: two would make two pip lists.
fn steps(additions: &[Change]) -> Vec<Vec<&Change>> {
    let mut lists = Vec::new();
    let (first, rest): (Vec<_>, Vec<_>) = additions.iter().partition(|change| {
        let list = std::mem::discriminant(*change);
        let is_first = !lists.contains(&list);
        lists.extend(is_first.then_some(list));
        is_first
    });
    let mut steps: Vec<Vec<&Change>> = first.into_iter().map(|change| vec![change]).collect();
    steps.extend((!rest.is_empty()).then_some(rest));
    steps
}

/// Returns the text with the entry's comment after the first added requirement, or `None` if
/// there is no comment, or no place for it.
fn commented(tree: &Tree, entry: &Location, additions: &[Change]) -> Option<String> {
    let text = tree.source().text();
    let file = entry.file.text();
    let (place, comment) = yaml::trailing_comment(file, entry.span.end)?;
    if comment.is_empty() {
        return None;
    }
    let last = pip_lists(tree).len().checked_sub(1);
    let (list, added) = additions.iter().find_map(|change| match change {
        Change::AddConda(added) => Some((None, added)),
        Change::AddPip(added) => Some((last, added)),
        _ => None,
    })?;
    let span = spans(tree, list).into_iter().rev().find(|span| {
        let scalar: Option<String> = yaml_serde::from_str(&text[span.clone()]).ok();
        scalar.as_ref() == Some(added)
    })?;
    let (_, other) = yaml::trailing_comment(text, span.end)?;
    other.is_empty().then(|| {
        let (before, after) = text.split_at(span.end);
        [before, file[place].trim_end(), after].concat()
    })
}

/// The number of a pip list among them; `None` for the conda dependencies.
type Number = Option<usize>;

/// Returns the list of an entry, and the number of the entry in it.
fn place_of(tree: &Tree, entry: &Location) -> Option<(Number, usize)> {
    let count = pip_lists(tree).len();
    let lists = std::iter::once(None).chain((0..count).map(Some));
    lists.into_iter().find_map(|list| {
        let spans = spans(tree, list);
        let index = spans.iter().position(|span| *span == entry.span)?;
        Some((list, index))
    })
}

/// The spans of the scalar entries of a list.
fn spans(tree: &Tree, list: Number) -> Vec<std::ops::Range<usize>> {
    let place = match list {
        None => Some(Place::Dependencies),
        Some(number) => pip_lists(tree).get(number).map(|&index| Place::Pip(index)),
    };
    let Some(place) = place else {
        return Vec::new();
    };
    let items = tree.root.get("dependencies");
    let value = match place {
        Place::Pip(index) => items.and_then(|items| items.get(index)?.get("pip")),
        _ => items,
    };
    let items = value.and_then(Value::as_sequence);
    let items = items.into_iter().flatten().enumerate();
    let scalars = items.filter(|(_, item)| item.is_string());
    let spans = scalars.filter_map(|(index, _)| tree.span(&place.route().with_key(index)));
    spans.collect()
}

/// The indices of the entries `pip:` in the dependencies.
fn pip_lists(tree: &Tree) -> Vec<usize> {
    let items = tree.root.get("dependencies").and_then(Value::as_sequence);
    let items = items.into_iter().flatten().enumerate();
    let lists = items.filter(|(_, item)| {
        let mapping = item.as_mapping();
        mapping.is_some_and(|mapping| mapping.contains_key("pip"))
    });
    lists.map(|(index, _)| index).collect()
}
