//! Resolves an environment file with its settings.
//!
//! In: an environment file and settings. Out: a [`Resolution`] or a [`ResolveError`]. This
//! crate queries the channels and indexes, builds the joint problem, and collects the
//! consequences of the solution. It must never know a rule of `check` or an output format.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use rattler_conda_types::{GenericVirtualPackage, Subdir};

use presolve_config::{Settings, index::IndexSettings};
use presolve_registry::{
    conda::{
        channels::SpecChannel,
        names::Names,
        repodata::{MissingName, Progress, Repodata},
    },
    network::WaitObserver,
    pypi::session::Observer,
};
use presolve_solve::{
    Conflict, Declared, DeclaredKind, Missing, Solution, SolveError, explain, solve,
};
use presolve_spec::EnvironmentFile;
use presolve_target::ChannelPriority;
use presolve_text::diagnostic::{Diagnostic, Location};

pub mod builds;
mod consequences;
pub mod cpu_builds;
mod cut_offs;
mod declared;
mod error;
mod lookahead;
pub mod overtaken;
pub mod question;
mod shared;
mod upgrade;

use builds::Build;
use cpu_builds::CpuBuild;
pub use error::ResolveError;
use overtaken::Overtaken;
use question::Question;
pub use shared::Shared;
pub use upgrade::Upgrade;
pub use upgrade::is_same;

/// The callbacks for progress; each may be absent.
#[derive(Clone, Default)]
pub struct Listener {
    /// Receives the progress of repodata.
    pub repodata: Option<Arc<dyn Progress>>,
    /// Receives the progress of PyPI pages and metadata.
    pub pypi: Option<Observer>,
    /// Called when solving begins.
    pub solving: Option<Arc<dyn Fn() + Send + Sync>>,
    /// Called when a host does not respond.
    pub waiting: Option<WaitObserver>,
}

/// The outcome of a solve.
pub enum Outcome {
    /// There is a solution.
    Solved(Box<Solution>),
    /// There is no solution because of this conflict.
    Unsolvable(Conflict),
}

/// An outcome with the inputs that it was computed from.
pub struct Resolution {
    /// The platform.
    pub subdir: Subdir,
    /// The virtual packages of the target.
    pub virtual_packages: Vec<GenericVirtualPackage>,
    /// The channels, highest priority first.
    pub channels: Vec<SpecChannel>,
    /// The declared requirements. Results refer to them by index.
    pub declared: Vec<Declared>,
    /// The position of each requirement in its file; `None` for those that conda adds by
    /// itself, and for the Python of the settings.
    pub places: Vec<Option<Location>>,
    /// Indexes and options of the pip half, including those of the file.
    pub index: IndexSettings,
    /// The channel priority mode that was used.
    pub channel_priority: ChannelPriority,
    /// Whether packages after a date were excluded.
    pub has_cut_off: bool,
    /// The instant from which ages were counted back; `None` if no limit is an age.
    pub as_of: Option<jiff::Timestamp>,
    /// Names of conda lines that no channel has.
    pub missing: Vec<MissingName>,
    /// The outcome.
    pub outcome: Outcome,
    /// The releases that pip builds from source; empty without a solution.
    pub builds: Vec<Build>,
    /// The lines on conda packages that pip would upgrade without pins.
    pub overtaken: Vec<Overtaken>,
    /// The packages built for the CPU although the image has CUDA's libraries.
    pub cpu_builds: Vec<CpuBuild>,
    /// The PyPI projects that conda packages provide.
    pub names: Arc<Names>,
    /// Notices collected during the run.
    pub notices: Vec<Diagnostic>,
}

/// Resolves an environment file.
///
/// # Errors
/// [`ResolveError`] if the settings do not fit the file, a channel or an index could not be
/// queried, or the time limit passed.
pub async fn resolve(
    environment: &EnvironmentFile,
    settings: &Settings,
    upgrade: &Upgrade,
    listener: &Listener,
) -> Result<Resolution, ResolveError> {
    let deadline = settings
        .timeout
        .and_then(|timeout| Instant::now().checked_add(timeout));
    let resolution = resolve_until(environment, settings, upgrade, listener, deadline);
    in_time(settings, resolution).await
}

