//! Translates the solver's choice into a solution.

use std::{collections::BTreeMap, sync::Arc};

use pep508_rs::{ExtraName, PackageName};
use resolvo::SolvableId;

use crate::{
    encode::{
        Encoder,
        pool::{Candidate, Origin, ReleaseCandidate},
    },
    model::{
        record::RecordId,
        solution::{Opaque, PypiPackage, Solution},
    },
};
use presolve_packages::pypi::{Metadata, ReleaseFile};

/// A solution, or the result that pip selects another file of a release on the chosen python,
/// and that this file has different requirements.
pub(crate) enum Decoded {
    Solution(Box<Solution>),
    OtherFile,
}

/// Translates the candidates that the solver chose.
pub(crate) fn decode(encoder: &Encoder<'_>, chosen: &[SolvableId]) -> Decoded {
    let mut solution = Solution::default();
    let mut releases: Vec<(SolvableId, Arc<ReleaseCandidate>)> = Vec::new();
    let mut extras: BTreeMap<SolvableId, Vec<ExtraName>> = BTreeMap::new();
    for &id in chosen {
        match encoder.terms().candidate(id) {
            Candidate::Record(id) => add_record(&mut solution, encoder, *id),
            Candidate::Virtual(_) | Candidate::Contents(_) => {}
            Candidate::CondaExtra { package, extra } => {
                solution.conda_extras.push((package.clone(), extra.clone()));
            }
            Candidate::Release(release) => releases.push((id, release.clone())),
            Candidate::Provided(provided) => solution.provided.push((**provided).clone()),
            Candidate::ProjectExtra { base, extra } => {
                extras.entry(*base).or_default().push(extra.clone());
            }
        }
    }
    for (id, release) in releases {
        let extras = extras.remove(&id).unwrap_or_default();
        if release.origin == Origin::Opaque {
            let name = release.project.clone();
            solution.opaque.push(Opaque { name, extras });
            continue;
        }
        match package(encoder, &solution, &release, extras) {
            Some(package) => solution.pypi.push(package),
            None => return Decoded::OtherFile,
        }
    }
    finish(encoder, &mut solution);
    Decoded::Solution(Box::new(solution))
}

fn add_record(solution: &mut Solution, encoder: &Encoder<'_>, id: RecordId) {
    let record = encoder.terms().record(id).clone();
    let namesakes = encoder.conda().namesakes(id);
    if !namesakes.is_empty() {
        let name = record.package_record.name.as_normalized().to_string();
        solution.namesakes.insert(name, namesakes);
    }
    solution.conda.push(record);
}

/// Sorts the packages, and lists those that pip overwrites.
pub(crate) fn finish(encoder: &Encoder<'_>, solution: &mut Solution) {
    solution
        .conda
        .sort_by(|a, b| a.package_record.name.cmp(&b.package_record.name));
    solution.pypi.sort_by(|a, b| a.name.cmp(&b.name));
    solution.provided.sort_by(|a, b| a.project.cmp(&b.project));
    solution.opaque.sort_by(|a, b| a.name.cmp(&b.name));
    for package in &mut solution.pypi {
        package.extras.sort();
    }
    solution.overwritten = overwritten(encoder, solution);
}

/// Returns the projects installed from PyPI although an installed conda package provides them.
fn overwritten(encoder: &Encoder<'_>, solution: &Solution) -> Vec<(PackageName, String)> {
    let is_provided = |package: &str, project: &PackageName| {
        let record = solution.record(package);
        record.is_some_and(|record| encoder.terms().provides(record, project))
    };
    let releases = solution.pypi.iter().map(|package| &package.name);
    let opaque = solution.opaque.iter().map(|opaque| &opaque.name);
    releases
        .chain(opaque)
        .flat_map(|project| {
            encoder
                .pypi()
                .providers(project)
                .filter(|package| is_provided(package, project))
                .map(|package| (project.clone(), package.to_string()))
                .collect::<Vec<_>>()
        })
        .collect()
}

/// Returns the package of a chosen release on the python of the solution. `None` if its file
/// there has other requirements than the one whose metadata represents the release.
pub(crate) fn package(
    encoder: &Encoder<'_>,
    solution: &Solution,
    release: &ReleaseCandidate,
    extras: Vec<ExtraName>,
) -> Option<PypiPackage> {
    let pypi = encoder.pypi();
    let spoke = release.file.as_ref()?;
    let metadata = pypi.metadata(release).ok()?;
    let page = pypi.project(&release.project);
    let listed = page
        .as_ref()
        .and_then(|page| page.releases.get(&release.version));
    let python = solution
        .record("python")
        .and_then(|record| encoder.pythons().index_of(record))
        .filter(|_| release.origin == Origin::Index);
    let target = solution.known_to_pip(encoder.world().target);
    let (project, version) = (&release.project, &release.version);
    let taken = match python {
        Some(python) => pypi.file_of(project, version, listed?, python, &target)?,
        None => spoke.clone(),
    };
    if taken.place() != spoke.place() && !says_the_same(encoder, release, &taken, &metadata)? {
        return None;
    }
    let wheel_for_other_pip = python
        .filter(|_| !taken.support().is_wheel())
        .and_then(|python| pypi.wheel_for_other_pip(project, listed?, python, &target));
    let hashes = match (release.origin, listed) {
        (Origin::Index, Some(listed)) => sha256(&pypi.usable(project, listed)),
        // An index may have a different release of the same version.
        _ => sha256(std::slice::from_ref(&taken)),
    };
    Some(PypiPackage {
        name: project.clone(),
        version: version.clone(),
        extras,
        direct_url: release.origin == Origin::DirectUrl,
        distribution: taken.distribution()?.clone(),
        metadata,
        wheel_for_other_pip,
        hashes,
    })
}

/// Whether another file of a release has the same requirements as the one whose metadata
/// represents the release. `None` if this is unknown.
fn says_the_same(
    encoder: &Encoder<'_>,
    release: &ReleaseCandidate,
    taken: &ReleaseFile,
    metadata: &Option<Arc<Metadata>>,
) -> Option<bool> {
    let other = ReleaseCandidate {
        file: Some(taken.clone()),
        ..release.clone()
    };
    let other = encoder.pypi().metadata(&other).ok()?;
    Some(match (&other, metadata) {
        (Some(other), Some(metadata)) => {
            other.requires_dist == metadata.requires_dist
                && other.requires_python == metadata.requires_python
        }
        (other, metadata) => other.is_none() && metadata.is_none(),
    })
}

/// Returns the hashes of files in pip's notation, `sha256:…`.
fn sha256(files: &[ReleaseFile]) -> Vec<String> {
    let hashes = files
        .iter()
        .filter_map(|file| file.distribution()?.hashes.get("sha256"));
    hashes.map(|hash| format!("sha256:{hash}")).collect()
}
