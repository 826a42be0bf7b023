//! Findings that say again what a surer one says of the same line.

use crate::rules::{Finding, Rule, missing_build_tools, solving};

/// Leaves out what the text of a line lets fear where solving the file has shown it: what
/// is compiled, with which tools, and which of them are there.
pub(super) fn leave_out(findings: &mut Vec<Finding>) {
    let shown: Vec<Finding> = (findings.iter())
        .filter(|finding| SURER.contains(&finding.rule))
        .cloned()
        .collect();
    findings.retain(|finding| {
        let is_shown = |surer: &Finding| surer.location() == finding.location();
        *finding.rule != missing_build_tools::RULE || !shown.iter().any(is_shown)
    });
}

/// The rules that know more than `missing-build-tools`.
static SURER: [&Rule; 2] = [&solving::needs_compiler::RULE, &solving::needs_mpi::RULE];
