//! The block of lines that `pin` adds at the end of a list, under one comment:
//!
//! ```yaml
//! - numpy=1.26.4=py310hb13e2d6_0  # presolve: numpy
//! # presolve: added 2 packages
//! - libblas=3.9.0=20_openblas
//! - libzlib=1.3.1=hb9d3cd8_2
//! ```
//!
//! The number says where the block ends, so that a line which the user adds below it is not
//! taken for one of presolve's.

use std::{collections::HashSet, ops::Range, sync::Arc};

use super::{
    pin_comment::{LineComment, MARK, Origin},
    yaml::{self, Tree},
};
use presolve_text::{diagnostic::Location, source::SourceFile};

/// Follows the mark, before the number of packages.
const ADDED: &str = "added ";

/// The comment above the added lines of a list.
#[derive(Clone, Debug)]
pub struct AddedBlock {
    /// The comment, without its indentation.
    pub location: Location,
    /// The number of packages that the comment states.
    pub stated: usize,
    /// The number of added lines below it.
    pub present: usize,
}

/// Writes the comment above a number of added lines.
pub(crate) fn header(packages: usize) -> String {
    let noun = if packages == 1 { "package" } else { "packages" };
    format!("{MARK}{ADDED}{packages} {noun}")
}

/// Returns the number of packages in a [`header`].
fn parse(comment: &str) -> Option<usize> {
    let text = comment.trim_end().strip_prefix(MARK)?.strip_prefix(ADDED)?;
    let (number, noun) = text.split_once(' ')?;
    matches!(noun, "package" | "packages")
        .then(|| number.parse().ok())
        .flatten()
}

/// Returns the ranges of all headers in a file, each without its indentation, and their numbers.
pub(crate) fn headers(tree: &Tree) -> Vec<Found> {
    let mut headers = headers_in_text(tree.source().text());
    headers.retain(|header| is_comment(tree, header));
    headers
}

/// A header: its range without its indentation, and its number.
pub(crate) type Found = (Range<usize>, usize);

/// As [`headers`], for a text in which every line that begins with `#` is a comment.
pub(crate) fn headers_in_text(text: &str) -> Vec<Found> {
    let mut start = 0;
    let mut headers = Vec::new();
    for line in text.split_inclusive('\n') {
        headers.extend(header_in(start, line));
        start += line.len();
    }
    headers
}

/// Returns the header that a line consists of.
fn header_in(start: usize, line: &str) -> Option<Found> {
    let comment = line.trim_start_matches(' ');
    let number = parse(comment)?;
    let start = start + line.len() - comment.len();
    Some((start..start + comment.trim_end().len(), number))
}

/// Whether YAML reads a header as a comment, and not as a line of a block of text.
fn is_comment(tree: &Tree, (span, _): &Found) -> bool {
    tree.in_comment(span.start..span.start + 1)
}

/// Returns the header above an entry, with only comments and blank lines between them.
pub(crate) fn above(tree: &Tree, entry: usize) -> Option<Found> {
    if tree.source().is_json() {
        return None;
    }
    above_if(tree.source().text(), entry, |header| {
        is_comment(tree, header)
    })
}

/// As [`above`], for a text in which every line that begins with `#` is a comment.
pub(crate) fn above_in_text(text: &str, entry: usize) -> Option<Found> {
    above_if(text, entry, |_| true)
}

fn above_if(text: &str, entry: usize, is_comment: impl Fn(&Found) -> bool) -> Option<Found> {
    let mut end = yaml::line_start(text, entry);
    while end > 0 {
        let start = yaml::line_start(text, end - 1);
        let line = &text[start..end];
        let bare = line.trim();
        if !(bare.is_empty() || bare.starts_with('#')) {
            return None;
        }
        if let Some(header) = header_in(start, line).filter(&is_comment) {
            return Some(header);
        }
        end = start;
    }
    None
}

/// Follows the entries of a list in order, and decides which ones are in a block.
#[derive(Default)]
pub(crate) struct BlockReader {
    /// The blocks so far.
    pub blocks: Vec<AddedBlock>,
    left: usize,
}

impl BlockReader {
    /// Reads the next scalar entry, which begins at an offset, and marks its comment if it is
    /// in a block. A line with its own note is one that the user declared.
    pub(crate) fn read(&mut self, tree: &Tree, entry: usize, comment: &mut LineComment) {
        let header = above(tree, entry).map(|(span, stated)| (tree.at(span), stated));
        self.read_below(header, comment);
    }

    /// As [`BlockReader::read`], with the header above the entry, if there is one.
    pub(crate) fn read_below(
        &mut self,
        header: Option<(Location, usize)>,
        comment: &mut LineComment,
    ) {
        if let Some((location, stated)) = header {
            self.left = stated;
            self.blocks.push(AddedBlock {
                location,
                stated,
                present: 0,
            });
        }
        if self.left == 0 || comment.origin.is_some() {
            return self.end();
        }
        self.left -= 1;
        comment.origin = Some(Origin::Added);
        if let Some(block) = self.blocks.last_mut() {
            block.present += 1;
        }
    }

    /// Returns the headers of a file that are not above an entry, as blocks without lines.
    pub(crate) fn empty(tree: &Tree, blocks: &[AddedBlock]) -> Vec<AddedBlock> {
        Self::unread(headers(tree), tree.source(), blocks)
    }

    /// Returns the headers that are not above an entry, as blocks without lines.
    pub(crate) fn unread(
        headers: Vec<Found>,
        source: &Arc<SourceFile>,
        blocks: &[AddedBlock],
    ) -> Vec<AddedBlock> {
        let read = blocks.iter().map(|one| one.location.span.start);
        let read: HashSet<usize> = read.collect();
        let unread = headers.into_iter();
        let unread = unread.filter(|(span, _)| !read.contains(&span.start));
        let empty = unread.map(|(span, stated)| AddedBlock {
            location: Location {
                file: Arc::clone(source),
                span,
            },
            stated,
            present: 0,
        });
        empty.collect()
    }

    /// Ends the block, if there is one: what follows is not a line of presolve.
    pub(crate) fn end(&mut self) {
        self.left = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_reads_back() {
        for packages in [0, 1, 2, 159] {
            assert_eq!(parse(&header(packages)), Some(packages));
        }
        for other in [
            "# presolve: added",
            "# presolve: added packages",
            "# presolve: added 3 packages of mine",
            "# presolve: added -1 packages",
            "# added 3 packages",
        ] {
            assert_eq!(parse(other), None, "{other}");
        }
    }
}
