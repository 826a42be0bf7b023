//! The conda `pip` records, as the pip half sees them.
//!
//! An ability that no allowed pip has is removed from the problem beforehand. An ability that
//! only some of them have becomes a requirement on the conda package `pip`. An ability that
//! all of them have needs no clause.

use pep440_rs::Version;
use rattler_conda_types::RepoDataRecord;
use resolvo::ConditionalRequirement;

use super::{
    conda::CondaHalf,
    pythons::{Python, Pythons},
    terms::Terms,
};
use crate::model::record::pep_version;
use presolve_packages::pypi::{pip_abilities::PipAbility, tags::WheelTarget};

/// The pips that may install the pip half.
#[derive(Default)]
pub(super) struct Pips {
    /// Oldest first. Empty if no declared line requires pip, or no channel has it. The pip
    /// that runs is then unknown, and presolve assumes all abilities.
    versions: Vec<Version>,
}

impl Pips {
    /// Collects the candidates that no declared line excludes, or all candidates if the rules
    /// leave the lines on pip open.
    pub(super) fn new(terms: &Terms<'_>, conda: &CondaHalf<'_>) -> Self {
        let specs = terms.declared_specs("pip");
        if !terms.rules.pip_half || specs.is_empty() {
            return Self::default();
        }
        let is_open = terms.rules.open_pip;
        let allowed = conda.allowed("pip", &specs, is_open);
        let mut versions: Vec<Version> = allowed.filter_map(pep_version).collect();
        versions.sort();
        versions.dedup();
        Self { versions }
    }

    /// Oldest first; empty if any pip may install it.
    pub(super) fn versions(&self) -> &[Version] {
        &self.versions
    }

    /// Whether at least one of them has an ability.
    pub(super) fn any(&self, ability: PipAbility) -> bool {
        self.versions.is_empty() || self.versions.iter().any(|pip| ability.is_in(pip))
    }

    /// Whether some of them have an ability and others do not.
    pub(super) fn differ_in(&self, ability: PipAbility) -> bool {
        let mut has = self.versions.iter().map(|pip| ability.is_in(pip));
        has.next()
            .is_some_and(|first| has.any(|other| other != first))
    }

    /// Returns the platform tags that at least one of them knows.
    pub(super) fn target(&self, target: &WheelTarget) -> WheelTarget {
        target.known_to(|ability| self.any(ability))
    }

    /// Returns the requirement of every line of the pip list on a pip that runs on the python:
    /// for each ability that this needs, a pip that has it, or a python that does not need it.
    pub(super) fn that_run(
        &self,
        terms: &Terms<'_>,
        pythons: &Pythons,
    ) -> Vec<ConditionalRequirement> {
        let mut requirements = Vec::new();
        for ability in PipAbility::OF_PYTHONS {
            let needs = |python: &Python| {
                PipAbility::of_python(python.major_minor()).any(|needed| needed == ability)
            };
            let without =
                pythons.filter(|index, python| pythons.allowed().contains(index) && !needs(python));
            if without == *pythons.allowed() {
                continue;
            }
            if self.differ_in(ability) {
                requirements.push(terms.pip_with(ability, &without));
            } else if !self.any(ability) {
                requirements.push(terms.python_in(&without).into());
            }
        }
        requirements
    }
}

/// Whether a `pip` record has an ability. `false` if its version is not valid in PEP 440.
pub(crate) fn has(record: &RepoDataRecord, ability: PipAbility) -> bool {
    pep_version(record).is_some_and(|pip| ability.is_in(&pip))
}
