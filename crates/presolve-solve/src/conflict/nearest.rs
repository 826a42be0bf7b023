//! The nearest alternatives to a version or build that does not exist.

use pep440_rs::Operator;
use pep508_rs::VersionOrUrl;
use rattler_conda_types::{MatchSpec, StringMatcher, Version, VersionSpec};
use resolvo::{NameId, SolvableId, VersionSetId};

use super::{Package, Versions};
use crate::{
    encode::{
        Encoder,
        pool::{Candidate, Name, VersionSet},
    },
    model::DeclaredKind,
};
use presolve_parse as parse;

/// What is nearest to a version or build that does not exist.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Nearest {
    /// The version exists in other builds.
    Builds {
        /// The newest version, if the line does not require one.
        version: Option<String>,
        /// The builds, in alphabetical order.
        builds: Vec<String>,
        /// The required build.
        required: String,
    },
    /// `==` requires a version of which only longer ones exist, as `==3.8` does.
    Series {
        /// The required version.
        version: String,
    },
    /// PyPI has the version without its local label.
    Public {
        /// The label with its plus sign, like `+cu118`.
        local: String,
    },
    /// The versions before and after it, at least one of them.
    Versions(Vec<String>),
    /// The target has this virtual package in another version or build.
    Virtual {
        /// Its name, such as `__archspec`.
        name: String,
        /// Its version, with its build if that is not `0`: `1=x86_64`.
        present: String,
        /// The required version, with the required build if there is one: `1=x86_64_v3`.
        /// `None` if the requirement does not name a single one.
        required: Option<String>,
    },
    /// All versions of the package.
    Available {
        /// The package.
        package: Package,
        /// Its versions.
        versions: Versions,
    },
}

/// What is nearest to what a declared line requires of `name`; none if the line does not
/// require one version of it.
pub(super) fn to_line(
    encoder: &Encoder<'_>,
    line: usize,
    name: NameId,
    candidates: &[SolvableId],
) -> Option<Nearest> {
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

/// What is nearest to a version set that nothing is in; none if it does not tell one
/// version.
pub(super) fn to_set(
    encoder: &Encoder<'_>,
    set: VersionSetId,
    candidates: &[SolvableId],
) -> Option<Nearest> {
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

/// What the target has instead of a required virtual package; none for another package, or if
/// the target lacks the package entirely.
pub(super) fn to_virtual(
    encoder: &Encoder<'_>,
    line: usize,
    name: NameId,
    set: Option<VersionSetId>,
) -> Option<Nearest> {
    let Name::Conda(name) = encoder.terms().name(name) else {
        return None;
    };
    let packages = &encoder.world().virtual_packages;
    let mut packages = packages.iter();
    let package = packages.find(|package| package.name.as_normalized() == name)?;
    let spec = match &encoder.declared()[line].kind {
        DeclaredKind::Conda(spec) if spec.name.as_exact() == Some(&package.name) => {
            Some((spec.version.clone(), spec.build.clone()))
        }
        _ => set.and_then(|set| match encoder.terms().set(set) {
            VersionSet::Match(spec) => Some(spec.version_and_build()),
            _ => None,
        }),
    };
    let (version, build) = spec.unwrap_or_default();
    Some(Nearest::Virtual {
        name: name.clone(),
        present: virtual_text(&package.version.to_string(), package.build_string.as_str()),
        required: required_virtual(Some(&package.version), version.as_ref(), build.as_ref()),
    })
}

fn virtual_text(version: &str, build: &str) -> String {
    match build {
        "" | "0" => version.to_owned(),
        build => format!("{version}={build}"),
    }
}

/// Returns the version and build to give to a virtual package so that it satisfies a
/// requirement. `present` is the version that it has.
pub fn required_virtual(
    present: Option<&Version>,
    version: Option<&VersionSpec>,
    build: Option<&StringMatcher>,
) -> Option<String> {
    let fits = |candidate: &Version| version.is_none_or(|version| version.matches(candidate));
    let number = if let Some(present) = present.filter(|present| fits(present)) {
        present.to_string()
    } else {
        let text = version?.to_string();
        let bounds = text.split([',', '|']).filter_map(|bound| {
            let bound = bound.trim_matches(['(', ')', ' ']);
            let number = bound.trim_start_matches(['=', '>', '~']);
            number
                .trim_end_matches('*')
                .trim_end_matches('.')
                .parse()
                .ok()
        });
        let mut bounds = bounds.filter(|bound: &Version| fits(bound));
        bounds.next()?.to_string()
    };
    let build = match build.map(ToString::to_string) {
        None => String::new(),
        Some(build) if build.contains(['*', '^']) => return None,
        Some(build) => build,
    };
    Some(virtual_text(&number, &build))
}

fn conda(encoder: &Encoder<'_>, spec: &MatchSpec, candidates: &[SolvableId]) -> Option<Nearest> {
    let records = candidates
        .iter()
        .filter_map(|&id| encoder.terms().record_of(id));
    let records: Vec<_> = records.map(|record| &record.package_record).collect();
    let newest = records.iter().map(|record| record.version.version()).max();
    let is_wanted = |version: &Version| match &spec.version {
        Some(required) => required.matches(version),
        None => newest == Some(version),
    };
    let mut builds: Vec<String> = records
        .iter()
        .filter(|record| is_wanted(&record.version))
        .map(|record| record.build.to_string())
        .collect();
    builds.sort();
    builds.dedup();
    if let (Some(build), false) = (&spec.build, builds.is_empty()) {
        let required = build.to_string();
        let newest = newest.filter(|_| spec.version.is_none());
        return Some(Nearest::Builds {
            version: newest.map(ToString::to_string),
            builds,
            required,
        });
    }
    let required = spec.version.as_ref()?;
    let exact = required.to_string().starts_with("==");
    let required = one_version(required)?;
    let versions = records.iter().map(|record| record.version.version());
    let in_series = |version: &&Version| version.starts_with(&required);
    if exact && required.segment_count() < 3 && versions.clone().any(|version| in_series(&version))
    {
        let version = required.to_string();
        return Some(Nearest::Series { version });
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
) -> Option<Nearest> {
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
        return has_public.then(|| Nearest::Public {
            local: local.to_string(),
        });
    }
    neighbours(required, versions.into_iter())
}

/// Returns the versions directly before and after one that does not exist.
fn neighbours<'v, V: Ord + ToString + 'v>(
    required: &V,
    versions: impl Iterator<Item = &'v V> + Clone,
) -> Option<Nearest> {
    let before = versions.clone().filter(|version| *version < required).max();
    let after = versions.filter(|version| *version > required).min();
    let nearest: Vec<String> = before
        .into_iter()
        .chain(after)
        .map(ToString::to_string)
        .collect();
    (!nearest.is_empty()).then_some(Nearest::Versions(nearest))
}
