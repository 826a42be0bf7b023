//! The solver's synchronous view of the [`Client`].

use std::sync::Arc;

use pep508_rs::PackageName;
use tokio::runtime::Handle;

use super::{Distribution, MetadataAnswer, Project, PypiSource, client::Client};
use crate::diagnostic::Failure;

/// Something that a [`Session`] did, for a progress display.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// The page of a project was asked for.
    PageRequested(PackageName),
    /// The page of a project is there.
    PageFetched(PackageName),
    /// The metadata of a file was asked for.
    MetadataRequested(String),
    /// The metadata of a file is there.
    MetadataFetched(String),
}

/// Who is told of [`Event`]s; called from any thread.
pub type Observer = Arc<dyn Fn(Event) + Send + Sync>;

/// Chooses the file of a project whose metadata will probably be asked for
/// first: the newest one that fits the target, or `None`.
pub type Choice = Arc<dyn Fn(&PackageName, &Project) -> Option<Arc<Distribution>> + Send + Sync>;

/// A [`PypiSource`] for a solver that runs on a thread of its own.
///
/// Its calls block, so they must not be made from a task of the runtime.
#[derive(Clone)]
pub struct Session {
    _client: Client,
    _handle: Handle,
}

impl Session {
    /// A session that does its work on the runtime of `handle`.
    pub fn new(client: Client, handle: Handle) -> Self {
        Self {
            _client: client,
            _handle: handle,
        }
    }

    /// Tells `observer` what is fetched.
    pub fn with_observer(self, _observer: Observer) -> Self {
        self
    }

    /// Fetches ahead of the solver: the metadata of the file that `choice` takes,
    /// and the pages of what it requires without a marker, `depth` levels deep.
    pub fn with_lookahead(self, _choice: Choice, _depth: usize) -> Self {
        self
    }
}

impl PypiSource for Session {
    fn project(&self, _name: &PackageName) -> Result<Option<Arc<Project>>, Failure> {
        todo!()
    }

    fn metadata(
        &self,
        _name: &PackageName,
        _distribution: &Arc<Distribution>,
    ) -> Result<MetadataAnswer, Failure> {
        todo!()
    }

    fn prefetch(&self, _names: &[PackageName]) {}
}
