//! The names that conda packages have on PyPI.
//!
//! The sources, in order of priority: the record's own `purls`; the mapping that prefix.dev
//! publishes, which is derived from conda-forge's archives and, as in pixi, applies to
//! conda-forge's records only; presolve's table of well-known renames, which also replaces
//! empty entries of the mapping; the same name, for packages that depend on Python.

use std::{collections::HashMap, path::Path, sync::LazyLock};

use pep508_rs::PackageName;
use rattler_conda_types::RepoDataRecord;
use url::Url;

use super::error::MappingError;
use crate::network::fetch::Fetcher;
use presolve_config::Settings;
use presolve_parse as parse;
use presolve_text::{
    diagnostic::{Diagnostic, Level},
    files::read::read_text,
    secrets,
};
use projects::Projects;

mod built_in;
mod fetch;
mod projects;
mod snapshot;
#[cfg(test)]
mod tests;

/// Source of a name, in order of priority. Some entries of the mapping are known to be wrong
/// and lose to the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NameSource {
    /// `purls` of the record.
    Purl,
    /// The mapping of prefix.dev (parselmouth), or the file or URL that replaces it.
    Mapping,
    /// presolve's table of well-known renames.
    BuiltIn,
    /// The same normalised name, which applies to Python packages only.
    SameName,
}

impl std::fmt::Display for NameSource {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            NameSource::Purl => "the channel says so",
            NameSource::Mapping => "according to the published name mapping",
            NameSource::BuiltIn => "according to presolve's table of well-known names",
            NameSource::SameName => "as both have the same name",
        })
    }
}

/// Maps conda records to the PyPI projects that they provide.
#[derive(Clone, Debug, Default)]
pub struct Names {
    /// Projects by conda name; empty for a package without a project.
    mapping: HashMap<String, Projects>,
    /// No conda package provides a project.
    is_without_projects: bool,
}

/// The date of the built-in mapping.
pub fn date() -> &'static str {
    snapshot::date()
}

impl Names {
    /// Names without a mapping.
    pub fn built_in() -> Self {
        Self::default()
    }

    /// Names for packages that conda does not install: none of them provides a project.
    pub fn without_projects() -> Self {
        Self {
            is_without_projects: true,
            ..Self::default()
        }
    }

    /// Parses a mapping in the "compressed" form: an object from conda names to a PyPI name, a
    /// list of names, or null (<https://github.com/prefix-dev/parselmouth>).
    ///
    /// # Errors
    ///
    /// The position at which the text does not have that form.
    pub fn from_mapping_json(text: &str) -> Result<Self, String> {
        Ok(Self {
            mapping: serde_json::from_str(text).map_err(|error| error.to_string())?,
            is_without_projects: false,
        })
    }

    /// Loads the mapping from the settings or, by default, that of prefix.dev: fetched, from
    /// the cache, or from the built-in snapshot. The diagnostics are notes, because a failure
    /// to fetch the mapping of prefix.dev does not fail a run.
    ///
    /// # Errors
    ///
    /// [`MappingError`] if a mapping from the settings is invalid, or its server fails.
    pub async fn load(
        settings: &Settings,
        fetcher: &Fetcher,
    ) -> Result<(Self, Vec<Diagnostic>), MappingError> {
        let Some(place) = &settings.mapping else {
            return Ok(Self::load_published(fetch::PUBLISHED, fetcher).await);
        };
        let names = match Url::parse(place) {
            Ok(url) if matches!(url.scheme(), "http" | "https") => {
                let names = fetch::chosen(&url, fetcher).await;
                let names = names.map_err(|error| MappingError::Unreachable {
                    place: secrets::redact(place),
                    error,
                })?;
                names.ok_or_else(|| unusable(place, "it does not exist (404)"))?
            }
            Ok(url) if url.scheme() == "file" => read_url(place)
                .and_then(|text| Self::from_mapping_json(&text))
                .map_err(|why| unusable(place, &why))?,
            _ => read_file(Path::new(place))
                .and_then(|text| Self::from_mapping_json(&text))
                .map_err(|why| unusable(place, &why))?,
        };
        Ok((names, Vec::new()))
    }

    async fn load_published(url: &str, fetcher: &Fetcher) -> (Self, Vec<Diagnostic>) {
        let (names, why) = fetch::published(url, fetcher).await;
        let is_fetched = names.is_some();
        // A test parses the built-in snapshot, so the default is never used.
        let names = names.unwrap_or_else(|| snapshot::names().unwrap_or_default());
        let notes = why.map(|why| {
            let instead = if is_fetched {
                "the mapping that it fetched last".to_owned()
            } else {
                format!("its built-in copy of {}", snapshot::date())
            };
            let message =
                format!("cannot fetch the conda to PyPI name mapping; presolve uses {instead}");
            note(&message, &why)
        });
        (names, notes.into_iter().collect())
    }

    /// Conda packages that may provide a PyPI project. [`Self::pypi_names`] decides for each
    /// record.
    pub fn conda_names(&self, project: &PackageName) -> Vec<String> {
        if self.is_without_projects {
            return Vec::new();
        }
        let mapped = self.mapping.iter();
        let mapped = mapped.filter(|(_, names)| names.0.contains(project));
        let built_in = built_in::conda_names(project);
        let mut names: Vec<String> = mapped
            .map(|(conda, _)| conda.clone())
            .chain(built_in.map(str::to_owned))
            .chain([project.to_string(), project.to_string().replace('-', "_")])
            .collect();
        names.sort();
        names.dedup();
        names
    }

