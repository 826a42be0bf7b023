//! Repodata: the records of the channels that a solve may need.
//!
//! They come through rattler's gateway: per-package shards (CEP-16) where the
//! channel has them, else `repodata.json.zst`, else `repodata.json`, kept in an
//! on-disk cache and revalidated. `file://` channels are read in place.

use std::{collections::HashSet, path::Path, sync::Arc};

use rattler_conda_types::{MatchSpec, Matches, PackageName, RepoDataRecord, Subdir};
use rattler_redaction::Redact;
use rattler_repodata_gateway::{
    ChannelConfig, ChannelRelationsMode, Gateway, RepoDataQuery, RepoDataQueryOutput, Source,
    SourceConfig, fetch::CacheAction,
};
use reqwest_middleware::ClientWithMiddleware;
use url::Url;

use crate::{
    conda::channels::SpecChannel,
    diagnostic::{Diagnostic, Failure},
};

mod errors;
mod local;
mod progress;
mod suggestions;
#[cfg(test)]
mod tests;

pub use progress::Progress;
pub use suggestions::Suggestion;
pub(crate) use suggestions::nearest_of;

/// The records of one subdir of one channel, in the order of its repodata.
#[derive(Clone, Debug, Default)]
pub struct SubdirRecords {
    /// The records; those of a channel have the same `channel`. Answers of one gateway
    /// share them.
    pub records: Vec<Arc<RepoDataRecord>>,
}

impl SubdirRecords {
    /// The records.
    pub fn iter(&self) -> impl Iterator<Item = &RepoDataRecord> {
        self.records.iter().map(AsRef::as_ref)
    }
}

impl FromIterator<RepoDataRecord> for SubdirRecords {
    fn from_iter<I: IntoIterator<Item = RepoDataRecord>>(records: I) -> Self {
        Self {
            records: records.into_iter().map(Arc::new).collect(),
        }
    }
}

/// What to load.
#[derive(Clone, Copy, Debug)]
pub struct Query<'a> {
    /// The channels, the one of highest priority first.
    pub channels: &'a [SpecChannel],
    /// The platform; `noarch` is always loaded beside it.
    pub subdir: Subdir,
    /// Where to start. Of a name that stands here only the records that match
    /// one of its specs are loaded; whatever those depend on is loaded whole.
    pub specs: &'a [MatchSpec],
}

/// How to get at the channels.
#[derive(Clone)]
pub struct Access {
    /// What fetches, and keeps in memory what it has read.
    pub gateway: Gateway,
    /// Use the cache however old it is, and never the network.
    pub offline: bool,
    /// Hears of downloads.
    pub progress: Option<Arc<dyn Progress>>,
}

/// What the channels have.
#[derive(Clone, Debug, Default)]
pub struct Repodata {
    /// The records per channel and subdir: the channels in the order of the
    /// query, of each the platform's subdir before `noarch`. Where specs name
    /// archives by URL, these stand before all others.
    pub subdirs: Vec<SubdirRecords>,
    /// Where each item of `subdirs` is from, in the same order.
    pub origins: Vec<Origin>,
    /// Names of the query's specs that no channel has.
    pub missing: Vec<MissingName>,
}

/// Where [`SubdirRecords`] are from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    /// The index of the channel in the query's; none for archives named by URL.
    pub channel: Option<usize>,
    /// The subdir.
    pub subdir: Subdir,
}

/// A name that no channel has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MissingName {
    /// The name.
    pub name: PackageName,
    /// Names that do exist and are near to it, the nearest first.
    pub suggestions: Vec<Suggestion>,
}

/// Loads the records that match the specs and, recursively, those of every name
/// that these depend on.
///
/// # Errors
///
/// An undecided failure when a channel cannot be reached or, offline, is not in
/// the cache; an input failure when a channel does not exist, refuses the
/// credentials, or holds no valid repodata. To the gateway a channel exists if
/// it has a `noarch` subdir; the platform's subdir may be missing.
pub async fn load(query: Query<'_>, access: Access) -> Result<Repodata, Failure> {
    let gateway = &access.gateway;
    let platforms = platforms(query.subdir);
    let channels = local::open(query.channels, &platforms).await?;
    let request = request(query, &channels, &platforms, &access).recursive(true);
    let output = execute(request, query, &access).await?;
    let missing = missing(gateway, query, &channels, &platforms, &output, &access).await?;
    let origins = origins(query, &platforms, output.len());
    Ok(Repodata {
        subdirs: records(&output),
        origins,
        missing,
    })
}

