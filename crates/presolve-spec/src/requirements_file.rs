//! Requirements files of pip that get pins in their place
//! (<https://pip.pypa.io/en/stable/reference/requirements-file-format/>).
//!
//! They have the comments of a pinned conda file:
//!
//! ```text
//! # presolve: pinned for linux-64 with Python 3.10
//! numpy==1.26.4  # presolve: numpy>=1.20 # the user's comment
//! # presolve: added 1 package
//! tomlish==1.2.0
//! ```

use std::{ops::Range, sync::Arc};

use super::{
    AddedBlock, EnvironmentFile, PipRequirement,
    added_block::{self, BlockReader},
    change::{Change, included},
    edits::Edits,
    list::uneditable,
    pin_comment::LineComment,
    pinned_header::PinnedHeader,
};
use presolve_text::{
    diagnostic::{Failure, Location},
    source::SourceFile,
};

mod pin;

pub use pin::{pin, problem};

/// A requirements file that gets pins in its place.
#[derive(Clone, Debug)]
pub struct RequirementsFile {
    /// The file.
    pub source: Arc<SourceFile>,
    /// Another one includes it.
    pub is_included: bool,
}

/// Reads the comments of presolve after the lines of a file, from the first line to the last.
pub(crate) struct CommentReader<'f> {
    file: &'f Arc<SourceFile>,
    blocks: BlockReader,
}

impl<'f> CommentReader<'f> {
    pub(crate) fn new(file: &'f Arc<SourceFile>) -> Self {
        Self {
            file,
            blocks: BlockReader::default(),
        }
    }

    /// Reads the comment of the next requirement.
    pub(crate) fn read(&mut self, requirement: &PipRequirement) -> LineComment {
        let (text, span) = (self.file.text(), &requirement.location.span);
        let (_, comment) = after(text, span);
        let mut comment = LineComment::beside(&requirement.text, comment);
        let header = added_block::above_in_text(text, span.start);
        let header = header.map(|(span, stated)| (self.at(span), stated));
        self.blocks.read_below(header, &mut comment);
        comment
    }

    /// Ends the block, if there is one: what follows is not a line of presolve.
    pub(crate) fn end_block(&mut self) {
        self.blocks.end();
    }

    /// Returns the blocks, including those without lines.
    pub(crate) fn finish(mut self) -> Vec<AddedBlock> {
        let headers = added_block::headers_in_text(self.file.text());
        let blocks = &mut self.blocks.blocks;
        let empty = BlockReader::unread(headers, self.file, blocks);
        blocks.extend(empty);
        std::mem::take(blocks)
    }

    fn at(&self, span: Range<usize>) -> Location {
        Location {
            file: Arc::clone(self.file),
            span,
        }
    }
}

/// The blanks after a requirement, and the comment from `#` on, if there is one.
fn after<'t>(text: &'t str, span: &Range<usize>) -> (&'t str, &'t str) {
    let rest = text.get(span.end..).unwrap_or_default();
    let line = rest.split(['\n', '\r']).next().unwrap_or_default();
    let comment = line.trim_start();
    match comment.is_empty() || comment.starts_with('#') {
        true => (&line[..line.len() - comment.len()], comment),
        false => ("", ""),
    }
}

/// Reads what an earlier `pin` wrote at the top of a file into an environment.
pub fn read_header(environment: &mut EnvironmentFile, source: &Arc<SourceFile>) {
    let Some(header) = PinnedHeader::find(source, |_| true) else {
        return;
    };
    environment.pinned_platform = Some(header.platform);
    environment.pinned_python = header.python;
    environment.pinned_as_of = header.as_of;
    environment.warnings.extend(header.unreadable);
}

/// Returns the text of a requirements file with these changes.
///
/// # Errors
/// [`Failure::input`] if a change is not one of a requirement, or the requirement spans several
/// lines.
pub fn change(before: &EnvironmentFile, changes: &[&Change]) -> Result<String, Failure> {
    let mut edits = Edits::new(before.source.text());
    for change in changes {
        match (change.at(), change) {
            (Some(at), _) => {
                let mut lines = before.pip.requirements.iter();
                if !lines.any(|line| line.location == *at) {
                    return Err(uneditable(
                        at.clone(),
                        "this is not a requirement",
                        "change it by hand",
                    ));
                }
                included::make(&mut edits, change, at)?;
            }
            (None, Change::AddPip(text)) => append(&mut edits, text),
            (None, Change::MergePipLists) => {}
            (None, _) => {
                let at = Location {
                    file: Arc::clone(&before.source),
                    span: 0..0,
                };
                let message = "a requirements file has no place for conda packages and channels";
                return Err(uneditable(at, message, "use a conda environment file"));
            }
        }
    }
    Ok(edits.apply())
}

/// Adds lines at the end of a file.
fn append(edits: &mut Edits<'_>, lines: &str) {
    let text = edits.text;
    if !text.is_empty() && !text.ends_with('\n') {
        edits.insert(text.len(), edits.line_break);
    }
    edits.insert(text.len(), &format!("{lines}{}", edits.line_break));
}
