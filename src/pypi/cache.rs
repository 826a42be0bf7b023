//! The on-disk cache: one file per response and per distribution.
//!
//! A file is written beside its place and renamed over it, so that processes
//! which share the folder see the old one or the new one, never half of one. A
//! file that cannot be read is a miss. Names are hashes of URLs without
//! credentials; headers that may hold a secret are not kept.

use std::{
    io::Write,
    path::{Path, PathBuf},
};

use http_cache_semantics::CachePolicy;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// Stands in every name, so that a new layout does not meet old files.
const LAYOUT: &str = "v1";

/// A folder of cached answers.
#[derive(Clone, Debug)]
pub struct Cache {
    folder: PathBuf,
}

/// What goes with a response's body.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ResponseHead {
    /// When the body may be used without asking again.
    pub policy: CachePolicy,
    /// The status; 404 and 410 are kept too.
    pub status: u16,
    /// Where redirects led, without credentials: what relative links start from.
    pub url: url::Url,
    /// The `Content-Type`.
    pub content_type: String,
}

/// A response with its body.
#[derive(Clone, Debug)]
pub struct StoredResponse {
    /// All but the body.
    pub head: ResponseHead,
    /// The body, decompressed.
    pub body: Vec<u8>,
}

impl Cache {
    /// The cache in `folder`, which need not exist yet.
    pub fn new(folder: PathBuf) -> Self {
        Self { folder }
    }

    fn path(&self, bucket: &str, key: &str) -> PathBuf {
        let name = format!("{:x}", Sha256::digest(key));
        self.folder
            .join(format!("{bucket}-{LAYOUT}"))
            .join(&name[..2])
            .join(&name[2..])
    }

    /// A response that was stored under `key`.
    pub fn response(&self, key: &str) -> Option<StoredResponse> {
        let mut bytes = std::fs::read(self.path("http", key)).ok()?;
        let length = u32::from_le_bytes(*bytes.first_chunk()?);
        let start = usize::try_from(length).ok()?.checked_add(4)?;
        let head = serde_json::from_slice(bytes.get(4..start)?).ok()?;
        bytes.drain(..start);
        Some(StoredResponse { head, body: bytes })
    }

    /// Stores a response under `key`. A cache that cannot be written makes the next
    /// run slower and this one no worse, so the error is for whoever cares.
    pub fn store_response(&self, key: &str, response: &StoredResponse) -> std::io::Result<()> {
        let head = serde_json::to_vec(&response.head)?;
        let length = u32::try_from(head.len()).map_err(std::io::Error::other)?;
        write(
            &self.path("http", key),
            &[&length.to_le_bytes(), &head, &response.body],
        )
    }

    /// A value that was stored under `key`.
    pub fn value<T: for<'de> Deserialize<'de>>(&self, bucket: &str, key: &str) -> Option<T> {
        let bytes = std::fs::read(self.path(bucket, key)).ok()?;
        serde_json::from_slice(&bytes).ok()
    }

    /// Stores a value under `key`.
    pub fn store_value<T: Serialize>(
        &self,
        bucket: &str,
        key: &str,
        value: &T,
    ) -> std::io::Result<()> {
        write(&self.path(bucket, key), &[&serde_json::to_vec(value)?])
    }
}

fn write(path: &Path, parts: &[&[u8]]) -> std::io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    std::fs::create_dir_all(folder)?;
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    for part in parts {
        file.write_all(part)?;
    }
    file.persist(path)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_a_file_is_a_miss() {
        let folder = tempfile::tempdir().unwrap();
        let cache = Cache::new(folder.path().to_owned());
        for bytes in [&b""[..], b"\xff\xff\xff\xff{}", b"\x02\0\0\0{}"] {
            write(&cache.path("http", "key"), &[bytes]).unwrap();
            assert!(cache.response("key").is_none());
        }
    }

    #[test]
    fn values_come_back() {
        let folder = tempfile::tempdir().unwrap();
        let cache = Cache::new(folder.path().join("new"));
        assert_eq!(cache.value::<String>("b", "key"), None);
        cache.store_value("b", "key", &"value").unwrap();
        assert_eq!(cache.value::<String>("b", "key").unwrap(), "value");
    }
}
