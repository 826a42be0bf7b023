//! The subdirs of channels. Each is opened once per run, in the first form that its server
//! has: shards, `repodata.json.zst` or `repodata.json`.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use rattler_conda_types::{PackageName, Subdir};
use rattler_redaction::Redact;
use url::Url;

use super::{
    Progress,
    json::{Json, Split},
    local,
    records::{Place, Records, Skipped, Text},
    shards::{self, Shards},
};
use crate::{
    conda::{channels::SpecChannel, error::SubdirError},
    memo::Memo,
    network::fetch::{Compression, FetchError, Fetcher, Received, Request, Whole},
};

/// Maximum size of a decompressed `repodata.json`, in bytes. The largest of conda-forge had
/// about 300 MB in 2025. At most two are in memory at a time: the platform and noarch.
pub(super) const JSON_LIMIT: u64 = 768 * 1024 * 1024;
/// Time for which a missing form of repodata is not requested again, if the server has another
/// form. Servers rarely add a better form.
const FORM_CHECK: Duration = Duration::from_secs(24 * 3600);
const ACCEPT: &str = "*/*";

/// Subdirs that a run has opened.
#[derive(Clone, Default)]
pub struct Subdirs(Arc<Memo<(Url, Subdir), Opening>>);

/// Result of opening a subdir; `None` if the channel exists without it.
type Opening = Result<Option<Arc<Opened>>, SubdirError>;

impl Subdirs {
    /// Opens a subdir of a channel; `None` if the channel exists without it.
    pub(super) async fn open(
        &self,
        channel: &SpecChannel,
        subdir: Subdir,
        fetcher: &Fetcher,
        progress: Option<&Arc<dyn Progress>>,
    ) -> Opening {
        let base: &Url = channel.channel.base_url.as_ref();
        let key = (base.clone(), subdir);
        let open = Attempt {
            channel,
            subdir,
            fetcher,
            progress,
        };
        self.0.get(key, open.run()).await
    }
}

/// An open subdir, with the records that were loaded from it so far.
pub(super) struct Opened {
    source: Mutex<Source>,
    place: Place,
    url: Url,
    fetcher: Fetcher,
    known: Memo<PackageName, Result<Arc<Records>, SubdirError>>,
    /// Held while damaged repodata is fetched again.
    repair: tokio::sync::Mutex<()>,
}

#[derive(Clone)]
enum Source {
    /// Repodata and its form; no form for a local file.
    Json(Json, Option<Form>),
    Shards(Shards),
}

/// A server's variant of `repodata.json`.
#[derive(Clone, Copy)]
struct Form {
    name: &'static str,
    compression: Compression,
}

const FORMS: [Form; 2] = [
    Form {
        name: "repodata.json.zst",
        compression: Compression::Zstd,
    },
    Form {
        name: "repodata.json",
        compression: Compression::None,
    },
];

struct Attempt<'a> {
    channel: &'a SpecChannel,
    subdir: Subdir,
    fetcher: &'a Fetcher,
    progress: Option<&'a Arc<dyn Progress>>,
}

