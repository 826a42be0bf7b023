//! Sharded repodata (CEP-16, <https://conda.org/learn/ceps/cep-0016/>): an index from package
//! names to hashes, and a small file of records per hash.

use rattler_conda_types::ShardedRepodata;
use url::Url;

use crate::conda::error::SubdirError;
use crate::network::fetch::{self, Compression, Fetcher, Page};

/// File name of the index in a subdir.
pub(super) const INDEX: &str = "repodata_shards.msgpack.zst";
/// Maximum size of a decompressed index, in bytes. That of conda-forge has some megabytes.
pub(super) const INDEX_LIMIT: u64 = 128 * 1024 * 1024;
/// Maximum size of a shard, compressed or not, in bytes. The largest on conda-forge have some
/// megabytes.
const SHARD_LIMIT: u64 = 128 * 1024 * 1024;
/// Cache bucket of shards by hash. A shard never changes.
const BUCKET: &str = "shards-2";

/// The index of a subdir with shards.
#[derive(Clone)]
pub(super) struct Shards {
    index: std::sync::Arc<ShardedRepodata>,
    /// Folder of the shards. It has the credentials of the channel if it is on the same host.
    folder: Url,
    /// Folder of the archives.
    pub packages: Url,
}

impl Shards {
    /// Parses the decompressed index of a subdir.
    ///
    /// # Errors
    /// Why the page is not an index.
    pub(super) fn parse(page: &Page, subdir: &Url) -> Result<Self, String> {
        if page.body.trim_ascii_start().starts_with(b"<") {
            return Err(crate::pypi::index::not_a("shard index", page));
        }
        let index: ShardedRepodata =
            rmp_serde::from_slice(&page.body).map_err(|error| error.to_string())?;
        let folder = folder(subdir, &index.info.shards_base_url)?;
        let packages = folder_of_packages(subdir, Some(&index.info.base_url))?;
        Ok(Self {
            index: std::sync::Arc::new(index),
            folder,
            packages,
        })
    }

    /// Names of all packages.
    pub(super) fn names(&self) -> Vec<String> {
        self.index.shards.keys().cloned().collect()
    }

    /// Returns the decompressed shard of a package; `None` if the subdir does not have the
    /// package.
    ///
    /// # Errors
    /// If the shard cannot be fetched, or has the wrong hash.
    pub(super) async fn shard(
        &self,
        name: &str,
        fetcher: &Fetcher,
    ) -> Result<Option<Vec<u8>>, SubdirError> {
        let Some(hash) = self.index.shards.get(name) else {
            return Ok(None);
        };
        let hash = hex::encode(hash);
        let cached = {
            let (cache, hash) = (fetcher.cache().clone(), hash.clone());
            let read = move || cache.bytes(BUCKET, &hash);
            tokio::task::spawn_blocking(read).await.ok().flatten()
        };
        let packed = match cached {
            Some(packed) => packed,
            None => self.fetch(name, &hash, fetcher).await?,
        };
        let unpacked = fetch::unpack_zstd(&packed, SHARD_LIMIT);
        unpacked.map(Some).map_err(|reason| SubdirError::Shard {
            name: name.to_owned(),
            reason,
        })
    }

    /// Fetches a shard and stores it in the cache.
    async fn fetch(
        &self,
        name: &str,
        hash: &str,
        fetcher: &Fetcher,
    ) -> Result<Vec<u8>, SubdirError> {
        let broken = |reason: &str| SubdirError::Shard {
            name: name.to_owned(),
            reason: reason.to_owned(),
        };
        if fetcher.http().offline {
            return Err(SubdirError::ShardNotCached(name.to_owned()));
        }
        let url = self.folder.join(&format!("{hash}.msgpack.zst"));
        let url = url.map_err(|error| broken(&error.to_string()))?;
        let body = fetcher.body(&url, SHARD_LIMIT, Some(hash)).await;
        let body = body.map_err(SubdirError::Fetch)?;
        let body = body.ok_or_else(|| broken("the index lists it, but it is not there"))?;
        let (cache, hash, stored) = (fetcher.cache().clone(), hash.to_owned(), body.clone());
        let store = move || cache.noted(cache.store_bytes(BUCKET, &hash, &stored));
        // If the cache panics, the shard is only not stored.
        let _ = tokio::task::spawn_blocking(store).await;
        Ok(body)
    }
}

/// Compression of the index.
pub(super) const INDEX_COMPRESSION: Compression = Compression::Zstd;

/// Folder of a subdir's archives: `base_url` (CEP-15), or the subdir itself.
///
/// # Errors
/// If `base_url` has neither a web scheme nor the scheme of the subdir.
pub(super) fn folder_of_packages(subdir: &Url, base_url: Option<&str>) -> Result<Url, String> {
    folder(subdir, base_url.unwrap_or_default())
}

fn folder(subdir: &Url, place: &str) -> Result<Url, String> {
    let mut url = subdir
        .join(place)
        .map_err(|error| format!("`{place}` is not a URL: {error}"))?;
    let is_of_web = matches!(url.scheme(), "http" | "https");
    if url.cannot_be_a_base() || (!is_of_web && url.scheme() != subdir.scheme()) {
        return Err(format!("`{place}` is not a URL of a server"));
    }
    if !url.path().ends_with('/') {
        let path = format!("{}/", url.path());
        url.set_path(&path);
    }
    Ok(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_are_found_from_the_subdir() {
        let subdir = Url::parse("https://me:secret@host/main/noarch/").unwrap();
        for (place, expected) in [
            ("", Some("https://me:secret@host/main/noarch/")),
            (
                "./shards",
                Some("https://me:secret@host/main/noarch/shards/"),
            ),
            ("/x/", Some("https://me:secret@host/x/")),
            ("https://other/x", Some("https://other/x/")),
            ("file:///etc", None),
            ("javascript:0", None),
            ("http://[", None),
        ] {
            let found = folder(&subdir, place).ok();
            assert_eq!(found.as_ref().map(Url::as_str), expected, "{place}");
        }
    }
}
