//! The locked packages: the records and releases of a solution with their URLs, hashes and
//! names, in a form that every format can be written from.

use std::{collections::BTreeMap, path::Path};

use pep508_rs::{PackageName, VersionOrUrl};
use rattler_conda_types::{RepoDataRecord, Subdir};
use sha2::{Digest, Sha256};
use url::Url;

use presolve_resolve::Resolution;
use presolve_solve::{PypiPackage, Solution, python::marker_environment};
use presolve_spec::{EnvironmentFile, PipRequirement, PipRequirementKind};
use presolve_text::{
    diagnostic::{Diagnostic, Failure},
    files,
    secrets::{without_credentials, without_token},
};

/// The solutions to write to a file.
pub struct Lock<'a> {
    /// The environment file.
    pub environment: &'a EnvironmentFile,
    /// The folder of the written file, which relative paths in it start from.
    pub folder: &'a Path,
    /// The platforms in the requested order; never empty.
    pub platforms: Vec<LockedPlatform<'a>>,
}

/// The solution for one platform.
pub struct LockedPlatform<'a> {
    /// The resolution that contains the solution.
    pub resolution: &'a Resolution,
    /// The packages to install.
    pub solution: &'a Solution,
    /// The conda records, by name.
    pub conda: Vec<LockedRecord<'a>>,
    /// The releases from PyPI, by project.
    pub pypi: Vec<LockedRelease<'a>>,
    /// The lines of the pip list that only third-party code can resolve, in file order.
    pub carried: Vec<&'a PipRequirement>,
}

/// A conda record.
pub struct LockedRecord<'a> {
    /// The record as its channel lists it.
    pub record: &'a RepoDataRecord,
    /// The URL of its archive, without credentials.
    pub url: Url,
    /// The PyPI projects that it provides.
    pub projects: Vec<PackageName>,
}

/// A release from PyPI.
pub struct LockedRelease<'a> {
    /// The release with its selected file.
    pub package: &'a PypiPackage,
    /// The URL of its file, without credentials. Of the fragment, only `subdirectory=…` is
    /// kept, which says which part of an archive pip builds
    /// (<https://pip.pypa.io/en/stable/topics/vcs-support/#url-fragments>).
    pub url: Url,
    /// The hash of its file, hexadecimal; `None` if unknown.
    pub sha256: Option<String>,
    /// The line of the pip list that names its URL on this platform.
    pub line: Option<&'a PipRequirement>,
    /// The options for its build from lines of the pip list.
    pub options: Vec<&'a str>,
}

impl<'a> Lock<'a> {
    /// Collects the packages to lock from at least one solution.
    ///
    /// # Errors
    /// An input failure if a file of a local folder cannot be read for its hash.
    pub fn new(
        environment: &'a EnvironmentFile,
        answers: &[(&'a Resolution, &'a Solution)],
        folder: &'a Path,
    ) -> Result<Self, Failure> {
        let platforms = answers.iter().map(|&(resolution, solution)| {
            Ok(LockedPlatform {
                resolution,
                solution,
                conda: records(resolution, solution),
                pypi: releases(environment, resolution.subdir, solution)?,
                carried: carried(environment, resolution.subdir, solution),
            })
        });
        Ok(Self {
            environment,
            folder,
            platforms: platforms.collect::<Result<_, Failure>>()?,
        })
    }
}

fn records<'a>(resolution: &'a Resolution, solution: &'a Solution) -> Vec<LockedRecord<'a>> {
    let records = solution.conda.iter().map(|record| LockedRecord {
        record,
        url: without_token(&record.url),
        projects: resolution.names.pypi_names(record).0,
    });
    records.collect()
}

fn releases<'a>(
    environment: &'a EnvironmentFile,
    subdir: Subdir,
    solution: &'a Solution,
) -> Result<Vec<LockedRelease<'a>>, Failure> {
    let active = active_lines(environment, subdir, solution);
    let releases = solution.pypi.iter().map(|package| {
        let of_project = active.iter().copied().filter(|line| {
            matches!(&line.kind, PipRequirementKind::Named(named) if named.name == package.name)
        });
        let mut of_url = of_project.clone();
        let file = &package.distribution.url;
        let line = of_url.find(|line| package.direct_url && url_of(line) == Some(file));
        let mut url = without_credentials(file);
        url.set_fragment(subdirectory(file));
        Ok(LockedRelease {
            package,
            sha256: sha256(package, line)?,
            url,
            line,
            options: of_project
                .flat_map(|line| line.options.iter().map(String::as_str))
                .collect(),
        })
    });
    releases.collect()
}

