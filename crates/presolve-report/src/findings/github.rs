//! Findings as workflow commands of GitHub Actions, which become annotations
//! (<https://docs.github.com/actions/reference/workflow-commands-for-github-actions>).
//!
//! GitHub shows ten errors, ten warnings and ten notices of a step and drops the rest, so the
//! most severe come first.

use super::{Entry, undecided};
use presolve_check::{CheckReport, FileReport};
use presolve_terminal::foreign;
use presolve_text::diagnostic::Level;

/// Returns one command per finding.
pub fn render(report: &CheckReport) -> String {
    let mut entries: Vec<Entry<'_>> = report.all().flat_map(Entry::of).collect();
    entries.sort_by_key(|entry| entry.finding.diagnostic.level);
    let findings = entries.iter().map(command);
    let undecided = report.all().flat_map(not_decided);
    findings.chain(undecided).collect()
}

fn command(entry: &Entry<'_>) -> String {
    let kind = match entry.finding.diagnostic.level {
        Level::Error => "error",
        Level::Warning => "warning",
        Level::Note => "notice",
    };
    let (start, end) = (entry.start, entry.end);
    // Columns are valid only if the finding is on one line.
    let columns = if start.line == end.line {
        format!(",col={},endColumn={}", start.column, end.column)
    } else {
        String::new()
    };
    format!(
        "::{kind} title={},file={},line={},endLine={}{columns}::{}\n",
        property(entry.finding.rule.name),
        property(&entry.path),
        start.line,
        end.line,
        data(&entry.text())
    )
}

fn not_decided(report: &FileReport) -> impl Iterator<Item = String> {
    let path = property(&presolve_text::files::shown_path(&report.path));
    undecided(report).map(move |why| format!("::warning file={path}::{}\n", data(&why)))
}

/// Escapes the text after `::` (`escapeData` of actions/toolkit,
/// packages/core/src/command.ts).
pub(crate) fn data(text: &str) -> String {
    foreign::shown(text)
        .replace('%', "%25")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}

/// Escapes the value of a property (`escapeProperty` in the same file).
pub(crate) fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_ends_a_property_or_a_command_is_escaped() {
        assert_eq!(
            data("50 %: a,b\r\n::error::x"),
            "50 %25: a,b%0D%0A\u{fffd}:error::x"
        );
        assert_eq!(property("c:\\a,b%.yml\n"), "c%3A\\a%2Cb%25.yml%0A");
    }
}
