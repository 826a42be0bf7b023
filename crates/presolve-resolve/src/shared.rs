//! The state that the questions of a run share, so that data for several files is fetched and
//! read once.

use std::{
    collections::HashMap,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

use rattler_repodata_gateway::Gateway;

use super::{Listener, ResolveError, cut_offs::cut_offs};
use presolve_config::{Settings, index::IndexSettings};
use presolve_registry::{
    conda::{
        names::Names,
        repodata::{self, Access, Subdirs},
    },
    memo::Memo,
    network::{self, SetupError, WaitObserver, cache::Cache, fetch::Fetcher},
    pypi::{
        client::{Client, ClientOptions},
        osv::{Database, DatabaseError},
    },
};
use presolve_text::diagnostic::{Diagnostic, Level};

/// The names, and the notices on how they were loaded.
type Mapping = Result<(Arc<Names>, Vec<Diagnostic>), ResolveError>;

/// A place from the settings with the cache folder, and whether the run is offline.
type Source<P> = (P, PathBuf, bool);

/// Connections, channels, indexes and names, each keyed by the settings that it depends on,
/// because the files of a run may have different settings.
#[derive(Clone)]
pub struct Shared(Arc<Inner>);

#[derive(Default)]
struct Inner {
    waiting: Option<WaitObserver>,
    connections: Mutex<HashMap<(PathBuf, bool), Connection>>,
    mappings: Memo<Source<Option<String>>, Mapping>,
    advisories: Memo<Source<String>, Result<Arc<Database>, DatabaseError>>,
    notices: Mutex<Vec<Diagnostic>>,
}

/// The clients for one cache folder.
#[derive(Clone)]
struct Connection {
    fetcher: Fetcher,
    gateway: Gateway,
    subdirs: Subdirs,
    clients: Arc<Mutex<Vec<(ClientOptions, Client)>>>,
}

impl Shared {
    /// Returns an empty state. The listener is notified of hosts that do not respond.
    pub fn new(listener: &Listener) -> Self {
        Self(Arc::new(Inner {
            waiting: listener.waiting.clone(),
            ..Inner::default()
        }))
    }

    /// Returns the access to the channels.
    ///
    /// # Errors
    /// As for [`network::client`].
    pub(super) fn access(
        &self,
        settings: &Settings,
        listener: &Listener,
    ) -> Result<Access, SetupError> {
        let connection = self.connection(settings)?;
        Ok(Access {
            gateway: connection.gateway,
            subdirs: connection.subdirs,
            fetcher: connection.fetcher,
            progress: listener.repodata.clone(),
        })
    }

    fn connection(&self, settings: &Settings) -> Result<Connection, SetupError> {
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
            clients: Arc::default(),
        };
        known.insert(key, connection.clone());
        Ok(connection)
    }

    /// Returns the client for the indexes.
    ///
    /// # Errors
    /// As for [`network::client`].
    pub fn pypi(&self, settings: &Settings, index: &IndexSettings) -> Result<Client, SetupError> {
        let cut_offs = cut_offs(settings, None, index);
        let options = ClientOptions {
            indexes: index.indexes(),
            find_links: index.find_links.clone(),
            cut_offs,
        };
        let connection = self.connection(settings)?;
        let mut clients = connection
            .clients
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some((_, client)) = clients.iter().find(|(known, _)| *known == options) {
            return Ok(client.clone());
        }
        let client = Client::new(connection.fetcher.clone(), options.clone());
        clients.push((options, client.clone()));
        Ok(client)
    }

    /// Records a notice for the whole run. The same notice is recorded once.
    pub(super) fn note(&self, notice: Diagnostic) {
        let mut notices = (self.0.notices.lock()).unwrap_or_else(PoisonError::into_inner);
        if !notices.contains(&notice) {
            notices.push(notice);
        }
    }

    /// Returns the notices so far, such as unreadable records or a cache that cannot be
    /// written.
    pub fn notices(&self) -> Vec<Diagnostic> {
        let known = (self.0.connections.lock()).unwrap_or_else(PoisonError::into_inner);
        let mut undated = Vec::new();
        for ((folder, _), connection) in known.iter() {
            let clients = connection.clients.lock();
            let clients = clients.unwrap_or_else(PoisonError::into_inner);
            undated.extend(clients.iter().filter_map(|(_, client)| ignored(client)));
            if let Some(reason) = connection.fetcher.cache().problem() {
                self.note(not_stored(folder, &reason));
            }
        }
        let notices = (self.0.notices.lock()).unwrap_or_else(PoisonError::into_inner);
        notices.iter().cloned().chain(undated).collect()
    }

    /// Frees data that can be read again from the on-disk cache, if there is much of it. The
    /// records of the channels stay in memory, because they are read only once.
    pub fn trim(&self) {
        let known = (self.0.connections.lock()).unwrap_or_else(PoisonError::into_inner);
        for connection in known.values() {
            let clients = connection
                .clients
                .lock()
                .unwrap_or_else(PoisonError::into_inner);
            clients.iter().for_each(|(_, client)| client.trim());
        }
    }

    /// Returns the advisories from the settings; `None` if the settings leave them to the
    /// indexes.
    ///
    /// # Errors
    /// As for [`Database::load`].
    pub async fn advisories(
        &self,
        settings: &Settings,
    ) -> Result<Option<Arc<Database>>, ResolveError> {
        let Some(place) = &settings.advisories else {
            return Ok(None);
        };
        let fetcher = self.connection(settings)?.fetcher;
        let key = (place.clone(), settings.cache_dir.clone(), settings.offline);
        let load = async { Database::load(place, &fetcher).await.map(Arc::new) };
        Ok(Some(self.0.advisories.get(key, load).await?))
    }

    /// Returns the names that conda packages have on PyPI, loaded once per mapping.
    ///
    /// # Errors
    /// As for [`Names::load`].
    pub async fn names(
        &self,
        settings: &Settings,
    ) -> Result<(Arc<Names>, Vec<Diagnostic>), ResolveError> {
        let fetcher = self.connection(settings)?.fetcher;
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

/// Returns the notice on files that an index lists without a date; `None` if there are none.
fn ignored(client: &Client) -> Option<Diagnostic> {
    let undated = client.undated();
    let files = match undated.values().sum() {
        0 => return None,
        1 => "1 file".to_owned(),
        count => format!("{count} files"),
    };
    let projects = undated.keys().map(ToString::to_string);
    let projects = projects.collect::<Vec<_>>().join(", ");
    let message = format!("ignored {files} without an upload time, because of `--exclude-newer`");
    let notice = Diagnostic::new(Level::Note, "undated-files", message);
    Some(notice.note(format!(
        "these projects also have files with an upload time: {projects}"
    )))
}

fn not_stored(folder: &Path, reason: &str) -> Diagnostic {
    let message = format!("cannot write the cache in `{}`: {reason}", folder.display());
    Diagnostic::warning("cache-not-written", message)
        .note("the result is complete; the next run will fetch everything again")
        .help("free disk space, grant write access, or set another folder as `cache-dir`")
}