impl Attempt<'_> {
    async fn run(self) -> Opening {
        let url = self.url()?;
        let found = match url.to_file_path() {
            Ok(folder) if url.scheme() == "file" => {
                let json = local::read(folder).await?;
                json.map(|json| Source::Json(json, None))
            }
            _ => match self.fetch(&url, FORM_CHECK).await? {
                // A cached 404 for every form is checked with the server.
                None => self.fetch(&url, Duration::ZERO).await?,
                found => found,
            },
        };
        let Some(source) = found else {
            // For conda a channel exists if it has `noarch`.
            return match self.subdir {
                Subdir::NoArch => Err(SubdirError::Missing(self.subdir)),
                _ => Ok(None),
            };
        };
        let packages = match &source {
            Source::Json(json, _) => shards::folder_of_packages(&url, json.base_url.as_deref()),
            Source::Shards(shards) => Ok(shards.packages.clone()),
        };
        let base: &Url = self.channel.channel.base_url.as_ref();
        Ok(Some(Arc::new(Opened {
            source: Mutex::new(source),
            place: Place {
                channel: base.clone().redact().to_string(),
                subdir: self.subdir,
                packages: packages.map_err(SubdirError::Invalid)?,
            },
            url,
            fetcher: self.fetcher.clone(),
            known: Memo::default(),
            repair: tokio::sync::Mutex::default(),
        })))
    }

    fn url(&self) -> Result<Url, SubdirError> {
        let base: &Url = self.channel.channel.base_url.as_ref();
        let mut url = base.clone();
        url.path_segments_mut()
            .map_err(|()| SubdirError::Invalid("its URL cannot have folders".to_owned()))?
            .pop_if_empty()
            .push(self.subdir.as_str())
            .push("");
        Ok(url)
    }

    /// Fetches the first form that the server has. After a broken form the next one is tried,
    /// unless the host is unreachable.
    ///
    /// A form that was missing within `absent_for` is not requested again.
    async fn fetch(&self, url: &Url, absent_for: Duration) -> Result<Option<Source>, SubdirError> {
        let mut first = None;
        let mut failed = |error: SubdirError| match error {
            SubdirError::Fetch(FetchError::Network { .. }) => Err(error),
            error => {
                first.get_or_insert(error);
                Ok(())
            }
        };
        match self.shards(url, absent_for).await {
            Ok(Some(shards)) => return Ok(Some(Source::Shards(shards))),
            Ok(None) => {}
            Err(error) => failed(error)?,
        }
        for form in FORMS {
            match self.json(url, form, absent_for).await {
                Ok(Some(json)) => return Ok(Some(Source::Json(json, Some(form)))),
                Ok(None) => {}
                Err(error) => failed(error)?,
            }
        }
        first.map_or(Ok(None), Err)
    }

    async fn shards(
        &self,
        subdir: &Url,
        absent_for: Duration,
    ) -> Result<Option<Shards>, SubdirError> {
        let url = file(subdir, shards::INDEX)?;
        let received = |done, total| self.progress(done, total);
        let request = Request {
            compression: shards::INDEX_COMPRESSION,
            absent_for,
            received: &received,
            ..Request::new(&url, ACCEPT, shards::INDEX_LIMIT)
        };
        let folder = subdir.clone();
        let read = Whole(move |page: &_| Shards::parse(page, &folder));
        let found = self.fetcher.get(&request, read).await;
        self.finished();
        match found {
            Ok(found) => Ok(found.map(|parsed| parsed.value)),
            // 501 means "not implemented"; rattler treats it like 404.
            Err(FetchError::Status { status, .. }) if status.as_u16() == 501 => Ok(None),
            Err(error) => Err(SubdirError::Fetch(error)),
        }
    }

    async fn json(
        &self,
        subdir: &Url,
        form: Form,
        absent_for: Duration,
    ) -> Result<Option<Json>, SubdirError> {
        let received = |done, total| self.progress(done, total);
        let asked = Download {
            absent_for,
            received: &received,
            anew: false,
        };
        let found = json(subdir, form, self.fetcher, asked).await;
        self.finished();
        found
    }

    fn progress(&self, done: u64, total: Option<u64>) {
        if let Some(progress) = self.progress {
            progress.progress(&self.channel.name, self.subdir.as_str(), done, total);
        }
    }

    fn finished(&self) {
        if let Some(progress) = self.progress {
            progress.finished(&self.channel.name, self.subdir.as_str());
        }
    }
}

/// Options for one form of repodata.
struct Download<'a> {
    absent_for: Duration,
    received: Received<'a>,
    /// Deletes the cached copy first.
    anew: bool,
}

async fn json(
    subdir: &Url,
    form: Form,
    fetcher: &Fetcher,
    how: Download<'_>,
) -> Result<Option<Json>, SubdirError> {
    let url = file(subdir, form.name)?;
    let request = Request {
        compression: form.compression,
        absent_for: how.absent_for,
        received: how.received,
        ..Request::new(&url, ACCEPT, JSON_LIMIT)
    };
    if how.anew {
        super::json::forget(fetcher.cache(), &request.key());
    }
    fetcher
        .get(&request, Split)
        .await
        .map_err(SubdirError::Fetch)
}

fn file(subdir: &Url, name: &str) -> Result<Url, SubdirError> {
    subdir
        .join(name)
        .map_err(|error| SubdirError::Invalid(error.to_string()))
}

