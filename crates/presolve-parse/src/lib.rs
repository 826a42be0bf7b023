//! The boundary to the parsers of other libraries.
//!
//! In: text of strangers. Out: requirements, match specs, versions, or an error. No other crate
//! calls those parsers: they were not written for hostile text. Some panic, some recurse once
//! per bracket, some take a hundred times the memory of the text. Here the text is checked
//! first for what they cannot take ([`marker`], [`nesting`], the limits of [`pep`] and
//! [`conda`]), and a panic that gets through is an error like any other ([`guard`]).

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
    /// The bytes of the text that the sentence is about.
    pub span: std::ops::Range<usize>,
}

impl Invalid {
    fn new(message: impl Into<String>, span: std::ops::Range<usize>) -> Self {
        Self {
            message: message.into(),
            span,
        }
    }

    /// The bytes to blame in a text that may be cut or written a little differently: they
    /// lie within it and between characters.
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

    /// The same, in a text that begins `offset` bytes earlier.
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
