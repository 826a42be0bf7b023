//! Lines of the pip list that conda satisfies but pip upgrades nevertheless, if the file has
//! no pins: conda runs `pip install -U -r …` (`conda/env/installers/pip.py`), and `-U`
//! installs the newest release of every listed project, whatever version is installed.

use pep440_rs::Version;
use pep508_rs::{Requirement, VerbatimUrl};
use rattler_conda_types::Subdir;

use super::builds::has_file;
use presolve_packages::pypi::{PypiSource, tags::WheelTarget};
use presolve_solve::{
    Declared, DeclaredKind, ProvidedCandidate, Solution, SolveError, python::marker_environment,
    specifiers,
};

/// A line that pip upgrades.
#[derive(Clone, Debug)]
pub struct Overtaken {
    /// The index of the line among the declared requirements.
    pub line: usize,
    /// The package that conda provides.
    pub provided: ProvidedCandidate,
    /// The release that pip installs over it.
    pub newest: Version,
}

/// Returns the lines that pip upgrades. It blocks, so call it on a thread that may block.
///
/// # Errors
/// [`SolveError`] if an index could not be queried.
pub(super) fn of(
    declared: &[Declared],
    solution: &Solution,
    pypi: &dyn PypiSource,
    target: &WheelTarget,
    subdir: Subdir,
) -> Result<Vec<Overtaken>, SolveError> {
    let mut overtaken = Vec::new();
    let Some(python) = solution.python() else {
        return Ok(overtaken);
    };
    let environment = marker_environment(&python, subdir);
    for (line, one) in declared.iter().enumerate() {
        let DeclaredKind::Pip(requirement) = &one.kind else {
            continue;
        };
        let mut provided = solution.provided.iter();
        let provided = provided.find(|provided| provided.project == requirement.name);
        let Some(provided) = provided.filter(|_| requirement.marker.evaluate(&environment, &[]))
        else {
            continue;
        };
        let Some(page) = pypi.project(&requirement.name)? else {
            continue;
        };
        let is_active = |one: &&Requirement<VerbatimUrl>| one.marker.evaluate(&environment, &[]);
        let bounds: Vec<_> = solution
            .asked_of(declared, &requirement.name)
            .filter(is_active)
            .filter_map(specifiers)
            .collect();
        let newest = page.releases.iter().rev().find(|(version, release)| {
            version.is_stable()
                && bounds.iter().all(|bound| bound.contains(version))
                && has_file(release, target, &python, true)
        });
        if let (Some((newest, _)), Some(version)) = (newest, &provided.version)
            && newest > version
        {
            overtaken.push(Overtaken {
                line,
                provided: provided.clone(),
                newest: newest.clone(),
            });
        }
    }
    Ok(overtaken)
}
