//! The nearest alternatives to a version or build that does not exist.

use pep440_rs::Operator;
use pep508_rs::VersionOrUrl;
use rattler_conda_types::{MatchSpec, Version, VersionSpec};
use resolvo::{NameId, SolvableId, VersionSetId};

use crate::{
    encode::{
        Encoder,
        pool::{Candidate, Name, VersionSet},
    },
    model::DeclaredKind,
};
use presolve_parse as parse;

/// The maximum number of builds that are listed.
const BUILDS_SHOWN: usize = 3;

/// Returns a sentence on the versions or builds nearest to the one that a declared line
/// requires of `name`; `None` if the line does not require exactly one version.
pub(super) fn to_line(
    encoder: &Encoder<'_>,
    line: usize,
    name: NameId,
    candidates: &[SolvableId],
) -> Option<String> {
    let kind = &encoder.declared()[line].kind;
    match (kind, encoder.terms().name(name)) {
        (DeclaredKind::Conda(spec), Name::Conda(package)) => {
            let is_own = spec.name.as_exact()?.as_normalized() == package;
            is_own.then(|| conda(encoder, spec, candidates)).flatten()
        }
        (DeclaredKind::Pip(requirement), Name::Project(project)) => {
            let required = requirement.version_or_url.as_ref()?;
            let VersionOrUrl::VersionSpecifier(specifiers) = required else {
                return None;
            };
            let mut specifiers = specifiers.iter();
            let only = specifiers.next().filter(|_| specifiers.next().is_none())?;
            let is_exact = *only.operator() == Operator::Equal && requirement.name == *project;
            is_exact
                .then(|| pypi(encoder, only.version(), candidates))
                .flatten()
        }
        _ => None,
    }
}

/// Returns a sentence on the versions or builds nearest to an empty version set; `None` if the
/// set does not name one version.
pub(super) fn to_set(
    encoder: &Encoder<'_>,
    set: VersionSetId,
    candidates: &[SolvableId],
) -> Option<String> {
    match encoder.terms().set(set) {
        VersionSet::Specifiers(specifiers) => {
            let required = specifiers.first()?.version();
            pypi(encoder, required, candidates)
        }
        VersionSet::Match(spec) => {
            let text = spec.to_string();
            let first = text.split(',').next()?;
            let version = first.trim_start_matches(['=', '>', '<', '~', '!']);
            let version = version.split_whitespace().next()?.trim_end_matches(".*");
            let required = parse::conda::version(version).ok()?;
            let records = candidates
                .iter()
                .filter_map(|&id| encoder.terms().record_of(id));
            neighbours(
                &required,
                records.map(|record| record.package_record.version.version()),
            )
        }
        _ => None,
    }
}

fn conda(encoder: &Encoder<'_>, spec: &MatchSpec, candidates: &[SolvableId]) -> Option<String> {
    let required = spec.version.as_ref()?;
    let records = candidates
        .iter()
        .filter_map(|&id| encoder.terms().record_of(id));
    let records: Vec<_> = records.map(|record| &record.package_record).collect();
    let mut builds: Vec<String> = records
        .iter()
        .filter(|record| required.matches(&record.version))
        .map(|record| record.build.to_string())
        .collect();
    builds.sort();
    builds.dedup();
    if let (Some(build), false) = (&spec.build, builds.is_empty()) {
        let more = builds.len().saturating_sub(BUILDS_SHOWN);
        builds.truncate(BUILDS_SHOWN);
        let mut builds = builds.join(", ");
        if more > 0 {
            builds += &format!(" and {more} more");
        }
        return Some(format!(
            "this version is available as build {builds}, not as `{build}`"
        ));
    }
    let exact = required.to_string().starts_with("==");
    let required = one_version(required)?;
    let versions = records.iter().map(|record| record.version.version());
    let in_series = |version: &&Version| version.starts_with(&required);
    if exact && required.segment_count() < 3 && versions.clone().any(|version| in_series(&version))
    {
        return Some(format!(
            "`=={required}` matches that version only; `={required}` matches every {required}.*"
        ));
    }
    neighbours(&required, versions)
}

/// Returns the version of `==1.2`, `=1.2` and `1.2.*`.
fn one_version(required: &VersionSpec) -> Option<Version> {
    let required = required.to_string();
    let version = required.trim_start_matches('=').trim_end_matches(".*");
    version.parse().ok()
}

fn pypi(
    encoder: &Encoder<'_>,
    required: &pep440_rs::Version,
    candidates: &[SolvableId],
) -> Option<String> {
    let releases = candidates
        .iter()
        .filter_map(|&id| match encoder.terms().candidate(id) {
            Candidate::Release(release) => Some(&release.version),
            _ => None,
        });
    let versions: Vec<_> = releases.collect();
    if required.is_local() {
        let public = required.clone().without_local();
        let local = required.to_string();
        let local = &local[local.find('+')?..];
        let has_public = versions.iter().any(|version| **version == public);
        return has_public.then(|| {
            format!(
                "`{local}` is a local version, which PyPI never has: add the index that has it with --extra-index-url, or drop `{local}`"
            )
        });
    }
    neighbours(required, versions.into_iter())
}

/// Returns the versions directly before and after one that does not exist.
fn neighbours<'v, V: Ord + ToString + 'v>(
    required: &V,
    versions: impl Iterator<Item = &'v V> + Clone,
) -> Option<String> {
    let before = versions.clone().filter(|version| *version < required).max();
    let after = versions.filter(|version| *version > required).min();
    let nearest: Vec<String> = before
        .into_iter()
        .chain(after)
        .map(ToString::to_string)
        .collect();
    match nearest.as_slice() {
        [] => None,
        [one] => Some(format!("this version does not exist; the nearest is {one}")),
        more => Some(format!(
            "this version does not exist; the nearest are {}",
            more.join(" and ")
        )),
    }
}
