//! From a file and its settings to an answer: channels and virtual packages,
//! repodata and names, then the joint problem.

use std::{collections::HashMap, sync::Arc, time::Instant};

use pep508_rs::PackageName;
use rattler_conda_types::{GenericVirtualPackage, MatchSpec, RepoDataRecord, Subdir};
use reqwest_middleware::ClientWithMiddleware;
use tokio::runtime::Handle;

use crate::{
    conda::{
        channels::{Channels, SpecChannel},
        names::Names,
        repodata::{self, MissingName, Progress, Repodata},
        virtual_packages,
    },
    config::Settings,
    diagnostic::{Diagnostic, Failure, Location},
    network,
    problem::{
        Declared, DeclaredKind, Outcome, PipPolicy, Preferences, Problem, Unsolvable, World, solve,
    },
    pypi::{
        DistributionKind,
        client::{Client, ClientOptions},
        session::{Choice, Observer, Session},
        settings::IndexSettings,
        tags::Target,
    },
    spec::{CondaRequirement, EnvironmentFile, PipRequirement, PipRequirementKind},
};

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
    /// Those of these packages and projects, by normalised name.
    Packages(Vec<String>),
    /// All.
    All,
}

impl Upgrade {
    fn forgets(&self, name: &str) -> bool {
        match self {
            Upgrade::None => false,
            Upgrade::Packages(names) => names.iter().any(|known| known == name),
            Upgrade::All => true,
        }
    }
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
    /// Names of conda lines that no channel has.
    pub missing: Vec<MissingName>,
    /// The answer.
    pub outcome: Outcome,
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
    let deadline = settings.timeout.map(|timeout| Instant::now() + timeout);
    let subdir = target_platform(environment, settings)?;
    let virtual_packages = virtual_packages::for_target(subdir, &settings.virtual_packages)?;
    let channels = Channels::of_file(environment, settings)?;
    let client = network::client(settings.offline)?;
    let (declared, places) = declared(environment, &channels);
    let index = settings.index.with_options(&environment.pip.options)?;
    let target = Target::new(subdir, &virtual_packages);
    let session = session(settings, &index, client.clone(), listener);
    let session = session.with_lookahead(look_ahead(&declared, target.clone()), LOOKAHEAD_DEPTH);
    let (names, notices) = if environment.pip.requirements.is_empty() {
        (Names::built_in(), Vec::new())
    } else {
        session.prefetch_all(environment);
        Names::load(settings, &client).await?
    };
    let solver = Solve {
        settings: settings.clone(),
        subdir,
        virtual_packages: virtual_packages.clone(),
        target,
        declared: Arc::new(declared),
        session,
        names: Arc::new(names),
        pip: policy(&index),
        preferences: preferences(environment, upgrade),
        deadline,
    };
    let query = Load {
        channels: channels.list(),
        subdir,
        settings,
        client,
        listener,
    };
    let specs = conda_specs(&solver.declared);
    let repodata = query.repodata(&specs).await?;
    let missing = repodata.missing.clone();
    if let Some(solving) = &listener.solving {
        solving();
    }
    let mut outcome = solver.clone().run(repodata).await?;
    if let Outcome::Unsolvable(_) = outcome {
        // Of the names in the file only the records that their lines match were
        // loaded. An explanation has to know the others.
        let names: Vec<MatchSpec> = specs.iter().map(by_name).collect();
        outcome = solver.clone().run(query.repodata(&names).await?).await?;
    }
    Ok(Resolution {
        subdir,
        virtual_packages,
        channels: channels.list().to_vec(),
        declared: Arc::unwrap_or_clone(solver.declared),
        places,
        missing,
        outcome,
        notices,
    })
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

/// What the file asks for, and where. A pip list without `pip` among the conda
/// lines gets it, as conda does (`conda/env/env.py`).
fn declared(
    environment: &EnvironmentFile,
    channels: &Channels,
) -> (Vec<Declared>, Vec<Option<Location>>) {
    let lines = environment.conda.iter().filter(|line| !line.added_by_pin);
    let mut declared: Vec<_> = lines.map(|line| conda_line(line, channels)).collect();
    let pip = &environment.pip;
    let names_pip = declared.iter().any(|(line, _)| is_named(line, "pip"));
    if !pip.requirements.is_empty() && !names_pip {
        declared.push((implicit_pip(), None));
    }
    let requirements = pip.requirements.iter().filter(|line| !line.added_by_pin);
    declared.extend(requirements.map(|line| pip_line(line, false)));
    declared.extend(pip.constraints.iter().map(|line| pip_line(line, true)));
    declared.into_iter().unzip()
}

fn conda_line(line: &CondaRequirement, channels: &Channels) -> (Declared, Option<Location>) {
    let of_spec = channels.of_spec(&line.spec).unwrap_or_default();
    let names = of_spec
        .into_iter()
        .map(|index| channels.list()[index].channel.canonical_name());
    let declared = Declared {
        text: line.text.clone(),
        kind: DeclaredKind::Conda(channels.bind(line.spec.clone())),
        channels: names.collect(),
    };
    (declared, Some(line.location.clone()))
}

fn implicit_pip() -> Declared {
    let name = rattler_conda_types::PackageName::new_unchecked("pip");
    Declared {
        text: "pip".to_string(),
        kind: DeclaredKind::Conda(MatchSpec {
            name: name.into(),
            ..MatchSpec::default()
        }),
        channels: Vec::new(),
    }
}

fn is_named(line: &Declared, name: &str) -> bool {
    match &line.kind {
        DeclaredKind::Conda(spec) => spec
            .name
            .as_exact()
            .is_some_and(|known| known.as_normalized() == name),
        _ => false,
    }
}

fn pip_line(line: &PipRequirement, constraint: bool) -> (Declared, Option<Location>) {
    let kind = match &line.kind {
        PipRequirementKind::Named(requirement) if constraint => {
            DeclaredKind::PipConstraint(requirement.clone())
        }
        PipRequirementKind::Named(requirement) => DeclaredKind::Pip(requirement.clone()),
        PipRequirementKind::Opaque { name, .. } => DeclaredKind::PipOpaque(name.clone()),
    };
    let declared = Declared {
        text: line.text.clone(),
        kind,
        channels: Vec::new(),
    };
    (declared, Some(line.location.clone()))
}

fn conda_specs(declared: &[Declared]) -> Vec<MatchSpec> {
    let specs = declared.iter().filter_map(|line| match &line.kind {
        DeclaredKind::Conda(spec) => Some(spec.clone()),
        _ => None,
    });
    specs.collect()
}

/// The spec without anything but its name, and its URL where it has one.
fn by_name(spec: &MatchSpec) -> MatchSpec {
    MatchSpec {
        name: spec.name.clone(),
        url: spec.url.clone(),
        ..MatchSpec::default()
    }
}

fn policy(index: &IndexSettings) -> PipPolicy {
    PipPolicy {
        pre: index.pre,
        prefer_binary: index.prefer_binary,
        formats: index.formats.clone(),
    }
}

fn preferences(environment: &EnvironmentFile, upgrade: &Upgrade) -> Preferences {
    let mut preferences = Preferences::default();
    for pin in environment
        .conda
        .iter()
        .filter_map(|line| line.pin.as_ref())
    {
        if !upgrade.forgets(&pin.name) {
            preferences.conda.insert(pin.name.clone(), pin.clone());
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

/// How many levels of requirements are fetched ahead of the solver.
const LOOKAHEAD_DEPTH: usize = 6;

/// The pythons that are tried in turn for a guess at the one to be chosen.
const PYTHON_MINORS: std::ops::RangeInclusive<u64> = 6..=14;

/// Guesses the file of a project that the solver will look at first: of the
/// newest release the best wheel for the newest python that is declared.
fn look_ahead(declared: &[Declared], target: Target) -> Choice {
    let allowed: Vec<(u64, u64)> = PYTHON_MINORS
        .rev()
        .map(|minor| (3, minor))
        .filter(|&(major, minor)| {
            // A late patch release stands for all: it is within `=3.8` and `>=3.8`.
            let version = format!("{major}.{minor}.20").parse();
            declared
                .iter()
                .filter(|line| is_named(line, "python"))
                .all(|line| match &line.kind {
                    DeclaredKind::Conda(MatchSpec {
                        version: Some(spec),
                        ..
                    }) => version.as_ref().is_ok_and(|version| spec.matches(version)),
                    _ => true,
                })
        })
        .collect();
    Arc::new(move |_, project| {
        let stable = project
            .releases
            .iter()
            .rev()
            .filter(|(version, _)| version.is_stable());
        let mut wheels = stable.filter_map(|(_, release)| {
            let usable = release.files.iter().filter(|file| file.yanked.is_none());
            let ranked = usable.filter_map(|file| {
                let DistributionKind::Wheel(tags) = &file.kind else {
                    return None;
                };
                let mut pythons = allowed.iter().filter(|&&(major, minor)| {
                    let python = pep440_rs::Version::new([major, minor]);
                    file.requires_python
                        .as_ref()
                        .is_none_or(|spec| spec.contains(&python))
                });
                let fits = pythons.find_map(|&python| target.priority(tags, python));
                fits.map(|priority| (priority, file))
            });
            ranked
                .min_by_key(|(priority, _)| *priority)
                .map(|(_, file)| file.clone())
        });
        wheels.next()
    })
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
    async fn run(self, repodata: Repodata) -> Result<Outcome, Failure> {
        let solved = tokio::task::spawn_blocking(move || self.solve(&repodata)).await;
        solved.unwrap_or_else(|error| {
            let message = format!("the solver broke off: {error}");
            let help = "this is a bug in presolve: please report it with the file";
            Err(Failure::undecided(
                Diagnostic::error("internal-error", message).help(help),
            ))
        })
    }

    fn solve(&self, repodata: &Repodata) -> Result<Outcome, Failure> {
        let known: std::cell::RefCell<HashMap<String, Vec<PackageName>>> = Default::default();
        let pypi_names = |record: &RepoDataRecord| {
            let url = record.url.as_str();
            let mut known = known.borrow_mut();
            let names = known.entry(url.to_string());
            names
                .or_insert_with(|| self.names.pypi_names(record).0)
                .clone()
        };
        solve(&Problem {
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

impl Resolution {
    /// Why there is no solution, if there is none.
    pub fn unsolvable(&self) -> Option<&Unsolvable> {
        match &self.outcome {
            Outcome::Unsolvable(unsolvable) => Some(unsolvable),
            Outcome::Solved(_) => None,
        }
    }
}
