//! Pages of indexes in the cache, in their compact form.
//!
//! A page is two files: a response whose body has two checksums, and the compact form. The
//! first checksum is that of the compact form, so a page that the server confirms is not
//! written again. The second is that of the page itself, so a page that a server without
//! validators sends again is not parsed again.

use std::{path::Path, sync::Arc};

use pep508_rs::PackageName;
use sha2::{Digest, Sha256};
use url::Url;

use super::index;
use crate::network::{
    cache::{self, Cache, ResponseHead, StoredResponse},
    fetch::{Format, Loaded, Page},
};
use presolve_packages::pypi::page::{CompactPage, Decoded};
use presolve_text::files;

/// Cache bucket; the name changes with the layout of [`CompactPage`].
pub(super) const BUCKET: &str = "pages-2";
/// Maximum size of a compact page, in bytes. The largest of PyPI have about 5 MB; a compact page
/// is smaller than its page.
const LIMIT: u64 = super::client::PAGE_LIMIT;

/// Parser and cache format of the pages of a project on an index.
#[derive(Clone)]
pub(super) struct Pages {
    pub(super) name: PackageName,
    pub(super) index: Arc<Url>,
}

/// A page with the checksum of the body that it was parsed from.
pub(super) struct Known {
    pub(super) decoded: Decoded,
    body: Checksum,
}

type Checksum = [u8; 32];

impl Format for Pages {
    type Value = Known;

    fn parse(&self, page: Page) -> Result<Known, String> {
        let decoded = index::read_page(&self.name, &self.index, &page)?;
        let body = Sha256::digest(&page.body).into();
        Ok(Known { decoded, body })
    }

    fn is_of(&self, value: &Known, page: &Page) -> bool {
        value.body == Checksum::from(Sha256::digest(&page.body))
    }

    fn load(&self, cache: &Cache, key: &str, url: &Url) -> Option<Loaded<Known>> {
        let stored = cache.response(key)?;
        if stored.head.status != 200 {
            return Some((stored.head, None));
        }
        let path = cache.path(BUCKET, key);
        let known = self.known(&path, &stored, url);
        if known.is_none() {
            cache.forget_response(key);
            let _ = std::fs::remove_file(path);
        }
        Some((stored.head, Some(known?)))
    }

    fn store(
        &self,
        cache: &Cache,
        key: &str,
        head: &ResponseHead,
        value: &mut Option<Known>,
    ) -> std::io::Result<()> {
        if let Some(Known { decoded, .. }) = value {
            let path = cache.path(BUCKET, key);
            cache::write_whole(&path, |file| file.write_all(decoded.page.bytes()))?;
        }
        self.confirm(cache, key, head, value)
    }

    fn confirm(
        &self,
        cache: &Cache,
        key: &str,
        head: &ResponseHead,
        value: &mut Option<Known>,
    ) -> std::io::Result<()> {
        let checksums = value.as_ref().map(|Known { decoded, body }| {
            let compact = Checksum::from(Sha256::digest(decoded.page.bytes()));
            [compact, *body].concat()
        });
        cache.store_parts(key, head, &checksums.unwrap_or_default())
    }
}

impl Pages {
    /// Reads the compact form of a stored response.
    fn known(&self, path: &Path, stored: &StoredResponse, url: &Url) -> Option<Known> {
        let (compact, body) = stored.body.split_first_chunk::<32>()?;
        let bytes = read(path, compact)?;
        let index = Some(self.index.clone());
        Some(Known {
            decoded: CompactPage::decode(bytes, &stored.head.base(url), index)?,
            body: body.try_into().ok()?,
        })
    }
}

/// Reads a file; `None` if it does not match the checksum.
fn read(path: &Path, checksum: &[u8]) -> Option<Vec<u8>> {
    let bytes = files::read::read(path, LIMIT).ok()?;
    (Sha256::digest(&bytes)[..] == *checksum).then_some(bytes)
}
