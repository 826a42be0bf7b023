//! Client of the indexes, which fetches each page and each metadata file once.

use std::{
    collections::{BTreeMap, HashMap},
    path::PathBuf,
    sync::{Arc, Mutex, OnceLock, PoisonError},
};

use futures::{TryStreamExt, io::AllowStdIo, stream::FuturesOrdered};
use pep440_rs::Version;
use pep508_rs::PackageName;
use serde::{Deserialize, Serialize};
use tracing::{debug, info};
use url::Url;

use super::{
    advisories::{self, Advisories},
    index,
    pages::Pages,
    sdist,
    session::{Event, Observer},
    wheel,
};
use crate::{
    memo::Memo,
    network::fetch::{Archive, FetchError, Fetcher, Page, Parsed, Request, Whole},
};
use presolve_packages::cut_offs::CutOffs;
use presolve_packages::error::IndexError;
use presolve_packages::pypi::{
    Distribution, MetadataAnswer, MetadataSource, Project, filename, metadata,
    overlaps::InstalledFiles,
    source_build::{Contents, SourceBuild},
};
use presolve_text::{
    files::{self, ReadError},
    secrets::redact_url,
};

/// Prefers JSON; an index without it sends HTML (PEP 691).
const ACCEPT_PAGE: &str = "application/vnd.pypi.simple.v1+json, \
    application/vnd.pypi.simple.v1+html;q=0.2, text/html;q=0.01";
/// Content type of the JSON API.
const ACCEPT_RELEASE: &str = "application/json";
/// Maximum size of a page, in bytes; the largest on PyPI have about 20 MB.
pub(super) const PAGE_LIMIT: u64 = 256 * 1024 * 1024;
/// Maximum number of distributions in memory, at about a kilobyte each.
const FILES_KEPT: usize = 200_000;
/// Maximum number of metadata files in memory, at some kilobytes each.
const METADATA_KEPT: usize = 20_000;
/// Cache bucket of the metadata; it changes with the layout of [`Stored`].
const METADATA_BUCKET: &str = "metadata-3";
/// Cache bucket of the lists of installed files.
const RECORD_BUCKET: &str = "record-1";
/// Maximum size of a file that is fetched completely for its metadata, in bytes.
const FILE_LIMIT: u64 = 2 * 1024 * 1024 * 1024;

/// Indexes and access options of a [`Client`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientOptions {
    /// Simple indexes in order of priority: HTTP URLs, or `file://` folders with a folder per
    /// project.
    pub indexes: Vec<Url>,
    /// Pages and `file://` folders with links to distributions.
    pub find_links: Vec<Url>,
    /// Ignores files that were uploaded at or after their time and, like uv, files without an
    /// upload time: a result that must be reproducible cannot contain files of unknown age. If
    /// that leaves nothing of a project, the files without a time remain, because an index may
    /// publish none. Files of `find_links` are an explicit choice of the user and remain.
    pub cut_offs: CutOffs,
}

/// A client of several indexes and link pages, which form one pool as in pip.
///
/// An index that cannot be reached ends the run, whereas pip warns and continues: without an
/// index that the file names, the verdict would be about a different file.
#[derive(Clone)]
pub struct Client {
    inner: Arc<Inner>,
}

struct Inner {
    fetcher: Fetcher,
    options: ClientOptions,
    observer: OnceLock<Observer>,
    projects: Memo<PackageName, Result<Option<Arc<Project>>, IndexError>>,
    link_pages: Memo<Url, Result<Option<Arc<Page>>, IndexError>>,
    metadata: Memo<Url, Result<Answer, IndexError>>,
    advisories: Memo<(PackageName, Version), Result<Advisories, IndexError>>,
    /// The number of ignored files without an upload time.
    undated: Mutex<BTreeMap<PackageName, usize>>,
}

/// Files with their versions.
type Files = Vec<(Version, Arc<Distribution>)>;

/// Metadata of a file and, for a source distribution, its build.
type Answer = (MetadataAnswer, Option<Arc<SourceBuild>>);

/// Metadata of a file as it is cached: unparsed, so that an improved parser does not see old
/// results.
#[derive(Serialize, Deserialize)]
struct Stored {
    metadata: Raw,
    /// Archive contents; `None` for a wheel.
    contents: Option<Contents>,
}

