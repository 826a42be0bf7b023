//! The commands that succeeded, by their own words. A build did not fail at a message before
//! such a line in the same step: its command was optional, was repeated, or has an alternative.

use std::{collections::HashMap, sync::LazyLock};

use regex::Regex;

use super::{Log, log::pattern};

/// The last messages of pip (`pip/_internal/commands/install.py`), conda
/// (`conda/cli/common.py`, `print_activate`), libmamba (`libmamba/src/core/transaction.cpp`),
/// dpkg and uv (`crates/uv/src/commands/pip/operations.rs`).
static DONE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"^\s*(?:Successfully installed \S|# To activate this environment, use|Transaction finished\s*$|Setting up \S+ \(\S+\) \.\.\.|Installed \d+ packages? in \d)",
    )
});

/// The last line of each step at which a command succeeded.
pub(super) struct Progress {
    by_step: HashMap<Option<usize>, usize>,
}

impl Progress {
    /// Finds the commands of a log that succeeded.
    pub(super) fn of(log: &Log) -> Self {
        let lines = log.lines.iter().enumerate();
        let done = lines.filter(|(_, line)| DONE.is_match(&line.text));
        Self {
            by_step: done.map(|(place, line)| (line.step, place)).collect(),
        }
    }

    /// Whether a command of the same step succeeded after a line.
    pub(super) fn continues_after(&self, log: &Log, line: usize) -> bool {
        let last = self.by_step.get(&log.lines[line].step);
        last.is_some_and(|&last| last > line)
    }
}
