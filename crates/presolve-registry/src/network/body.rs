//! Reads a response body and decompresses it within limits of size and time.

use std::{
    io::Write,
    time::{Duration, Instant},
};

use futures::StreamExt;
use reqwest::{Response, header};

use super::{Http, spool::Sink, waiting::host};

/// Maximum ratio of decompressed to compressed size. Repodata and index pages grow by 5 to 20,
/// a decompression bomb by 1,000 (gzip) or more (zstd).
const LARGEST_RATIO: u64 = 100;
/// Decompressed size in bytes below which the ratio does not apply: a few bytes can
/// legitimately expand to a kilobyte.
const SMALL: u64 = 16 * 1024 * 1024;
/// Minimum average speed over the read limit, in bytes per second. A slower host keeps the
/// connection open without ever finishing.
pub(super) const SLOWEST: u64 = 100;

/// Compression of the file itself, independent of the transfer encoding.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Compression {
    /// The file is not compressed.
    #[default]
    None,
    /// Zstandard, as in `repodata.json.zst`.
    Zstd,
}

/// Why a response body cannot be read.
#[derive(Debug)]
pub(crate) enum BodyError {
    /// The connection broke, or timed out.
    Broken(reqwest::Error),
    /// The transfer was slower than [`SLOWEST`].
    Slow,
    /// The body exceeds this number of bytes.
    TooLarge(u64),
    /// The body does not match its headers or its format.
    Unreadable(String),
    /// There is no disk space for the body.
    Unwritable(std::io::Error),
}

/// Callback with the received bytes and, if known, the total.
pub type Received<'a> = &'a (dyn Fn(u64, Option<u64>) + Send + Sync);

/// Reads and decompresses a body completely.
pub(crate) async fn read<S: Sink>(
    http: &Http,
    response: Response,
    compression: Compression,
    limit: u64,
    received: Received<'_>,
) -> Result<S, BodyError> {
    let host = host(response.url());
    let length = response.content_length();
    if length.is_some_and(|length| length > limit) {
        return Err(BodyError::TooLarge(limit));
    }
    let mut decoder = Decoder::new(&response, compression, limit)?;
    let mut pace = Pace::new(http.limits.read);
    let mut chunks = response.bytes_stream();
    let mut done = 0;
    while let Some(chunk) = http.waiting.watch(&host, chunks.next()).await {
        let chunk = chunk.map_err(BodyError::Broken)?;
        done += chunk.len() as u64;
        received(done, length);
        if !pace.keeps_up(chunk.len() as u64) {
            return Err(BodyError::Slow);
        }
        decoder.push(&chunk)?;
    }
    if length.is_some_and(|length| length != done) {
        return Err(BodyError::Unreadable(format!(
            "it ends after {done} of {} announced bytes",
            length.unwrap_or_default()
        )));
    }
    decoder.finish()
}

/// Measures whether a transfer is fast enough.
struct Pace {
    window: Duration,
    start: Instant,
    bytes: u64,
}

impl Pace {
    fn new(window: Duration) -> Self {
        Self {
            window,
            start: Instant::now(),
            bytes: 0,
        }
    }

    fn keeps_up(&mut self, bytes: u64) -> bool {
        self.bytes += bytes;
        let elapsed = self.start.elapsed();
        if elapsed < self.window {
            return true;
        }
        let is_fast = self.bytes >= SLOWEST.saturating_mul(elapsed.as_secs());
        (self.start, self.bytes) = (Instant::now(), 0);
        is_fast
    }
}

/// A streaming decompressor.
struct Decoder<S: Sink> {
    stage: Stage<S>,
    compressed: u64,
    limit: u64,
}

