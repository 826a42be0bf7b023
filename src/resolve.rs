//! From a file and its settings to an answer: channels and virtual packages,
//! repodata and names, then the joint problem.

use std::{
    cell::RefCell,
    collections::HashMap,
    sync::Arc,
    time::{Duration, Instant},
};

use pep508_rs::PackageName;
use rattler_conda_types::{GenericVirtualPackage, MatchSpec, RepoDataRecord, Subdir};
use reqwest_middleware::ClientWithMiddleware;
use tokio::runtime::Handle;
use url::Url;

use crate::{
    conda::{
        channels::{Channels, SpecChannel},
        names::Names,
        repodata::{self, MissingName, Progress, Repodata},
        virtual_packages,
    },
    config::{ChannelPriority, Settings},
    diagnostic::{Diagnostic, Failure, Location},
    network,
    problem::{
        Declared, DeclaredKind, Missing, PipPolicy, Preferences, PreferredRecord, Problem,
        Solution, Unsolvable, World, explain, solve, time_limit,
    },
    pypi::{
        client::{Client, ClientOptions},
        session::{Observer, Session},
        settings::IndexSettings,
        tags::Target,
    },
    spec::{CondaPin, EnvironmentFile, PipRequirementKind, match_spec},
};

pub mod builds;
mod consequences;
mod declared;
mod lookahead;
pub mod overtaken;

use builds::Build;
use overtaken::Overtaken;

/// Who hears how far it is.
#[derive(Clone, Default)]
pub struct Listener {
    /// Of repodata.
    pub repodata: Option<Arc<dyn Progress>>,
    /// Of PyPI pages and metadata.
    pub pypi: Option<Observer>,
    /// That solving begins.
    pub solving: Option<Arc<dyn Fn() + Send + Sync>>,
}

/// Which of the pins that a file has are to be forgotten.
#[derive(Clone, Debug, Default)]
pub enum Upgrade {
    /// None: keep what still fits.
    #[default]
    None,
    /// Those of these packages and projects.
    Packages(Vec<String>),
    /// All.
    All,
}

impl Upgrade {
    fn forgets(&self, name: &str) -> bool {
        match self {
            Upgrade::None => false,
            Upgrade::Packages(names) => names.iter().any(|known| is_same(known, name)),
            Upgrade::All => true,
        }
    }

    /// The packages to be forgotten that a file has no pin of.
    pub fn unknown(&self, environment: &EnvironmentFile) -> Vec<&str> {
        let Upgrade::Packages(names) = self else {
            return Vec::new();
        };
        let conda = environment
            .conda
            .iter()
            .filter_map(|line| line.pin.as_ref());
        let pip = environment
            .pip
            .requirements
            .iter()
            .filter(|line| line.pin.is_some());
        let pip = pip.filter_map(|line| match &line.kind {
            PipRequirementKind::Named(requirement) => Some(requirement.name.as_ref()),
            PipRequirementKind::Opaque { .. } => None,
        });
        let pinned: Vec<&str> = conda.map(|pin| pin.name.as_str()).chain(pip).collect();
        let is_pinned = |name: &str| pinned.iter().any(|known| is_same(known, name));
        let names = names.iter().map(String::as_str);
        names.filter(|name| !is_pinned(name)).collect()
    }
}

/// `Ruamel_Yaml` is `ruamel-yaml` on PyPI and `ruamel.yaml` in conda.
fn is_same(one: &str, other: &str) -> bool {
    let normal = |name: &str| name.parse::<PackageName>().ok();
    one == other || (normal(one).is_some() && normal(one) == normal(other))
}

/// An answer.
pub enum Outcome {
    /// This is to be installed.
    Solved(Box<Solution>),
    /// There is no solution, for this reason.
    Unsolvable(Unsolvable),
}

