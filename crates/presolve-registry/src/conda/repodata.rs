//! Repodata: the records of channels that a solve may need.
//!
//! Each subdir is opened once per run ([`Subdirs`]): per-package shards (CEP-16) if the
//! channel has them, else `repodata.json.zst`, else `repodata.json`, through presolve's cache;
//! `file://` channels are read directly. rattler's gateway follows the dependencies from the
//! match specs, and requests each name from the subdirs.

use std::{
    collections::{BTreeSet, HashSet},
    path::Path,
    sync::{Arc, Mutex, PoisonError},
};

use futures::{TryStreamExt, stream::FuturesOrdered};
use url::Url;

use crate::{
    conda::{
        channels::SpecChannel,
        error::{ChannelError, SubdirError},
    },
    network::{Http, causes, fetch::Fetcher},
};
use presolve_packages::conda::{Origin, SubdirRecords};
use presolve_text::secrets;
use rattler_conda_types::{MatchSpec, Matches, PackageName, RepoDataRecord, Subdir};
use rattler_repodata_gateway::{
    ChannelRelationsMode, Gateway, GatewayError, RepoDataQuery, RepoDataQueryOutput,
    RepoDataSource, Source,
};

mod json;
mod local;
mod progress;
mod records;
mod shards;
mod subdirs;
mod suggestions;
#[cfg(test)]
mod tests;

use json::Json;
pub use progress::Progress;
pub use records::Skipped;
use records::{Place, Text};
use subdirs::Opened;
pub use subdirs::Subdirs;
pub use suggestions::Suggestion;
pub use suggestions::nearest_of;

/// Channels, platform and packages to load.
#[derive(Clone, Copy, Debug)]
pub struct Query<'a> {
    /// Channels in order of priority, the highest first.
    pub channels: &'a [SpecChannel],
    /// Platform; its records are always loaded together with `noarch`.
    pub subdir: Subdir,
    /// Start of the search. For names in this list only the matching records are loaded; for
    /// their dependencies, all records.
    pub specs: &'a [MatchSpec],
}

/// Network, cache and credentials for channels.
#[derive(Clone)]
pub struct Access {
    /// Follows the dependencies of records.
    pub gateway: Gateway,
    /// Subdirs that this run has already opened.
    pub subdirs: Subdirs,
    /// Fetches files through the cache.
    pub fetcher: Fetcher,
    /// Observer of downloads, if any.
    pub progress: Option<Arc<dyn Progress>>,
}

/// Records loaded from channels.
#[derive(Clone, Debug, Default)]
pub struct Repodata {
    /// Records per channel and subdir: the channels in the order of the query, and for each
    /// the platform's subdir before `noarch`. Archives that match specs name by URL come
    /// first.
    pub subdirs: Vec<SubdirRecords>,
    /// Origin of each item of `subdirs`, in the same order.
    pub origins: Vec<Origin>,
    /// Bytes of the repodata of all channels and subdirs, uncompressed; an estimate where a
    /// channel has shards.
    pub bytes: u64,
    /// Names in the query that no channel has.
    pub missing: Vec<MissingName>,
    /// Invalid records, by channel name and subdir.
    pub skipped: Vec<SkippedOf>,
}

impl Repodata {
    /// Names of the records.
    pub fn names(&self) -> HashSet<&str> {
        let records = self.subdirs.iter().flat_map(SubdirRecords::iter);
        records
            .map(|record| record.package_record.name.as_normalized())
            .collect()
    }

    /// Names that records constrain, except virtual packages, sorted.
    pub fn constrained(&self) -> BTreeSet<&str> {
        let records = self.subdirs.iter().flat_map(SubdirRecords::iter);
        let constrains = records.flat_map(|record| &record.package_record.constrains);
        let end = |text: &&str| text.find([' ', '=', '<', '>', '!', '~', '[', ',']);
        constrains
            .map(|text| text.trim())
            .map(|text| &text[..end(&text).unwrap_or(text.len())])
            .filter(|name| !name.starts_with("__") && !name.is_empty())
            .collect()
    }

