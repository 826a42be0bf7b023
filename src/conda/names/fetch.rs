//! Fetching a mapping: from the cache while it is fresh, then revalidated.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use http::{
    StatusCode,
    header::{ETAG, IF_NONE_MATCH},
};
use reqwest_middleware::ClientWithMiddleware;

use crate::{conda::channels::mask, config::Settings};

/// Where prefix.dev publishes the mapping of conda-forge, in the README of
/// <https://github.com/prefix-dev/parselmouth>.
pub(super) const PUBLISHED: &str =
    "https://conda-mapping.prefix.dev/compressed-v0/conda-forge/compressed_mapping.json";

/// The mapping is made anew every hour, so an older copy is asked after.
const FRESH: Duration = Duration::from_secs(3600);

pub(super) struct Fetched {
    pub(super) text: String,
    /// Why the text is from the cache though it is not fresh.
    pub(super) stale: Option<String>,
}

impl Fetched {
    fn current(text: String) -> Self {
        Self { text, stale: None }
    }
}

pub(super) async fn text(
    url: &str,
    settings: &Settings,
    client: &ClientWithMiddleware,
) -> Result<Fetched, String> {
    let file = cache_file(&settings.cache_dir, url);
    let cached = std::fs::read_to_string(&file).ok();
    if let Some(text) = cached
        .clone()
        .filter(|_| settings.offline || is_fresh(&file))
    {
        return Ok(Fetched::current(text));
    }
    if settings.offline {
        return Err("it is not in the cache, and this run is offline".to_owned());
    }
    match (request(url, &file, cached.is_some(), client).await, cached) {
        (Ok(Some(text)), _) => Ok(Fetched::current(text)),
        (Ok(None), Some(text)) => Ok(Fetched::current(text)),
        (Ok(None), None) => Err("the server has nothing new of what was never fetched".to_owned()),
        (Err(why), Some(text)) => Ok(Fetched {
            text,
            stale: Some(why),
        }),
        (Err(why), None) => Err(why),
    }
}

/// The new text, which goes into the cache, or none if the cached one stands.
async fn request(
    url: &str,
    file: &Path,
    is_cached: bool,
    client: &ClientWithMiddleware,
) -> Result<Option<String>, String> {
    let mut request = client.get(url);
    let etag_file = file.with_extension("etag");
    if let Some(etag) = std::fs::read_to_string(&etag_file)
        .ok()
        .filter(|_| is_cached)
    {
        request = request.header(IF_NONE_MATCH, etag);
    }
    let answer = request.send().await.map_err(|error| reason(&error))?;
    if answer.status() == StatusCode::NOT_MODIFIED {
        touch(file);
        return Ok(None);
    }
    if !answer.status().is_success() {
        return Err(format!("{} answers {}", mask(url), answer.status()));
    }
    let etag = answer.headers().get(ETAG);
    let etag = etag.and_then(|etag| etag.to_str().ok()).map(str::to_owned);
    let text = answer
        .text()
        .await
        .map_err(|error| error.without_url().to_string())?;
    // A cache that cannot be written costs time at the next run, no answer.
    let _ = store(file, &text).and_then(|()| match etag {
        Some(etag) => store(&etag_file, &etag),
        None => Ok(()),
    });
    Ok(Some(text))
}

fn reason(error: &reqwest_middleware::Error) -> String {
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    text
}

/// One file per address, its name readable and safe for every file system.
fn cache_file(cache_dir: &Path, url: &str) -> PathBuf {
    let name: String = mask(url)
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() { c } else { '-' })
        .collect();
    cache_dir.join("mapping").join(name).with_extension("json")
}

fn is_fresh(file: &Path) -> bool {
    let modified = std::fs::metadata(file)
        .and_then(|data| data.modified())
        .ok();
    let age = modified.and_then(|modified| modified.elapsed().ok());
    age.is_some_and(|age| age < FRESH)
}

fn touch(file: &Path) {
    // Worst case it is asked after again at the next run.
    let _ = std::fs::File::options()
        .append(true)
        .open(file)
        .and_then(|file| file.set_modified(std::time::SystemTime::now()));
}

/// In one step, so that a run beside this one never reads half a file.
fn store(file: &Path, text: &str) -> std::io::Result<()> {
    let folder = file.parent().unwrap_or(Path::new("."));
    std::fs::create_dir_all(folder)?;
    let temporary = tempfile::NamedTempFile::new_in(folder)?;
    std::fs::write(temporary.path(), text)?;
    temporary.persist(file)?;
    Ok(())
}