/// Stops work that does not stop by itself at the time limit. The solver observes the deadline
/// and reports what it knows then. This limit is for hosts that do not respond, and for code
/// that does not check the time.
///
/// # Errors
/// The error of the work, or [`SolveError::DEADLINE`].
pub async fn in_time<A>(
    settings: &Settings,
    work: impl Future<Output = Result<A, ResolveError>>,
) -> Result<A, ResolveError> {
    match settings.timeout {
        Some(timeout) => tokio::time::timeout(timeout.saturating_add(GRACE), work)
            .await
            .unwrap_or_else(|_| Err(SolveError::DEADLINE.into())),
        None => work.await,
    }
}

/// The extra time after the deadline in which the solver can report what it knows.
const GRACE: Duration = Duration::from_secs(1);

async fn resolve_until(
    environment: &EnvironmentFile,
    settings: &Settings,
    upgrade: &Upgrade,
    listener: &Listener,
    deadline: Option<Instant>,
) -> Result<Resolution, ResolveError> {
    let shared = Shared::new(listener);
    let question =
        Question::of(environment, settings, upgrade, &shared, listener, deadline).await?;
    let (file, lines) = (
        environment.source.path().display(),
        question.declared().len(),
    );
    tracing::info!(%file, lines, "solving");
    let repodata = Arc::new(question.records(&question.specs()).await?);
    let missing = repodata.missing.clone();
    question.solving();
    let conflict = match unknown_names(question.declared(), &missing) {
        Some(unknown) => unknown,
        None => match question.ask(Arc::clone(&repodata), solve).await? {
            Some(solution) => {
                let (conda, pypi) = (solution.conda.len(), solution.pypi.len());
                tracing::info!(conda, pypi, "solved");
                return question.solved(&repodata, solution).await;
            }
            None => {
                tracing::info!("no solution");
                // For the names in the file, only the records that match their lines were
                // loaded. An explanation needs the others too.
                let names = question.names_of_specs();
                let repodata = Arc::new(question.records(&names).await?);
                question.ask(repodata, explain).await?
            }
        },
    };
    Ok(question.resolution(missing, Outcome::Unsolvable(conflict)))
}

impl Question {
    /// Adds to a solution its consequences when pip runs. The solution stays valid if the time
    /// limit passes before they are known.
    pub async fn solved(
        self,
        repodata: &Arc<Repodata>,
        solution: Box<Solution>,
    ) -> Result<Resolution, ResolveError> {
        let mut left_out = None;
        let consequences = self.consequences(repodata, &solution);
        let (builds, overtaken, cpu_builds) = match self.deadline() {
            None => consequences.await?,
            Some(deadline) => match tokio::time::timeout_at(deadline.into(), consequences).await {
                Ok(consequences) => consequences?,
                Err(_) => {
                    left_out = Some(consequences::left_out());
                    Default::default()
                }
            },
        };
        let missing = repodata.missing.clone();
        let mut resolution = self.resolution(missing, Outcome::Solved(solution));
        resolution.notices.extend(left_out);
        Ok(Resolution {
            builds,
            overtaken,
            cpu_builds,
            ..resolution
        })
    }
}

/// Returns the conflict of the conda lines with a name that no channel has. It is certain
/// without a solve.
pub fn unknown_names(declared: &[Declared], missing: &[MissingName]) -> Option<Conflict> {
    let mut unsolvable = Conflict::default();
    for (place, line) in declared.iter().enumerate() {
        let name = missing
            .iter()
            .find(|missing| is_unconditional(line) && line.names(missing.name.as_normalized()));
        if let Some(missing) = name {
            unsolvable.lines.push(place);
            unsolvable.missing.push(Missing {
                name: missing.name.as_normalized().to_string(),
                conda: true,
                declared: place,
            });
        }
    }
    (!unsolvable.lines.is_empty()).then_some(unsolvable)
}

fn is_unconditional(line: &Declared) -> bool {
    matches!(&line.kind, DeclaredKind::Conda(spec) if spec.condition.is_none())
}

impl Resolution {
    /// Returns the conflict, or `None` if there is a solution.
    pub fn unsolvable(&self) -> Option<&Conflict> {
        match &self.outcome {
            Outcome::Unsolvable(unsolvable) => Some(unsolvable),
            Outcome::Solved(_) => None,
        }
    }
}
