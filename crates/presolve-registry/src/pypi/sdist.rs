//! Dependencies of a source distribution, without building it.
//!
//! Archives are untrusted: nothing is extracted to disk, and the sizes of the entries and of
//! the whole archive are limited.

use std::io::Read;

use futures::{AsyncReadExt, io::AllowStdIo};
use pep508_rs::PackageName;

use crate::network::fetch::Archive;
use presolve_packages::pypi::{MetadataSource, metadata, source_build::Contents};
use presolve_parse as parse;

/// Maximum size of an entry, in bytes.
const ENTRY_LIMIT: u64 = 8 * 1024 * 1024;
/// Maximum decompressed size of an archive, in bytes.
const ARCHIVE_LIMIT: u64 = 4 * 1024 * 1024 * 1024;

/// Dependencies found in a source distribution.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SdistDependencies {
    /// Core metadata and its source.
    Metadata(MetadataSource, Vec<u8>),
    /// Only a build can determine the dependencies. Holds the reason.
    NeedsBuild(String),
}

/// Files of an archive that declare dependencies or determine the build.
#[derive(Default)]
struct Files {
    pkg_info: Option<Vec<u8>>,
    pyproject: Option<Vec<u8>>,
    /// Text of `requires.txt`, with the depth of its folder.
    requires: Option<(usize, Vec<u8>)>,
    has_egg_info: bool,
    setup_py: Option<Vec<u8>>,
    /// Files that determine the build.
    contents: Contents,
}

enum Slot {
    PkgInfo,
    Pyproject,
    SetupPy,
    Requires(usize),
    EggInfo,
}

impl Files {
    /// Determines the purpose of a path. The egg-info must be that of the project, because
    /// archives contain others as test data.
    fn slot(&mut self, path: &str, name: &PackageName) -> Option<Slot> {
        let path = path.strip_prefix("./").unwrap_or(path);
        let (_, inside) = path.split_once('/')?;
        self.contents.list(inside);
        match inside {
            "PKG-INFO" => return Some(Slot::PkgInfo),
            "pyproject.toml" => return Some(Slot::Pyproject),
            "setup.py" => return Some(Slot::SetupPy),
            _ => {}
        }
        let (folder, file) = inside.rsplit_once('/')?;
        let stem = folder.rsplit('/').next()?.strip_suffix(".egg-info")?;
        if parse::pep::name(stem).ok()? != *name {
            return None;
        }
        let depth = folder.matches('/').count();
        match file {
            "requires.txt" if self.requires.as_ref().is_none_or(|(d, _)| depth < *d) => {
                Some(Slot::Requires(depth))
            }
            "PKG-INFO" | "SOURCES.txt" => Some(Slot::EggInfo),
            _ => None,
        }
    }

    fn put(&mut self, slot: Slot, text: Vec<u8>) {
        match slot {
            Slot::PkgInfo => self.pkg_info = Some(text),
            Slot::Pyproject => self.pyproject = Some(text),
            Slot::SetupPy => self.setup_py = Some(text),
            Slot::Requires(depth) => self.requires = Some((depth, text)),
            Slot::EggInfo => self.has_egg_info = true,
        }
    }

    fn read(mut self) -> (SdistDependencies, Contents) {
        let text = |bytes: &Option<Vec<u8>>| {
            let bytes = bytes.as_deref()?;
            Some(String::from_utf8_lossy(bytes).into_owned())
        };
        self.contents.pyproject = text(&self.pyproject);
        self.contents.setup_py = text(&self.setup_py);
        let contents = std::mem::take(&mut self.contents);
        (self.judge(), contents)
    }

    /// Selects the most reliable source of dependencies.
    fn judge(self) -> SdistDependencies {
        if let Some(text) = self.pkg_info.filter(|text| metadata::is_static(text)) {
            return SdistDependencies::Metadata(MetadataSource::StaticPkgInfo, text);
        }
        if let Some(text) = self.pyproject.as_deref().and_then(static_project) {
            let text = text.into_bytes();
            return SdistDependencies::Metadata(MetadataSource::StaticPkgInfo, text);
        }
        if let Some((_, text)) = self.requires {
            let text = from_requires(&String::from_utf8_lossy(&text)).into_bytes();
            return SdistDependencies::Metadata(MetadataSource::EggInfo, text);
        }
        if self.has_egg_info {
            return SdistDependencies::Metadata(MetadataSource::EggInfo, Vec::new());
        }
        SdistDependencies::NeedsBuild(
            "its dependencies are dynamic, and the archive has no egg-info".to_owned(),
        )
    }
}

/// Reads a source distribution of the project `name`: its dependencies and, if possible, the
/// files that determine its build.
///
/// The error describes what is wrong with the archive.
pub async fn read(
    filename: &str,
    archive: Archive,
    name: &PackageName,
) -> Result<(SdistDependencies, Option<Contents>), String> {
    let known = |files: Files| {
        let (found, contents) = files.read();
        (found, Some(contents))
    };
    if filename.ends_with(".zip") {
        let read = parse::guard::guarded_future(read_zip(archive, name)).await;
        let read = read.map_err(|panicked| format!("it is not a readable zip file: {panicked}"));
        return read?.map(known);
    }
    let gzipped = filename.ends_with(".gz") || filename.ends_with(".tgz");
    if !gzipped && !filename.ends_with(".tar") {
        let reason = "presolve does not read this kind of archive".to_owned();
        return Ok((SdistDependencies::NeedsBuild(reason), None));
    }
    let name = name.clone();
    let read = move || {
        if gzipped {
            read_tar(flate2::bufread::MultiGzDecoder::new(archive), &name)
        } else {
            read_tar(archive, &name)
        }
    };
    let files = tokio::task::spawn_blocking(|| parse::guard::guarded(read))
        .await
        .map_err(|error| format!("reading it failed: {error}"))?
        .map_err(|panicked| format!("it is not a readable tar file: {panicked}"))??;
    Ok(known(files))
}

