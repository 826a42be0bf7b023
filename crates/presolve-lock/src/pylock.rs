//! The pip packages as `pylock.toml`
//! (PEP 751, <https://packaging.python.org/en/latest/specifications/pylock-toml/>): one file of
//! each release, with its hash. The file is for the environment of the conda packages, which
//! must be installed first.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::{Lock, LockedPlatform, LockedRelease, Written, paths::relative, uncarriable};
use presolve_solve::python::marker_environment;
use presolve_text::{
    diagnostic::{Diagnostic, Failure},
    secrets::without_credentials,
};

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct File {
    lock_version: &'static str,
    environments: Vec<String>,
    requires_python: Option<String>,
    created_by: &'static str,
    packages: Vec<Package>,
}

#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct Package {
    name: String,
    version: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    marker: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    index: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    archive: Option<Archive>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sdist: Option<Artifact>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    wheels: Vec<Artifact>,
}

#[derive(Clone, PartialEq, Serialize)]
struct Archive {
    #[serde(flatten)]
    place: Place,
    #[serde(skip_serializing_if = "Option::is_none")]
    subdirectory: Option<String>,
    hashes: BTreeMap<&'static str, String>,
}

#[derive(Clone, PartialEq, Serialize)]
struct Artifact {
    name: String,
    #[serde(flatten)]
    place: Place,
    hashes: BTreeMap<&'static str, String>,
}

#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
enum Place {
    Url(String),
    Path(String),
}

/// Writes the file for all platforms.
///
/// # Errors
/// An input failure if the pip list has lines that only third-party code can resolve, a release
/// has no known hash, or a platform has no Python.
pub(super) fn write(lock: &Lock<'_>) -> Result<Written, Failure> {
    let carried = lock.platforms.iter().flat_map(|one| &one.carried);
    let why = "a package in pylock.toml needs a version, which is known only after its build";
    uncarriable("pylock.toml", why, carried.copied())?;
    let environments = lock.platforms.iter().map(environment);
    let environments: Vec<String> = environments.collect::<Result<_, Failure>>()?;
    let file = File {
        lock_version: "1.0",
        requires_python: python(lock),
        created_by: "presolve",
        packages: packages(lock, &environments)?,
        environments,
    };
    let toml = toml::to_string(&file).map_err(|error| {
        let message = format!("cannot write a pylock.toml: {error}");
        Failure::input(Diagnostic::error("unlockable-package", message))
    })?;
    let path = lock.environment.source.path();
    let name = path.file_name().unwrap_or_default().display();
    let mut text = format!("# The pip packages of {name}. Install its conda packages first.\n");
    text += &toml;
    Ok(Written {
        text,
        notices: nothing(lock).into_iter().collect(),
    })
}

/// Returns the marker of a platform and its Python.
fn environment(platform: &LockedPlatform<'_>) -> Result<String, Failure> {
    let subdir = platform.resolution.subdir;
    let Some(python) = platform.solution.python() else {
        let message = format!("pylock.toml needs a Python, but the solution for {subdir} has none");
        let diagnostic = Diagnostic::error("no-python", message);
        return Err(Failure::input(diagnostic.help("add `python` to the file")));
    };
    let values = marker_environment(&python, subdir);
    Ok(format!(
        "sys_platform == '{}' and platform_machine == '{}' and python_version == '{}'",
        values.sys_platform(),
        values.platform_machine(),
        values.python_version(),
    ))
}

/// Returns the oldest Python of the platforms.
fn python(lock: &Lock<'_>) -> Option<String> {
    let pythons = lock.platforms.iter();
    let pythons = pythons.filter_map(|platform| platform.solution.python());
    let oldest = pythons.min()?;
    let release = oldest.release();
    let numbers = release.iter().take(2).map(ToString::to_string);
    Some(format!(">={}", numbers.collect::<Vec<_>>().join(".")))
}

/// Returns the packages by name. One that some platforms do not have gets a marker.
fn packages(lock: &Lock<'_>, environments: &[String]) -> Result<Vec<Package>, Failure> {
    type Key = (String, String, Option<String>);
    let mut found: BTreeMap<Key, (Package, BTreeSet<&String>)> = BTreeMap::new();
    for (platform, environment) in lock.platforms.iter().zip(environments) {
        for release in &platform.pypi {
            let new = package(lock, release)?;
            let archive = new.archive.as_ref();
            let archive = archive.map(|archive| format!("{:?}", archive.place));
            let key = (new.name.clone(), new.version.clone(), archive);
            match found.get_mut(&key) {
                None => {
                    found.insert(key, (new, BTreeSet::from([environment])));
                }
                Some((known, places)) => {
                    known.sdist = known.sdist.take().or(new.sdist);
                    for wheel in new.wheels {
                        if !known.wheels.contains(&wheel) {
                            known.wheels.push(wheel);
                        }
                    }
                    places.insert(environment);
                }
            }
        }
    }
    let packages = found.into_values().map(|(mut package, places)| {
        if places.len() < environments.len() {
            let places = places.into_iter().map(String::as_str);
            package.marker = Some(places.collect::<Vec<_>>().join(" or "));
        }
        package
    });
    Ok(packages.collect())
}

fn package(lock: &Lock<'_>, release: &LockedRelease<'_>) -> Result<Package, Failure> {
    let chosen = release.package;
    let Some(hash) = release.sha256.clone() else {
        let message = format!(
            "pylock.toml needs a hash, but none is known for {}",
            release.name()
        );
        let diagnostic = Diagnostic::error("no-hashes", message)
            .help("append `#sha256=…` to the URL, or use an index that provides hashes");
        return Err(Failure::input(diagnostic));
    };
    let hashes = BTreeMap::from([("sha256", hash)]);
    let mut url = release.url.clone();
    let subdirectory = url
        .fragment()
        .and_then(|text| text.strip_prefix("subdirectory="));
    let subdirectory = subdirectory.map(str::to_owned);
    url.set_fragment(None);
    let place = match url.to_file_path() {
        Ok(path) if url.scheme() == "file" => {
            let below = relative(&path, lock.folder);
            Place::Path(below.unwrap_or_else(|| path.display().to_string()))
        }
        _ => Place::Url(url.to_string()),
    };
    let name = chosen.distribution.filename.clone();
    let is_wheel = name.ends_with(".whl");
    let mut package = Package {
        name: chosen.name.to_string(),
        version: chosen.version.to_string(),
        marker: None,
        index: None,
        archive: None,
        sdist: None,
        wheels: Vec::new(),
    };
    if chosen.direct_url {
        package.archive = Some(Archive {
            place,
            subdirectory,
            hashes,
        });
        return Ok(package);
    }
    let index = chosen.distribution.index.as_deref();
    let index = index.filter(|index| index.scheme() != "file");
    package.index = index.map(|index| without_credentials(index).to_string());
    let artifact = Artifact {
        name,
        place,
        hashes,
    };
    match is_wheel {
        true => package.wheels.push(artifact),
        false => package.sdist = Some(artifact),
    }
    Ok(package)
}

fn nothing(lock: &Lock<'_>) -> Option<Diagnostic> {
    let is_empty = lock.platforms.iter().all(|one| one.pypi.is_empty());
    is_empty.then(|| {
        let message = "there is nothing for pip to install, so the file has no packages";
        Diagnostic::warning("nothing-for-pip", message)
    })
}
