//! The most informative lines of a log, for a failure that is not a known problem.

use std::sync::LazyLock;

use regex::RegexSet;

use super::Log;

/// The maximum number of lines that are shown.
const SHOWN: usize = 8;

/// The patterns of informative lines. Later ones score higher: the name of an exception says
/// more than the word "failed".
static TELLING: LazyLock<RegexSet> = LazyLock::new(|| {
    RegexSet::new([
        r"(?i)\b(?:cannot|can't|could not|couldn't|unable to|not found|denied|refused|no such)\b",
        r"(?i)\bfail(?:ed|ure)\b|\berror\b",
        r"(?i)exit (?:code|status):? [1-9]|non-zero code",
        r"^\s*(?:E|ERROR|Error|FATAL|fatal|CRITICAL|critical)\b.*\w",
        r"\b[A-Z]\w*(?:Error|Exception)\b:",
    ])
    .expect("the tests compile every pattern")
});

/// Returns the most informative lines, as ascending indices in [`Log::lines`]; the last lines
/// if no pattern matches.
pub(super) fn lines(log: &Log) -> Vec<usize> {
    let mut scored: Vec<(usize, usize)> = Vec::new();
    let mut last = Vec::new();
    for place in (0..log.lines.len()).filter(|&place| !log.went_well(place)) {
        let score = TELLING
            .matches(&log.lines[place].text)
            .iter()
            .map(|rank| rank + 1)
            .sum();
        if score > 0 {
            scored.push((score, place));
        }
        last.push(place);
    }
    if scored.is_empty() {
        return last.split_off(last.len().saturating_sub(SHOWN));
    }
    scored.sort_unstable();
    let mut best: Vec<usize> = Vec::new();
    for (_, place) in scored.into_iter().rev() {
        let text = &log.lines[place].text;
        if !best.iter().any(|&known| &log.lines[known].text == text) {
            best.push(place);
        }
        if best.len() == SHOWN {
            break;
        }
    }
    best.sort_unstable();
    best
}
