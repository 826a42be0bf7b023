//! The client of the indexes: pages and metadata, each fetched once.

use std::{path::PathBuf, sync::Arc};

use pep508_rs::PackageName;
use reqwest_middleware::ClientWithMiddleware;
use url::Url;

use super::{Distribution, MetadataAnswer, Project};
use crate::diagnostic::Failure;

/// Where and how a [`Client`] looks.
#[derive(Clone, Debug)]
pub struct ClientOptions {
    /// The simple indexes, the first one first.
    pub indexes: Vec<Url>,
    /// Pages and `file://` folders with links to distributions.
    pub find_links: Vec<Url>,
    /// The folder of presolve's on-disk cache.
    pub cache_dir: PathBuf,
    /// Answer from the cache and from `file://` only.
    pub offline: bool,
    /// Ignore files uploaded at or after this time, and those of which the index
    /// does not tell it.
    pub exclude_newer: Option<jiff::Timestamp>,
}

/// A client of several indexes and link pages, which are one pool as in pip.
#[derive(Clone)]
pub struct Client {
    _http: ClientWithMiddleware,
    _options: Arc<ClientOptions>,
}

impl Client {
    /// A client on top of [`crate::network::client`].
    pub fn new(http: ClientWithMiddleware, options: ClientOptions) -> Self {
        Self {
            _http: http,
            _options: Arc::new(options),
        }
    }

    /// What the indexes have of `name`; `None` if none knows it.
    pub async fn project(&self, _name: &PackageName) -> Result<Option<Arc<Project>>, Failure> {
        todo!()
    }

    /// What `distribution` of `name` says of itself.
    pub async fn metadata(
        &self,
        _name: &PackageName,
        _distribution: &Arc<Distribution>,
    ) -> Result<MetadataAnswer, Failure> {
        todo!()
    }
}
