//! The releases that the lines of a file pin.

use std::collections::BTreeMap;

use pep440_rs::{Operator, Version};
use pep508_rs::{PackageName, VersionOrUrl};
use rattler_conda_types::{
    MatchSpec, VersionSpec,
    version_spec::{EqualityOperator, StrictRangeOperator},
};

use presolve_packages::pypi::filename;
use presolve_parse as parse;
use presolve_registry::conda::names::Names;
use presolve_spec::{CondaRequirement, EnvironmentFile, PipRequirement, PipRequirementKind};
use presolve_text::diagnostic::Location;

/// The numbers of a conda version from which `=` leaves one release in practice: `=2.19.0` is
/// 2.19.0, but `=2.10` is also 2.10.3.
const NUMBERS: usize = 3;

/// A release that a line pins.
pub(super) struct Pinned<'a> {
    pub(super) name: PackageName,
    pub(super) version: Version,
    pub(super) at: &'a Location,
    /// The conda package that provides it; `None` for a line of the pip list.
    pub(super) package: Option<String>,
}

/// Returns the releases of the pip list, each once.
pub(super) fn in_pip_list(environment: &EnvironmentFile) -> Vec<Pinned<'_>> {
    let lines = environment.pip.requirements.iter();
    each_once(lines.filter_map(|line| of_pip_line(line, environment)))
}

/// Returns the releases of both lists, each once.
pub(super) fn in_both<'a>(environment: &'a EnvironmentFile, names: &Names) -> Vec<Pinned<'a>> {
    let lines = environment.conda.iter();
    let conda = lines.flat_map(|line| of_conda_line(line, names));
    each_once(in_pip_list(environment).into_iter().chain(conda))
}

/// Whether a conda line pins a version.
pub(super) fn has_conda(environment: &EnvironmentFile) -> bool {
    environment
        .conda
        .iter()
        .any(|line| conda_version(line).is_some())
}

fn each_once<'a>(pinned: impl Iterator<Item = Pinned<'a>>) -> Vec<Pinned<'a>> {
    let mut each: BTreeMap<(PackageName, Version), Pinned<'_>> = BTreeMap::new();
    for release in pinned {
        let key = (release.name.clone(), release.version.clone());
        each.entry(key).or_insert(release);
    }
    each.into_values().collect()
}

fn of_pip_line<'a>(line: &'a PipRequirement, environment: &EnvironmentFile) -> Option<Pinned<'a>> {
    let PipRequirementKind::Named(named) = &line.kind else {
        return None;
    };
    let constraints = environment.pip.constraints.iter();
    let mut constraints = constraints.filter(|constraint| is_named(constraint, &named.name));
    let version = line.pin.clone().or_else(|| exact(line));
    Some(Pinned {
        name: named.name.clone(),
        version: version.or_else(|| constraints.find_map(exact))?,
        at: &line.location,
        package: None,
    })
}

fn is_named(line: &PipRequirement, name: &PackageName) -> bool {
    matches!(&line.kind, PipRequirementKind::Named(named) if named.name == *name)
}

/// Returns the version of a line with one exact specifier and no other, or with the URL of a
/// distribution.
pub(crate) fn exact(line: &PipRequirement) -> Option<Version> {
    let PipRequirementKind::Named(named) = &line.kind else {
        return None;
    };
    match named.version_or_url.as_ref()? {
        VersionOrUrl::VersionSpecifier(specifiers) => {
            let mut specifiers = specifiers.iter();
            let only = specifiers.next().filter(|_| specifiers.next().is_none())?;
            let is_exact = matches!(only.operator(), Operator::Equal | Operator::ExactEqual);
            is_exact.then(|| only.version().clone())
        }
        VersionOrUrl::Url(url) => {
            let file = url.path_segments()?.next_back()?;
            filename::parse(&named.name, file).map(|(version, _)| version)
        }
    }
}

fn of_conda_line<'a>(line: &'a CondaRequirement, names: &Names) -> Vec<Pinned<'a>> {
    let Some((package, version)) = conda_version(line) else {
        return Vec::new();
    };
    let projects = names.projects_of(&package).into_iter();
    let pinned = projects.map(|name| Pinned {
        name,
        version: version.clone(),
        at: &line.location,
        package: Some(package.clone()),
    });
    pinned.collect()
}

/// Returns the package and the version that a conda line pins, if the version is also valid on
/// PyPI.
fn conda_version(line: &CondaRequirement) -> Option<(String, Version)> {
    let (package, version) = match &line.pin {
        Some(pin) => (pin.name.clone(), pin.version.clone()),
        None => {
            let name = line.spec.name.as_exact()?.as_normalized();
            (name.to_owned(), exact_conda(&line.spec)?)
        }
    };
    // Python has a project of this name on PyPI, which is not Python.
    let is_python = matches!(package.as_str(), "python" | "python_abi");
    let version = parse::pep::version(&version).ok().filter(|_| !is_python)?;
    Some((package, version))
}

/// Returns the version of a match spec that leaves one, in practice.
pub(crate) fn exact_conda(spec: &MatchSpec) -> Option<String> {
    match spec.version.as_ref()? {
        VersionSpec::Exact(EqualityOperator::Equals, version) => Some(version.to_string()),
        VersionSpec::StrictRange(StrictRangeOperator::StartsWith, version) => {
            let version = version.to_string();
            let is_one = spec.build.is_some() || version.split('.').count() >= NUMBERS;
            is_one.then_some(version)
        }
        _ => None,
    }
}