    /// Whether a conda package of this name is a Python package, according to the built-in
    /// copy of the published mapping. Packages outside of conda-forge are mostly unknown.
    pub fn is_known_python_package(conda: &str) -> bool {
        static COPY: LazyLock<Names> = LazyLock::new(|| snapshot::names().unwrap_or_default());
        let mapped = COPY
            .mapping
            .get(conda)
            .is_some_and(|names| !names.0.is_empty());
        let known = built_in::correction(conda).or_else(|| built_in::names(conda));
        known.map_or(mapped, |names| !names.is_empty())
    }

    /// The PyPI project that a conda package of this name probably provides; `None` if it is
    /// known to provide none, or the name is invalid on PyPI.
    pub fn project_of(&self, conda: &str) -> Option<PackageName> {
        self.projects_of(conda).into_iter().next()
    }

    /// The PyPI projects that a conda package of this name probably provides; empty if it is
    /// known to provide none, or the name is invalid on PyPI.
    pub fn projects_of(&self, conda: &str) -> Vec<PackageName> {
        if self.is_without_projects {
            return Vec::new();
        }
        let mapped = self.mapping.get(conda);
        if let Some(names) = built_in::correction(conda).filter(|_| mapped.is_some()) {
            return names;
        }
        match mapped {
            Some(names) => names.0.clone(),
            None => built_in::names(conda)
                .unwrap_or_else(|| parse::pep::name(conda).into_iter().collect()),
        }
    }

    /// The PyPI projects that `record` provides, and the source of this information. Empty for
    /// a package that is not a Python package.
    pub fn pypi_names(&self, record: &RepoDataRecord) -> (Vec<PackageName>, NameSource) {
        if self.is_without_projects {
            return (Vec::new(), NameSource::BuiltIn);
        }
        let purls = from_purls(record);
        if !purls.is_empty() {
            return (purls, NameSource::Purl);
        }
        let name = record.package_record.name.as_normalized();
        let mapped = self.mapping.get(name).filter(|_| is_conda_forge(record));
        if let Some(names) = built_in::correction(name).filter(|_| mapped.is_some()) {
            return (names, NameSource::BuiltIn);
        }
        if let Some(names) = mapped.filter(|names| !names.0.is_empty()) {
            return (names.0.clone(), NameSource::Mapping);
        }
        if let Some(names) = built_in::names(name) {
            return (names, NameSource::BuiltIn);
        }
        if mapped.is_some() {
            return (Vec::new(), NameSource::Mapping);
        }
        if !is_python_package(record) {
            return (Vec::new(), NameSource::SameName);
        }
        let same = parse::pep::name(name).ok();
        (same.into_iter().collect(), NameSource::SameName)
    }
}

/// Projects of type `pkg:pypi/…` in the purls of the record
/// (<https://github.com/package-url/purl-spec/blob/main/PURL-TYPES.rst>).
fn from_purls(record: &RepoDataRecord) -> Vec<PackageName> {
    let purls = record.package_record.purls.iter().flatten();
    purls
        .filter(|purl| purl.package_type() == "pypi")
        .filter_map(|purl| parse::pep::name(purl.name()).ok())
        .collect()
}

/// Whether the record is from conda-forge, one of its labels or a mirror, by the path of the
/// URL.
fn is_conda_forge(record: &RepoDataRecord) -> bool {
    let channel = record.channel.as_deref().unwrap_or_default();
    channel.split('/').any(|segment| segment == "conda-forge")
}

fn is_python_package(record: &RepoDataRecord) -> bool {
    let record = &record.package_record;
    // In conda-forge, Python itself depends on `python_abi`, but it is not a project.
    if matches!(record.name.as_normalized(), "python" | "python_abi") {
        return false;
    }
    record.noarch.is_python()
        || record.depends.iter().any(|dependency| {
            let name = dependency.split([' ', '=', '<', '>', '!', '~', '[']).next();
            matches!(name, Some("python" | "python_abi"))
        })
}

/// Maximum size of a mapping, in bytes; that of conda-forge has about 1 MB.
const MAPPING_LIMIT: u64 = 64 << 20;

fn read_file(path: &Path) -> Result<String, String> {
    read_text(path, MAPPING_LIMIT).map_err(|error| error.to_string())
}

fn read_url(url: &str) -> Result<String, String> {
    let url = url::Url::parse(url).map_err(|error| error.to_string())?;
    let path = url
        .to_file_path()
        .map_err(|()| "it is not a path on this machine".to_owned())?;
    read_file(&path)
}

fn unusable(place: &str, reason: &str) -> MappingError {
    MappingError::Unusable {
        place: secrets::redact(place),
        reason: reason.to_owned(),
    }
}

fn note(message: &str, why: &str) -> Diagnostic {
    Diagnostic::new(Level::Note, "no-name-mapping", message)
        .note(why)
        .help("set a copy of it as `mapping` in presolve.toml, or with `--mapping`")
}
