//! The on-disk cache: one file per response and per value.
//!
//! Each file contains a checksum. A file that does not match it is deleted and fetched again,
//! so a file that was truncated by a power loss or damaged on disk is never used. Therefore
//! files need not be synced to the disk. A file is written next to its target and renamed over
//! it, so processes that share the folder see either the old or the new file. File names are
//! hashes of URLs without credentials, headers that may contain a secret are not stored, and
//! only the user can read the folder.

use std::{
    io::{ErrorKind, Write},
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

use http_cache_semantics::CachePolicy;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use url::Url;

use presolve_text::files;

/// First bytes of every file. The number changes with the layout, so that presolve never reads
/// the files of a version with another layout.
const MAGIC: &[u8; 16] = b"presolve cache 2";

/// Maximum size of a file that is read, in bytes: the largest page with its head.
const LIMIT: u64 = 512 * 1024 * 1024;

/// A folder with cached responses and values.
#[derive(Clone, Debug)]
pub struct Cache {
    folder: PathBuf,
    problem: Arc<Mutex<Option<String>>>,
}

/// Status and headers stored with a response body.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ResponseHead {
    /// Decides how long the body may be used without revalidation.
    pub policy: CachePolicy,
    /// HTTP status; 404 and 410 are also stored.
    pub status: u16,
    /// Time of the last confirmation by the server, in seconds since 1970.
    pub confirmed: i64,
    /// Target of redirects, without credentials, to which relative links refer; `None` without
    /// a redirect.
    pub redirected: Option<Url>,
    /// Value of the `Content-Type` header.
    pub content_type: String,
}

impl ResponseHead {
    /// Base URL of relative links in the response to a request for `asked`.
    pub(crate) fn base(&self, asked: &Url) -> Url {
        let Some(redirected) = &self.redirected else {
            return asked.clone();
        };
        let mut found = redirected.clone();
        if found.origin() == asked.origin() {
            // Both fail only for URLs that cannot have credentials, and `asked` has a host.
            let _ = found.set_username(asked.username());
            let _ = found.set_password(asked.password());
        }
        found
    }
}

/// A response with its body.
#[derive(Clone, Debug)]
pub struct StoredResponse {
    /// Status and headers.
    pub head: ResponseHead,
    /// Decompressed body.
    pub body: Vec<u8>,
}

impl Cache {
    /// Opens the cache in `folder`, which need not exist yet.
    pub fn new(folder: PathBuf) -> Self {
        // A user who cannot delete these files could not have written them.
        let _ = delete_old_credentials(&folder);
        Self {
            folder,
            problem: Arc::default(),
        }
    }

    /// Path of the file for `key` in `bucket`.
    pub(crate) fn path(&self, bucket: &str, key: &str) -> PathBuf {
        let name = hex::encode(Sha256::digest(key));
        self.folder.join(bucket).join(&name[..2]).join(&name[2..])
    }

    /// The response for `key`; `None` if it is missing or damaged.
    pub fn response(&self, key: &str) -> Option<StoredResponse> {
        let mut bytes = read(&self.path("http", key))?;
        let length = u32::from_le_bytes(*bytes.first_chunk()?);
        let start = usize::try_from(length).ok()?.checked_add(4)?;
        let head = serde_json::from_slice(bytes.get(4..start)?).ok()?;
        bytes.drain(..start);
        Some(StoredResponse { head, body: bytes })
    }

    /// Stores a response for `key`.
    ///
    /// # Errors
    /// The folder is not writable. This only makes the next run slower.
    pub fn store_parts(&self, key: &str, head: &ResponseHead, body: &[u8]) -> std::io::Result<()> {
        let head = serde_json::to_vec(head)?;
        let length = u32::try_from(head.len()).map_err(std::io::Error::other)?;
        write(
            &self.path("http", key),
            &[&length.to_le_bytes(), &head, body],
        )
    }

    /// Records the error of a failed write; the first one is kept.
    pub fn noted(&self, stored: std::io::Result<()>) {
        if let Err(error) = stored {
            let mut problem = self.problem.lock().unwrap_or_else(PoisonError::into_inner);
            problem.get_or_insert_with(|| error.to_string());
        }
    }

    /// Why the cache could not be written; `None` if every write succeeded.
    pub fn problem(&self) -> Option<String> {
        let problem = self.problem.lock().unwrap_or_else(PoisonError::into_inner);
        problem.clone()
    }

    /// Deletes the response for `key`.
    pub fn forget_response(&self, key: &str) {
        // A file that cannot be deleted is replaced by the next response.
        let _ = std::fs::remove_file(self.path("http", key));
    }

    /// The bytes for `key`; `None` if they are missing or damaged.
    pub fn bytes(&self, bucket: &str, key: &str) -> Option<Vec<u8>> {
        read(&self.path(bucket, key))
    }

    /// Stores bytes for `key`.
    ///
    /// # Errors
    /// As for [`Self::store_parts`].
    pub fn store_bytes(&self, bucket: &str, key: &str, bytes: &[u8]) -> std::io::Result<()> {
        write(&self.path(bucket, key), &[bytes])
    }

