//! What the questions of a run share, so that what several files need is fetched and
//! read once.

use std::{
    collections::HashMap,
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
};

use rattler_repodata_gateway::Gateway;
use reqwest_middleware::ClientWithMiddleware;

use crate::{
    conda::{names::Names, repodata},
    config::Settings,
    diagnostic::{Diagnostic, Failure},
    network,
    pypi::{
        client::{Client, ClientOptions},
        memo::Memo,
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
    http: Mutex<HashMap<bool, ClientWithMiddleware>>,
    gateways: Mutex<HashMap<(PathBuf, bool), Gateway>>,
    clients: Mutex<Vec<(ClientOptions, Client)>>,
    mappings: Memo<(Option<String>, PathBuf, bool), Mapping>,
}

impl Shared {
    /// The HTTP client.
    ///
    /// # Errors
    /// As for [`network::client`].
    pub fn http(&self, settings: &Settings) -> Result<ClientWithMiddleware, Failure> {
        let mut clients = self.0.http.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(client) = clients.get(&settings.offline) {
            return Ok(client.clone());
        }
        let client = network::client(settings.offline)?;
        clients.insert(settings.offline, client.clone());
        Ok(client)
    }

    /// What fetches repodata.
    pub(super) fn gateway(&self, settings: &Settings, http: &ClientWithMiddleware) -> Gateway {
        let key = (settings.cache_dir.clone(), settings.offline);
        let mut gateways = (self.0.gateways.lock()).unwrap_or_else(PoisonError::into_inner);
        let gateway = gateways.entry(key);
        gateway
            .or_insert_with(|| {
                repodata::gateway(http.clone(), &settings.cache_dir, settings.offline)
            })
            .clone()
    }

    /// The client of the indexes.
    pub fn pypi(
        &self,
        settings: &Settings,
        index: &IndexSettings,
        http: &ClientWithMiddleware,
    ) -> Client {
        let options = ClientOptions {
            indexes: index.indexes(),
            find_links: index.find_links.clone(),
            cache_dir: settings.cache_dir.clone(),
            offline: settings.offline,
            exclude_newer: settings.exclude_newer,
        };
        let mut clients = (self.0.clients.lock()).unwrap_or_else(PoisonError::into_inner);
        if let Some((_, client)) = clients.iter().find(|(known, _)| *known == options) {
            return client.clone();
        }
        let client = Client::new(http.clone(), options.clone());
        clients.push((options, client.clone()));
        client
    }

    /// Forgets what can be read again from the on-disk cache, if it is much. What the
    /// channels have stays: it is read once, and no more than they hold.
    pub fn trim(&self) {
        let clients = (self.0.clients.lock()).unwrap_or_else(PoisonError::into_inner);
        for (_, client) in clients.iter() {
            client.trim();
        }
    }

    /// The names that conda packages have on PyPI.
    pub(super) async fn names(&self, settings: &Settings, http: &ClientWithMiddleware) -> Mapping {
        let key = (
            settings.mapping.clone(),
            settings.cache_dir.clone(),
            settings.offline,
        );
        let load = async {
            let (names, notices) = Names::load(settings, http).await?;
            Ok((Arc::new(names), notices))
        };
        self.0.mappings.get(key, load).await
    }
}
