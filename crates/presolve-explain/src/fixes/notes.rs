//! Properties of a solution that may surprise the user.

use std::collections::HashSet;

use pep440_rs::Operator;
use pep508_rs::VersionOrUrl;
use rattler_conda_types::Subdir;

use crate::{Edit, EditKind};
use presolve_packages::pypi::DistributionKind;
use presolve_parse as parse;
use presolve_solve::{PypiPackage, Solution};

/// Returns the notes, one sentence each.
pub(super) fn of(solution: &Solution, edits: &[Edit]) -> Vec<String> {
    let mut notes = Vec::new();
    let mut told = HashSet::new();
    for (project, conda) in &solution.overwritten {
        if told.insert(project) {
            notes.push(format!("pip would install {project} over conda's {conda}"));
        }
    }
    if solution.by_legacy_resolver {
        notes.push("pip before 20.3 installs it although it violates a requirement".to_string());
    }
    let moved = edits
        .iter()
        .filter(|edit| edit.kind == EditKind::MoveToPip)
        .filter_map(|edit| parse::pep::requirement(edit.with.as_ref()?).ok());
    for requirement in moved {
        let release = solution.release(&requirement.name);
        notes.extend(release.and_then(|release| built_against_another(solution, release)));
    }
    notes
}

/// Notes a compiled wheel that requires one exact version of a package that conda
/// provides as its own build. A wheel that accepts several versions relies on a stable
/// interface; one that accepts a single version relies on the build of the index.
fn built_against_another(solution: &Solution, release: &PypiPackage) -> Option<String> {
    let is_compiled = |release: &PypiPackage| match &release.distribution.support.kind {
        DistributionKind::Wheel(tags) => tags.platform.iter().any(|platform| platform != "any"),
        DistributionKind::Source => false,
    };
    let metadata = release.metadata.as_ref().filter(|_| is_compiled(release))?;
    let exact = metadata.requires_dist.iter().filter(|required| {
        let Some(VersionOrUrl::VersionSpecifier(specifiers)) = &required.version_or_url else {
            return false;
        };
        let mut operators = specifiers.iter().map(|specifier| specifier.operator());
        operators.any(|operator| *operator == Operator::Equal)
    });
    for required in exact {
        let mut provided = solution.provided.iter();
        let provided = provided.find(|provided| provided.project == required.name);
        let conda = provided.and_then(|provided| solution.record(&provided.conda_name));
        if let Some(conda) = conda
            && conda.package_record.subdir != Subdir::NoArch.as_str()
        {
            return Some(format!(
                "{}'s wheel is compiled against the index's {}, but conda provides its own build",
                release.name, required.name
            ));
        }
    }
    None
}