#[derive(Serialize, Deserialize)]
enum Raw {
    Metadata(MetadataSource, String),
    NeedsBuild(String),
}

impl From<Raw> for Stored {
    fn from(metadata: Raw) -> Self {
        Self {
            metadata,
            contents: None,
        }
    }
}

impl Client {
    /// Creates a client that fetches with `fetcher`.
    pub fn new(fetcher: Fetcher, options: ClientOptions) -> Self {
        Self {
            inner: Arc::new(Inner {
                fetcher,
                options,
                observer: OnceLock::new(),
                projects: Memo::default(),
                link_pages: Memo::default(),
                metadata: Memo::default(),
                advisories: Memo::default(),
                undated: Mutex::default(),
            }),
        }
    }

    /// Hosts that have not answered yet.
    pub(super) fn pending(&self) -> Vec<String> {
        self.inner.fetcher.http().pending()
    }

    /// Sets the observer of fetches; only the first call has an effect.
    pub fn observe(&self, observer: Observer) {
        let _ = self.inner.observer.set(observer);
    }

    /// The project `name` on all indexes; `None` if no index has it.
    pub async fn project(&self, name: &PackageName) -> Result<Option<Arc<Project>>, IndexError> {
        let work = self.inner.load_project(name);
        self.inner.projects.get(name.clone(), work).await
    }

    /// Returns the metadata of `distribution` of the project `name`.
    pub async fn metadata(
        &self,
        name: &PackageName,
        distribution: &Arc<Distribution>,
    ) -> Result<MetadataAnswer, IndexError> {
        self.answer(name, distribution).await.map(|answer| answer.0)
    }

    /// Build requirements from the archive of a source distribution of `name`; `None` for
    /// wheels, and if the archive cannot be read.
    pub async fn source_build(
        &self,
        name: &PackageName,
        distribution: &Arc<Distribution>,
    ) -> Result<Option<Arc<SourceBuild>>, IndexError> {
        self.answer(name, distribution).await.map(|answer| answer.1)
    }

    /// The files that a wheel of the project `name` installs; `None` for a source distribution,
    /// and if they are not known without a download of the whole wheel.
    pub async fn files(
        &self,
        name: &PackageName,
        distribution: &Distribution,
    ) -> Option<InstalledFiles> {
        let is_wheel = distribution.support.is_wheel();
        if !is_wheel {
            return None;
        }
        let record = self.inner.load_record(name, distribution).await?;
        // A list without files is not one: each wheel has at least its metadata.
        let files = InstalledFiles::of_record(&record);
        (!record.trim().is_empty()).then_some(files)
    }

    /// Known vulnerabilities of a release, from the first index with PyPI's JSON API.
    ///
    /// # Errors
    /// [`IndexError`] if an index does not respond.
    pub async fn advisories(
        &self,
        name: &PackageName,
        version: &Version,
    ) -> Result<Advisories, IndexError> {
        let work = self.inner.load_advisories(name, version);
        let key = (name.clone(), version.clone());
        self.inner.advisories.get(key, work).await
    }

    /// The number of files that were ignored because they have no upload time, by project.
    pub fn undated(&self) -> BTreeMap<PackageName, usize> {
        let undated = self.inner.undated.lock();
        undated.unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Forgets answers in memory if there are many; the on-disk cache keeps them. Otherwise a
    /// run over many files would hold the answers of all of them.
    pub fn trim(&self) {
        let files = |project: &Result<Option<Arc<Project>>, IndexError>| match project {
            Ok(Some(project)) => project
                .releases
                .values()
                .map(|release| release.listing().len())
                .sum(),
            _ => 0,
        };
        self.inner.projects.trim(FILES_KEPT, files);
        self.inner.metadata.trim(METADATA_KEPT, |_| 1);
    }

    async fn answer(
        &self,
        name: &PackageName,
        distribution: &Arc<Distribution>,
    ) -> Result<Answer, IndexError> {
        let work = self.inner.load_metadata(name, distribution);
        self.inner
            .metadata
            .get(distribution.url.clone(), work)
            .await
    }
}

impl Inner {
    fn tell(&self, event: Event) {
        if let Some(observer) = self.observer.get() {
            observer(event);
        }
    }

