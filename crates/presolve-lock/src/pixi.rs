//! `pixi.lock`, version 7, written by `rattler_lock`: one environment `default` with the
//! channels, the indexes and, for each platform, the packages and the virtual packages
//! that they need.
//!
//! The `purls` of conda records list the PyPI projects that they provide, so that pixi
//! does not install these again. Without a pip list, the names were not loaded, and pixi
//! looks them up by itself. A local project with a known name is written as its folder. A
//! repository cannot be written, because pixi needs its commit and version, which are
//! unknown before it is fetched.

use std::path::{Path, PathBuf};

use pep508_rs::PackageName;
use rattler_conda_types::{GenericVirtualPackage, PackageUrl, RepoDataRecord};
use rattler_lock::{
    CondaPackageData, DEFAULT_ENVIRONMENT_NAME, FindLinksUrlOrPath, LockFile, LockFileBuilder,
    PackageHashes, ParseCondaLockError, PlatformData, PlatformName, PypiDistributionData,
    PypiIndexes, PypiPrereleaseMode, PypiSourceData, SolveOptions, SourceData, UrlOrPath, Verbatim,
    options::ChannelPriority as PixiPriority,
};
use url::Url;

use super::{Lock, LockedPlatform, LockedRecord, LockedRelease, Written, uncarriable};
use presolve_resolve::Resolution;
use presolve_spec::{PipRequirement, PipRequirementKind};
use presolve_target::ChannelPriority;
use presolve_text::{
    diagnostic::{Diagnostic, Failure},
    secrets::{without_credentials, without_token},
};

/// Writes the lock file for all platforms.
///
/// # Errors
/// An input failure if the file has lines that only third-party code can resolve, except local
/// projects with a name.
pub(super) fn write(lock: &Lock<'_>) -> Result<Written, Failure> {
    let carried = lock.platforms.iter().flat_map(|one| &one.carried).copied();
    let why = "pixi needs its name and version, or a folder with a name";
    let unknown = carried.filter(|line| local_project(line).is_none());
    uncarriable("pixi.lock", why, unknown)?;
    let releases = lock.platforms.iter().flat_map(|one| &one.pypi);
    let partial = releases.filter(|one| one.url.scheme() == "file" && one.url.fragment().is_some());
    let why = "pixi stores local files as paths, which cannot carry a `#subdirectory`";
    uncarriable("pixi.lock", why, partial.filter_map(|release| release.line))?;
    let broken = |error: String| {
        let message = format!("cannot write a pixi.lock: {error}");
        Failure::input(Diagnostic::error("unlockable-package", message))
    };
    let file = build(lock).map_err(|error| broken(error.to_string()))?;
    let text = file
        .render_to_string()
        .map_err(|error| broken(error.to_string()))?;
    Ok(Written {
        text,
        ..Written::default()
    })
}

fn build(lock: &Lock<'_>) -> Result<LockFile, ParseCondaLockError> {
    let platforms = lock.platforms.iter().map(platform);
    let mut builder = LockFile::builder().with_platforms(platforms.collect())?;
    let resolution = lock.platforms[0].resolution;
    builder.set_channels(DEFAULT_ENVIRONMENT_NAME, channels(resolution));
    builder.set_options(DEFAULT_ENVIRONMENT_NAME, options(resolution));
    let has_pip = !lock.environment.pip.requirements.is_empty();
    if has_pip {
        builder.set_pypi_indexes(DEFAULT_ENVIRONMENT_NAME, indexes(resolution));
    }
    for platform in &lock.platforms {
        add_packages(&mut builder, lock, platform, has_pip)?;
    }
    Ok(builder.finish())
}

fn platform(platform: &LockedPlatform<'_>) -> PlatformData {
    let subdir = platform.resolution.subdir;
    let assumptions = platform.resolution.virtual_packages.iter();
    let needed = assumptions.filter(|package| is_needed(platform, package.name.as_normalized()));
    PlatformData {
        name: PlatformName::from(&subdir),
        subdir,
        virtual_packages: needed.map(assumed).collect(),
    }
}

/// Whether the solution needs a virtual package: a record depends on it, or it decides
/// the platform tags of wheels. Listing more would exclude machines that can install it.
fn is_needed(platform: &LockedPlatform<'_>, name: &str) -> bool {
    let is_named = |text: &String| {
        let named = text.trim().split([' ', '=', '<', '>', '!', '~', '[']);
        named.into_iter().next() == Some(name)
    };
    let of_tags = matches!(name, "__glibc" | "__osx") && !platform.pypi.is_empty();
    let mut records = platform.conda.iter().map(|one| &one.record.package_record);
    of_tags || records.any(|one| one.depends.iter().chain(&one.constrains).any(is_named))
}

/// Returns `__name=version`, with the build string if it has a meaning.
fn assumed(package: &GenericVirtualPackage) -> String {
    let (name, version) = (package.name.as_normalized(), &package.version);
    match package.build_string.as_ref() {
        "" | "0" => format!("{name}={version}"),
        build => format!("{name}={version}={build}"),
    }
}

fn channels(resolution: &Resolution) -> Vec<String> {
    let channels = resolution.channels.iter();
    let urls = channels.map(|one| without_token(one.channel.base_url.url()).to_string());
    urls.collect()
}

