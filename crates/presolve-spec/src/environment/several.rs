//! Several pip lists in one file.

use super::PipList;
use crate::codes;
use presolve_text::{diagnostic::Diagnostic, secrets::redact};

/// The maximum number of lines that are named.
const SHOWN: usize = 3;

/// The lists with lines that conda does not install, because another list is below them.
pub(super) fn ignored<'l, 'a>(
    lists: &'l [PipList<'a>],
) -> impl Iterator<Item = &'l PipList<'a>> + use<'l, 'a> {
    let earlier = lists.split_last().map_or(&[][..], |(_, earlier)| earlier);
    earlier.iter().filter(|list| !list.items.is_empty())
}

/// Returns the warning that lines do not count.
pub(super) fn warning(lists: &[PipList<'_>]) -> Option<Diagnostic> {
    let last = lists.last()?;
    let first = ignored(lists).next()?;
    let message = "there are several pip lists, and conda installs only the last one";
    let mut warning = Diagnostic::warning(codes::SEVERAL_PIP_LISTS, message);
    warning = warning.at(first.key.clone(), "conda ignores this list");
    for other in ignored(lists).skip(1) {
        warning = warning.at(other.key.clone(), "and this one");
    }
    let label = if last.items.is_empty() {
        "the last list is empty"
    } else {
        "the last list"
    };
    let lines = ignored(lists).flat_map(|list| list.items);
    let lines: Vec<&str> = lines.filter_map(|line| line.as_str()).collect();
    let shown = lines.iter().take(SHOWN);
    let mut shown: Vec<String> = shown.map(|line| format!("`{}`", redact(line))).collect();
    if lines.len() > SHOWN {
        shown.push(format!("{} more", lines.len() - SHOWN));
    }
    Some(
        warning
            .at(last.key.clone(), label)
            .note(format!("not installed: {}", shown.join(", ")))
            .help("merge them into one list: `presolve check --fix`"),
    )
}
