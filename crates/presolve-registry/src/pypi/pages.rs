//! Pages of indexes in the cache, in their compact form.
//!
//! A page is two files: a response whose body is a checksum, and the compact form that matches
//! it. So a page that the server confirms is not written again.

use std::{path::Path, sync::Arc};

use pep508_rs::PackageName;
use sha2::{Digest, Sha256};
use url::Url;

use super::index;
use crate::network::{
    cache::{self, Cache, ResponseHead},
    fetch::{Format, Loaded, Page},
};
use presolve_packages::pypi::page::{CompactPage, Decoded};
use presolve_text::files;

/// Cache bucket; the name changes with the layout of [`CompactPage`].
pub(super) const BUCKET: &str = "pages-1";
/// Maximum size of a compact page, in bytes. The largest of PyPI have about 5 MB; a compact page
/// is smaller than its page.
const LIMIT: u64 = super::client::PAGE_LIMIT;

/// Parser and cache format of the pages of a project on an index.
#[derive(Clone)]
pub(super) struct Pages {
    pub(super) name: PackageName,
    pub(super) index: Arc<Url>,
}

impl Format for Pages {
    type Value = Decoded;

    fn parse(&self, page: Page) -> Result<Decoded, String> {
        index::read_page(&self.name, &self.index, &page)
    }

    fn load(&self, cache: &Cache, key: &str, url: &Url) -> Option<Loaded<Decoded>> {
        let stored = cache.response(key)?;
        if stored.head.status != 200 {
            return Some((stored.head, None));
        }
        let path = cache.path(BUCKET, key);
        let decoded = read(&path, &stored.body).and_then(|bytes| {
            let index = Some(self.index.clone());
            CompactPage::decode(bytes, &stored.head.base(url), index)
        });
        if decoded.is_none() {
            cache.forget_response(key);
            let _ = std::fs::remove_file(path);
        }
        Some((stored.head, Some(decoded?)))
    }

    fn store(
        &self,
        cache: &Cache,
        key: &str,
        head: &ResponseHead,
        value: &mut Option<Decoded>,
    ) -> std::io::Result<()> {
        if let Some(Decoded { page, .. }) = value {
            let path = cache.path(BUCKET, key);
            cache::write_whole(&path, |file| file.write_all(page.bytes()))?;
        }
        self.confirm(cache, key, head, value)
    }

    fn confirm(
        &self,
        cache: &Cache,
        key: &str,
        head: &ResponseHead,
        value: &mut Option<Decoded>,
    ) -> std::io::Result<()> {
        let checksum = value.as_ref();
        let checksum = checksum.map(|decoded| Sha256::digest(decoded.page.bytes()));
        cache.store_parts(key, head, checksum.as_deref().unwrap_or_default())
    }
}

/// Reads a file; `None` if it does not match the checksum.
fn read(path: &Path, checksum: &[u8]) -> Option<Vec<u8>> {
    let bytes = files::read::read(path, LIMIT).ok()?;
    (Sha256::digest(&bytes)[..] == *checksum).then_some(bytes)
}