/// Returns the archive URL of a line, if it has one.
pub(super) fn url_of(line: &PipRequirement) -> Option<&Url> {
    let PipRequirementKind::Named(requirement) = &line.kind else {
        return None;
    };
    match &requirement.version_or_url {
        Some(VersionOrUrl::Url(url)) => Some(url.raw()),
        _ => None,
    }
}

/// Returns `subdirectory=…` from the fragment of a URL.
pub(super) fn subdirectory(url: &Url) -> Option<&str> {
    let mut parts = url.fragment()?.split('&');
    parts.find(|part| part.starts_with("subdirectory="))
}

/// The maximum size of a distribution that is read for its hash, in bytes. The largest wheels
/// on PyPI have about 1 GB.
const ARCHIVE_LIMIT: u64 = 2 << 30;

/// Returns the hash of a release's file: from the index, from the line with its URL, or
/// computed from a local file.
fn sha256(package: &PypiPackage, line: Option<&PipRequirement>) -> Result<Option<String>, Failure> {
    let file = &package.distribution;
    if let Some(known) = file.hashes.get("sha256") {
        return Ok(Some(known.clone()));
    }
    let of_line = line.map(|line| line.hashes.as_slice()).unwrap_or_default();
    if let [only] = of_line
        && let Some(hash) = only.strip_prefix("sha256:")
    {
        return Ok(Some(hash.to_owned()));
    }
    let Some(path) = (file.url.scheme() == "file")
        .then(|| file.url.to_file_path().ok())
        .flatten()
    else {
        return Ok(None);
    };
    let bytes = files::read(&path, ARCHIVE_LIMIT).map_err(|error| {
        let message = format!("cannot read `{}` for its hash: {error}", path.display());
        Failure::input(Diagnostic::error("unreadable-file", message).help(error.help()))
    })?;
    Ok(Some(hex::encode(Sha256::digest(bytes))))
}

/// Returns the lines of the pip list whose markers hold on this platform.
fn active_lines<'a>(
    environment: &'a EnvironmentFile,
    subdir: Subdir,
    solution: &Solution,
) -> Vec<&'a PipRequirement> {
    let python = solution.python();
    let python = python.map(|python| marker_environment(&python, subdir));
    let lines = environment.pip.requirements.iter().filter(|line| {
        let marker = match &line.kind {
            PipRequirementKind::Opaque { marker, .. } => marker,
            PipRequirementKind::Named(requirement) => &requirement.marker,
        };
        let python = python.as_ref();
        python.is_none_or(|python| marker.evaluate(python, &[]))
    });
    lines.collect()
}

/// Returns the lines active on this platform that only third-party code can resolve: opaque
/// lines, and URLs whose file name does not identify the distribution.
fn carried<'a>(
    environment: &'a EnvironmentFile,
    subdir: Subdir,
    solution: &Solution,
) -> Vec<&'a PipRequirement> {
    let is_unread = |name: &PackageName| solution.opaque.iter().any(|opaque| opaque.name == *name);
    let mut lines = active_lines(environment, subdir, solution);
    lines.retain(|line| match &line.kind {
        PipRequirementKind::Opaque { .. } => true,
        PipRequirementKind::Named(named) => url_of(line).is_some() && is_unread(&named.name),
    });
    lines
}

impl LockedPlatform<'_> {
    /// Returns the projects from PyPI that a release requires on this platform, with the
    /// specifiers as text; empty for any version.
    pub fn requires(&self, release: &LockedRelease<'_>) -> BTreeMap<String, String> {
        let mut requires: BTreeMap<String, String> = BTreeMap::new();
        let (Some(metadata), Some(python)) = (&release.package.metadata, self.solution.python())
        else {
            return requires;
        };
        let python = marker_environment(&python, self.resolution.subdir);
        for requirement in &metadata.requires_dist {
            if !requirement
                .marker
                .evaluate(&python, &release.package.extras)
            {
                continue;
            }
            let specifiers = match &requirement.version_or_url {
                Some(VersionOrUrl::VersionSpecifier(specifiers)) => specifiers.to_string(),
                _ => String::new(),
            };
            let known = requires.entry(requirement.name.to_string()).or_default();
            if !known.is_empty() && !specifiers.is_empty() {
                known.push(',');
            }
            known.push_str(&specifiers);
        }
        requires
    }
}

impl LockedRelease<'_> {
    /// Returns the project with its extras, in pip's notation.
    pub fn name(&self) -> String {
        let extras: Vec<&str> = self.package.extras.iter().map(AsRef::as_ref).collect();
        if extras.is_empty() {
            self.package.name.to_string()
        } else {
            format!("{}[{}]", self.package.name, extras.join(","))
        }
    }
}