    /// The value for `key`; `None` if it is missing or damaged.
    pub fn value<T: for<'de> Deserialize<'de>>(&self, bucket: &str, key: &str) -> Option<T> {
        serde_json::from_slice(&self.bytes(bucket, key)?).ok()
    }

    /// Stores a value for `key`, as JSON.
    ///
    /// # Errors
    /// As for [`Self::store_parts`].
    pub fn store_value<T: Serialize>(
        &self,
        bucket: &str,
        key: &str,
        value: &T,
    ) -> std::io::Result<()> {
        self.store_bytes(bucket, key, &serde_json::to_vec(value)?)
    }
}

/// Deletes the files of version 0.1.0 that contain channel credentials and signed URLs. Other
/// files remain, because the folder may be shared.
fn delete_old_credentials(folder: &Path) -> std::io::Result<()> {
    let heads = folder.join("pypi/http-v1");
    if heads.is_dir() {
        std::fs::remove_dir_all(heads)?;
    }
    for entry in std::fs::read_dir(folder.join("repodata"))? {
        let path = entry?.path();
        let name = path.file_name().and_then(|name| name.to_str());
        if name
            .is_some_and(|name| name.ends_with(".info.json") || name.ends_with(".shards-cache-v1"))
        {
            std::fs::remove_file(path)?;
        }
    }
    Ok(())
}

/// Reads a file and checks it. A damaged file is deleted.
fn read(path: &Path) -> Option<Vec<u8>> {
    let mut bytes = files::read::read(path, LIMIT).ok()?;
    let start = MAGIC.len() + 32;
    let is_whole = bytes.starts_with(MAGIC)
        && bytes.len() >= start
        && bytes[MAGIC.len()..start] == Sha256::digest(&bytes[start..])[..];
    if !is_whole {
        let _ = std::fs::remove_file(path);
        return None;
    }
    bytes.drain(..start);
    Some(bytes)
}

/// Writes a file in the format of [`read`].
fn write(path: &Path, parts: &[&[u8]]) -> std::io::Result<()> {
    let checksum = parts
        .iter()
        .fold(Sha256::new(), |hash, part| hash.chain_update(part));
    write_whole(path, |file| {
        file.write_all(MAGIC)?;
        file.write_all(&checksum.finalize())?;
        parts.iter().try_for_each(|part| file.write_all(part))
    })
}

/// Writes a file atomically, by a rename.
pub(crate) fn write_whole(
    path: &Path,
    content: impl FnOnce(&mut dyn Write) -> std::io::Result<()>,
) -> std::io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    create_private(folder)?;
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    let mut writer = std::io::BufWriter::new(file.as_file_mut());
    content(&mut writer)?;
    writer.flush()?;
    drop(writer);
    file.persist(path)?;
    Ok(())
}

/// Creates a folder and its parents, readable only by the user.
pub(crate) fn create_private(folder: &Path) -> std::io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    match builder.create(folder) {
        Err(error) if error.kind() == ErrorKind::AlreadyExists && folder.is_dir() => Ok(()),
        created => created,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cache(folder: &tempfile::TempDir) -> Cache {
        Cache::new(folder.path().join("new"))
    }

    #[test]
    fn values_come_back() {
        let folder = tempfile::tempdir().unwrap();
        let cache = cache(&folder);
        assert_eq!(cache.value::<String>("b", "key"), None);
        cache.store_value("b", "key", &"value").unwrap();
        assert_eq!(cache.value::<String>("b", "key").unwrap(), "value");
    }

    #[test]
    fn a_damaged_file_is_a_miss_and_is_deleted() {
        let folder = tempfile::tempdir().unwrap();
        let cache = cache(&folder);
        let path = cache.path("b", "key");
        cache.store_value("b", "key", &"value").unwrap();
        let whole = std::fs::read(&path).unwrap();
        let mut flipped = whole.clone();
        *flipped.last_mut().unwrap() ^= 1;
        for damaged in [
            &b""[..],
            &whole[..20],
            &whole[..whole.len() - 1],
            &[&whole[..], b"x"].concat(),
            &flipped,
            &[b"presolve cache 1", &whole[16..]].concat(),
        ] {
            std::fs::write(&path, damaged).unwrap();
            assert!(cache.bytes("b", "key").is_none());
            assert!(!path.exists());
        }
    }

    #[cfg(unix)]
    #[test]
    fn nobody_else_can_read_it() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let cache = cache(&folder);
        cache.store_value("b", "key", &"value").unwrap();
        let mode = |path: &Path| path.metadata().unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(&folder.path().join("new")), 0o700);
        assert_eq!(mode(&folder.path().join("new/b")), 0o700);
        assert_eq!(mode(&cache.path("b", "key")), 0o600);
    }

    #[test]
    fn credentials_that_the_first_version_stored_are_deleted() {
        let folder = tempfile::tempdir().unwrap();
        let old = folder.path().join("new/repodata");
        std::fs::create_dir_all(&old).unwrap();
        for name in ["a.info.json", "a.shards-cache-v1", "repodata.json"] {
            std::fs::write(old.join(name), "https://me:secret@host/").unwrap();
        }
        cache(&folder);
        let left = std::fs::read_dir(old).unwrap();
        let left: Vec<_> = left.map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(left, ["repodata.json"]);
    }
}
