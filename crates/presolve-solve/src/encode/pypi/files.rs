//! The files of a release: which of them pip accepts, and on which pythons.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use pep440_rs::Version;
use pep508_rs::PackageName;

use super::PypiHalf;
use crate::{
    encode::{python_set::PythonSet, rules::Sources},
    model::reason::Reason,
};
use presolve_packages::pypi::{
    Distribution, DistributionKind, pip_abilities::PipAbility, tags::WheelTarget,
};

impl PypiHalf<'_> {
    /// Returns the files that `--only-binary`, `--no-binary` and declared hashes allow.
    pub(crate) fn usable<'f>(
        &self,
        project: &PackageName,
        files: &'f [Arc<Distribution>],
    ) -> Vec<&'f Arc<Distribution>> {
        let (wheel_allowed, source_allowed) = self.terms.world.pip.formats.allowed(project);
        let allowed = |file: &&Arc<Distribution>| match file.kind {
            DistributionKind::Wheel(_) => wheel_allowed,
            DistributionKind::Source => source_allowed,
        };
        let hashes = self.declared_hashes(project);
        let hashed = |file: &&Arc<Distribution>| hashes.iter().all(|line| has_one_of(file, line));
        files.iter().filter(allowed).filter(hashed).collect()
    }

    /// Returns the declared hashes of a project, one list for each line that has some.
    fn declared_hashes(&self, project: &PackageName) -> Vec<&[String]> {
        let lines = self
            .terms
            .problem
            .declared
            .iter()
            .filter(|line| !line.hashes.is_empty());
        lines
            .filter(|line| line.names(project.as_ref()))
            .map(|line| line.hashes.as_slice())
            .collect()
    }

    /// Returns the files that are not yanked. If all are yanked, returns them all with the
    /// reason.
    pub(super) fn unyanked<'f>(
        &self,
        project: &PackageName,
        version: &Version,
        usable: &[&'f Arc<Distribution>],
    ) -> (Vec<&'f Arc<Distribution>>, Option<Reason>) {
        let release = (project.clone(), version.clone());
        let is_open = self.terms.rules.yanked.contains(&release);
        let kept: Vec<_> = usable
            .iter()
            .copied()
            .filter(|file| is_open || file.yanked.is_none())
            .collect();
        match usable.first() {
            Some(file) if kept.is_empty() => {
                let reason = file.yanked.clone().unwrap_or_default();
                (usable.to_vec(), Some(Reason::Yanked { reason }))
            }
            _ => (kept, None),
        }
    }

    /// Returns the file of a release that pip selects on a python, for the platform tags that
    /// this pip knows.
    pub(crate) fn file_of(
        &self,
        project: &PackageName,
        version: &Version,
        files: &[Arc<Distribution>],
        python: usize,
        target: &WheelTarget,
    ) -> Option<Arc<Distribution>> {
        let usable = self.usable(project, files);
        let kept = self.unyanked(project, version, &usable).0;
        self.best_file(&kept, python, target)
    }

    /// Returns a wheel of a release that only another pip accepts on a python, and the ability
    /// that this pip needs.
    pub(crate) fn wheel_for_other_pip(
        &self,
        project: &PackageName,
        files: &[Arc<Distribution>],
        python: usize,
        target: &WheelTarget,
    ) -> Option<(String, PipAbility)> {
        let usable = self.usable(project, files);
        let wheels: Vec<_> = usable.into_iter().filter(|file| is_wheel(file)).collect();
        let wheel = self.best_file(&wheels, python, self.terms.world.target)?;
        let DistributionKind::Wheel(tags) = &wheel.kind else {
            return None;
        };
        let ability = self.terms.world.target.needs(tags)?;
        (!target.fits_platform(tags)).then(|| (wheel.filename.clone(), ability))
    }

    /// Returns the allowed pythons on which one of the files can be installed, and the
    /// abilities that pip needs for it.
    pub(super) fn installable(
        &self,
        files: &[&Arc<Distribution>],
    ) -> (PythonSet, Vec<(PipAbility, PythonSet)>) {
        let (mut wheels, mut sources) = (self.pythons.none(), self.pythons.none());
        let mut by_ability: BTreeMap<Option<PipAbility>, PythonSet> = BTreeMap::new();
        for file in files {
            let fitting = self.fitting(file, &self.target);
            match &file.kind {
                DistributionKind::Wheel(tags) => {
                    wheels = wheels.union(&fitting);
                    let same = by_ability.entry(self.target.needs(tags));
                    let same = same.or_insert_with(|| self.pythons.none());
                    *same = same.union(&fitting);
                }
                DistributionKind::Source => sources = sources.union(&fitting),
            }
        }
        if self.terms.rules.sources == Sources::WhereNoWheel && !wheels.is_empty() {
            sources = self.pythons.none();
        }
        let pythons = wheels.union(&sources);
        let needed = self.needed_of_pip(&by_ability, sources, &pythons);
        (pythons, needed)
    }

    /// Returns the abilities that a release needs and only some allowed pips have, each with
    /// the pythons that do not need it. A pip that lacks an ability also lacks the later ones.
    fn needed_of_pip(
        &self,
        by_ability: &BTreeMap<Option<PipAbility>, PythonSet>,
        mut without: PythonSet,
        pythons: &PythonSet,
    ) -> Vec<(PipAbility, PythonSet)> {
        let mut needed: Vec<(PipAbility, PythonSet)> = Vec::new();
        for (ability, fitting) in by_ability {
            if let Some(ability) = ability
                && self.pips.differ_in(*ability)
                && without != *pythons
            {
                needed.retain(|(_, others)| *others != without);
                needed.push((*ability, without.clone()));
            }
            without = without.union(fitting);
        }
        needed
    }

    /// Returns the allowed pythons that a file supports.
    pub(super) fn fitting(&self, file: &Distribution, target: &WheelTarget) -> PythonSet {
        let allowed = self.pythons.allowed();
        let required = match &file.requires_python {
            Some(specifiers) => self.pythons.required(specifiers).intersection(allowed),
            None => allowed.clone(),
        };
        match &file.kind {
            DistributionKind::Source => required,
            DistributionKind::Wheel(tags) => {
                if required.is_empty() || !target.fits_platform(tags) {
                    return self.pythons.none();
                }
                let mut fits: HashMap<(u64, u64), bool> = HashMap::new();
                for index in required.iter() {
                    let minor = self.pythons.get(index).major_minor();
                    fits.entry(minor)
                        .or_insert_with(|| target.priority(tags, minor).is_some());
                }
                self.pythons.filter(|index, python| {
                    required.contains(index) && fits.get(&python.major_minor()) == Some(&true)
                })
            }
        }
    }

    /// Returns the file that pip selects on a python: the wheel with the best tags, then with
    /// the highest build number, otherwise a source distribution.
    pub(super) fn best_file(
        &self,
        files: &[&Arc<Distribution>],
        python: usize,
        target: &WheelTarget,
    ) -> Option<Arc<Distribution>> {
        let minor = self.pythons.get(python).major_minor();
        let fitting = files
            .iter()
            .filter(|file| self.fitting(file, target).contains(python));
        let rank = |file: &Distribution| match &file.kind {
            DistributionKind::Wheel(tags) => {
                let priority = target.priority(tags, minor);
                (
                    priority.unwrap_or(u32::MAX),
                    std::cmp::Reverse(tags.build.clone()),
                )
            }
            DistributionKind::Source => (u32::MAX, std::cmp::Reverse(None)),
        };
        fitting
            .min_by_key(|file| rank(file))
            .map(|file| (*file).clone())
    }
}

pub(super) fn is_wheel(file: &Distribution) -> bool {
    matches!(file.kind, DistributionKind::Wheel(_))
}

/// Whether a file has one of these hashes, in the form `sha256:…`. A hash that the index does
/// not list counts as a match.
fn has_one_of(file: &Distribution, hashes: &[String]) -> bool {
    let mut known = hashes.iter().filter_map(|hash| {
        let (algorithm, value) = hash.split_once(':')?;
        let of_file = file.hashes.get(algorithm)?;
        Some(of_file.eq_ignore_ascii_case(value))
    });
    known
        .next()
        .is_none_or(|first| first || known.any(|same| same))
}