    async fn load_project(&self, name: &PackageName) -> Result<Option<Arc<Project>>, IndexError> {
        self.tell(Event::PageRequested(name.clone()));
        let links = self.options.find_links.iter();
        let links: FuturesOrdered<_> = links.map(|url| self.link_files(url, name)).collect();
        let indexes = self.options.indexes.iter();
        let indexes: FuturesOrdered<_> = indexes.map(|url| self.index_files(url, name)).collect();
        // Of several errors, the first in the order of the options is returned.
        let (links, indexes) = futures::join!(
            links.try_collect::<Vec<_>>(),
            indexes.try_collect::<Vec<_>>()
        );
        let (links, indexes) = (links?, indexes?);
        self.tell(Event::PageFetched(name.clone()));
        let is_linked = links.iter().any(|links| !links.releases.is_empty());
        if !is_linked && indexes.iter().all(Option::is_none) {
            return Ok(None);
        }
        let mut indexes: Vec<_> = indexes.into_iter().flatten().collect();
        let all_count = self.options.cut_offs.is_none();
        let project = match (indexes.pop(), &indexes[..]) {
            (Some(only), []) if !is_linked && all_count => only,
            (last, _) => {
                indexes.extend(last);
                self.pooled(name, &links, &indexes)
            }
        };
        Ok(Some(Arc::new(project)))
    }

    /// Merges the files of a project. If several places have a file of the same name, the last
    /// place wins, as a result of pip's sorting.
    fn pooled(&self, name: &PackageName, links: &[Project], indexes: &[Project]) -> Project {
        let mut pool = files(name, links);
        pool.extend(self.old_enough(name, files(name, indexes)));
        let last: HashMap<_, _> = pool
            .iter()
            .enumerate()
            .map(|(place, (_, file))| (file.filename.clone(), place))
            .collect();
        let pool = pool.into_iter().enumerate();
        pool.filter(|(place, (_, file))| last.get(&file.filename) == Some(place))
            .map(|(_, one)| one)
            .collect()
    }

    async fn load_advisories(
        &self,
        name: &PackageName,
        version: &Version,
    ) -> Result<Advisories, IndexError> {
        let mut missing = Vec::new();
        for index in &self.options.indexes {
            let Some(url) = advisories::address(index, name, version) else {
                missing.push(advisories::missing(index, None));
                continue;
            };
            let request = Request::new(&url, ACCEPT_RELEASE, PAGE_LIMIT);
            let read = |page: &Page| {
                advisories::parse(&page.body).ok_or_else(|| index::not_a("release", page))
            };
            let why = match self.fetcher.get(&request, Whole(read)).await {
                Ok(Some(Parsed { value, .. })) => return Ok(Advisories::Known(value.into())),
                Ok(None) => "404".to_owned(),
                // An index without this API may send any response.
                Err(FetchError::Denied { status, .. } | FetchError::Status { status, .. })
                    if !is_pypi(index) =>
                {
                    status.as_str().to_owned()
                }
                Err(FetchError::Unreadable { .. }) if !is_pypi(index) => {
                    "another format".to_owned()
                }
                Err(error) => return Err(IndexError::Fetch(error)),
            };
            missing.push(advisories::missing(index, Some(&why)));
        }
        if missing.is_empty() {
            missing.push("no package index is used".to_owned());
        }
        Ok(Advisories::Unknown(missing.into()))
    }

    /// The files of the indexes that the cut-off allows.
    fn old_enough(&self, name: &PackageName, files: Files) -> Files {
        let (mut old, mut undated) = (Files::new(), Files::new());
        for (version, file) in files {
            let index = file.index.as_ref().map(|index| index.as_str());
            match (
                self.options.cut_offs.of(name.as_ref(), index),
                file.upload_time,
            ) {
                (None, _) => old.push((version, file)),
                (Some(_), None) => undated.push((version, file)),
                (Some(end), Some(time)) if time < end => old.push((version, file)),
                (Some(_), Some(_)) => {}
            }
        }
        if old.is_empty() {
            return undated;
        }
        if !undated.is_empty() {
            let mut ignored = self.undated.lock().unwrap_or_else(PoisonError::into_inner);
            ignored.insert(name.clone(), undated.len());
        }
        old
    }

