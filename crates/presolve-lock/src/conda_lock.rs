//! `conda-lock.yml` as defined by CEP 37
//! (<https://github.com/conda/ceps/blob/main/cep-0037.md>), written by
//! `rattler_conda_lock`.
//!
//! Every package is in the category of the environment file, or in `main`. The content hashes cover the locked packages,
//! as that crate defines them. conda-lock itself hashes its own reading of the
//! environment file, including virtual packages, which other tools cannot reproduce; with
//! `--check-input-hash`, it locks again if the hashes differ.
//!
//! The format cannot represent a project whose version is known only after a build, nor
//! the package indexes.

use std::collections::BTreeMap;

use rattler_conda_lock::{Channel, Hashes, LockFile, Manager, Metadata, Package};
use rattler_conda_types::{NamelessMatchSpec, PackageNameMatcher, ParseStrictness, VersionSpec};

use super::{
    Lock, LockedPlatform, LockedRecord, LockedRelease, Written, paths::relative, uncarriable,
};
use presolve_parse as parse;
use presolve_text::{
    diagnostic::{Diagnostic, Failure},
    secrets::without_token,
};

/// The category of the packages that are always installed. All others are optional
/// (<https://conda.github.io/conda-lock/src_environment_yml/#categories>).
const MAIN: &str = "main";

/// Writes the lock file for all platforms.
///
/// # Errors
/// An input failure if the file has lines that only third-party code can resolve.
pub(super) fn write(lock: &Lock<'_>) -> Result<Written, Failure> {
    let carried = lock.platforms.iter().flat_map(|one| &one.carried);
    let why = "a package in conda-lock.yml needs a version, which is known only after its build";
    uncarriable("conda-lock.yml", why, carried.copied())?;
    let releases = lock.platforms.iter().flat_map(|one| &one.pypi);
    let partial = releases.filter(|release| release.url.fragment().is_some());
    let why = "conda-lock writes the hash after the `#` of the URL, where the subdirectory would have to be";
    uncarriable(
        "conda-lock.yml",
        why,
        partial.filter_map(|release| release.line),
    )?;
    let category = lock.environment.category.as_ref();
    let category = category.map_or(MAIN, |category| &category.value);
    let mut file = LockFile {
        metadata: Metadata {
            channels: channels(&lock.platforms[0]),
            platforms: lock.platforms.iter().map(subdir).collect(),
            sources: source(lock).into_iter().collect(),
            ..Metadata::default()
        },
        package: lock
            .platforms
            .iter()
            .flat_map(|platform| packages(platform, category))
            .collect(),
    };
    file.metadata.content_hash = file.compute_content_hashes();
    let text = file.to_yaml().map_err(|error| {
        let message = format!("cannot write a conda-lock.yml: {error}");
        Failure::input(Diagnostic::error("unlockable-package", message))
    })?;
    Ok(Written {
        text,
        notices: without_md5(lock).into_iter().collect(),
    })
}

fn subdir(platform: &LockedPlatform<'_>) -> String {
    platform.resolution.subdir.to_string()
}

fn channels(platform: &LockedPlatform<'_>) -> Vec<Channel> {
    let channels = platform.resolution.channels.iter().map(|channel| Channel {
        url: without_token(channel.channel.base_url.url()).to_string(),
        used_env_vars: Vec::new(),
    });
    channels.collect()
}

/// Returns the environment file as a path relative to the lock file.
fn source(lock: &Lock<'_>) -> Option<String> {
    relative(lock.environment.source.path(), lock.folder)
}

fn packages(platform: &LockedPlatform<'_>, category: &str) -> Vec<Package> {
    let conda = platform.conda.iter().map(|one| record(platform, one));
    let pypi = platform.pypi.iter().map(|one| release(platform, one));
    let in_category = |package: Package| Package {
        category: category.to_owned(),
        optional: category != MAIN,
        ..package
    };
    conda.chain(pypi).map(in_category).collect()
}

fn record(platform: &LockedPlatform<'_>, locked: &LockedRecord<'_>) -> Package {
    let record = &locked.record.package_record;
    Package {
        name: record.name.as_source().to_owned(),
        version: record.version.as_str().into_owned(),
        manager: Manager::Conda,
        platform: subdir(platform),
        dependencies: dependencies(&record.depends),
        url: locked.url.to_string(),
        hash: Hashes {
            md5: record.md5.map(hex::encode),
            sha256: record.sha256.map(hex::encode),
        },
        source: None,
        build: Some(record.build.to_string()),
        category: MAIN.to_owned(),
        optional: false,
    }
}

