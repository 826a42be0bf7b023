//! What the questions of a run share, so that what several files need is fetched and
//! read once.

use std::{
    collections::HashMap,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

use rattler_repodata_gateway::Gateway;

use super::Listener;
use crate::{
    conda::{
        names::Names,
        repodata::{self, Access, Subdirs},
    },
    config::Settings,
    diagnostic::{Diagnostic, Failure},
    memo::Memo,
    network::{self, WaitObserver, cache::Cache, fetch::Fetcher},
    pypi::{
        client::{Client, ClientOptions},
        settings::IndexSettings,
    },
};

/// The names, and what is to be said of how they were had.
type Mapping = Result<(Arc<Names>, Vec<Diagnostic>), Failure>;

/// Connections, channels, indexes and names, each by the settings that it depends on:
/// those of the files of a run may differ.
#[derive(Clone, Default)]
pub struct Shared(Arc<Inner>);

#[derive(Default)]
struct Inner {
    waiting: Option<WaitObserver>,
    connections: Mutex<HashMap<(PathBuf, bool), Connection>>,
    clients: Mutex<Vec<(ClientOptions, PathBuf, bool, Client)>>,
    mappings: Memo<(Option<String>, PathBuf, bool), Mapping>,
    notices: Mutex<Vec<Diagnostic>>,
}

/// What fetches, for one cache folder.
#[derive(Clone)]
struct Connection {
    fetcher: Fetcher,
    gateway: Gateway,
    subdirs: Subdirs,
}

impl Shared {
    /// Nothing yet; a host that does not answer is reported to the listener.
    pub fn new(listener: &Listener) -> Self {
        Self(Arc::new(Inner {
            waiting: listener.waiting.clone(),
            ..Inner::default()
        }))
    }

    /// What fetches through the cache.
    ///
    /// # Errors
    /// As for [`network::client`].
    pub fn fetcher(&self, settings: &Settings) -> Result<Fetcher, Failure> {
        Ok(self.connection(settings)?.fetcher)
    }

    /// How to get at the channels.
    ///
    /// # Errors
    /// As for [`network::client`].
    pub(super) fn access(
        &self,
        settings: &Settings,
        listener: &Listener,
    ) -> Result<Access, Failure> {
        let connection = self.connection(settings)?;
        Ok(Access {
            gateway: connection.gateway,
            subdirs: connection.subdirs,
            fetcher: connection.fetcher,
            progress: listener.repodata.clone(),
        })
    }

    fn connection(&self, settings: &Settings) -> Result<Connection, Failure> {
        let mut known = (self.0.connections.lock()).unwrap_or_else(PoisonError::into_inner);
        let key = (settings.cache_dir.clone(), settings.offline);
        if let Some(connection) = known.get(&key) {
            return Ok(connection.clone());
        }
        let http = network::client(settings.offline, self.0.waiting.clone())?;
        let gateway = repodata::gateway(&http, &settings.cache_dir);
        let cache = Cache::new(settings.cache_dir.clone());
        let connection = Connection {
            fetcher: Fetcher::new(http, cache),
            gateway,
            subdirs: Subdirs::default(),
        };
        known.insert(key, connection.clone());
        Ok(connection)
    }

    /// The client of the indexes.
    ///
    /// # Errors
    /// As for [`network::client`].
    pub fn pypi(&self, settings: &Settings, index: &IndexSettings) -> Result<Client, Failure> {
        let options = ClientOptions {
            indexes: index.indexes(),
            find_links: index.find_links.clone(),
            exclude_newer: settings.exclude_newer,
        };
        let (folder, offline) = (&settings.cache_dir, settings.offline);
        let mut clients = (self.0.clients.lock()).unwrap_or_else(PoisonError::into_inner);
        let known = clients.iter().find(|(known, cache, is_offline, _)| {
            *known == options && cache == folder && *is_offline == offline
        });
        if let Some((.., client)) = known {
            return Ok(client.clone());
        }
        let client = Client::new(self.fetcher(settings)?, options.clone());
        clients.push((options, folder.clone(), offline, client.clone()));
        Ok(client)
    }

    /// Notes what is worth knowing of the run, once, whichever file it was noticed at.
    pub(super) fn note(&self, notice: Diagnostic) {
        let mut notices = (self.0.notices.lock()).unwrap_or_else(PoisonError::into_inner);
        if !notices.contains(&notice) {
            notices.push(notice);
        }
    }

    /// What was noticed so far: records that cannot be read, and a cache that cannot be
    /// written.
    pub fn notices(&self) -> Vec<Diagnostic> {
        let known = (self.0.connections.lock()).unwrap_or_else(PoisonError::into_inner);
        for ((folder, _), connection) in known.iter() {
            if let Some(reason) = connection.fetcher.cache().problem() {
                self.note(not_stored(folder, &reason));
            }
        }
        let notices = (self.0.notices.lock()).unwrap_or_else(PoisonError::into_inner);
        notices.clone()
    }

    /// Forgets what can be read again from the on-disk cache, if it is much. What the
    /// channels have stays: it is read once, and no more than they hold.
    pub fn trim(&self) {
        let clients = (self.0.clients.lock()).unwrap_or_else(PoisonError::into_inner);
        for (.., client) in clients.iter() {
            client.trim();
        }
    }

    /// The names that conda packages have on PyPI.
    pub(super) async fn names(&self, settings: &Settings) -> Mapping {
        let fetcher = self.fetcher(settings)?;
        let key = (
            settings.mapping.clone(),
            settings.cache_dir.clone(),
            settings.offline,
        );
        let load = async {
            let (names, notices) = Names::load(settings, &fetcher).await?;
            Ok((Arc::new(names), notices))
        };
        self.0.mappings.get(key, load).await
    }
}

fn not_stored(folder: &Path, reason: &str) -> Diagnostic {
    let message = format!("cannot write the cache in `{}`: {reason}", folder.display());
    Diagnostic::warning("cache-not-written", message)
        .note("the answer is complete; the next run will fetch everything again")
        .help("make room or give write access, or set another folder as `cache-dir`")
}
