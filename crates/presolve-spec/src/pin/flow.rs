//! Rewrites flow lists as block lists, so that each entry has a line for its pin and its
//! comment. JSON arrays stay arrays, with one line per element.

use std::{ops::Range, sync::Arc};

use crate::route::{Route, route};
use yaml_serde::Value;

use crate::{
    edits::line_break,
    host::CondaFile,
    json,
    list::uneditable,
    yaml::{self, Tree},
};
use presolve_text::{diagnostic::Failure, source::SourceFile};

/// The maximum number of flow lists in a file.
const LISTS: usize = 64;

/// Returns the text with a block list for every list that gets pins. An empty pip list is
/// included if `fills` is set.
///
/// # Errors
/// Fails when a list is nested in a way that has no block form here.
pub(crate) fn to_blocks(
    host: &CondaFile,
    source: &Arc<SourceFile>,
    fills: bool,
) -> Result<String, Failure> {
    let mut text = source.text().to_owned();
    for _ in 0..LISTS {
        let tree = Tree::parse_part(&source.with_text(&*text), &host.part)?;
        let first = if source.is_json() {
            json::first_on_one_line(&tree)
        } else {
            first_flow(&tree, fills)?
        };
        let Some((range, block)) = first else {
            break;
        };
        text.replace_range(range, &block);
    }
    Ok(text)
}

/// Returns the range of the first flow list, and its replacement.
fn first_flow(tree: &Tree, fills: bool) -> Result<Option<(Range<usize>, String)>, Failure> {
    let lists = [
        ("channels", tree.root.get("channels")),
        ("dependencies", tree.root.get("dependencies")),
    ];
    for (key, value) in lists {
        let empty = value.and_then(Value::as_sequence).is_none_or(Vec::is_empty);
        let route = route!(key);
        if is_flow(tree, &route, '[') && !(empty && key == "dependencies") {
            return block(tree, &route, value, 2).map(Some);
        }
    }
    let dependencies = tree.root.get("dependencies").and_then(Value::as_sequence);
    for (index, item) in dependencies.into_iter().flatten().enumerate() {
        let Some(value) = item.as_mapping().and_then(|mapping| mapping.get("pip")) else {
            continue;
        };
        let item = route!("dependencies", index);
        if is_flow(tree, &item, '{') {
            let span = tree.location(&item).span;
            let inner = tree.source().text()[span.start + 1..span.end - 1].trim();
            return Ok(Some((span, inner.to_owned())));
        }
        let route = item.with_key("pip");
        let empty = value.as_sequence().is_none_or(Vec::is_empty);
        if is_flow(tree, &route, '[') && (!empty || fills) {
            return block(tree, &route, Some(value), 0).map(Some);
        }
    }
    Ok(None)
}

fn is_flow(tree: &Tree, route: &Route<'_>, open: char) -> bool {
    tree.span(route)
        .is_some_and(|span| tree.source().text()[span].starts_with(open))
}

/// Returns the block form of a list, and the range that it replaces. The range includes the
/// rest of the line, whose comment moves after the key.
fn block(
    tree: &Tree,
    route: &Route<'_>,
    value: Option<&Value>,
    indent: usize,
) -> Result<(Range<usize>, String), Failure> {
    let text = tree.source().text();
    let location = tree.location(route);
    let list = location.span.clone();
    let (Some(key), Some((rest, comment))) =
        (tree.key_span(route), yaml::trailing_comment(text, list.end))
    else {
        return Err(uneditable(
            location,
            "this list cannot be edited",
            "write one entry per line",
        ));
    };
    // The place of an alias is that of its anchor, before the key.
    if list.start < key.end {
        return Err(uneditable(
            location,
            "this list cannot be edited",
            "write it out below its key, without anchors or aliases",
        ));
    }
    let indent = " ".repeat(key.start - yaml::line_start(text, key.start) + indent);
    let new_line = format!("{}{indent}", line_break(text));
    let colon = text[key.end..list.start]
        .find(':')
        .map_or(list.start, |at| key.end + at + 1);
    let mut block = String::new();
    if !comment.is_empty() {
        block += &format!("  {comment}");
    }
    let mut end = list.start + 1;
    let count = value.and_then(Value::as_sequence).map_or(0, Vec::len);
    for index in 0..count {
        let item = tree.location(&route.with_key(index));
        let is_outside = item.span.start < end || item.span.end >= list.end;
        if is_outside || item.text().contains('\n') && !item.text().ends_with([']', '}']) {
            return Err(uneditable(
                item,
                "this entry cannot be edited",
                "write it on one line, without anchors or aliases",
            ));
        }
        comments(
            &mut block,
            &text[end..item.span.start],
            &new_line,
            index > 0,
        );
        block += &format!("{new_line}- {}", item.text());
        end = item.span.end;
    }
    comments(&mut block, &text[end..list.end - 1], &new_line, count > 0);
    Ok((colon..rest.end, block))
}

/// Writes the comments between two entries. One on the first line goes after the previous
/// entry; the others get their own lines.
fn comments(block: &mut String, gap: &str, new_line: &str, behind: bool) {
    for (index, line) in gap.lines().enumerate() {
        let Some(start) = line.find('#') else {
            continue;
        };
        let before = if index == 0 && behind { "  " } else { new_line };
        *block += &format!("{before}{}", line[start..].trim_end());
    }
}
