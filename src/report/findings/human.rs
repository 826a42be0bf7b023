//! Findings for people.

use crate::{
    check::{FileReport, Report},
    report::human,
    rules::Safety,
};

/// The findings of a file, as rustc shows them; empty if there is nothing to say.
pub fn file(report: &FileReport, color: bool) -> String {
    let mut text = String::new();
    for finding in &report.findings {
        text += &human::render(&finding.diagnostic, color);
        if let Some(fix) = &finding.fix {
            let how = match fix.safety {
                Safety::Safe => "`--fix`",
                Safety::Unsafe => "`--fix --unsafe-fixes`",
            };
            text += &format!("\n   = fix: {how} can {}", fix.title);
        }
        text += "\n\n";
    }
    for undecided in &report.undecided {
        for diagnostic in &undecided.diagnostics {
            text += &human::render(diagnostic, color);
            text += "\n\n";
        }
    }
    text
}

/// One line on all files.
pub fn summary(report: &Report) -> String {
    let [errors, warnings, notes] = super::counts(report);
    let files = count(report.files.len(), "file");
    if errors + warnings + notes == 0 {
        return format!("Checked {files}: nothing found");
    }
    let counts = [(errors, "error"), (warnings, "warning"), (notes, "note")];
    let counts = counts.iter().filter(|(number, _)| *number > 0);
    let counts: Vec<String> = counts.map(|(number, what)| count(*number, what)).collect();
    format!("Checked {files}: {}", counts.join(", "))
}

fn count(number: usize, what: &str) -> String {
    match number {
        1 => format!("1 {what}"),
        _ => format!("{number} {what}s"),
    }
}
