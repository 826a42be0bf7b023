//! The prefetching of PyPI pages and metadata. It affects the time to a result, never the
//! result.

use std::sync::Arc;

use pep440_rs::{Version, VersionSpecifiers};
use pep508_rs::PackageName;
use presolve_packages::pypi::{DistributionKind, ReleaseFile, tags::WheelTarget};
use presolve_parse as parse;
use presolve_registry::pypi::session::Choice;
use presolve_solve::{Declared, DeclaredKind, specifiers};

/// The number of levels of requirements that are fetched before the solver needs them.
pub(super) const DEPTH: usize = 6;

/// The minor versions of Python 3 among which the newest declared one is guessed.
const PYTHON_MINORS: std::ops::RangeInclusive<u64> = 6..=14;

/// Guesses which file of a project the solver reads first: the best wheel of the newest
/// release that a line on the project and the package that requires it allow, for the newest
/// declared python.
pub(super) fn choice(declared: &[Declared], target: WheelTarget) -> Choice {
    let allowed: Vec<(u64, u64)> = PYTHON_MINORS
        .rev()
        .map(|minor| (3, minor))
        .filter(|&(major, minor)| {
            // A late patch release represents all: it satisfies both `=3.8` and `>=3.8`.
            let version = parse::conda::version(&format!("{major}.{minor}.20"));
            declared
                .iter()
                .filter(|line| line.names("python"))
                .all(|line| match &line.kind {
                    DeclaredKind::Conda(spec) => spec.version.as_ref().is_none_or(|spec| {
                        version.as_ref().is_ok_and(|version| spec.matches(version))
                    }),
                    _ => true,
                })
        })
        .collect();
    let lines: Vec<(PackageName, VersionSpecifiers)> = declared
        .iter()
        .filter_map(|line| match &line.kind {
            DeclaredKind::Pip(line) | DeclaredKind::PipConstraint(line) => {
                Some((line.name.clone(), specifiers(line)?.clone()))
            }
            _ => None,
        })
        .collect();
    Arc::new(move |name, project, required| {
        let lines = lines.iter().filter(|(named, _)| named == name);
        // Of lines with different markers, one applies.
        let is_allowed = |version: &Version| {
            let mut lines = lines.clone().map(|(_, bounds)| bounds).peekable();
            version.is_stable()
                && required.is_none_or(|required| required.contains(version))
                && (lines.peek().is_none() || lines.any(|bounds| bounds.contains(version)))
        };
        let releases = project.releases.iter().rev();
        let stable = releases.filter(|(version, _)| is_allowed(version));
        let mut wheels = stable.filter_map(|(_, release)| {
            let usable = ReleaseFile::all(release).filter(|file| !file.is_yanked());
            let ranked = usable.filter_map(|file| {
                let support = file.support();
                let DistributionKind::Wheel(tags) = &support.kind else {
                    return None;
                };
                let mut pythons = allowed.iter().filter(|&&(major, minor)| {
                    let python = Version::new([major, minor]);
                    support
                        .requires_python
                        .as_ref()
                        .is_none_or(|spec| spec.contains(&python))
                });
                let fits = pythons.find_map(|&python| target.priority(tags, python));
                fits.map(|priority| (priority, file))
            });
            ranked
                .min_by_key(|(priority, _)| *priority)
                .map(|(_, file)| file)
        });
        wheels.next()?.distribution().cloned()
    })
}
