//! Findings that repeat a more certain one on the same line.

use crate::rules::{Finding, Rule, missing_build_tools, solving};
use presolve_text::diagnostic::Location;

/// Returns the lines for which a solve has shown that they are compiled, which tools that
/// needs, and which tools are there. Callers use it before suppressions apply, because a
/// suppressed finding is also certain.
pub(super) fn shown(findings: &[Finding]) -> Vec<Location> {
    let surer = findings.iter();
    let surer = surer.filter(|finding| SURER.contains(&finding.rule));
    surer.map(|finding| finding.location().clone()).collect()
}

/// Removes a finding that only guesses from a line what a solve has shown.
pub(super) fn leave_out(findings: &mut Vec<Finding>, shown: &[Location]) {
    findings.retain(|finding| {
        *finding.rule != missing_build_tools::RULE || !shown.contains(finding.location())
    });
}

/// The rules that are more certain than `missing-build-tools`.
static SURER: [&Rule; 2] = [&solving::needs_compiler::RULE, &solving::needs_mpi::RULE];
