//! Findings that say again what a surer one says of the same line.

use crate::rules::{Finding, Rule, missing_build_tools, solving};
use presolve_text::diagnostic::Location;

/// The lines of which solving the file has shown what is compiled, with which tools, and
/// which of them are there. They are asked for before anything is silenced: a surer finding
/// that is accepted is known all the same.
pub(super) fn shown(findings: &[Finding]) -> Vec<Location> {
    let surer = findings.iter();
    let surer = surer.filter(|finding| SURER.contains(&finding.rule));
    surer.map(|finding| finding.location().clone()).collect()
}

/// Leaves out what the text of a line lets fear where solving the file has shown it.
pub(super) fn leave_out(findings: &mut Vec<Finding>, shown: &[Location]) {
    findings.retain(|finding| {
        *finding.rule != missing_build_tools::RULE || !shown.contains(finding.location())
    });
}

/// The rules that know more than `missing-build-tools`.
static SURER: [&Rule; 2] = [&solving::needs_compiler::RULE, &solving::needs_mpi::RULE];
