//! The traceback of Python that ends with a message.

use super::Log;

/// The maximum number of lines of a traceback.
const LONGEST: usize = 200;

/// The line above the frames of a traceback.
const BEGINNING: &str = "Traceback (most recent call last)";

/// Returns the files of the traceback that ends with a line, with `/` between folders, the
/// innermost first; empty if no traceback ends there.
pub(super) fn files(log: &Log, line: usize) -> Vec<String> {
    let mut files = Vec::new();
    let above = (line.saturating_sub(LONGEST)..line).rev();
    for place in above.filter(|&place| log.is_one_step(line, place)) {
        let text = log.lines[place].text.trim_start();
        if text.contains(BEGINNING) {
            return files;
        }
        if let Some(rest) = text.strip_prefix("File \"") {
            let file = rest.split('"').next().unwrap_or_default();
            files.push(file.replace('\\', "/"));
        }
    }
    Vec::new()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files_above_the_end(log: &str) -> Vec<String> {
        let log = Log::read(log.as_bytes());
        files(&log, log.lines.len() - 1)
    }

    #[test]
    fn the_frames_are_those_of_the_last_traceback() {
        let log = "Traceback (most recent call last):\n  File \"a.py\", line 1, in f\n    g()\nValueError: no\nDuring handling of the above exception, another exception occurred:\nTraceback (most recent call last):\n  File \"C:\\lib\\b.py\", line 2, in g\n    h()\n  File \"c.py\", line 3, in h\nKeyError: 'x'\n";
        assert_eq!(files_above_the_end(log), ["c.py", "C:/lib/b.py"]);
    }

    #[test]
    fn a_message_alone_has_no_frames() {
        assert!(files_above_the_end("  File \"a.py\", line 1\nSyntaxError: no\n").is_empty());
    }
}