    /// `None` if the index does not have the project.
    async fn index_files(
        &self,
        index: &Url,
        name: &PackageName,
    ) -> Result<Option<Project>, IndexError> {
        let mut url = index.clone();
        let index = Arc::new(index.clone());
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.pop_if_empty().push(name.as_ref()).push("");
        }
        if url.scheme() == "file" {
            return self.local_files(&url, name, Some(index)).await;
        }
        let request = Request::new(&url, ACCEPT_PAGE, PAGE_LIMIT);
        let pages = Pages {
            name: name.clone(),
            index: index.clone(),
        };
        match self.fetcher.get(&request, pages).await {
            Err(FetchError::Denied { .. }) if denies_what_it_lacks(&index) => Ok(None),
            Ok(page) => Ok(page.map(|page| page.decoded.project)),
            Err(error) => Err(error.into()),
        }
    }

    async fn link_files(&self, url: &Url, name: &PackageName) -> Result<Project, IndexError> {
        if url.scheme() == "file" {
            let local = self.local_files(url, name, None).await?;
            return Ok(local.unwrap_or_default());
        }
        let work = async {
            let request = Request::new(url, ACCEPT_PAGE, PAGE_LIMIT);
            let page = self.fetcher.get(&request, Whole(index::check_links)).await;
            page.map(|page| page.map(|page| page.page))
                .map_err(IndexError::Fetch)
        };
        let Some(page) = self.link_pages.get(url.clone(), work).await? else {
            return Ok(Project::default());
        };
        read_links(url, page, name, None).await
    }

    /// Files of a local page, or of a folder: from its `index.json` or `index.html`, or else
    /// the distributions in it.
    async fn local_files(
        &self,
        url: &Url,
        name: &PackageName,
        index: Option<Arc<Url>>,
    ) -> Result<Option<Project>, IndexError> {
        let Ok(path) = url.to_file_path() else {
            return Err(unreadable(url, "it is not a local path"));
        };
        for page in [
            path.join("index.json"),
            path.join("index.html"),
            path.clone(),
        ] {
            if !page.is_file() {
                continue;
            }
            let body = read_local(page.clone(), PAGE_LIMIT).await;
            let body = body.map_err(|error| unreadable(url, &error.to_string()))?;
            info!(file = %page.display(), bytes = body.len(), "read");
            let is_json = page
                .extension()
                .is_some_and(|extension| extension == "json");
            let page = Page {
                body,
                content_type: if is_json { "json" } else { "html" }.to_owned(),
                url: Url::from_file_path(&page).unwrap_or_else(|()| url.clone()),
            };
            let found = read_links(url, Arc::new(page), name, index).await;
            return found.map(Some);
        }
        debug!(folder = %path.display(), "local index");
        if !path.is_dir() {
            return Ok(None);
        }
        index::read_folder(name, index.as_ref(), &path)
            .map(Some)
            .map_err(|error| unreadable(url, &error.to_string()))
    }

    async fn load_metadata(
        &self,
        name: &PackageName,
        distribution: &Distribution,
    ) -> Result<Answer, IndexError> {
        let filename = &distribution.filename;
        self.tell(Event::MetadataRequested(filename.clone()));
        let is_local = is_local(distribution);
        // Without a hash, the file behind a URL may change.
        let is_fixed = !distribution.hashes.is_empty() || self.fetcher.http().offline;
        let key = format!(
            "{:?} {}",
            distribution.hashes,
            redact_url(&distribution.url)
        );
        let stored = if is_fixed && !is_local {
            self.fetcher.cache().value::<Stored>(METADATA_BUCKET, &key)
        } else {
            None
        };
        let raw = match stored {
            Some(raw) => {
                debug!(file = %filename, "metadata from the cache");
                Ok(raw)
            }
            None => {
                let raw = self.raw_metadata(name, distribution).await?;
                if let (Ok(raw), false) = (&raw, is_local) {
                    let cache = self.fetcher.cache();
                    cache.noted(cache.store_value(METADATA_BUCKET, &key, raw));
                }
                raw
            }
        };
        self.tell(Event::MetadataFetched(filename.clone()));
        Ok(answer(name, raw))
    }

