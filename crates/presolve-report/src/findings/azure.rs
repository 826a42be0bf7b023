//! Findings as logging commands of Azure Pipelines, which become issues of the run
//! (<https://learn.microsoft.com/azure/devops/pipelines/scripts/logging-commands>).
//!
//! Only errors and warnings exist, so notes are plain lines of the log. The exit code decides
//! whether the step fails. `task.complete` is not used, because it would overrule
//! `--exit-zero` and `--fail-on`.

use super::{Entry, undecided};
use presolve_check::{CheckReport, FileReport};
use presolve_terminal::foreign;
use presolve_text::diagnostic::Level;

/// Returns one command or line per finding, most severe first.
pub fn render(report: &CheckReport) -> String {
    let mut entries: Vec<Entry<'_>> = report.all().flat_map(Entry::of).collect();
    entries.sort_by_key(|entry| entry.finding.diagnostic.level);
    let findings = entries.iter().map(line);
    let undecided = report.all().flat_map(not_decided);
    findings.chain(undecided).collect()
}

fn line(entry: &Entry<'_>) -> String {
    let (rule, start) = (entry.finding.rule.name, entry.start);
    let kind = match entry.finding.diagnostic.level {
        Level::Error => "error",
        Level::Warning => "warning",
        Level::Note => {
            let (path, line, column) = (&entry.path, start.line, start.column);
            let note = format!("{path}:{line}:{column}: note[{rule}]: {}", entry.text());
            return foreign::shown(&note).replace(['\r', '\n'], " ") + "\n";
        }
    };
    format!(
        "##vso[task.logissue type={kind};sourcepath={};linenumber={};columnnumber={};code={};]{}\n",
        property(&entry.path),
        start.line,
        start.column,
        property(rule),
        data(&entry.text())
    )
}

fn not_decided(report: &FileReport) -> impl Iterator<Item = String> {
    let path = property(&presolve_text::files::shown_path(&report.path));
    undecided(report).map(move |why| {
        let why = data(&why);
        format!("##vso[task.logissue type=warning;sourcepath={path};]{why}\n")
    })
}

/// Escapes the text after the bracket (`CommandStringConvertor` of
/// microsoft/azure-pipelines-agent).
pub(crate) fn data(text: &str) -> String {
    foreign::shown(text)
        .replace('%', "%AZP25")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}

/// Escapes the value of a property (also `CommandStringConvertor`).
pub(crate) fn property(text: &str) -> String {
    data(text).replace(']', "%5D").replace(';', "%3B")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_ends_a_property_or_a_command_is_escaped() {
        assert_eq!(
            data("50 %;]\r\n##vso[x]"),
            "50 %AZP25;]%0D%0A#\u{fffd}vso[x]"
        );
        assert_eq!(property("a;b]%.yml\n"), "a%3Bb%5D%AZP25.yml%0A");
    }
}
