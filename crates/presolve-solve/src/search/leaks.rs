//! Pre-releases and yanked releases that nothing in a solution requires.
//!
//! A release that was tried and rejected may have required one. Such a release is then allowed
//! for every requirement, and the result depends on the search order.

use pep440_rs::{Version, VersionSpecifiers};
use pep508_rs::PackageName;

use crate::{
    encode::rules::Rules,
    model::{
        Problem,
        error::SolveError,
        solution::{PypiPackage, Solution},
        specifiers::{mentions_prerelease, pins_exactly, specifiers},
    },
};
use presolve_packages::pypi::{Release, pip_abilities::PipAbility};

/// Returns the projects whose chosen release is such a leak.
///
/// # Errors
/// A [`SolveError`] if an index could not be queried.
pub(super) fn leaked(
    problem: &Problem<'_>,
    solution: &Solution,
    rules: &Rules,
) -> Result<Vec<PackageName>, SolveError> {
    let mut leaked = Vec::new();
    for package in &solution.pypi {
        let key = (package.name.clone(), package.version.clone());
        let is_prerelease =
            package.version.any_prerelease() && rules.prereleases.contains(&package.name);
        let required: Vec<_> = solution
            .asked_of(problem.declared, &package.name)
            .filter_map(specifiers)
            .collect();
        let is_leak = if rules.yanked.contains(&key) {
            let pip = solution.pip();
            let by_pin_only = pip.is_none_or(|pip| PipAbility::YankedOnlyByPin.is_in(&pip));
            !required.iter().any(|specifiers| pins_exactly(specifiers))
                && (by_pin_only || has_other(problem, package, &required, is_unyanked)?)
        } else {
            is_prerelease
                && !required
                    .iter()
                    .any(|specifiers| mentions_prerelease(specifiers))
                && has_other(problem, package, &required, is_stable)?
        };
        if is_leak {
            leaked.push(package.name.clone());
        }
    }
    Ok(leaked)
}

fn is_stable(version: &Version, _: &Release) -> bool {
    version.is_stable()
}

fn is_unyanked(_: &Version, release: &Release) -> bool {
    release.listing().iter().any(|file| !file.is_yanked)
}

/// Whether a normal release satisfies each of these requirements on its own. Otherwise only
/// pre-releases or yanked releases exist, and they count (PEP 440, PEP 592).
fn has_other(
    problem: &Problem<'_>,
    package: &PypiPackage,
    required: &[&VersionSpecifiers],
    is_wanted: impl Fn(&Version, &Release) -> bool,
) -> Result<bool, SolveError> {
    let Some(page) = problem.world.pypi.project(&package.name)? else {
        return Ok(false);
    };
    let releases = page.releases.iter();
    let wanted: Vec<&Version> = releases
        .filter(|(version, release)| is_wanted(version, release))
        .map(|(version, _)| version)
        .collect();
    let meets =
        |specifiers: &&VersionSpecifiers| wanted.iter().any(|version| specifiers.contains(version));
    Ok(required.iter().all(meets))
}
