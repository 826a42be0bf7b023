//! The log of a build as lines, without the additions of the programs that wrote it.
//!
//! Docker, BuildKit, ACR, Azure ML and CI systems each add something: timestamps, step
//! numbers, seconds, colours. The rest is the messages of conda, pip and apt. The signs of
//! problems are searched in these messages only.

use std::sync::LazyLock;

use regex::Regex;

use super::step::{Fate, Step, Steps};
use presolve_text::source::decode_lossy;

/// The maximum length of a line, in bytes. A longer line is split into several with the same
/// number: a progress bar can have megabytes, but no sign is that long.
const LONGEST: usize = 8 << 10;

/// The numbers of first and last lines that are kept of an extremely long log. The first lines
/// show what is built, and the failure is at the end.
const FIRST: usize = 1 << 20;
const LAST: usize = 1 << 22;

/// A parsed log.
pub struct Log {
    /// The lines with text, in order. Of an extremely long log, only the first and last ones.
    pub lines: Vec<LogLine>,
    /// The steps of the build, in the order of the log; empty if the log shows none.
    pub steps: Vec<Step>,
    /// The number of lines in the file.
    pub count: usize,
    /// The last line that reports a successful build, as an index in `lines`.
    pub success: Option<usize>,
}

/// A line of a log, or the part of one between two carriage returns.
pub struct LogLine {
    /// The line number in the file, from 1.
    pub number: usize,
    /// The message, without prefixes, colours and control characters.
    pub text: String,
    /// The step that the line belongs to, as an index in [`Log::steps`].
    pub step: Option<usize>,
}

impl Log {
    /// Parses a log in linear time. Any bytes are accepted.
    pub fn read(bytes: &[u8]) -> Self {
        let text = decode_lossy(bytes);
        let mut lines = Lines::new(FIRST, LAST);
        let mut steps = Steps::default();
        let mut count = 0;
        for (index, whole) in text.lines().enumerate() {
            count = index + 1;
            for piece in whole.trim_end_matches('\r').split('\r').flat_map(pieces) {
                let Some((id, text)) = clean(piece) else {
                    continue;
                };
                let step = steps.of(id, &text, index + 1);
                lines.push(LogLine {
                    number: index + 1,
                    text,
                    step,
                });
            }
        }
        Self {
            lines: lines.kept,
            steps: steps.finish(),
            count,
            success: lines.success,
        }
    }

    /// Whether a line belongs to a step that succeeded in the end.
    pub fn went_well(&self, line: usize) -> bool {
        let step = self.lines[line].step.map(|step| &self.steps[step]);
        step.is_some_and(|step| step.fate == Fate::Succeeded)
    }

    /// Whether two lines may belong to the same step. A line without a step may belong to any.
    pub(super) fn is_one_step(&self, one: usize, other: usize) -> bool {
        match (self.lines[one].step, self.lines[other].step) {
            (Some(one), Some(other)) => one == other,
            _ => true,
        }
    }
}

/// The lines that are kept while the log is read.
struct Lines {
    kept: Vec<LogLine>,
    success: Option<usize>,
    /// The minimum numbers of first lines and of last lines that are kept.
    first: usize,
    last: usize,
}

impl Lines {
    fn new(first: usize, last: usize) -> Self {
        Self {
            kept: Vec::new(),
            success: None,
            first,
            last,
        }
    }

    fn push(&mut self, line: LogLine) {
        let (first, last) = (self.first, self.last);
        if self.kept.len() == first + 2 * last {
            self.kept.drain(first..first + last);
            self.success = self.success.map(|place| {
                if place < first + last {
                    place.min(first - 1)
                } else {
                    place - last
                }
            });
        }
        if says_success(&line.text) {
            self.success = Some(self.kept.len());
        }
        self.kept.push(line);
    }
}

/// Splits a text that is too long.
fn pieces(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = Some(text);
    std::iter::from_fn(move || {
        let text = rest.take()?;
        let end = text.floor_char_boundary(LONGEST);
        let (piece, behind) = text.split_at(end);
        rest = (!behind.is_empty()).then_some(behind);
        Some(piece)
    })
}

/// ANSI sequences (ECMA-48), also without the escape character that some log viewers remove
/// (`[91m`), and control characters.
static CONTROL: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\x1b\[[0-?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b[@-Z\\-_]|\[\d{1,3}(?:;\d{1,3})*m|[\x00-\x08\x0b-\x1f\x7f\x{feff}]+",
    )
});

/// The prefixes of a message, each with an example:
/// `2025-02-16T00:26:20.123Z `, `[2025-02-16 00:26:20]`, `2020/05/24 04:28:30 `;
/// `job⇥step⇥` before a timestamp, as GitHub's command line prints it;
/// `#8 46.25 ` of BuildKit; `12.84 ` of its summary; ` => => # ` of its display;
/// `##[error]` of Azure Pipelines and GitHub; `>>> ` of Azure ML; `app-1  | ` of docker
/// compose.
static PREFIX: LazyLock<Regex> = LazyLock::new(|| {
    pattern(concat!(
        r"^(?:",
        r"(?:[^\t]{1,80}\t[^\t]{1,80}\t)?\[?\d{4}[-/]\d\d[-/]\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d+)?(?:Z|[+-]\d\d:?\d\d)?(?: \d\d[OE][+ ]?)?\]?:?(?: |$)",
        r"|#(?P<id>\d+) (?:\d+\.\d+(?: |$))?",
        r"|\d{1,5}\.\d{1,3}(?: |$)",
        r"|\s*(?:=> )+(?:# ?)?",
        r"|##\[(?:error|warning|command|debug)\]",
        r"|>>> +",
        r"|[\w.-]+-\d+ +\| ",
        r")",
    ))
});

