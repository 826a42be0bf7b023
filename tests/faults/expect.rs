//! What is expected of a cell, as `docs/faults.md` writes it, and what was seen.

use std::fmt;

use super::{cell, limits::Ended};

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Seen {
    /// Exit code 0 and the right pins; of other commands than `pin`, exit code 0.
    Right,
    /// Exit code 0 and the pins without the newest release.
    Older,
    /// Exit code 0 and other pins.
    Wrong,
    /// Another exit code.
    Code(i32),
    /// A panic, whatever the exit code.
    Panic,
    /// A signal, such as that of an abort.
    Signal,
    /// It did not end by itself.
    Killed,
}

impl Seen {
    /// What a run amounts to; `file` is the environment file if it was to be pinned.
    pub(super) fn of(ended: &Ended, file: Option<&[u8]>) -> Self {
        let panics = ["panicked at", "stack backtrace", "has overflowed its stack"];
        match ended.code {
            _ if ended.was_killed => Seen::Killed,
            _ if panics.iter().any(|text| ended.stderr.contains(text)) => Seen::Panic,
            None => Seen::Signal,
            Some(0) => match file {
                Some(file) => cell::answer(file).unwrap_or(Seen::Wrong),
                None => Seen::Right,
            },
            Some(code) => Seen::Code(code),
        }
    }
}

impl fmt::Display for Seen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Seen::Right => write!(f, "0"),
            Seen::Older => write!(f, "0, older"),
            Seen::Wrong => write!(f, "0, wrong pins"),
            Seen::Code(code) => write!(f, "{code}"),
            Seen::Panic => write!(f, "panic"),
            Seen::Signal => write!(f, "signal"),
            Seen::Killed => write!(f, "no end"),
        }
    }
}

/// What is allowed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Expect {
    seen: Vec<Seen>,
    /// A right answer comes with a note on what was left out.
    pub with_note: bool,
    text: String,
}

impl Expect {
    /// Reads an entry of the docs, such as `0`, `3`, `0 or 3`, `0, older`, `0, note`;
    /// none for a dash.
    pub(super) fn parse(text: &str) -> Option<Self> {
        if text == "–" {
            return None;
        }
        let mut with_note = false;
        let seen = text.split(" or ").map(|one| match one {
            "0" => Seen::Right,
            "0, note" => {
                with_note = true;
                Seen::Right
            }
            "0, older" => Seen::Older,
            code => Seen::Code(code.parse().expect("an exit code")),
        });
        Some(Self {
            seen: seen.collect(),
            with_note,
            text: text.to_owned(),
        })
    }

    pub(super) fn allows(&self, seen: Seen) -> bool {
        self.seen.contains(&seen)
    }
}

impl fmt::Display for Expect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}