/// An answer and what it was worked out from.
pub struct Resolution {
    /// The platform.
    pub subdir: Subdir,
    /// What the target has.
    pub virtual_packages: Vec<GenericVirtualPackage>,
    /// The channels, the one of highest priority first.
    pub channels: Vec<SpecChannel>,
    /// The declared requirements, as the answer numbers them.
    pub declared: Vec<Declared>,
    /// Where each of them stands; none for those that conda adds by itself.
    pub places: Vec<Option<Location>>,
    /// Indexes and options of the pip half, those of the file included.
    pub index: IndexSettings,
    /// How the order of channels bound.
    pub channel_priority: ChannelPriority,
    /// Names of conda lines that no channel has.
    pub missing: Vec<MissingName>,
    /// The answer.
    pub outcome: Outcome,
    /// What pip builds from source, if there is an answer.
    pub builds: Vec<Build>,
    /// What pip would upgrade over conda's if it were not pinned.
    pub overtaken: Vec<Overtaken>,
    /// Which PyPI projects conda packages bring.
    pub names: Arc<Names>,
    /// What was noticed on the way.
    pub notices: Vec<Diagnostic>,
}

/// Answers for one environment file.
///
/// # Errors
/// A [`Failure`] if the settings do not fit the file, a channel or an index could
/// not be asked, or the time limit passed.
pub async fn resolve(
    environment: &EnvironmentFile,
    settings: &Settings,
    upgrade: &Upgrade,
    listener: &Listener,
) -> Result<Resolution, Failure> {
    let deadline = settings
        .timeout
        .and_then(|timeout| Instant::now().checked_add(timeout));
    let resolution = resolve_until(environment, settings, upgrade, listener, deadline);
    match settings.timeout {
        // The solver keeps the deadline itself and can still say what it knows
        // then; this is for a network that does not answer.
        Some(timeout) => tokio::time::timeout(timeout.saturating_add(GRACE), resolution)
            .await
            .unwrap_or_else(|_| Err(time_limit())),
        None => resolution.await,
    }
}

/// How long the solver has to say what it knows at the deadline.
const GRACE: Duration = Duration::from_secs(1);

async fn resolve_until(
    environment: &EnvironmentFile,
    settings: &Settings,
    upgrade: &Upgrade,
    listener: &Listener,
    deadline: Option<Instant>,
) -> Result<Resolution, Failure> {
    let subdir = target_platform(environment, settings)?;
    let virtual_packages = virtual_packages::for_target(subdir, &settings.virtual_packages)?;
    let channels = Channels::of_file(environment, settings)?;
    let client = network::client(settings.offline)?;
    let (declared, places) = declared::of(environment, &channels);
    let index = settings.index.with_options(&environment.pip.options)?;
    let target = Target::new(subdir, &virtual_packages);
    let session = session(settings, &index, client.clone(), listener);
    let session = session.with_lookahead(
        lookahead::choice(&declared, target.clone()),
        lookahead::DEPTH,
    );
    let (names, mut notices) = if environment.pip.requirements.is_empty() {
        (Names::built_in(), Vec::new())
    } else {
        session.prefetch_all(environment);
        Names::load(settings, &client).await?
    };
    let names = Arc::new(names);
    let solver = Solve {
        settings: settings.clone(),
        subdir,
        virtual_packages: virtual_packages.clone(),
        target,
        declared: Arc::new(declared),
        session,
        names: names.clone(),
        pip: policy(&index),
        preferences: preferences(environment, &channels, upgrade),
        deadline,
    };
    let query = Load {
        channels: channels.list(),
        subdir,
        settings,
        client,
        listener,
    };
    let mut specs = declared::conda_specs(&solver.declared);
    // Under strict priority the first channel that has a name keeps it, also with
    // records that no line matches: they have to be loaded to be seen.
    if settings.channel_priority == ChannelPriority::Strict {
        specs = specs.iter().map(declared::by_name).collect();
    }
    let repodata = query.repodata(&specs).await?;
    let missing = repodata.missing.clone();
    if let Some(solving) = &listener.solving {
        solving();
    }
    let outcome = match unknown_names(&solver.declared, &missing) {
        Some(unknown) => Outcome::Unsolvable(unknown),
        None => match solver.clone().run(repodata, solve).await? {
            Some(solution) => Outcome::Solved(solution),
            None => {
                // Of the names in the file only the records that their lines match
                // were loaded. An explanation has to know the others.
                let names: Vec<MatchSpec> = specs.iter().map(declared::by_name).collect();
                let repodata = query.repodata(&names).await?;
                Outcome::Unsolvable(solver.clone().run(repodata, explain).await?)
            }
        },
    };
    let (builds, overtaken) = match (&outcome, deadline) {
        (Outcome::Solved(solution), None) => query.consequences(&solver, solution).await?,
        (Outcome::Solved(solution), Some(deadline)) => {
            let consequences = query.consequences(&solver, solution);
            match tokio::time::timeout_at(deadline.into(), consequences).await {
                Ok(consequences) => consequences?,
                // The answer stands.
                Err(_) => {
                    notices.push(consequences::left_out());
                    Default::default()
                }
            }
        }
        (Outcome::Unsolvable(_), _) => Default::default(),
    };
    Ok(Resolution {
        subdir,
        virtual_packages,
        channels: channels.list().to_vec(),
        declared: Arc::unwrap_or_clone(solver.declared),
        places,
        index,
        channel_priority: settings.channel_priority,
        missing,
        outcome,
        builds,
        overtaken,
        names: solver.names,
        notices,
    })
}

