//! The first comment of a pinned file, with the places of its parts.

use std::{ops::Range, sync::Arc};

use super::{Spanned, pin_comment::Header};
use presolve_text::{
    diagnostic::{Diagnostic, Location},
    secrets::redact,
    source::SourceFile,
};

/// What an earlier `pin` wrote about a file as a whole.
#[derive(Clone, Debug)]
pub(crate) struct PinnedHeader {
    /// The range of the comment after `pinned for`, up to the end of its line.
    pub value: Range<usize>,
    pub platform: Spanned<String>,
    pub python: Option<Spanned<String>>,
    pub lock: Option<Spanned<String>>,
    pub as_of: Option<Spanned<jiff::Timestamp>>,
    /// The warning about an instant that is not one.
    pub unreadable: Option<Diagnostic>,
}

impl PinnedHeader {
    /// Finds the comment in a file. `is_comment` is asked for the byte after the indentation.
    pub(crate) fn find(
        source: &Arc<SourceFile>,
        is_comment: impl Fn(usize) -> bool,
    ) -> Option<Self> {
        let mut start = 0;
        for line in source.text().split_inclusive('\n') {
            let indent = line.len() - line.trim_start_matches(' ').len();
            let found = Self::read(source, start + indent, &line[indent..]);
            if let Some(found) = found.filter(|_| is_comment(start + indent)) {
                return Some(found);
            }
            start += line.len();
        }
        None
    }

    fn read(source: &Arc<SourceFile>, start: usize, line: &str) -> Option<Self> {
        let read = Header::parse(line)?;
        let value = start + read.start..start + line.trim_end().len();
        let at = |part: &str| {
            let start = value.start + source.text()[value.clone()].find(part).unwrap_or(0);
            Location {
                file: Arc::clone(source),
                span: start..start + part.len(),
            }
        };
        let header = read.header;
        let spanned = |part: &str| Spanned {
            value: part.to_owned(),
            location: at(part),
        };
        Some(Self {
            platform: spanned(header.platform),
            python: header.python.map(spanned),
            lock: header.lock.map(spanned),
            as_of: header.as_of.map(|instant| Spanned {
                value: instant,
                location: Location {
                    file: Arc::clone(source),
                    span: value.start + header.platform.len()..value.end,
                },
            }),
            unreadable: read.unreadable.map(|text| not_an_instant(text, at(text))),
            value,
        })
    }
}

fn not_an_instant(text: &str, at: Location) -> Diagnostic {
    let message = format!("`{}` is not a timestamp", redact(text));
    Diagnostic::warning("unreadable-instant", message)
        .at(at, "")
        .note("ages of packages count back from now instead")
        .help("pin the file again, which writes the timestamp anew")
}