    /// Returns an inner error for a broken file.
    async fn raw_metadata(
        &self,
        name: &PackageName,
        distribution: &Distribution,
    ) -> Result<Result<Stored, String>, IndexError> {
        let raw = |source, text: &[u8]| {
            let fields = String::from_utf8_lossy(metadata::fields(text));
            Raw::Metadata(source, fields.into_owned())
        };
        let wheel = |text: Vec<u8>| Stored::from(raw(MetadataSource::Wheel, &text));
        let is_wheel = distribution.support.is_wheel();
        if is_wheel && let Some(text) = self.remote_metadata(name, distribution).await? {
            return Ok(Ok(wheel(text)));
        }
        let Some(archive) = self.whole(distribution).await? else {
            return Ok(Err("the index lists it, but the file is gone".to_owned()));
        };
        // Without a hash, the file may be an error page of a proxy instead of a broken file.
        let is_genuine = distribution.hashes.contains_key("sha256") || is_local(distribution);
        let checked = |reason: String| {
            if is_genuine {
                Ok(Err(reason))
            } else {
                Err(unreadable(&distribution.url, &reason))
            }
        };
        if is_wheel {
            let archive = AllowStdIo::new(archive);
            let text = wheel::read_in(archive, name, wheel::InfoFile::Metadata).await;
            return text.map_or_else(checked, |text| Ok(Ok(wheel(text))));
        }
        let found = sdist::read(&distribution.filename, archive, name).await;
        found.map_or_else(checked, |(found, contents)| {
            Ok(Ok(Stored {
                metadata: match found {
                    sdist::SdistDependencies::NeedsBuild(reason) => Raw::NeedsBuild(reason),
                    sdist::SdistDependencies::Metadata(source, text) => raw(source, &text),
                },
                contents,
            }))
        })
    }

    /// Fetches the metadata of a wheel without the wheel; `None` if neither the index nor the
    /// server supports it.
    async fn remote_metadata(
        &self,
        name: &PackageName,
        distribution: &Distribution,
    ) -> Result<Option<Vec<u8>>, IndexError> {
        let url = &distribution.url;
        if url.scheme() == "file" {
            return Ok(None);
        }
        if distribution.has_metadata_file {
            let mut url = url.clone();
            url.set_path(&format!("{}.metadata", url.path()));
            let hashes = &distribution.metadata_hashes;
            if let Some(text) = self.body(&url, wheel::METADATA_LIMIT, hashes).await? {
                if hashes.is_empty() {
                    metadata::parse(&text, MetadataSource::Wheel)
                        .map_err(|reason| unreadable(&url, &reason))?;
                }
                return Ok(Some(text));
            }
        }
        if self.fetcher.http().offline {
            return Ok(None);
        }
        Ok(self.by_ranges(url, name, wheel::InfoFile::Metadata).await)
    }

    /// Reads a file of a wheel with range requests; `None` if the server does not support them.
    async fn by_ranges(
        &self,
        url: &Url,
        name: &PackageName,
        file: wheel::InfoFile,
    ) -> Option<Vec<u8>> {
        let _permit = self.fetcher.permit().await;
        let http = self.fetcher.http();
        // Boxed, because each enclosing future would hold a copy of this large one.
        let read = Box::pin(wheel::read_by_ranges(&http.client, url, name, file));
        http.watch(url, read).await
    }

    async fn load_record(&self, name: &PackageName, wheel: &Distribution) -> Option<String> {
        let url = &wheel.url;
        let cache = self.fetcher.cache();
        let key = format!("{:?} {}", wheel.hashes, redact_url(url));
        let text = if is_local(wheel) {
            let archive = AllowStdIo::new(self.whole(wheel).await.ok()??);
            wheel::read_in(archive, name, wheel::InfoFile::Record)
                .await
                .ok()?
        } else if let Some(text) = cache.value::<String>(RECORD_BUCKET, &key) {
            return Some(text);
        } else if self.fetcher.http().offline {
            return None;
        } else {
            self.by_ranges(url, name, wheel::InfoFile::Record).await?
        };
        let text = String::from_utf8_lossy(&text).into_owned();
        // Without a hash, the file behind a URL may change.
        if !is_local(wheel) && !wheel.hashes.is_empty() {
            cache.noted(cache.store_value(RECORD_BUCKET, &key, &text));
        }
        Some(text)
    }

