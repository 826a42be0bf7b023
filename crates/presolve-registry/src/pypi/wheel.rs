//! Reads `METADATA` and `RECORD` from a wheel, with as few bytes as the server allows.

use std::io::SeekFrom;

use async_http_range_reader::{AsyncHttpRangeReader, CheckSupportMethod};
use async_zip::base::read::seek::ZipFileReader;
use futures::{AsyncBufRead, AsyncReadExt as _, AsyncSeek};
use pep508_rs::PackageName;
use presolve_parse as parse;
use reqwest_middleware::ClientWithMiddleware;
use tokio::io::{AsyncReadExt as _, AsyncSeekExt as _};
use tokio_util::compat::TokioAsyncReadCompatExt;
use url::Url;

/// Size of the first range request, in bytes. It contains the central directory of most
/// wheels, and usually `METADATA`, which is close to the end.
const TAIL: u64 = 16 * 1024;
/// Read size before the tail, in bytes: enough for most `METADATA` files.
const READ_SIZE: usize = 32 * 1024;
/// Maximum size of a central directory, in bytes. 100,000 files need about 10 MB.
const DIRECTORY_LIMIT: u64 = 64 * 1024 * 1024;
/// Maximum size of `METADATA` and of `RECORD`, in bytes. `RECORD` has about 100 per file.
pub const METADATA_LIMIT: u64 = 16 * 1024 * 1024;

/// A file in the dist-info folder of a wheel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InfoFile {
    /// The core metadata.
    Metadata,
    /// The list of the installed files.
    Record,
}

impl InfoFile {
    fn name(self) -> &'static str {
        match self {
            Self::Metadata => "METADATA",
            Self::Record => "RECORD",
        }
    }
}

/// Reads a file with range requests; `None` on any error, because the caller can still fetch
/// the whole wheel.
pub async fn read_by_ranges(
    http: &ClientWithMiddleware,
    url: &Url,
    name: &PackageName,
    file: InfoFile,
) -> Option<Vec<u8>> {
    let (mut reader, _) = AsyncHttpRangeReader::new(
        http.clone(),
        url.clone(),
        CheckSupportMethod::NegativeRangeRequest(TAIL),
        reqwest::header::HeaderMap::new(),
    )
    .await
    .ok()?;
    let length = reader.len();
    let tail = length.saturating_sub(TAIL)..length;
    reader.prefetch(tail.clone()).await;
    // The central directory of a large wheel has megabytes, so it is fetched with one request.
    if let Some(start) = directory_start(&mut reader, length).await
        && start < tail.start
    {
        if tail.start - start > DIRECTORY_LIMIT {
            return None;
        }
        reader.prefetch(start..tail.start).await;
    }
    let buffered = futures::io::BufReader::with_capacity(READ_SIZE, reader.compat());
    read_in(buffered, name, file).await.ok()
}

/// Start of the central directory, from the end record of a zip file without a comment
/// (<https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT>, 4.3.16).
async fn directory_start(reader: &mut AsyncHttpRangeReader, length: u64) -> Option<u64> {
    let mut record = [0; 22];
    let start = length.checked_sub(record.len() as u64)?;
    reader.seek(SeekFrom::Start(start)).await.ok()?;
    reader.read_exact(&mut record).await.ok()?;
    reader.rewind().await.ok()?;
    if !record.starts_with(b"PK\x05\x06") {
        return None;
    }
    let offset = u32::from_le_bytes(*record[16..].first_chunk()?);
    // The maximum value refers to the record for large files (Zip64).
    (offset != u32::MAX).then_some(u64::from(offset))
}

/// Reads a file from a complete wheel.
///
/// The error describes what is wrong with the wheel.
pub async fn read_in(
    archive: impl AsyncBufRead + AsyncSeek + Unpin,
    name: &PackageName,
    file: InfoFile,
) -> Result<Vec<u8>, String> {
    let read = parse::guard::guarded_future(text_of(archive, name, file.name())).await;
    read.map_err(|panicked| format!("it is not a readable zip file: {panicked}"))?
}

async fn text_of(
    archive: impl AsyncBufRead + AsyncSeek + Unpin,
    name: &PackageName,
    file: &str,
) -> Result<Vec<u8>, String> {
    let broken =
        |error: async_zip::error::ZipError| format!("it is not a readable zip file: {error}");
    let mut archive = ZipFileReader::new(archive).await.map_err(broken)?;
    let index = info_index(&archive, name, file);
    let index = index.ok_or_else(|| format!("it has no `.dist-info/{file}`"))?;
    let entry = archive.reader_without_entry(index).await.map_err(broken)?;
    let mut text = Vec::new();
    let read = entry.take(METADATA_LIMIT).read_to_end(&mut text).await;
    read.map_err(|error| format!("its `{file}` cannot be read: {error}"))?;
    Ok(text)
}

/// Index of a file in the dist-info folder of the project, else in the only such folder.
fn info_index<R>(archive: &ZipFileReader<R>, name: &PackageName, file: &str) -> Option<usize>
where
    R: AsyncBufRead + AsyncSeek + Unpin,
{
    let mut found = Vec::new();
    for (index, entry) in archive.file().entries().iter().enumerate() {
        let path = entry.filename().as_str().ok();
        let Some((stem, inside)) = path.and_then(|path| path.split_once(".dist-info/")) else {
            continue;
        };
        if inside != file {
            continue;
        }
        let project = stem.split('-').next().unwrap_or(stem);
        if parse::pep::name(project).is_ok_and(|project| project == *name) {
            return Some(index);
        }
        if !stem.contains('/') {
            found.push(index);
        }
    }
    match found[..] {
        [index] => Some(index),
        _ => None,
    }
}
