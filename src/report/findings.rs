//! How the findings of `check` look, one writer per format.

use crate::check::Report;

pub mod human;

/// Counts of findings by level: errors, warnings, notes.
pub fn counts(report: &Report) -> [usize; 3] {
    let mut counts = [0; 3];
    for finding in report.findings() {
        counts[finding.diagnostic.level as usize] += 1;
    }
    counts
}