/// The conda lines with a name that no channel has: nothing has to be solved to
/// see that they cannot be met.
fn unknown_names(declared: &[Declared], missing: &[MissingName]) -> Option<Unsolvable> {
    let mut unsolvable = Unsolvable::default();
    for (place, line) in declared.iter().enumerate() {
        let name = missing
            .iter()
            .find(|missing| is_unconditional(line) && line.names(missing.name.as_normalized()));
        if let Some(missing) = name {
            unsolvable.core.push(place);
            unsolvable.missing.push(Missing {
                name: missing.name.as_normalized().to_string(),
                conda: true,
                declared: place,
            });
        }
    }
    (!unsolvable.core.is_empty()).then_some(unsolvable)
}

fn is_unconditional(line: &Declared) -> bool {
    matches!(&line.kind, DeclaredKind::Conda(spec) if spec.condition.is_none())
}

/// The platform: of the settings, else the one that the file was pinned for,
/// else the one this runs on.
fn target_platform(environment: &EnvironmentFile, settings: &Settings) -> Result<Subdir, Failure> {
    if let Some(subdir) = settings.platform {
        return Ok(subdir);
    }
    if let Some(pinned) = &environment.pinned_platform {
        return pinned.value.parse().map_err(|_| {
            let message = format!("`{}` is no conda platform", pinned.value);
            Failure::input(
                Diagnostic::error("unknown-platform", message)
                    .at(pinned.location.clone(), "written by an earlier `pin`")
                    .help("give one with --platform, such as linux-64"),
            )
        });
    }
    Subdir::current().ok_or_else(|| {
        let message = "this machine is none of conda's platforms";
        let help = "give one with --platform, such as linux-64";
        Failure::input(Diagnostic::error("unknown-platform", message).help(help))
    })
}

fn policy(index: &IndexSettings) -> PipPolicy {
    PipPolicy {
        pre: index.pre,
        prefer_binary: index.prefer_binary,
        formats: index.formats.clone(),
    }
}

fn preferences(
    environment: &EnvironmentFile,
    channels: &Channels,
    upgrade: &Upgrade,
) -> Preferences {
    let mut preferences = Preferences::default();
    for pin in environment
        .conda
        .iter()
        .filter_map(|line| line.pin.as_ref())
    {
        if !upgrade.forgets(&pin.name) {
            let preferred = PreferredRecord {
                channels: channels_of(pin, channels),
                pin: pin.clone(),
            };
            preferences.conda.insert(pin.name.clone(), preferred);
        }
    }
    for line in &environment.pip.requirements {
        if let (PipRequirementKind::Named(requirement), Some(version)) = (&line.kind, &line.pin)
            && !upgrade.forgets(requirement.name.as_ref())
        {
            preferences
                .pypi
                .insert(requirement.name.clone(), version.clone());
        }
    }
    preferences
}

/// The channels, as records name them, that the `channel::` of a pin stands for.
fn channels_of(pin: &CondaPin, channels: &Channels) -> Vec<String> {
    let spec = pin.channel.as_ref().and_then(|channel| {
        let text = format!("{channel}::{}", pin.name);
        match_spec::parse(&text).ok()
    });
    let places = spec.and_then(|spec| channels.of_spec(&spec));
    let names = places.into_iter().flatten();
    names
        .map(|place| channels.list()[place].channel.canonical_name())
        .collect()
}