fn release(platform: &LockedPlatform<'_>, locked: &LockedRelease<'_>) -> Package {
    Package {
        name: locked.package.name.to_string(),
        version: locked.package.version.to_string(),
        manager: Manager::Pip,
        platform: subdir(platform),
        dependencies: platform.requires(locked),
        url: locked.url.to_string(),
        hash: Hashes {
            md5: None,
            sha256: locked.sha256.clone(),
        },
        source: None,
        build: None,
        category: MAIN.to_owned(),
        optional: false,
    }
}

/// Returns the dependencies of a record by name. If a name appears twice, it gets both
/// versions and the first build string.
fn dependencies(depends: &[String]) -> BTreeMap<String, String> {
    let mut dependencies: BTreeMap<String, String> = BTreeMap::new();
    for (name, constraint) in depends.iter().filter_map(|text| dependency(text)) {
        let known = dependencies.entry(name).or_default();
        let is_version = |text: &str| !text.is_empty() && !text.contains(' ');
        if known.is_empty() {
            *known = constraint;
        } else if is_version(known) && is_version(&constraint) {
            *known = format!("{known},{constraint}");
        }
    }
    dependencies
}

/// Splits a dependency into its name and, as CEP 37 writes it, its version and build.
fn dependency(text: &str) -> Option<(String, String)> {
    let (name, rest) = text.trim().split_once(' ').unwrap_or((text.trim(), ""));
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    if name.chars().all(plain) && !rest.contains('[') {
        return Some((name.to_owned(), rest.trim().to_owned()));
    }
    let spec = parse::conda::match_spec(text, ParseStrictness::Lenient).ok()?;
    let PackageNameMatcher::Exact(name) = &spec.name else {
        return None;
    };
    let bare = NamelessMatchSpec {
        version: spec.version.filter(|version| *version != VersionSpec::Any),
        build: spec.build,
        ..NamelessMatchSpec::default()
    };
    let constraint = if bare == NamelessMatchSpec::default() {
        String::new()
    } else {
        bare.to_string()
    };
    Some((name.as_normalized().to_owned(), constraint))
}

/// Warns that conda-lock itself requires an md5 of every conda package, unlike CEP 37.
fn without_md5(lock: &Lock<'_>) -> Option<Diagnostic> {
    let records = lock.platforms.iter().flat_map(|one| &one.conda);
    let records = records.filter(|one| one.record.package_record.md5.is_none());
    let mut names: Vec<&str> = records
        .map(|one| one.record.package_record.name.as_normalized())
        .collect();
    names.sort_unstable();
    names.dedup();
    if names.is_empty() {
        return None;
    }
    let message = format!("the channel has no md5 for {}", names.join(", "));
    let notice = Diagnostic::warning("no-md5", message)
        .note("conda-lock itself refuses a lock file with such packages")
        .help("install it with another tool that reads conda-lock.yml, or use `--format pixi`");
    Some(notice)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dependencies_are_split_at_their_name() {
        for (text, name, constraint) in [
            ("python", "python", ""),
            ("numpy >=1.21,<2.0a0", "numpy", ">=1.21,<2.0a0"),
            ("python_abi 3.10.* *_cp310", "python_abi", "3.10.* *_cp310"),
            ("blas[version='>=1',build='*mkl']", "blas", ">=1 *mkl"),
            ("zlib>=1.2", "zlib", ">=1.2"),
        ] {
            let split = Some((name.to_owned(), constraint.to_owned()));
            assert_eq!(dependency(text), split);
        }
    }

    #[test]
    fn a_name_given_twice_keeps_both_versions() {
        let depends = ["python >=3.9", "python <3.13", "a 1 b", "a >=1", "c", "c 1"];
        let depends: Vec<String> = depends.map(str::to_owned).into();
        let found = dependencies(&depends);
        assert_eq!(found["python"], ">=3.9,<3.13");
        assert_eq!(found["a"], "1 b");
        assert_eq!(found["c"], "1");
    }
}