impl Opened {
    /// Names of all packages.
    pub(super) fn names(&self) -> Vec<String> {
        match self.source() {
            Source::Json(json, _) => json.names(),
            Source::Shards(shards) => shards.names(),
        }
    }

    /// Bytes of the repodata, uncompressed. For shards it is an estimate from their number:
    /// conda-forge has 7 kB of repodata for each name (linux-64, August 2026).
    pub(super) fn bytes(&self) -> u64 {
        const OF_A_NAME: u64 = 7_000;
        match self.source() {
            Source::Json(json, _) => json.bytes(),
            Source::Shards(shards) => shards.names().len() as u64 * OF_A_NAME,
        }
    }

    /// Records of a package, loaded once.
    pub(super) async fn records(&self, name: &PackageName) -> Result<Arc<Records>, SubdirError> {
        self.known.get(name.clone(), self.load(name)).await
    }

    /// Records that were skipped so far.
    pub(super) fn skipped(&self) -> Vec<Skipped> {
        let mut skipped = match self.source() {
            Source::Json(json, _) => json.skipped,
            Source::Shards(_) => Vec::new(),
        };
        self.known.each(|known| {
            if let Ok(records) = known {
                skipped.extend(records.skipped.iter().cloned());
            }
        });
        skipped.sort_by(|a, b| a.file.cmp(&b.file));
        skipped
    }

    fn source(&self) -> Source {
        let source = self.source.lock().unwrap_or_else(PoisonError::into_inner);
        source.clone()
    }

    async fn load(&self, name: &PackageName) -> Result<Arc<Records>, SubdirError> {
        match self.source() {
            Source::Shards(shards) => {
                let shard = shards.shard(name.as_normalized(), &self.fetcher).await?;
                self.parse(name, shard, |bytes| Text::Msgpack(bytes)).await
            }
            Source::Json(json, form) => {
                let chunk = match (self.chunk(json, name).await, form) {
                    (Err(SubdirError::Damaged), Some(form)) => self.again(form, name).await,
                    (chunk, _) => chunk,
                };
                self.parse(name, chunk?, |bytes| Text::Json(bytes)).await
            }
        }
    }

    /// Fetches repodata again after its cached file was found damaged, once for all affected
    /// packages.
    async fn again(&self, form: Form, name: &PackageName) -> Result<Option<Vec<u8>>, SubdirError> {
        let _repair = self.repair.lock().await;
        if let Source::Json(json, _) = self.source() {
            match self.chunk(json, name).await {
                Err(SubdirError::Damaged) => {}
                chunk => return chunk,
            }
        }
        let how = Download {
            absent_for: Duration::ZERO,
            received: &|_, _| (),
            anew: true,
        };
        let json = json(&self.url, form, &self.fetcher, how).await?;
        let json = json.ok_or(SubdirError::Damaged)?;
        let source = Source::Json(json.clone(), Some(form));
        *self.source.lock().unwrap_or_else(PoisonError::into_inner) = source;
        self.chunk(json, name).await
    }

    async fn chunk(&self, json: Json, name: &PackageName) -> Result<Option<Vec<u8>>, SubdirError> {
        let name = name.as_normalized().to_owned();
        let chunk = tokio::task::spawn_blocking(move || json.chunk(&name)).await;
        match chunk {
            Ok(chunk) => chunk.map_err(|_| SubdirError::Damaged),
            Err(error) => Err(SubdirError::Invalid(error.to_string())),
        }
    }

    async fn parse(
        &self,
        name: &PackageName,
        text: Option<Vec<u8>>,
        form: fn(&[u8]) -> Text<'_>,
    ) -> Result<Arc<Records>, SubdirError> {
        let Some(text) = text else {
            return Ok(Arc::default());
        };
        let (place, parsed) = (self.place.clone(), name.clone());
        let parse = move || place.parse(&parsed, &form(&text));
        let records = tokio::task::spawn_blocking(parse).await;
        let records = records.unwrap_or_else(|error| Err(error.to_string()));
        records.map(Arc::new).map_err(|reason| SubdirError::Shard {
            name: name.as_source().to_owned(),
            reason,
        })
    }
}
