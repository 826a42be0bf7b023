//! Reads `METADATA` from a wheel, with as few bytes as the server allows.

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
/// Maximum size of `METADATA`, in bytes.
pub const METADATA_LIMIT: u64 = 16 * 1024 * 1024;

/// Reads `METADATA` with range requests; `None` on any error, because the caller can still
/// fetch the whole file.
pub async fn metadata_by_ranges(
    http: &ClientWithMiddleware,
    url: &Url,
    name: &PackageName,
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
    metadata_in(buffered, name).await.ok()
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

/// Reads `METADATA` from a complete wheel.
///
/// The error describes what is wrong with the file.
pub async fn metadata_in(
    archive: impl AsyncBufRead + AsyncSeek + Unpin,
    name: &PackageName,
) -> Result<Vec<u8>, String> {
    let read = parse::guard::guarded_future(metadata_of(archive, name)).await;
    read.map_err(|panicked| format!("it is not a readable zip file: {panicked}"))?
}

async fn metadata_of(
    archive: impl AsyncBufRead + AsyncSeek + Unpin,
    name: &PackageName,
) -> Result<Vec<u8>, String> {
    let broken =
        |error: async_zip::error::ZipError| format!("it is not a readable zip file: {error}");
    let mut archive = ZipFileReader::new(archive).await.map_err(broken)?;
    let index = metadata_index(&archive, name).ok_or("it has no `.dist-info/METADATA`")?;
    let entry = archive.reader_without_entry(index).await.map_err(broken)?;
    let mut text = Vec::new();
    let read = entry.take(METADATA_LIMIT).read_to_end(&mut text).await;
    read.map_err(|error| format!("its `METADATA` cannot be read: {error}"))?;
    Ok(text)
}

/// Index of `METADATA` in the dist-info folder of the project, else in the only such folder.
fn metadata_index<R>(archive: &ZipFileReader<R>, name: &PackageName) -> Option<usize>
where
    R: AsyncBufRead + AsyncSeek + Unpin,
{
    let mut found = Vec::new();
    for (index, entry) in archive.file().entries().iter().enumerate() {
        let Some((stem, "METADATA")) = entry
            .filename()
            .as_str()
            .ok()
            .and_then(|path| path.split_once(".dist-info/"))
        else {
            continue;
        };
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