/// The maximum number of consecutive prefixes: CI's timestamp, then ACR's, then the number and
/// the seconds of BuildKit.
const PREFIXES: usize = 4;

/// Returns the message of a line and BuildKit's number of its step; `None` if the line has
/// only blanks and control characters.
fn clean(raw: &str) -> Option<(Option<u32>, String)> {
    if raw.is_empty() {
        return None;
    }
    let text = CONTROL.replace_all(raw, "");
    let mut rest: &str = &text;
    let mut id = None;
    for _ in 0..PREFIXES {
        let Some(found) = PREFIX.captures(rest) else {
            break;
        };
        if let Some(number) = found.name("id") {
            id = number.as_str().parse().ok();
        }
        rest = &rest[found[0].len()..];
    }
    let message = rest.trim_end();
    (!message.is_empty()).then(|| (id, message.to_owned()))
}

/// The messages of builders after an image was built.
static SUCCESS: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"^(?:Successfully (?:built [0-9a-f]{12}|tagged \S+:\S+)|Run ID: \S+ was successful|(?:exporting to image|naming to \S+)(?: \S+)? done$)",
    )
});

fn says_success(text: &str) -> bool {
    text.starts_with(['S', 'R', 'e', 'n']) && SUCCESS.is_match(text)
}

/// Compiles a pattern of the source code, which the tests prove valid.
pub(super) fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("the tests compile every pattern")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(bytes: &[u8]) -> Vec<(usize, String)> {
        let lines = Log::read(bytes).lines.into_iter();
        lines.map(|line| (line.number, line.text)).collect()
    }

    #[test]
    fn prefixes_and_colours_go() {
        for raw in [
            "ERROR: no",
            "2025-02-16T00:26:20: ERROR: no",
            "2023-08-10T02:35:51.0449597Z #8 46.25 ERROR: no",
            "2020/05/24 04:28:30 ERROR: no",
            "build\tRun docker\t2023-08-10T02:35:51.0449597Z ERROR: no",
            "12.84 ERROR: no",
            " => => # ERROR: no",
            "##[error]ERROR: no",
            "app-1  | ERROR: no",
            "\u{1b}[91mERROR: no\u{1b}[0m",
            "[91mERROR: no[0m",
            "\u{1b}]0;title\u{7}ERROR: no\r",
        ] {
            assert_eq!(
                texts(raw.as_bytes()),
                [(1, "ERROR: no".to_owned())],
                "{raw:?}"
            );
        }
    }

    #[test]
    fn what_a_carriage_return_overwrites_is_a_line_of_the_same_number() {
        let lines = texts(b"10%\r 99%\rdone\r\nnext\n");
        let expected = [(1, "10%"), (1, " 99%"), (1, "done"), (2, "next")];
        assert_eq!(
            lines,
            expected.map(|(number, text)| (number, text.to_owned()))
        );
    }

    #[test]
    fn utf16_of_windows_shells_is_read() {
        let bytes: Vec<u8> = "\u{feff}Killed\r\n"
            .encode_utf16()
            .flat_map(u16::to_le_bytes)
            .collect();
        assert_eq!(texts(&bytes), [(1, "Killed".to_owned())]);
    }

    #[test]
    fn a_line_of_a_megabyte_is_cut_and_nothing_is_lost() {
        let long = "é".repeat(1 << 19);
        let lines = texts(long.as_bytes());
        assert!(
            lines
                .iter()
                .all(|(number, text)| *number == 1 && text.len() <= LONGEST)
        );
        let all: String = lines.into_iter().map(|(_, text)| text).collect();
        assert_eq!(all, long);
    }

    #[test]
    fn of_too_many_lines_the_first_and_the_last_are_kept() {
        let kept = |built: usize| {
            let mut lines = Lines::new(2, 3);
            for number in 0..20 {
                let text = if number == built {
                    "Successfully built 0123456789ab".to_owned()
                } else {
                    String::new()
                };
                lines.push(LogLine {
                    number,
                    text,
                    step: None,
                });
            }
            let numbers: Vec<usize> = lines.kept.iter().map(|line| line.number).collect();
            (numbers, lines.success)
        };
        // An image built in the omitted lines precedes all later lines.
        for (built, success) in [(0, 0), (9, 1), (18, 6), (19, 7)] {
            let expected = (vec![0, 1, 14, 15, 16, 17, 18, 19], Some(success));
            assert_eq!(kept(built), expected, "{built}");
        }
    }

    #[test]
    fn lines_that_say_nothing_are_counted_and_not_kept() {
        let lines = texts(b"a\n\n \x1b[0m\n\x00\x00\n#8 0.1 \n2025-02-16T00:26:20: \nb");
        assert_eq!(lines, [(1, "a".to_owned()), (7, "b".to_owned())]);
    }

    #[test]
    fn any_bytes_are_a_log() {
        let garbage: Vec<u8> = (0..=255).cycle().take(100_000).collect();
        assert!(Log::read(&garbage).count > 0);
        assert_eq!(Log::read(b"").lines.len(), 0);
    }
}
