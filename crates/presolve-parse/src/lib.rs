//! The boundary to the parsers of other libraries.
//!
//! In: untrusted text. Out: requirements, match specs, versions, or an error. No other crate
//! calls these parsers, because they were not written for hostile text: some panic, some
//! recurse once per bracket, some need a hundred times the memory of the text. This crate
//! first rejects texts that they cannot handle ([`marker`], [`nesting`], the limits of [`pep`]
//! and [`conda`]), and converts a remaining panic into an ordinary error ([`guard`]).

pub mod conda;
pub mod guard;
mod marker;
pub mod nesting;
pub mod pep;

/// Parse error with its position in the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invalid {
    /// One sentence, without a full stop.
    pub message: String,
    /// Bytes of the text that the message refers to.
    pub span: std::ops::Range<usize>,
}

impl Invalid {
    fn new(message: impl Into<String>, span: std::ops::Range<usize>) -> Self {
        Self {
            message: message.into(),
            span,
        }
    }

    /// The span, moved into `text` and onto character boundaries. `text` may be a shortened or
    /// slightly different version of the parsed text.
    pub fn span_in(&self, text: &str) -> std::ops::Range<usize> {
        let on_character = |mut place: usize| {
            place = place.min(text.len());
            while !text.is_char_boundary(place) {
                place -= 1;
            }
            place
        };
        let start = on_character(self.span.start);
        start..on_character(self.span.end).max(start)
    }

    /// Shifts the span into a text that begins `offset` bytes earlier.
    fn after(mut self, offset: usize) -> Self {
        self.span = self.span.start + offset..self.span.end + offset;
        self
    }
}

impl std::fmt::Display for Invalid {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.message.fmt(f)
    }
}

impl std::error::Error for Invalid {}

/// Checks that a text is not longer than `limit` bytes.
fn check_length(text: &str, limit: usize, what: &str) -> Result<(), Invalid> {
    if text.len() <= limit {
        return Ok(());
    }
    let message = format!(
        "{what} of {} bytes is over presolve's limit of {limit} bytes",
        text.len()
    );
    Err(Invalid::new(message, 0..text.len()))
}
