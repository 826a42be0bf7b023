//! The human-readable report of findings.

use std::collections::HashSet;

use presolve_check::{
    CheckReport, FileReport,
    rules::{Finding, Safety},
};
use presolve_terminal::{foreign::shown, human};
use presolve_text::diagnostic::Diagnostic;

/// Returns the findings of a file in the layout of rustc; empty if there are none. An error
/// that already stopped an earlier file, which is in `said`, takes one line.
pub fn file(report: &FileReport, said: &mut HashSet<String>) -> String {
    let mut text = String::new();
    for alike in blocks(&report.findings) {
        text += &block(&alike);
    }
    for undecided in &report.undecided {
        for diagnostic in &undecided.diagnostics {
            let message = &diagnostic.message;
            if said.insert(message.clone()) {
                text += &human::render(diagnostic);
            } else {
                let path = report.path.display();
                text += &shown(&format!("{path}: undecided for the same reason: {message}"));
            }
            text += "\n\n";
        }
    }
    text
}

fn block(alike: &[&Finding]) -> String {
    let first = alike[0];
    let others = alike.len() - 1;
    let mut diagnostic = first.diagnostic.clone();
    if others > 0 {
        diagnostic.message += &format!(", and {others} more like it");
        let labels = alike
            .iter()
            .map(|finding| finding.diagnostic.labels[0].clone());
        diagnostic.labels = labels.collect();
    }
    if let Some(fix) = &first.fix {
        let how = match fix.safety {
            Safety::Safe => "`--fix`",
            Safety::Unsafe => "`--fix --unsafe-fixes`",
        };
        diagnostic.help.push(format!("{how} can {}", fix.title));
    }
    human::render_places(&diagnostic, alike.len()) + "\n\n"
}

/// Groups findings that one block can show without losing information: forty unpinned versions
/// are one block, not forty.
fn blocks(findings: &[Finding]) -> Vec<Vec<&Finding>> {
    let mut blocks: Vec<(Option<String>, Vec<&Finding>)> = Vec::new();
    for finding in findings {
        let said = said_beside_the_place(finding);
        let same = blocks
            .iter_mut()
            .find(|(other, _)| said.is_some() && *other == said);
        match same {
            Some((_, block)) => block.push(finding),
            None => blocks.push((said, vec![finding])),
        }
    }
    blocks.into_iter().map(|(_, block)| block).collect()
}

/// Returns the texts of a finding without the names that its position already shows; `None` if
/// it has several positions.
fn said_beside_the_place(finding: &Finding) -> Option<String> {
    let Diagnostic {
        level,
        labels,
        message,
        notes,
        help,
        ..
    } = &finding.diagnostic;
    let [label] = &**labels else {
        return None;
    };
    let source = &label.location.file;
    let start = source.text()[..label.location.span.start].rfind('\n');
    let line = &source.text()[start.map_or(0, |end| end + 1)..];
    let line = line.lines().next().unwrap_or_default();
    let parts = message.split('`').enumerate();
    let message: Vec<&str> = parts
        .map(|(index, part)| {
            if index % 2 == 1 && line.contains(part) {
                ""
            } else {
                part
            }
        })
        .collect();
    let fix = finding.fix.as_ref().map(|fix| (&fix.title, fix.safety));
    let (rule, path) = (finding.rule, source.path());
    Some(format!(
        "{rule:?} {level:?} {path:?} {message:?} {notes:?} {help:?} {fix:?}"
    ))
}

/// Returns the summary of all findings and of the available fixes.
pub fn summary(report: &CheckReport) -> String {
    let mut lines = Vec::new();
    let fixed = report.files.iter().filter_map(|file| file.fixed.as_ref());
    let fixed: usize = fixed.map(|fixed| fixed.findings.len()).sum();
    if fixed > 0 {
        lines.push(format!("Fixed {}", count(fixed, "finding")));
    }
    lines.push(found(report));
    match super::fixable(report) {
        [0, 0] => {}
        [0, others] => lines.push(format!("`--fix --unsafe-fixes` can fix {others} of them")),
        [safe, 0] => lines.push(format!("`--fix` can fix {safe} of them")),
        [safe, others] => lines.push(format!(
            "`--fix` can fix {safe} of them, with `--unsafe-fixes` {others} more"
        )),
    }
    lines.join("\n")
}

fn found(report: &CheckReport) -> String {
    let [errors, warnings, notes] = super::counts(report);
    let silenced: usize = report.files.iter().map(|file| file.suppressed).sum();
    let (not_read, not_decided): (Vec<&FileReport>, Vec<&FileReport>) = report
        .files
        .iter()
        .filter(|file| !file.undecided.is_empty())
        .partition(|file| file.is_refused);
    let counts = [(errors, "error"), (warnings, "warning"), (notes, "note")];
    let counts = counts.iter().filter(|(number, _)| *number > 0);
    let mut parts: Vec<String> = counts.map(|(number, what)| count(*number, what)).collect();
    if parts.is_empty() {
        parts.push("nothing found".to_owned());
    }
    if silenced > 0 {
        parts.push(format!("{silenced} suppressed"));
    }
    for (files, what) in [(not_decided, "decided"), (not_read, "read")] {
        if !files.is_empty() {
            parts.push(format!("{} not {what}", count(files.len(), "file")));
        }
    }
    let files = count(report.files.len(), "file");
    format!("Checked {files}: {}", parts.join(", "))
}

/// Returns the summary of `--diff`.
pub fn would_fix(report: &CheckReport) -> String {
    let fixed = report.files.iter().filter_map(|file| file.fixed.as_ref());
    let fixed: Vec<usize> = fixed.map(|fixed| fixed.findings.len()).collect();
    match fixed.iter().sum::<usize>() {
        0 => "Nothing to fix".to_owned(),
        findings => format!(
            "Would fix {} in {}",
            count(findings, "finding"),
            count(fixed.len(), "file")
        ),
    }
}

fn count(number: usize, what: &str) -> String {
    match number {
        1 => format!("1 {what}"),
        _ => format!("{number} {what}s"),
    }
}