/// pixi has no flexible priority. It is written as disabled, because strict priority would
/// exclude allowed records. With one channel all modes are equal.
fn options(resolution: &Resolution) -> SolveOptions {
    let one = resolution.channels.len() <= 1;
    SolveOptions {
        channel_priority: match resolution.channel_priority {
            ChannelPriority::Strict => PixiPriority::Strict,
            _ if one => PixiPriority::Strict,
            ChannelPriority::Flexible | ChannelPriority::Disabled => PixiPriority::Disabled,
        },
        pypi_prerelease_mode: if resolution.index.releases.all_releases.all {
            PypiPrereleaseMode::Allow
        } else {
            PypiPrereleaseMode::default()
        },
        ..SolveOptions::default()
    }
}

fn indexes(resolution: &Resolution) -> PypiIndexes {
    let indexes = resolution.index.indexes();
    let links = resolution.index.find_links.iter();
    let links = links.map(|url| match url.to_file_path() {
        Ok(path) if url.scheme() == "file" => FindLinksUrlOrPath::Path(path),
        _ => FindLinksUrlOrPath::Url(without_credentials(url)),
    });
    PypiIndexes {
        indexes: indexes.iter().map(without_credentials).collect(),
        find_links: links.collect(),
    }
}

fn add_packages(
    builder: &mut LockFileBuilder,
    lock: &Lock<'_>,
    platform: &LockedPlatform<'_>,
    has_pip: bool,
) -> Result<(), ParseCondaLockError> {
    let name = platform.resolution.subdir.as_str();
    builder.add_environment_platform(DEFAULT_ENVIRONMENT_NAME, name)?;
    for locked in &platform.conda {
        builder.add_conda_package(DEFAULT_ENVIRONMENT_NAME, name, record(locked, has_pip))?;
    }
    for locked in &platform.pypi {
        let release = release(locked);
        builder.add_pypi_package(DEFAULT_ENVIRONMENT_NAME, name, release.into())?;
    }
    for line in &platform.carried {
        if let Some((project, path)) = local_project(line) {
            let path = lock.rebased(&path.to_string_lossy(), &line.location);
            let project = PypiSourceData {
                name: project,
                location: Verbatim::new(UrlOrPath::Path(path.as_str().into())),
                requires_dist: Vec::new(),
                requires_python: None,
                source_data: SourceData::default(),
            };
            builder.add_pypi_package(DEFAULT_ENVIRONMENT_NAME, name, project.into())?;
        }
    }
    Ok(())
}

fn record(locked: &LockedRecord<'_>, has_pip: bool) -> CondaPackageData {
    let mut record: RepoDataRecord = locked.record.clone();
    record.url = locked.url.clone();
    record.channel = record.channel.map(|channel| match Url::parse(&channel) {
        Ok(url) => without_token(&url).to_string(),
        Err(_) => channel,
    });
    if has_pip {
        let purls = record.package_record.purls.get_or_insert_default();
        if !purls.iter().any(|purl| purl.package_type() == "pypi") {
            let projects = locked.projects.iter().map(ToString::to_string);
            purls.extend(projects.filter_map(|name| PackageUrl::new("pypi".to_owned(), name).ok()));
        }
    }
    record.into()
}

fn release(locked: &LockedRelease<'_>) -> PypiDistributionData {
    let package = locked.package;
    let metadata = package.metadata.as_deref();
    let requires_python = metadata.and_then(|metadata| metadata.requires_python.clone());
    let index = package.distribution.index.as_deref();
    PypiDistributionData {
        name: package.name.clone(),
        version: package.version.clone(),
        location: Verbatim::new(UrlOrPath::from(locked.url.clone())),
        index_url: index.map(without_credentials),
        hash: locked.sha256.as_deref().and_then(hash),
        requires_dist: metadata
            .map(|metadata| metadata.requires_dist.clone())
            .unwrap_or_default(),
        requires_python: requires_python
            .or_else(|| package.distribution.support.requires_python.clone()),
    }
}

fn hash(sha256: &str) -> Option<PackageHashes> {
    let mut digest = [0; 32];
    hex::decode_to_slice(sha256, &mut digest).ok()?;
    Some(PackageHashes::Sha256(digest.into()))
}

/// Returns the name and the folder of a line such as `name @ file:///here` or `-e
/// file:///here#egg=name`.
fn local_project(line: &PipRequirement) -> Option<(PackageName, PathBuf)> {
    let PipRequirementKind::Opaque {
        name: Some(name), ..
    } = &line.kind
    else {
        return None;
    };
    let text = line.editable().unwrap_or_else(|| line.text.clone());
    let text = text.split("; ").next().unwrap_or(&text).trim();
    let text = text.split("#egg=").next().unwrap_or(text);
    let place = text
        .split_once(" @ ")
        .map_or(text, |(_, place)| place.trim());
    let path = match Url::parse(place) {
        Ok(url) if url.scheme() == "file" => url.to_file_path().ok()?,
        // `c:\here` is not a URL of the scheme `c`.
        Ok(url) if url.scheme().len() > 1 => return None,
        _ => Path::new(place.split('[').next().unwrap_or(place)).to_path_buf(),
    };
    Some((name.clone(), path))
}
