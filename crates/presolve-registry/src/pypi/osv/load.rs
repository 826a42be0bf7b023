//! Loads advisories. Their files are untrusted: the sizes of the entries of an archive, their
//! sum and its ratio to the archive are limited, and nothing is extracted to disk.

use std::{
    io::Cursor,
    path::{Path, PathBuf},
};

use futures::{AsyncReadExt, io::AllowStdIo};
use presolve_parse as parse;
use presolve_text::{files, secrets};
use url::Url;

use super::{Database, DatabaseError, Record};
use crate::network::fetch::{Fetcher, Page, Request, Whole};

/// Maximum size of a file of advisories, in bytes. OSV's download for PyPI has tens of
/// megabytes.
const FILE_LIMIT: u64 = 512 * 1024 * 1024;
/// Maximum size of a single advisory, in bytes. The largest, with all versions of a project,
/// have less than 1 MB.
const ADVISORY_LIMIT: u64 = 16 * 1024 * 1024;
/// Maximum size of all advisories, in bytes.
const TOTAL_LIMIT: u64 = 2 * 1024 * 1024 * 1024;
/// Maximum number of advisories; all ecosystems of OSV together have some 100,000.
const COUNT_LIMIT: usize = 1_000_000;
/// Maximum ratio of the advisories to their archive, as for response bodies: JSON grows by 5 to
/// 20.
const LARGEST_RATIO: u64 = 100;
/// Size of the advisories below which the ratio does not apply, in bytes.
const SMALL: u64 = 16 * 1024 * 1024;
/// Maximum depth of folders; GitHub's database has 5.
const DEPTH: usize = 16;

impl Database {
    /// Reads a zip file or a JSON file.
    ///
    /// # Errors
    /// What is wrong with the file.
    pub fn parse(body: &[u8]) -> Result<Self, String> {
        // The signatures of a zip file and of an empty one, APPNOTE.TXT 4.3.7 and 4.3.16.
        if body.starts_with(b"PK\x03\x04") || body.starts_with(b"PK\x05\x06") {
            return parse::guard::guarded(|| in_archive(body))
                .map_err(|panicked| format!("it is not a readable zip file: {panicked}"))?;
        }
        let mut found = Found::new(TOTAL_LIMIT);
        found.add(body)?;
        found.finish()
    }

    /// Loads advisories from a URL, a file or a folder: a zip file of JSON files, or JSON files
    /// with an advisory or a list of them.
    ///
    /// # Errors
    /// [`DatabaseError`] if it cannot be read, or has no advisory of a project on PyPI.
    pub async fn load(place: &str, fetcher: &Fetcher) -> Result<Self, DatabaseError> {
        let path = match Url::parse(place) {
            Ok(url) if matches!(url.scheme(), "http" | "https") => {
                return fetch(&url, place, fetcher).await;
            }
            Ok(url) if url.scheme() == "file" => url
                .to_file_path()
                .map_err(|()| unusable(place, "it is not a path on this machine"))?,
            _ => PathBuf::from(place),
        };
        let read = tokio::task::spawn_blocking(move || at_path(&path)).await;
        let read = read.unwrap_or_else(|error| Err(error.to_string()));
        read.map_err(|reason| unusable(place, &reason))
    }
}

async fn fetch(url: &Url, place: &str, fetcher: &Fetcher) -> Result<Database, DatabaseError> {
    let request = Request::new(url, "*/*", FILE_LIMIT);
    let read = |page: &Page| Database::parse(&page.body);
    match fetcher.get(&request, Whole(read)).await {
        Ok(Some(parsed)) => Ok(parsed.value),
        Ok(None) => Err(unusable(place, "it does not exist (404)")),
        Err(error) => Err(DatabaseError::Unreachable {
            place: secrets::redact(place),
            error,
        }),
    }
}

fn unusable(place: &str, reason: &str) -> DatabaseError {
    DatabaseError::Unusable {
        place: secrets::redact(place),
        reason: reason.to_owned(),
    }
}

fn at_path(path: &Path) -> Result<Database, String> {
    if !path.is_dir() {
        let body = files::read(path, FILE_LIMIT).map_err(|error| error.to_string())?;
        return Database::parse(&body);
    }
    let mut found = Found::new(TOTAL_LIMIT);
    in_folder(path, DEPTH, &mut found)?;
    found.finish()
}

