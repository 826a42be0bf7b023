//! The files of a release: which of them pip accepts, and on which pythons.

use std::{collections::BTreeMap, sync::Arc};

use ahash::AHashMap as HashMap;

use pep440_rs::Version;
use pep508_rs::PackageName;

use super::PypiHalf;
use crate::model::{python_set::PythonSet, ratings::Sources, reason::Reason};
use presolve_packages::pypi::{
    DistributionKind, Release, ReleaseFile, Support, pip_abilities::PipAbility, tags::WheelTarget,
};

impl PypiHalf<'_> {
    /// Returns the files that `--only-binary`, `--no-binary` and declared hashes allow.
    pub(crate) fn usable(&self, project: &PackageName, release: &Arc<Release>) -> Vec<ReleaseFile> {
        let (wheel_allowed, source_allowed) = self.terms.world.pip.formats.allowed(project);
        let allowed = |file: &ReleaseFile| match file.support().kind {
            DistributionKind::Wheel(_) => wheel_allowed,
            DistributionKind::Source => source_allowed,
        };
        let hashes = self.declared_hashes(project);
        let hashed = |file: &ReleaseFile| hashes.iter().all(|line| has_one_of(file, line));
        let files = ReleaseFile::all(release);
        files.filter(allowed).filter(hashed).collect()
    }

    /// Returns the declared hashes of a project, one list for each line that has some.
    pub(super) fn declared_hashes(&self, project: &PackageName) -> Vec<&[String]> {
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

    /// Whether a requirement pins a yanked release, so that its files count.
    pub(super) fn is_open(&self, project: &PackageName, version: &Version) -> bool {
        let yanked = &self.terms.rules.yanked;
        !yanked.is_empty() && yanked.contains(&(project.clone(), version.clone()))
    }

    /// Returns the files that are not yanked. If all are yanked, returns them all with the
    /// reason.
    pub(super) fn unyanked(
        &self,
        project: &PackageName,
        version: &Version,
        usable: &[ReleaseFile],
    ) -> (Vec<ReleaseFile>, Option<Reason>) {
        let is_open = self.is_open(project, version);
        let kept = usable.iter().filter(|file| is_open || !file.is_yanked());
        let kept: Vec<_> = kept.cloned().collect();
        match usable.first() {
            Some(file) if kept.is_empty() => {
                let reason = file.distribution().and_then(|file| file.yanked.clone());
                let reason = reason.unwrap_or_default();
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
        release: &Arc<Release>,
        python: usize,
        target: &WheelTarget,
    ) -> Option<ReleaseFile> {
        let usable = self.usable(project, release);
        let kept = self.unyanked(project, version, &usable).0;
        self.best_file(&kept, python, target)
    }

    /// Returns a wheel of a release that only another pip accepts on a python, and the ability
    /// that this pip needs.
    pub(crate) fn wheel_for_other_pip(
        &self,
        project: &PackageName,
        release: &Arc<Release>,
        python: usize,
        target: &WheelTarget,
    ) -> Option<(String, PipAbility)> {
        let mut wheels = self.usable(project, release);
        wheels.retain(|file| file.support().is_wheel());
        let wheel = self.best_file(&wheels, python, self.terms.world.target)?;
        let DistributionKind::Wheel(tags) = &wheel.support().kind else {
            return None;
        };
        let ability = self.terms.world.target.needs(tags)?;
        if target.fits_platform(tags) {
            return None;
        }
        Some((wheel.distribution()?.filename.clone(), ability))
    }

    /// Returns the allowed pythons on which one of the files can be installed, and the
    /// abilities that pip needs for it.
    pub(super) fn installable(
        &self,
        files: &[ReleaseFile],
        sources_that_count: Sources,
    ) -> (PythonSet, Vec<(PipAbility, PythonSet)>) {
        let (mut wheels, mut sources) = (self.pythons.none(), self.pythons.none());
        let mut by_ability: BTreeMap<Option<PipAbility>, PythonSet> = BTreeMap::new();
        for file in files {
            let support = file.support();
            let fitting = self.fitting(support, &self.target);
            match &support.kind {
                DistributionKind::Wheel(tags) => {
                    wheels = wheels.union(&fitting);
                    let same = by_ability.entry(self.target.needs(tags));
                    let same = same.or_insert_with(|| self.pythons.none());
                    *same = same.union(&fitting);
                }
                DistributionKind::Source => sources = sources.union(&fitting),
            }
        }
        if sources_that_count == Sources::WhereNoWheel && !wheels.is_empty() {
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
    pub(super) fn fitting(&self, file: &Support, target: &WheelTarget) -> PythonSet {
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
        files: &[ReleaseFile],
        python: usize,
        target: &WheelTarget,
    ) -> Option<ReleaseFile> {
        let minor = self.pythons.get(python).major_minor();
        let fitting = files
            .iter()
            .filter(|file| self.fitting(file.support(), target).contains(python));
        let rank = |file: &ReleaseFile| match &file.support().kind {
            DistributionKind::Wheel(tags) => {
                let priority = target.priority(tags, minor);
                (
                    priority.unwrap_or(u32::MAX),
                    std::cmp::Reverse(tags.build.clone()),
                )
            }
            DistributionKind::Source => (u32::MAX, std::cmp::Reverse(None)),
        };
        fitting.min_by_key(|file| rank(file)).cloned()
    }
}

/// Whether a file has one of these hashes, in the form `sha256:…`. A hash that the index does
/// not list counts as a match.
fn has_one_of(file: &ReleaseFile, hashes: &[String]) -> bool {
    let Some(file) = file.distribution() else {
        return false;
    };
    let mut known = hashes.iter().filter_map(|hash| {
        let (algorithm, value) = hash.split_once(':')?;
        let of_file = file.hashes.get(algorithm)?;
        Some(of_file.eq_ignore_ascii_case(value))
    });
    known
        .next()
        .is_none_or(|first| first || known.any(|same| same))
}