enum Stage<S: Sink> {
    Plain(Limited<S>),
    Gzip(flate2::write::MultiGzDecoder<Limited<S>>),
    Zstd(zstd::stream::write::Decoder<'static, Limited<S>>),
    /// A compressed file that the server compressed again.
    Both(flate2::write::MultiGzDecoder<zstd::stream::write::Decoder<'static, Limited<S>>>),
}

impl<S: Sink> Decoder<S> {
    fn new(response: &Response, compression: Compression, limit: u64) -> Result<Self, BodyError> {
        let transfer = response.headers().get(header::CONTENT_ENCODING);
        let transfer = transfer.map_or("identity", |value| value.to_str().unwrap_or("?"));
        let is_gzipped = match transfer.trim().to_ascii_lowercase().as_str() {
            "identity" | "" => false,
            "gzip" | "x-gzip" => true,
            // zstd is not requested as an encoding; some servers use it to label a `.zst`
            // file.
            "zstd" if compression == Compression::Zstd => false,
            other => {
                let reason = format!("it is encoded as `{other}`, which was not requested");
                return Err(BodyError::Unreadable(reason));
            }
        };
        let limited = Limited::default();
        let zstd = |limited| {
            zstd::stream::write::Decoder::new(limited)
                .map_err(|error| BodyError::Unreadable(error.to_string()))
        };
        let stage = match (is_gzipped, compression) {
            (false, Compression::None) => Stage::Plain(limited),
            (true, Compression::None) => Stage::Gzip(flate2::write::MultiGzDecoder::new(limited)),
            (false, Compression::Zstd) => Stage::Zstd(zstd(limited)?),
            (true, Compression::Zstd) => {
                Stage::Both(flate2::write::MultiGzDecoder::new(zstd(limited)?))
            }
        };
        Ok(Self {
            stage,
            compressed: 0,
            limit,
        })
    }

    fn push(&mut self, chunk: &[u8]) -> Result<(), BodyError> {
        self.compressed += chunk.len() as u64;
        let allowed = SMALL.max(self.compressed.saturating_mul(LARGEST_RATIO));
        let allowed = allowed.min(self.limit);
        let written = match &mut self.stage {
            Stage::Plain(stage) => {
                stage.allowed = self.limit;
                stage.write_all(chunk)
            }
            Stage::Gzip(stage) => {
                stage.get_mut().allowed = allowed;
                stage.write_all(chunk)
            }
            Stage::Zstd(stage) => {
                stage.get_mut().allowed = allowed;
                stage.write_all(chunk)
            }
            Stage::Both(stage) => {
                stage.get_mut().get_mut().allowed = allowed;
                stage.write_all(chunk)
            }
        };
        written.map_err(|error| broken(error, allowed))
    }

    fn finish(self) -> Result<S, BodyError> {
        let done = match self.stage {
            Stage::Plain(stage) => Ok(stage),
            Stage::Gzip(stage) => stage.finish(),
            Stage::Zstd(stage) => ended(stage),
            Stage::Both(stage) => stage.finish().and_then(ended),
        };
        let limited = done.map_err(|error| broken(error, self.limit))?;
        Ok(limited.sink)
    }
}

fn ended<S: Sink>(
    mut stage: zstd::stream::write::Decoder<'static, Limited<S>>,
) -> std::io::Result<Limited<S>> {
    stage.flush()?;
    Ok(stage.into_inner())
}

fn broken(error: std::io::Error, allowed: u64) -> BodyError {
    match error.downcast::<Refused>() {
        Ok(Refused::Full) => BodyError::TooLarge(allowed),
        Ok(Refused::Unwritable(error)) => BodyError::Unwritable(error),
        Err(error) => BodyError::Unreadable(format!("it cannot be decompressed: {error}")),
    }
}

/// A sink that rejects bytes beyond its limit.
#[derive(Default)]
struct Limited<S> {
    sink: S,
    written: u64,
    allowed: u64,
}

/// Why decompressed bytes are rejected.
#[derive(Debug, thiserror::Error)]
enum Refused {
    #[error("it exceeds its limit")]
    Full,
    #[error(transparent)]
    Unwritable(std::io::Error),
}

impl<S: Sink> Write for Limited<S> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let refused = |refused: Refused| std::io::Error::other(refused);
        self.written += bytes.len() as u64;
        if self.written > self.allowed {
            return Err(refused(Refused::Full));
        }
        let written = self.sink.write_all(bytes);
        written.map_err(|error| refused(Refused::Unwritable(error)))?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.sink.flush()
    }
}

