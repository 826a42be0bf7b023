//! Which pips: the conda `pip` records seen by the pip half.
//!
//! What none of the pips can do that the declared lines allow is out of the problem
//! beforehand. What only some of them can do becomes a requirement on the conda
//! package `pip`; what all can do costs nothing.

use pep440_rs::Version;
use rattler_conda_types::RepoDataRecord;
use resolvo::ConditionalRequirement;

use crate::{
    Problem, Reading,
    encode::Provider,
    encode::conda::CondaHalf,
    encode::pool::Pool,
    encode::pythons::{Python, declared_specs},
};
use presolve_packages::pypi::{pip_abilities::PipAbility, tags::Target};

/// The pips that the pip half may be installed with.
#[derive(Default)]
pub(crate) struct Pips {
    /// Empty where no declared line asks for pip, or no channel has it: then it is
    /// not known which one runs, and all abilities are taken for granted.
    versions: Vec<Version>,
}

impl Pips {
    /// Those among the candidates that no declared line excludes; of an open reading all.
    pub(crate) fn of(
        problem: &Problem<'_>,
        reading: &Reading,
        conda: &CondaHalf,
        pool: &Pool,
    ) -> Self {
        let specs = declared_specs(problem, "pip");
        if !reading.pip_half || specs.is_empty() {
            return Self::default();
        }
        let excluded = conda.excluded(pool, "pip");
        let mut versions = Vec::new();
        for (solvable, id) in conda.candidates_of(pool, "pip") {
            let record = conda.record(&problem.world, id);
            let declared = reading.open_pip || specs.iter().all(|spec| spec.matches(record));
            if declared && !excluded.contains(&solvable) {
                versions.extend(version(record));
            }
        }
        versions.sort();
        versions.dedup();
        Self { versions }
    }

    /// Whether one of them has an ability.
    pub(crate) fn any(&self, ability: PipAbility) -> bool {
        self.versions.is_empty() || self.versions.iter().any(|pip| ability.is_in(pip))
    }

    /// Whether some of them have an ability and others have not.
    pub(crate) fn differ_in(&self, ability: PipAbility) -> bool {
        let mut has = self.versions.iter().map(|pip| ability.is_in(pip));
        has.next()
            .is_some_and(|first| has.any(|other| other != first))
    }

    /// The platform tags that one of them knows.
    pub(crate) fn target(&self, target: &Target) -> Target {
        target.known_to(|ability| self.any(ability))
    }
}

impl Provider<'_> {
    /// What every line of the pip list asks for, a pip that runs on the python: for
    /// each ability that this takes, a pip that has it, or a python that does not
    /// ask for it.
    pub(crate) fn pip_on_pythons(&self) -> Vec<ConditionalRequirement> {
        let mut requirements = Vec::new();
        for ability in PipAbility::OF_PYTHONS {
            let asks = |python: &Python| {
                PipAbility::of_python(python.major_minor()).any(|asked| asked == ability)
            };
            let without = self
                .pythons
                .filter(|index, python| self.allowed.contains(index) && !asks(python));
            if without == self.allowed {
                continue;
            }
            if self.pips.differ_in(ability) {
                requirements.push(self.pip_with(ability, &without));
            } else if !self.pips.any(ability) {
                requirements.push(self.python_in(&without).into());
            }
        }
        requirements
    }
}

/// The version of a `pip` record.
pub(crate) fn version(record: &RepoDataRecord) -> Option<Version> {
    record.package_record.version.as_str().parse().ok()
}