fn session(
    settings: &Settings,
    index: &IndexSettings,
    client: ClientWithMiddleware,
    listener: &Listener,
) -> Session {
    let options = ClientOptions {
        indexes: index.indexes(),
        find_links: index.find_links.clone(),
        cache_dir: settings.cache_dir.clone(),
        offline: settings.offline,
        exclude_newer: settings.exclude_newer,
    };
    let session = Session::new(Client::new(client, options), Handle::current());
    match &listener.pypi {
        Some(observer) => session.with_observer(observer.clone()),
        None => session,
    }
}

impl Session {
    /// Starts fetching what the pip list names while repodata is loaded.
    fn prefetch_all(&self, environment: &EnvironmentFile) {
        let names = environment
            .pip
            .requirements
            .iter()
            .filter_map(|line| match &line.kind {
                PipRequirementKind::Named(requirement) => Some(requirement.name.clone()),
                PipRequirementKind::Opaque { .. } => None,
            });
        let names: Vec<PackageName> = names.collect();
        crate::pypi::PypiSource::prefetch(self, &names);
    }
}

/// What is needed to load repodata.
struct Load<'a> {
    channels: &'a [SpecChannel],
    subdir: Subdir,
    settings: &'a Settings,
    client: ClientWithMiddleware,
    listener: &'a Listener,
}

impl Load<'_> {
    async fn repodata(&self, specs: &[MatchSpec]) -> Result<Repodata, Failure> {
        let query = repodata::Query {
            channels: self.channels,
            subdir: self.subdir,
            specs,
        };
        let access = repodata::Access {
            client: self.client.clone(),
            cache_dir: &self.settings.cache_dir,
            offline: self.settings.offline,
            progress: self.listener.repodata.clone(),
        };
        repodata::load(query, access).await
    }
}

/// What is needed to solve, on a thread of its own.
#[derive(Clone)]
struct Solve {
    settings: Settings,
    subdir: Subdir,
    virtual_packages: Vec<GenericVirtualPackage>,
    target: Target,
    declared: Arc<Vec<Declared>>,
    session: Session,
    names: Arc<Names>,
    pip: PipPolicy,
    preferences: Preferences,
    deadline: Option<Instant>,
}

impl Solve {
    /// Asks something of the problem, on a thread that may block.
    async fn run<A: Send + 'static>(
        self,
        repodata: Repodata,
        ask: impl FnOnce(&Problem<'_>) -> Result<A, Failure> + Send + 'static,
    ) -> Result<A, Failure> {
        let answer = tokio::task::spawn_blocking(move || self.ask(&repodata, ask)).await;
        answer.unwrap_or_else(|error| Err(broken_off(&error)))
    }

    fn ask<A>(
        &self,
        repodata: &Repodata,
        ask: impl FnOnce(&Problem<'_>) -> Result<A, Failure>,
    ) -> Result<A, Failure> {
        let known: RefCell<HashMap<Url, Vec<PackageName>>> = RefCell::default();
        let pypi_names = |record: &RepoDataRecord| {
            let mut known = known.borrow_mut();
            let names = known.entry(record.url.clone());
            names
                .or_insert_with(|| self.names.pypi_names(record).0)
                .clone()
        };
        ask(&Problem {
            declared: &self.declared,
            world: World {
                subdirs: &repodata.subdirs,
                virtual_packages: &self.virtual_packages,
                channel_priority: self.settings.channel_priority,
                exclude_newer: self.settings.exclude_newer,
                pypi: &self.session,
                pypi_names: &pypi_names,
                subdir: self.subdir,
                target: &self.target,
                pip: self.pip.clone(),
                preferences: self.preferences.clone(),
                deadline: self.deadline,
            },
        })
    }
}

fn broken_off(error: &tokio::task::JoinError) -> Failure {
    let message = format!("the solver broke off: {error}");
    let help = "this is a bug in presolve: please report it with the file";
    Failure::undecided(Diagnostic::error("internal-error", message).help(help))
}

impl Resolution {
    /// Why there is no solution, if there is none.
    pub fn unsolvable(&self) -> Option<&Unsolvable> {
        match &self.outcome {
            Outcome::Unsolvable(unsolvable) => Some(unsolvable),
            Outcome::Solved(_) => None,
        }
    }
}