/// Loads the records that match the specs, in the platform's subdir alone, and nothing
/// that they depend on.
///
/// # Errors
///
/// As for [`load`].
pub async fn matching(query: Query<'_>, access: Access) -> Result<Vec<RepoDataRecord>, Failure> {
    let platforms = [query.subdir];
    let channels = local::open(query.channels, &platforms).await?;
    let request = request(query, &channels, &platforms, &access).recursive(false);
    let output = execute(request, query, &access).await?;
    let records = output.iter().flat_map(|data| data.iter());
    Ok(records.cloned().collect())
}

/// Whether a record matches one of the specs. What the records depend on is not looked
/// at.
///
/// # Errors
///
/// As for [`load`].
pub async fn has(query: Query<'_>, access: Access) -> Result<bool, Failure> {
    let platforms = platforms(query.subdir);
    let channels = local::open(query.channels, &platforms).await?;
    let request = request(query, &channels, &platforms, &access).recursive(false);
    let output = execute(request, query, &access).await?;
    let mut records = output.iter().flat_map(|data| data.iter());
    Ok(records.any(|record| query.specs.iter().any(|spec| spec.matches(record))))
}

fn request(
    query: Query<'_>,
    channels: &[local::Opened],
    platforms: &[Subdir],
    access: &Access,
) -> RepoDataQuery {
    let sources: Vec<Source> = channels.iter().map(local::Opened::source).collect();
    let request = access
        .gateway
        .query(sources, platforms.to_vec(), query.specs.iter().cloned())
        // conda does not follow CEP-42 relations: the build sees the channels
        // of the file and no others.
        .channel_relations(ChannelRelationsMode::Disabled);
    match &access.progress {
        Some(progress) => {
            request.with_reporter(progress::Adapter::new(query.channels, progress.clone()))
        }
        None => request,
    }
}

async fn execute(
    request: RepoDataQuery,
    query: Query<'_>,
    access: &Access,
) -> Result<RepoDataQueryOutput, Failure> {
    let output = request.execute().await;
    output.map_err(|error| errors::failure(&error, query.channels, access.offline))
}

/// A gateway, which the files of a run share: each subdir is then fetched and read once.
///
/// `cache_dir` is presolve's cache folder; repodata goes into `repodata` below it.
pub fn gateway(client: ClientWithMiddleware, cache_dir: &Path, offline: bool) -> Gateway {
    let cache_action = if offline {
        CacheAction::ForceCacheOnly
    } else {
        CacheAction::CacheOrFetch
    };
    let default = SourceConfig {
        cache_action,
        ..SourceConfig::default()
    };
    Gateway::builder()
        .with_client(client)
        .with_cache_dir(cache_dir.join("repodata"))
        .with_channel_config(ChannelConfig {
            default,
            ..ChannelConfig::default()
        })
        .with_max_concurrent_requests(50)
        .finish()
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

fn records(output: &RepoDataQueryOutput) -> Vec<SubdirRecords> {
    let subdirs = output.iter().map(|data| SubdirRecords {
        records: data.iter_arc().cloned().collect(),
    });
    subdirs.collect()
}

/// The names of the specs that no channel has, whatever the version.
async fn missing(
    gateway: &Gateway,
    query: Query<'_>,
    channels: &[local::Opened],
    platforms: &[Subdir],
    output: &RepoDataQueryOutput,
    access: &Access,
) -> Result<Vec<MissingName>, Failure> {
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
        return Ok(Vec::new());
    }

    let mut known: Vec<(String, Vec<PackageName>)> = Vec::new();
    for (opened, channel) in channels.iter().zip(query.channels) {
        let names = match opened {
            local::Opened::Gateway(plain) => {
                gateway
                    .names([plain.clone()], platforms.to_vec())
                    .channel_relations(ChannelRelationsMode::Disabled)
                    .execute()
                    .await
                    .map_err(|error| errors::failure(&error, query.channels, access.offline))?
                    .names
            }
            local::Opened::Sparse(subdirs) => local::names(subdirs),
        };
        known.push((channel.name.clone(), names));
    }
    Ok(suggestions::missing_names(unmatched, &known))
}

/// A failure about a channel, at the line that names it.
fn about_channel(diagnostic: Diagnostic, channel: Option<&SpecChannel>) -> Diagnostic {
    match channel.and_then(|channel| channel.location.clone()) {
        Some(location) => diagnostic.at(location, "named here"),
        None => diagnostic,
    }
}

/// The channel that a URL belongs to. Errors carry URLs from which credentials
/// were taken, so these do not count.
fn channel_of_url<'a>(url: &Url, channels: &'a [SpecChannel]) -> Option<&'a SpecChannel> {
    let wanted = rattler_redaction::strip_url_for_serialization(&url.clone().redact());
    channels.iter().find(|channel| {
        let base: &Url = channel.channel.base_url.as_ref();
        let base = rattler_redaction::strip_url_for_serialization(base);
        wanted.as_str().starts_with(base.as_str())
    })
}