    /// Adds the records of names that have none here, from a query of the same channels.
    pub fn add(&mut self, more: Self) {
        let known: HashSet<String> = self.names().into_iter().map(str::to_owned).collect();
        for (subdir, origin) in more.subdirs.into_iter().zip(more.origins) {
            let Some(place) = self.origins.iter().position(|known| *known == origin) else {
                continue;
            };
            let new = subdir.records.into_iter();
            let new =
                new.filter(|record| !known.contains(record.package_record.name.as_normalized()));
            self.subdirs[place].records.extend(new);
        }
    }
}

/// Skipped records of a subdir: name of the channel, subdir, records.
pub type SkippedOf = (String, Subdir, Vec<Skipped>);

/// A name that no channel has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MissingName {
    /// Name in a match spec of the query.
    pub name: PackageName,
    /// Similar names that exist, the most similar first.
    pub suggestions: Vec<Suggestion>,
}

/// Loads the records that match the specs and, recursively, all records of their dependencies.
///
/// # Errors
///
/// [`ChannelError`] if a channel does not exist, cannot be reached or read or, offline, is not
/// in the cache. A channel exists if it has a `noarch` subdir; the platform's subdir is
/// optional.
pub async fn load(query: Query<'_>, access: Access) -> Result<Repodata, ChannelError> {
    let platforms = platforms(query.subdir);
    let channels = open(query, &platforms, &access).await?;
    let output = execute(query, &channels, &platforms, &access, true).await?;
    Ok(Repodata {
        subdirs: records(&output),
        origins: origins(query, &platforms, output.len()),
        bytes: channels.iter().map(|channel| channel.bytes()).sum(),
        missing: missing(query, &channels, &output),
        skipped: skipped(query, &channels),
    })
}

/// Loads the records that match the specs, without their dependencies, and only from the
/// platform's subdir.
///
/// # Errors
///
/// As for [`load`].
pub async fn matching(
    query: Query<'_>,
    access: Access,
) -> Result<Vec<RepoDataRecord>, ChannelError> {
    let platforms = [query.subdir];
    let channels = open(query, &platforms, &access).await?;
    let output = execute(query, &channels, &platforms, &access, false).await?;
    let records = output.iter().flat_map(|data| data.iter());
    Ok(records.cloned().collect())
}

/// Whether a record matches one of the specs. Dependencies are not loaded.
///
/// # Errors
///
/// As for [`load`].
pub async fn has(query: Query<'_>, access: Access) -> Result<bool, ChannelError> {
    let platforms = platforms(query.subdir);
    let channels = open(query, &platforms, &access).await?;
    let output = execute(query, &channels, &platforms, &access, false).await?;
    let mut records = output.iter().flat_map(|data| data.iter());
    Ok(records.any(|record| query.specs.iter().any(|spec| spec.matches(record))))
}

/// A channel with its subdirs, from which the gateway requests records.
struct OpenChannel {
    subdirs: Vec<(Subdir, Option<Arc<Opened>>)>,
    /// First error. The gateway's own errors cannot contain it.
    error: Mutex<Option<SubdirError>>,
}

#[async_trait::async_trait]
impl RepoDataSource for OpenChannel {
    async fn fetch_package_records(
        &self,
        platform: Subdir,
        name: &PackageName,
    ) -> Result<Vec<Arc<RepoDataRecord>>, GatewayError> {
        let Some(subdir) = self.subdir(platform) else {
            return Ok(Vec::new());
        };
        match subdir.records(name).await {
            Ok(records) => Ok(records.records.clone()),
            Err(error) => {
                let mut first = self.error.lock().unwrap_or_else(PoisonError::into_inner);
                first.get_or_insert(error);
                Err(GatewayError::Cancelled)
            }
        }
    }