fn in_archive(body: &[u8]) -> Result<Database, String> {
    let size = body.len() as u64;
    let limit = size.saturating_mul(LARGEST_RATIO).clamp(SMALL, TOTAL_LIMIT);
    let mut found = Found::new(limit);
    // Memory never makes a reader wait.
    futures::executor::block_on(in_zip(body, &mut found))?;
    found.finish()
}

async fn in_zip(body: &[u8], found: &mut Found) -> Result<(), String> {
    let broken =
        |error: async_zip::error::ZipError| format!("it is not a readable zip file: {error}");
    let reader = AllowStdIo::new(Cursor::new(body));
    let reader = async_zip::base::read::seek::ZipFileReader::new(reader).await;
    let mut reader = reader.map_err(broken)?;
    let entries = reader.file().entries().iter();
    let names: Vec<String> = entries
        .map(|entry| entry.filename().as_str().unwrap_or_default().to_owned())
        .collect();
    for (index, name) in names.iter().enumerate() {
        if !name.ends_with(".json") {
            continue;
        }
        let limit = ADVISORY_LIMIT.min(found.left);
        let entry = reader.reader_without_entry(index).await.map_err(broken)?;
        let mut text = Vec::new();
        let read = entry.take(limit + 1).read_to_end(&mut text).await;
        read.map_err(|error| format!("its `{name}` cannot be read: {error}"))?;
        found.named(name, &text)?;
    }
    Ok(())
}

/// Reads the JSON files of a folder. Links are not followed, because they can form a circle.
fn in_folder(folder: &Path, depth: usize, found: &mut Found) -> Result<(), String> {
    let unreadable =
        |error: std::io::Error| format!("`{}` cannot be read: {error}", folder.display());
    if depth == 0 {
        return Err(format!("its folders are nested deeper than {DEPTH}"));
    }
    let entries = std::fs::read_dir(folder).map_err(unreadable)?;
    for entry in entries {
        let entry = entry.map_err(unreadable)?;
        let (kind, path) = (entry.file_type().map_err(unreadable)?, entry.path());
        let name = entry.file_name();
        if kind.is_dir() && !name.to_string_lossy().starts_with('.') {
            in_folder(&path, depth - 1, found)?;
        } else if kind.is_file() && path.extension().is_some_and(|kind| kind == "json") {
            let shown = path.display().to_string();
            let text = files::read(&path, ADVISORY_LIMIT);
            found.named(
                &shown,
                &text.map_err(|error| format!("`{shown}`: {error}"))?,
            )?;
        }
    }
    Ok(())
}

/// The advisories found so far, within the limits.
struct Found {
    database: Database,
    count: usize,
    /// The number of bytes that the others may have.
    left: u64,
}

impl Found {
    fn new(limit: u64) -> Self {
        Self {
            database: Database::default(),
            count: 0,
            left: limit,
        }
    }

    fn named(&mut self, name: &str, text: &[u8]) -> Result<(), String> {
        let added = if text.len() as u64 > ADVISORY_LIMIT {
            Err(format!("it is larger than {} MiB", ADVISORY_LIMIT >> 20))
        } else {
            self.add(text)
        };
        added.map_err(|reason| format!("its `{name}`: {reason}"))
    }

    /// Adds the advisory, or the list of advisories, of a JSON text.
    fn add(&mut self, text: &[u8]) -> Result<(), String> {
        let size = text.len() as u64;
        let left = self.left.checked_sub(size);
        self.left = left.ok_or("the advisories unpack to an implausible size")?;
        let invalid = |error: serde_json::Error| format!("it is not an advisory of OSV: {error}");
        let is_list = text.trim_ascii_start().starts_with(b"[");
        let records: Vec<Record> = if is_list {
            serde_json::from_slice(text).map_err(invalid)?
        } else {
            vec![serde_json::from_slice(text).map_err(invalid)?]
        };
        self.count += records.len();
        if self.count > COUNT_LIMIT {
            return Err(format!("it has more than {COUNT_LIMIT} advisories"));
        }
        records
            .into_iter()
            .for_each(|record| self.database.add(record));
        Ok(())
    }

    fn finish(self) -> Result<Database, String> {
        if self.database.projects.is_empty() {
            return Err("it has no advisory of a project on PyPI".to_owned());
        }
        Ok(self.database)
    }
}
