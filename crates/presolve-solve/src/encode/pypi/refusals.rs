//! The reasons for which no file of a release can be installed.

use pep440_rs::VersionSpecifiers;

use super::PypiHalf;
use crate::{encode::pool::ReleaseCandidate, model::reason::Reason};
use presolve_packages::pypi::{DistributionKind, Release, ReleaseFile};

impl PypiHalf<'_> {
    /// Returns why no file of a release can be installed on these pythons, given by index,
    /// although others are supported.
    pub(crate) fn why_other_pythons(
        &self,
        release: &ReleaseCandidate,
        pythons: &[usize],
    ) -> Option<Reason> {
        let page = self.project(&release.project)?;
        let release = page.releases.get(&release.version)?;
        let files: Vec<_> = ReleaseFile::all(release).collect();
        let refused = |file: &ReleaseFile| {
            file.support()
                .requires_python
                .as_ref()
                .is_some_and(|specifiers| {
                    let required = self.pythons.required(specifiers);
                    !pythons.iter().any(|&python| required.contains(python))
                })
        };
        if let Some(first) = files.first().filter(|_| files.iter().all(&refused)) {
            let required = first.support().requires_python.as_ref()?;
            return Some(Reason::RequiresPython {
                specifiers: required.to_string(),
                allowed: None,
            });
        }
        let tags = self.wheel_pythons(&files);
        let source = files.iter().any(|file| !file.support().is_wheel());
        (!tags.is_empty() && !source).then_some(Reason::WheelsForOthers { tags })
    }

    /// The python tags of the wheels that fit the platform, oldest first.
    fn wheel_pythons(&self, files: &[ReleaseFile]) -> Vec<String> {
        let mut tags: Vec<&str> = Vec::new();
        for file in files {
            if let DistributionKind::Wheel(wheel) = &file.support().kind
                && self.target.fits_platform(wheel)
            {
                tags.extend(wheel.python.iter().map(String::as_str));
            }
        }
        // `cp310` is newer than `cp38`.
        tags.sort_unstable_by_key(|tag| (tag.len(), *tag));
        tags.dedup();
        tags.into_iter().map(str::to_string).collect()
    }

    /// Returns why no file of a release can be installed.
    pub(super) fn why_not_installable(&self, release: &Release, usable: &[ReleaseFile]) -> Reason {
        if usable.is_empty() {
            return if release.listing().is_empty() {
                Reason::NoFiles
            } else {
                Reason::PipOption
            };
        }
        let taken_by_other_pip = |file: &&ReleaseFile| {
            file.support().is_wheel()
                && !self
                    .fitting(file.support(), self.terms.world.target)
                    .is_empty()
        };
        if let Some(wheel) = usable.iter().find(taken_by_other_pip)
            && let DistributionKind::Wheel(tags) = &wheel.support().kind
            && let Some(ability) = self.terms.world.target.needs(tags)
        {
            let wheel = wheel.distribution();
            return Reason::PipTooOld {
                wheel: wheel.map_or_else(String::new, |wheel| wheel.filename.clone()),
                ability,
            };
        }
        self.why_not_fitting(usable)
    }

    /// Returns why none of the files fits an allowed python, whatever the pip version.
    fn why_not_fitting(&self, usable: &[ReleaseFile]) -> Reason {
        let pythons = self.pythons.display(self.pythons.allowed());
        let refused: Vec<_> = usable
            .iter()
            .filter_map(|file| file.support().requires_python.as_ref())
            .collect();
        let refuses = |specifiers: &VersionSpecifiers| {
            self.pythons
                .required(specifiers)
                .intersection(self.pythons.allowed())
                .is_empty()
        };
        if refused.len() == usable.len() && refused.iter().all(|specifiers| refuses(specifiers)) {
            return Reason::RequiresPython {
                specifiers: refused[0].to_string(),
                allowed: Some(pythons),
            };
        }
        let tags = self.wheel_pythons(usable);
        let subdir = self.terms.world.subdir;
        if tags.is_empty() {
            Reason::NoWheelForPlatform { subdir }
        } else {
            Reason::NoWheelForPythons {
                pythons,
                subdir,
                tags,
            }
        }
    }
}