    fn package_names(&self, platform: Subdir) -> Vec<String> {
        self.subdir(platform)
            .map_or(Vec::new(), |subdir| subdir.names())
    }
}

impl OpenChannel {
    fn subdir(&self, platform: Subdir) -> Option<&Arc<Opened>> {
        let mut subdirs = self.subdirs.iter();
        subdirs.find(|(subdir, _)| *subdir == platform)?.1.as_ref()
    }

    fn bytes(&self) -> u64 {
        let subdirs = self.subdirs.iter();
        let opened = subdirs.filter_map(|(_, subdir)| subdir.as_ref());
        opened.map(|subdir| subdir.bytes()).sum()
    }

    fn names(&self) -> Vec<PackageName> {
        let subdirs = self
            .subdirs
            .iter()
            .filter_map(|(_, subdir)| subdir.as_ref());
        subdirs
            .flat_map(|subdir| subdir.names())
            .filter_map(|name| PackageName::try_from(name).ok())
            .collect()
    }
}

/// Opens the subdirs of all channels concurrently. Of several errors, the first in the order
/// of `channels` and `platforms` is returned, so that equal input gives equal answers.
async fn open(
    query: Query<'_>,
    platforms: &[Subdir],
    access: &Access,
) -> Result<Vec<Arc<OpenChannel>>, ChannelError> {
    let channels = query.channels.iter().map(async |channel| {
        let subdirs = platforms.iter().map(async |&subdir| {
            let Access {
                subdirs,
                fetcher,
                progress,
                ..
            } = access;
            let opened = subdirs.open(channel, subdir, fetcher, progress.as_ref());
            Ok((subdir, opened.await?))
        });
        let subdirs: Result<_, _> = subdirs.collect::<FuturesOrdered<_>>().try_collect().await;
        let subdirs = subdirs.map_err(|error| ChannelError::of_subdir(channel, error))?;
        Ok(Arc::new(OpenChannel {
            subdirs,
            error: Mutex::default(),
        }))
    });
    let channels: FuturesOrdered<_> = channels.collect();
    channels.try_collect().await
}

async fn execute(
    query: Query<'_>,
    channels: &[Arc<OpenChannel>],
    platforms: &[Subdir],
    access: &Access,
    recursive: bool,
) -> Result<RepoDataQueryOutput, ChannelError> {
    let sources = channels.iter().cloned();
    let sources: Vec<Source> = sources.map(|channel| Source::Custom(channel)).collect();
    let specs = query.specs.iter().cloned();
    let request: RepoDataQuery = access.gateway.query(sources, platforms.to_vec(), specs);
    let request = request
        .recursive(recursive)
        // conda does not follow CEP-42 relations: the build uses only the channels of the
        // file.
        .channel_relations(ChannelRelationsMode::Disabled);
    let output = request.execute().await;
    output.map_err(|error| {
        let failed = query.channels.iter().zip(channels);
        let mut failed = failed.filter_map(|(channel, opened)| {
            let mut error = opened.error.lock().unwrap_or_else(PoisonError::into_inner);
            Some(ChannelError::of_subdir(channel, error.take()?))
        });
        failed
            .next()
            .unwrap_or_else(|| ChannelError::Archive(secrets::redact(&causes(&error))))
    })
}

/// Parses the records of a package in a `repodata.json`, or in a shard (MessagePack), and
/// lists those that are invalid.
///
/// # Errors
///
/// Why the text is neither.
pub fn of_package(
    text: &[u8],
    name: &PackageName,
) -> Result<(Vec<Arc<RepoDataRecord>>, Vec<Skipped>), String> {
    let packages = Url::parse("file:///channel/noarch/").map_err(|error| error.to_string())?;
    let place = Place {
        channel: "file:///channel/".to_owned(),
        subdir: Subdir::NoArch,
        packages,
    };
    let found = match text.trim_ascii_start().starts_with(b"{") {
        true => {
            let chunk = Json::parse(text.to_vec())?.chunk(name.as_normalized());
            let chunk = chunk.map_err(|_| "it is damaged".to_owned())?;
            chunk.map(|chunk| place.parse(name, &Text::Json(&chunk)))
        }
        false => Some(place.parse(name, &Text::Msgpack(text))),
    };
    let found = found.transpose()?.unwrap_or_default();
    Ok((found.records, found.skipped))
}

