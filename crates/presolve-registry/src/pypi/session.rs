//! Synchronous access of the solver to the [`Client`].

use std::{
    collections::HashSet,
    sync::{Arc, Mutex, PoisonError},
    time::Instant,
};

use pep440_rs::VersionSpecifiers;
use pep508_rs::{PackageName, VersionOrUrl};
use tokio::runtime::Handle;

use super::client::Client;
use presolve_packages::error::IndexError;
use presolve_packages::pypi::{
    Distribution, MetadataAnswer, Project, PypiSource, source_build::SourceBuild,
};

/// An action of a [`Client`], for a progress display.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// The page of a project was requested.
    PageRequested(PackageName),
    /// The page of a project was fetched.
    PageFetched(PackageName),
    /// The metadata of the file with this name was requested.
    MetadataRequested(String),
    /// The metadata of the file with this name was fetched.
    MetadataFetched(String),
}

/// Callback for [`Event`]s; called from any thread.
pub type Observer = Arc<dyn Fn(Event) + Send + Sync>;

/// Selects the file of a project whose metadata the solver will probably query first: the
/// newest one that matches the target and the specifiers of the requirement on it, or `None`.
pub type Choice = Arc<
    dyn Fn(&PackageName, &Project, Option<&VersionSpecifiers>) -> Option<Arc<Distribution>>
        + Send
        + Sync,
>;

/// A [`PypiSource`] for a solver on its own thread.
///
/// Its methods block, so they must be called outside the runtime's worker threads, for example
/// in `spawn_blocking`. The runtime must be multi-threaded.
#[derive(Clone)]
pub struct Session {
    client: Client,
    handle: Handle,
    lookahead: Option<Lookahead>,
    deadline: Option<Instant>,
}

#[derive(Clone)]
struct Lookahead {
    choice: Choice,
    depth: usize,
    seen: Arc<Mutex<HashSet<PackageName>>>,
}

impl Session {
    /// Creates a session that works on the runtime of `handle`.
    pub fn new(client: Client, handle: Handle) -> Self {
        Self {
            client,
            handle,
            lookahead: None,
            deadline: None,
        }
    }

    /// The same session with a deadline for answers. A thread that waits longer than the run
    /// would block on a runtime that no longer exists.
    pub fn until(&self, deadline: Option<Instant>) -> Self {
        Self {
            deadline,
            ..self.clone()
        }
    }

    fn wait<T>(&self, work: impl Future<Output = Result<T, IndexError>>) -> Result<T, IndexError> {
        let Some(deadline) = self.deadline else {
            return self.handle.block_on(work);
        };
        let limited = async {
            let done = tokio::time::timeout_at(deadline.into(), work).await;
            done.unwrap_or_else(|_| {
                let waiting_for = self.client.pending();
                Err(IndexError::Deadline { waiting_for })
            })
        };
        self.handle.block_on(limited)
    }

    /// Reports fetches to `observer`.
    pub fn with_observer(self, observer: Observer) -> Self {
        self.client.observe(observer);
        self
    }

    /// Fetches ahead of the solver: the metadata of the file that `choice` selects, and the
    /// pages of its requirements without a marker, `depth` levels deep.
    ///
    /// The answers do not change, only the time until they are available.
    pub fn with_lookahead(mut self, choice: Choice, depth: usize) -> Self {
        self.lookahead = Some(Lookahead {
            choice,
            depth,
            seen: Arc::default(),
        });
        self
    }

    fn spawn(&self, name: PackageName) {
        match &self.lookahead {
            Some(lookahead) => {
                let next = Next {
                    name,
                    required: None,
                    depth: lookahead.depth,
                };
                lookahead
                    .clone()
                    .spawn(&self.handle, self.client.clone(), next);
            }
            None => {
                let client = self.client.clone();
                // A later query repeats the request and reports the error.
                self.handle
                    .spawn(async move { client.project(&name).await.map(drop) });
            }
        }
    }
}

/// A project to fetch ahead.
struct Next {
    name: PackageName,
    /// Specifiers of the requirement that leads to it.
    required: Option<VersionSpecifiers>,
    /// Number of further levels of requirements.
    depth: usize,
}

impl Lookahead {
    fn spawn(self, handle: &Handle, client: Client, next: Next) {
        let is_new = {
            let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
            seen.insert(next.name.clone())
        };
        if is_new {
            let same = handle.clone();
            handle.spawn(async move { self.follow(&same, client, next).await });
        }
    }

    async fn follow(self, handle: &Handle, client: Client, next: Next) {
        let Next {
            name,
            required,
            depth,
        } = next;
        let Ok(Some(project)) = client.project(&name).await else {
            return;
        };
        let Some(file) = (self.choice)(&name, &project, required.as_ref()) else {
            return;
        };
        let Ok(MetadataAnswer::Known(metadata)) = client.metadata(&name, &file).await else {
            return;
        };
        let Some(depth) = depth.checked_sub(1) else {
            return;
        };
        for requirement in &metadata.requires_dist {
            let required = match &requirement.version_or_url {
                Some(VersionOrUrl::Url(_)) => continue,
                Some(VersionOrUrl::VersionSpecifier(specifiers)) => Some(specifiers.clone()),
                None => None,
            };
            if requirement.marker.is_true() {
                let next = Next {
                    name: requirement.name.clone(),
                    required,
                    depth,
                };
                self.clone().spawn(handle, client.clone(), next);
            }
        }
    }
}

impl PypiSource for Session {
    fn project(&self, name: &PackageName) -> Result<Option<Arc<Project>>, IndexError> {
        if self.lookahead.is_some() {
            self.spawn(name.clone());
        }
        self.wait(self.client.project(name))
    }

    fn metadata(
        &self,
        name: &PackageName,
        distribution: &Arc<Distribution>,
    ) -> Result<MetadataAnswer, IndexError> {
        self.wait(self.client.metadata(name, distribution))
    }

    fn source_build(
        &self,
        name: &PackageName,
        distribution: &Arc<Distribution>,
    ) -> Result<Option<Arc<SourceBuild>>, IndexError> {
        self.wait(self.client.source_build(name, distribution))
    }

    fn prefetch(&self, names: &[PackageName]) {
        for name in names {
            self.spawn(name.clone());
        }
    }

    fn prefetch_metadata(&self, name: &PackageName, distributions: &[Arc<Distribution>]) {
        for distribution in distributions {
            let (client, name) = (self.client.clone(), name.clone());
            let distribution = distribution.clone();
            // A later query repeats the request and reports the error.
            self.handle
                .spawn(async move { client.metadata(&name, &distribution).await.map(drop) });
        }
    }
}
