//! The prefetching of PyPI pages and metadata. It affects the time to a result, never the
//! result.

use std::sync::Arc;

use presolve_packages::pypi::{DistributionKind, tags::WheelTarget};
use presolve_parse as parse;
use presolve_registry::pypi::session::Choice;
use presolve_solve::{Declared, DeclaredKind};

/// The number of levels of requirements that are fetched before the solver needs them.
pub(super) const DEPTH: usize = 6;

/// The minor versions of Python 3 among which the newest declared one is guessed.
const PYTHON_MINORS: std::ops::RangeInclusive<u64> = 6..=14;

/// Guesses which file of a project the solver reads first: the best wheel of the newest
/// release, for the newest declared python.
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
    Arc::new(move |_, project| {
        let stable = project
            .releases
            .iter()
            .rev()
            .filter(|(version, _)| version.is_stable());
        let mut wheels = stable.filter_map(|(_, release)| {
            let usable = release.files.iter().filter(|file| file.yanked.is_none());
            let ranked = usable.filter_map(|file| {
                let DistributionKind::Wheel(tags) = &file.kind else {
                    return None;
                };
                let mut pythons = allowed.iter().filter(|&&(major, minor)| {
                    let python = pep440_rs::Version::new([major, minor]);
                    file.requires_python
                        .as_ref()
                        .is_none_or(|spec| spec.contains(&python))
                });
                let fits = pythons.find_map(|&python| target.priority(tags, python));
                fits.map(|priority| (priority, file))
            });
            ranked
                .min_by_key(|(priority, _)| *priority)
                .map(|(_, file)| file.clone())
        });
        wheels.next()
    })
}