/// Creates the gateway that all files of a run share. It only fetches archives that match
/// specs name by URL, into `packages` in presolve's cache folder.
pub fn gateway(http: &Http, cache_dir: &Path) -> Gateway {
    Gateway::builder()
        .with_client(http.client.clone())
        .with_cache_dir(cache_dir.join("packages"))
        .with_max_concurrent_requests(50)
        .finish()
}

/// Skipped records of the query's channels.
fn skipped(query: Query<'_>, channels: &[Arc<OpenChannel>]) -> Vec<SkippedOf> {
    let channels = query.channels.iter().zip(channels);
    channels
        .flat_map(|(channel, opened)| {
            let subdirs = opened.subdirs.iter();
            subdirs.filter_map(|(subdir, opened)| {
                let skipped = opened.as_ref()?.skipped();
                (!skipped.is_empty()).then(|| (channel.name.clone(), *subdir, skipped))
            })
        })
        .collect()
}

fn platforms(subdir: Subdir) -> Vec<Subdir> {
    if subdir == Subdir::NoArch {
        vec![Subdir::NoArch]
    } else {
        vec![subdir, Subdir::NoArch]
    }
}

fn origins(query: Query<'_>, platforms: &[Subdir], buckets: usize) -> Vec<Origin> {
    let of_channels = (0..query.channels.len()).flat_map(|channel| {
        platforms.iter().map(move |&subdir| Origin {
            channel: Some(channel),
            subdir,
        })
    });
    let by_url = Origin {
        channel: None,
        subdir: query.subdir,
    };
    let ahead = buckets.saturating_sub(query.channels.len() * platforms.len());
    std::iter::repeat_n(by_url, ahead)
        .chain(of_channels)
        .collect()
}

/// Returns the records of each subdir, by name. The gateway returns the names as they arrive,
/// and the solver breaks ties by the order of the records.
fn records(output: &RepoDataQueryOutput) -> Vec<SubdirRecords> {
    let subdirs = output.iter().map(|data| {
        let records: Vec<Arc<RepoDataRecord>> = data.iter_arc().cloned().collect();
        let mut by_name: Vec<&[Arc<RepoDataRecord>]> = records
            .chunk_by(|a, b| a.package_record.name == b.package_record.name)
            .collect();
        by_name.sort_by(|a, b| a[0].package_record.name.cmp(&b[0].package_record.name));
        SubdirRecords {
            records: by_name.concat(),
        }
    });
    subdirs.collect()
}

/// Names of the match specs that no channel has in any version.
fn missing(
    query: Query<'_>,
    channels: &[Arc<OpenChannel>],
    output: &RepoDataQueryOutput,
) -> Vec<MissingName> {
    let found: HashSet<&PackageName> = output
        .iter()
        .flat_map(|data| data.iter().map(|record| &record.package_record.name))
        .collect();
    let mut unmatched: Vec<PackageName> = Vec::new();
    for name in query.specs.iter().filter_map(|spec| spec.name.as_exact()) {
        let virtual_package = name.as_normalized().starts_with("__");
        if !virtual_package && !found.contains(name) && !unmatched.contains(name) {
            unmatched.push(name.clone());
        }
    }
    if unmatched.is_empty() {
        return Vec::new();
    }
    let known = query.channels.iter().zip(channels);
    let known: Vec<_> = known
        .map(|(channel, opened)| (channel.name.clone(), opened.names()))
        .collect();
    suggestions::missing_names(unmatched, &known)
}