    async fn body(
        &self,
        url: &Url,
        limit: u64,
        hashes: &BTreeMap<String, String>,
    ) -> Result<Option<Vec<u8>>, IndexError> {
        let sha256 = hashes.get("sha256").map(String::as_str);
        let body = self.fetcher.body(url, limit, sha256).await;
        body.map_err(IndexError::Fetch)
    }

    async fn whole(&self, distribution: &Distribution) -> Result<Option<Archive>, IndexError> {
        let url = &distribution.url;
        if !is_local(distribution) {
            let sha256 = distribution.hashes.get("sha256").map(String::as_str);
            let archive = Box::pin(self.fetcher.archive(url, FILE_LIMIT, sha256)).await;
            return archive.map_err(IndexError::Fetch);
        }
        let Ok(path) = url.to_file_path() else {
            return Err(unreadable(url, "it is not a local path"));
        };
        match files::read::open(&path) {
            Ok(file) => Ok(Some(Archive::new(Box::new(file)))),
            Err(error) if error.is_missing() => Ok(None),
            Err(error) => Err(unreadable(url, &error.to_string())),
        }
    }
}

async fn read_local(path: PathBuf, limit: u64) -> Result<Vec<u8>, ReadError> {
    let read = tokio::task::spawn_blocking(move || files::read(&path, limit));
    read.await.map_err(std::io::Error::other)?
}

/// Files of a project in several places. The version is that of the file name, because files
/// of a release may write it differently.
fn files(name: &PackageName, places: &[Project]) -> Files {
    let releases = places.iter().flat_map(|place| place.releases.values());
    let files = releases.flat_map(|release| release.files());
    files
        .filter_map(|file| Some((filename::parse(name, &file.filename)?.0, file.clone())))
        .collect()
}

/// Parses on a blocking thread, because pages have up to 20 MB.
async fn read_links(
    url: &Url,
    page: Arc<Page>,
    name: &PackageName,
    index: Option<Arc<Url>>,
) -> Result<Project, IndexError> {
    let name = name.clone();
    let read = move || index::read_links(&name, index.as_ref(), &page);
    let found = tokio::task::spawn_blocking(read).await;
    found
        .unwrap_or_else(|error| Err(error.to_string()))
        .map_err(|error| unreadable(url, &error))
}

fn is_local(distribution: &Distribution) -> bool {
    distribution.url.scheme() == "file"
}

/// Whether 403 means that a project does not exist: a file store without permission to list
/// answers this way. PyTorch's index is the best-known one, and needs no credentials.
fn denies_what_it_lacks(index: &Url) -> bool {
    index.host_str() == Some("download.pytorch.org")
}

fn is_pypi(index: &Url) -> bool {
    matches!(index.host_str(), Some("pypi.org" | "test.pypi.org"))
}

fn unreadable(url: &Url, reason: &str) -> IndexError {
    IndexError::Unreadable {
        url: redact_url(url),
        reason: reason.to_owned(),
    }
}

fn answer(name: &PackageName, stored: Result<Stored, String>) -> Answer {
    let Stored { metadata, contents } = match stored {
        Ok(stored) => stored,
        Err(reason) => return (MetadataAnswer::Invalid(reason), None),
    };
    let build = contents.map(|contents| SourceBuild::of(name, &contents));
    let fails = build.as_ref().and_then(|build| build.fails.clone());
    let answer = match (fails, metadata) {
        (Some(reason), _) => MetadataAnswer::Unbuildable(reason),
        (None, Raw::NeedsBuild(reason)) => MetadataAnswer::NeedsBuild(reason),
        (None, Raw::Metadata(source, text)) => match metadata::parse(text.as_bytes(), source) {
            Ok(metadata) => MetadataAnswer::Known(Arc::new(metadata)),
            Err(reason) => MetadataAnswer::Invalid(reason),
        },
    };
    (answer, build.map(Arc::new))
}

#[cfg(test)]
mod tests;
