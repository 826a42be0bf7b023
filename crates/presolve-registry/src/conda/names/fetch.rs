//! Fetches a mapping: from the network at most once a day, else from the cache. The caller
//! falls back to the snapshot.

use std::time::Duration;

use url::Url;

use super::Names;
use crate::network::fetch::{FetchError, Fetcher, Page, Request, Whole};

/// URL of the mapping of conda-forge that prefix.dev publishes, from the README of
/// <https://github.com/prefix-dev/parselmouth>.
pub(super) const PUBLISHED: &str =
    "https://conda-mapping.prefix.dev/compressed-v0/conda-forge/compressed_mapping.json";

/// Time for which a fetched mapping is used. New names are added every hour, but few of them
/// affect a file, and a mapping that changes within a day would change results within it.
const DAY: Duration = Duration::from_secs(24 * 3600);
/// Maximum time to wait for the mapping, which is optional.
const PATIENCE: Duration = Duration::from_secs(10);
/// Cache bucket with the time of the last failed request.
const FAILED: &str = "mapping-failed";
/// Maximum size of a mapping, in bytes. The published one has about 1 MB.
const LIMIT: u64 = 64 * 1024 * 1024;

/// The mapping at a URL from the settings; `None` for 404. There is no substitute, because
/// another mapping could change the result.
pub(super) async fn chosen(url: &Url, fetcher: &Fetcher) -> Result<Option<Names>, FetchError> {
    names(url, fetcher).await
}

/// The published mapping, fetched or from the cache, and the reason if it could not be
/// fetched. It is requested once a day, even after a failure.
pub(super) async fn published(url: &str, fetcher: &Fetcher) -> (Option<Names>, Option<String>) {
    let Ok(url) = Url::parse(url) else {
        return (None, Some("its URL cannot be read".to_owned()));
    };
    let now = jiff::Timestamp::now().as_second();
    let failed = fetcher.cache().value::<i64>(FAILED, url.as_str());
    let is_recent = failed.is_some_and(|then| (0..DAY.as_secs() as i64).contains(&(now - then)));
    if is_recent {
        return (stored(&url, fetcher).await, None);
    }
    let why = match tokio::time::timeout(PATIENCE, names(&url, fetcher)).await {
        Ok(Ok(names)) => return (names, None),
        Ok(Err(FetchError::Offline(_))) => return (None, None),
        Ok(Err(error)) => error.to_string(),
        Err(_) => format!("no response within {} s", PATIENCE.as_secs()),
    };
    let cache = fetcher.cache();
    cache.noted(cache.store_value(FAILED, url.as_str(), &now));
    (stored(&url, fetcher).await, Some(why))
}

async fn names(url: &Url, fetcher: &Fetcher) -> Result<Option<Names>, FetchError> {
    let names = fetcher.get(&request(url), Whole(read)).await?;
    Ok(names.map(|parsed| parsed.value))
}

async fn stored(url: &Url, fetcher: &Fetcher) -> Option<Names> {
    let names = fetcher.stored(&request(url), Whole(read)).await?;
    Some(names.value)
}

fn request(url: &Url) -> Request<'_> {
    Request {
        fresh_for: DAY,
        ..Request::new(url, "application/json", LIMIT)
    }
}

fn read(page: &Page) -> Result<Names, String> {
    let text = std::str::from_utf8(&page.body).map_err(|error| error.to_string())?;
    Names::from_mapping_json(text)
}