fn read_tar(archive: impl Read, name: &PackageName) -> Result<Files, String> {
    let broken = |error: std::io::Error| format!("it is not a readable tar file: {error}");
    let mut archive = tar::Archive::new(archive.take(ARCHIVE_LIMIT));
    let mut files = Files::default();
    for entry in archive.entries().map_err(broken)? {
        let entry = entry.map_err(broken)?;
        let path = entry.path_bytes();
        let Some(slot) = files.slot(&String::from_utf8_lossy(&path), name) else {
            continue;
        };
        let mut text = Vec::new();
        entry
            .take(ENTRY_LIMIT)
            .read_to_end(&mut text)
            .map_err(broken)?;
        files.put(slot, text);
    }
    Ok(files)
}

async fn read_zip(archive: Archive, name: &PackageName) -> Result<Files, String> {
    let broken =
        |error: async_zip::error::ZipError| format!("it is not a readable zip file: {error}");
    let reader = async_zip::base::read::seek::ZipFileReader::new(AllowStdIo::new(archive));
    let mut reader = reader.await.map_err(broken)?;
    let paths: Vec<_> = reader
        .file()
        .entries()
        .iter()
        .map(|entry| entry.filename().as_str().unwrap_or_default().to_owned())
        .collect();
    let mut files = Files::default();
    for (index, path) in paths.iter().enumerate() {
        let Some(slot) = files.slot(path, name) else {
            continue;
        };
        let mut text = Vec::new();
        let entry = reader.reader_without_entry(index).await.map_err(broken)?;
        let read = entry.take(ENTRY_LIMIT).read_to_end(&mut text).await;
        read.map_err(|error| format!("its `{path}` cannot be read: {error}"))?;
        files.put(slot, text);
    }
    Ok(files)
}

#[derive(serde::Deserialize)]
struct Pyproject {
    project: Option<Project>,
}

#[derive(serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Project {
    #[serde(default)]
    dependencies: Vec<String>,
    #[serde(default)]
    optional_dependencies: std::collections::BTreeMap<String, Vec<String>>,
    requires_python: Option<String>,
    #[serde(default)]
    dynamic: Vec<String>,
}

/// Core metadata from a `[project]` table (PEP 621), which a backend may change only in the
/// fields that it lists as dynamic.
fn static_project(text: &[u8]) -> Option<String> {
    let text = std::str::from_utf8(text).ok()?;
    let project = toml::from_str::<Pyproject>(text).ok()?.project?;
    let fields = ["dependencies", "optional-dependencies", "requires-python"];
    if project
        .dynamic
        .iter()
        .any(|field| fields.contains(&&field[..]))
    {
        return None;
    }
    let mut lines = Vec::new();
    if let Some(python) = project.requires_python {
        lines.push(format!("Requires-Python: {python}"));
    }
    for requirement in project.dependencies {
        lines.push(requires_dist(&requirement, None, None));
    }
    for (extra, requirements) in project.optional_dependencies {
        lines.push(format!("Provides-Extra: {extra}"));
        for requirement in requirements {
            lines.push(requires_dist(&requirement, Some(&extra), None));
        }
    }
    Some(lines.join("\n") + "\n")
}

/// Core metadata from setuptools' `requires.txt`
/// (<https://setuptools.pypa.io/en/latest/deprecated/python_eggs.html#requires-txt>), whose
/// sections are `[extra]`, `[extra:marker]` and `[:marker]`.
fn from_requires(text: &str) -> String {
    let mut lines = Vec::new();
    let (mut extra, mut marker) = (None, None);
    for line in text.lines().map(str::trim) {
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let section = line
            .strip_prefix('[')
            .and_then(|line| line.strip_suffix(']'));
        let Some(section) = section else {
            lines.push(requires_dist(line, extra, marker));
            continue;
        };
        let (name, condition) = section.split_once(':').unwrap_or((section, ""));
        extra = Some(name.trim()).filter(|name| !name.is_empty());
        marker = Some(condition.trim()).filter(|condition| !condition.is_empty());
        if let Some(extra) = extra {
            lines.push(format!("Provides-Extra: {extra}"));
        }
    }
    lines.join("\n") + "\n"
}

fn requires_dist(requirement: &str, extra: Option<&str>, marker: Option<&str>) -> String {
    // A field must be a single line.
    let requirement = requirement.split_whitespace().collect::<Vec<_>>().join(" ");
    // A URL may contain a `;`; only a `;` after a blank ends the URL (PEP 508).
    let separator = if requirement.contains('@') { " ;" } else { ";" };
    let (requirement, own) = match requirement.split_once(separator) {
        Some((requirement, own)) => (requirement.trim(), Some(own.trim())),
        None => (&requirement[..], None),
    };
    let conditions: Vec<String> = [own, marker]
        .into_iter()
        .flatten()
        .map(|condition| format!("({condition})"))
        .chain(extra.map(|extra| format!("extra == '{extra}'")))
        .collect();
    match &conditions[..] {
        [] => format!("Requires-Dist: {requirement}"),
        _ => format!(
            "Requires-Dist: {requirement} ; {}",
            conditions.join(" and ")
        ),
    }
}

#[cfg(test)]
mod tests;
