//! Conflicts over pip itself: it has to run on the Python, and to support the wheels.

use std::collections::BTreeSet;

use resolvo::{NameId, SolvableId};

use super::{Clash, left_by_all};
use crate::{
    conflict::{Case, Note, demands::Demands, folded},
    encode::{
        Encoder,
        pool::{Candidate, Name},
    },
    model::record::pep_version,
};
use presolve_packages::pypi::pip_abilities::PipAbility;

impl Clash<'_, '_> {
    /// Returns the case that no pip allowed by the lines runs on a python allowed by
    /// them.
    pub(super) fn pip_does_not_run(&self, demands: &[Demands]) -> Option<Case> {
        let encoder = self.encoder;
        let left = left_by_all(demands);
        let of = |package: &str| {
            let name = Name::Conda(package.to_string());
            let name = encoder.terms().known(&name)?;
            Some((name, left.get(&name)?))
        };
        let ((pip, pips), (python, pythons)) = (of("pip")?, of("python")?);
        let ability = PipAbility::OF_PYTHONS
            .into_iter()
            .find(|&ability| self.lack(pips, ability) && self.need(pythons, ability))?;
        let mut case = Case {
            choice: None,
            disputed: folded::package(encoder, pip),
            chains: Vec::new(),
            ruled_out: Vec::new(),
            nearest: None,
            notes: vec![Note::PipDoesNotRun {
                pips: folded::versions(encoder, pips)?,
                ability,
            }],
        };
        for name in [python, pip] {
            for (&line, demand) in self.core.iter().zip(demands) {
                let of_line = demand.demands.get(&name);
                if of_line.is_some_and(|demand| demand.left.usable.len() <= left[&name].len()) {
                    self.add_chain(&mut case, demands, (line, demand), (name, None), None);
                }
            }
        }
        for &line in self.core {
            let declared = &encoder.declared()[line];
            if !case.chains.iter().any(|chain| chain.line == line) && !declared.is_conda() {
                let line = declared.text.clone();
                case.notes.push(Note::InstalledByPip { line });
            }
        }
        Some(case)
    }

    /// Whether none of these pips has an ability.
    fn lack(&self, pips: &BTreeSet<SolvableId>, ability: PipAbility) -> bool {
        let mut records = pips
            .iter()
            .filter_map(|&id| self.encoder.terms().record_of(id));
        !records.any(|record| pep_version(record).is_none_or(|pip| ability.is_in(&pip)))
    }

    /// Whether all of these pythons need an ability.
    fn need(&self, pythons: &BTreeSet<SolvableId>, ability: PipAbility) -> bool {
        let known = self.encoder.pythons();
        pythons.iter().all(|&id| {
            let record = self.encoder.terms().record_of(id);
            let index = record.and_then(|record| known.index_of(record));
            index.is_some_and(|index| {
                let minor = known.get(index).major_minor();
                PipAbility::of_python(minor).any(|needed| needed == ability)
            })
        })
    }
}

/// Why a line demands a certain pip: what the newest release that does so says.
pub(super) fn why_pip(encoder: &Encoder<'_>, demands: &Demands, pip: NameId) -> Option<Note> {
    let project = demands.demands.get(&pip)?.derivations.first()?.because_of?;
    let releases = demands.demands.get(&project)?.left.usable.iter();
    let release = releases
        .filter_map(|&id| match encoder.terms().candidate(id) {
            Candidate::Release(release) => Some(release),
            _ => None,
        })
        .max_by(|a, b| a.version.cmp(&b.version))?;
    let file = release.distribution()?.filename.clone();
    Some(match release.pip.last() {
        Some((ability, _)) => Note::WheelNeedsPip {
            wheel: file,
            ability: *ability,
        },
        None => Note::MetadataNeedsPip {
            file,
            ability: PipAbility::LegacySpecifiers,
        },
    })
}