/// Decompresses a complete file within the limits of a body.
///
/// # Errors
/// Why the file cannot be decompressed.
pub fn unpack_zstd(packed: &[u8], limit: u64) -> Result<Vec<u8>, String> {
    let allowed = SMALL.max((packed.len() as u64).saturating_mul(LARGEST_RATIO));
    let allowed = allowed.min(limit);
    let mut unpacked = Limited {
        allowed,
        ..Limited::<Vec<u8>>::default()
    };
    match zstd::stream::copy_decode(packed, &mut unpacked) {
        Ok(()) => Ok(unpacked.sink),
        Err(error) => Err(match broken(error, allowed) {
            BodyError::TooLarge(limit) => format!("it unpacks to more than {limit} bytes"),
            BodyError::Unreadable(reason) => reason,
            _ => "it cannot be decompressed".to_owned(),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn response(encoding: &str, body: Vec<u8>) -> Response {
        http::Response::builder()
            .header(header::CONTENT_ENCODING, encoding)
            .body(body)
            .unwrap()
            .into()
    }

    async fn decoded(
        encoding: &str,
        compression: Compression,
        body: Vec<u8>,
        limit: u64,
    ) -> Result<Vec<u8>, BodyError> {
        let http = super::super::client(false, None).unwrap();
        read::<Vec<u8>>(
            &http,
            response(encoding, body),
            compression,
            limit,
            &|_, _| (),
        )
        .await
    }

    fn gzip(text: &[u8]) -> Vec<u8> {
        let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        packer.write_all(text).unwrap();
        packer.finish().unwrap()
    }

    fn zst(text: &[u8]) -> Vec<u8> {
        zstd::encode_all(text, 1).unwrap()
    }

    #[tokio::test]
    async fn bodies_are_decompressed_however_they_are_sent() {
        let text = b"text".repeat(1000);
        for (encoding, compression, body) in [
            ("identity", Compression::None, text.clone()),
            ("gzip", Compression::None, gzip(&text)),
            ("identity", Compression::Zstd, zst(&text)),
            ("zstd", Compression::Zstd, zst(&text)),
            ("gzip", Compression::Zstd, gzip(&zst(&text))),
        ] {
            let found = decoded(encoding, compression, body, 1 << 20).await;
            assert_eq!(found.unwrap(), text, "{encoding} {compression:?}");
        }
    }

    #[tokio::test]
    async fn what_is_cut_or_not_compressed_is_unreadable() {
        let text = b"text of some length".repeat(1000);
        let mut cut = gzip(&text);
        cut.truncate(cut.len() - 8);
        for (encoding, compression, body) in [
            ("gzip", Compression::None, cut),
            ("gzip", Compression::None, text.clone()),
            ("identity", Compression::Zstd, text.clone()),
            ("br", Compression::None, text.clone()),
        ] {
            let found = decoded(encoding, compression, body, 1 << 20).await;
            assert!(matches!(found, Err(BodyError::Unreadable(_))), "{encoding}");
        }
    }

    #[tokio::test]
    async fn bombs_and_bodies_without_end_are_too_large() {
        let zeros = vec![0; 64 << 20];
        let large = 1 << 40;
        for (encoding, compression, body, limit) in [
            ("identity", Compression::None, vec![0; 2000], 1000),
            ("gzip", Compression::None, gzip(&zeros), large),
            ("identity", Compression::Zstd, zst(&zeros), large),
        ] {
            let found = decoded(encoding, compression, body, limit).await;
            assert!(matches!(found, Err(BodyError::TooLarge(_))), "{encoding}");
        }
        assert!(unpack_zstd(&zst(&zeros), large).is_err());
    }
}
