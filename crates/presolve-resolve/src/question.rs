//! A question that is ready to be solved: the settings are read, the names are loaded, and the
//! indexes are open.

use std::{
    cell::RefCell,
    collections::{BTreeSet, HashSet},
    path::Path,
    sync::{Arc, Mutex, PoisonError, Weak},
    time::Instant,
};

use ahash::AHashMap;
use pep508_rs::PackageName;
use rattler_conda_types::{GenericVirtualPackage, MatchSpec, RepoDataRecord, Subdir};
use tokio::runtime::Handle;
use url::Url;

use super::{
    Listener, Outcome, Resolution, ResolveError, Shared, Upgrade,
    cut_offs::{as_of_pins, cut_offs},
    declared, lookahead,
    upgrade::preferences,
};
use presolve_config::{Settings, index::IndexSettings};
use presolve_packages::cut_offs::CutOffs;
use presolve_packages::pypi::PypiSource;
use presolve_packages::pypi::tags::WheelTarget;
use presolve_parse as parse;
use presolve_registry::{
    conda::{
        channels::{Channels, Listed, NO_DEFAULTS, SpecChannel},
        names::Names,
        repodata::{self, MissingName, Repodata},
        virtual_packages,
    },
    network::SetupError,
    pypi::{client::Client, session::Session},
};
use presolve_solve::{
    CutOff, Declared, PipPolicy, Preferences, Problem, RecordFacts, SharedRatings, SolveError,
    World,
};
use presolve_spec::{EnvironmentFile, PipRequirementKind};
use presolve_target::ChannelPriority;
use presolve_text::diagnostic::{Diagnostic, Failure, FailureKind, Level, Location};

/// The facts that were found about loaded records, as long as these are in use.
type FactsByRecords = Arc<Mutex<Vec<(Weak<Repodata>, RecordFacts)>>>;

/// The input of a solve, with the settings, names and connections that it needs.
#[derive(Clone)]
pub struct Question {
    /// The platform.
    pub subdir: Subdir,
    /// The virtual packages of the target.
    pub virtual_packages: Vec<GenericVirtualPackage>,
    /// The channels of the file, resolved with the settings.
    pub channels: Arc<Channels>,
    /// The position of each declared requirement; `None` for those that conda adds by itself.
    pub places: Vec<Option<Location>>,
    /// Indexes and options of the pip half, including those of the file.
    pub index: IndexSettings,
    /// The settings that apply to the file.
    pub settings: Settings,
    /// The wheel tags of the platform.
    pub target: WheelTarget,
    /// The indexes.
    pub session: Session,
    /// The PyPI projects that conda packages provide.
    pub names: Arc<Names>,
    declared: Arc<Vec<Declared>>,
    preferences: Preferences,
    ratings: SharedRatings,
    facts: FactsByRecords,
    deadline: Option<Instant>,
    notices: Vec<Diagnostic>,
    has_mapping: bool,
    shared: Shared,
    listener: Listener,
}

impl Question {
    /// Reads the settings, opens the indexes and loads the names.
    ///
    /// # Errors
    /// [`ResolveError`] if the settings do not fit the file, or the names cannot be loaded.
    pub async fn of(
        environment: &EnvironmentFile,
        settings: &Settings,
        upgrade: &Upgrade,
        shared: &Shared,
        listener: &Listener,
        deadline: Option<Instant>,
    ) -> Result<Self, ResolveError> {
        check_python(environment)?;
        check_variables(environment)?;
        let settings = &as_of_pins(environment, settings, upgrade);
        let subdir = target_platform(environment, settings)?;
        let virtual_packages = virtual_packages::for_target(
            subdir,
            settings.image.as_ref(),
            &settings.virtual_packages,
        )?;
        let channels = Channels::of_file(environment, settings)?;
        let (declared, places) = declared::of(environment, &channels, subdir);
        let index = settings.index.with_options(&environment.pip.options)?;
        let target = WheelTarget::new(subdir, &virtual_packages);
        let session = session(shared.pypi(settings, &index)?, listener);
        let choice = lookahead::choice(&declared, target.clone());
        let session = session.with_lookahead(choice, lookahead::DEPTH);
        let (names, notices) = if environment.is_for_pip_alone() {
            prefetch_all(&session, environment);
            (Arc::new(Names::without_projects()), Vec::new())
        } else if environment.pip.requirements.is_empty() {
            (Arc::new(Names::built_in()), Vec::new())
        } else {
            prefetch_all(&session, environment);
            shared.names(settings).await?
        };
        Ok(Self {
            subdir,
            virtual_packages,
            places,
            index,
            settings: settings.clone(),
            target,
            session,
            names,
            declared: Arc::new(declared),
            preferences: preferences(environment, &channels, upgrade),
            channels: Arc::new(channels),
            ratings: SharedRatings::default(),
            facts: FactsByRecords::default(),
            deadline,
            notices,
            has_mapping: !environment.pip.requirements.is_empty() || environment.is_for_pip_alone(),
            shared: shared.clone(),
            listener: listener.clone(),
        })
    }

    /// Returns the question for a changed file. It reuses the open connections and loaded
    /// names.
    ///
    /// # Errors
    /// As for [`Self::of`].
    pub async fn changed(&self, environment: &EnvironmentFile) -> Result<Self, ResolveError> {
        let channels = Channels::of_file(environment, &self.settings)?;
        let (declared, places) = declared::of(environment, &channels, self.subdir);
        let index = self.settings.index.with_options(&environment.pip.options)?;
        let (session, ratings) = if index == self.index {
            (self.session.clone(), self.ratings.clone())
        } else {
            let client = self.shared.pypi(&self.settings, &index)?;
            (session(client, &self.listener), SharedRatings::default())
        };
        let mut changed = Self {
            index,
            session,
            ratings,
            channels: Arc::new(channels),
            declared: Arc::new(declared),
            places,
            ..self.clone()
        };
        if !environment.pip.requirements.is_empty() {
            changed.load_mapping().await?;
        }
        Ok(changed)
    }

    /// Loads the mapping of names. Only a file with a pip list has loaded it already.
    ///
    /// # Errors
    /// As for [`Names::load`].
    pub async fn load_mapping(&mut self) -> Result<(), ResolveError> {
        if !self.has_mapping {
            let (names, notices) = self.shared.names(&self.settings).await?;
            (self.names, self.has_mapping) = (names, true);
            self.facts = FactsByRecords::default();
            self.notices.extend(notices);
        }
        Ok(())
    }

    /// Whether a channel that is not in the file has a matching record.
    ///
    /// # Errors
    /// As for [`repodata::load`].
    pub async fn channel_has(&self, channel: &str, spec: &MatchSpec) -> Result<bool, ResolveError> {
        if !self.settings.override_channels.is_empty() {
            return Ok(false);
        }
        let listed = [channel, NO_DEFAULTS].map(|text| Listed {
            text,
            location: None,
        });
        let channels = Channels::resolve(&listed, [], &self.settings, Path::new("."))?;
        self.has_in(channels.list(), spec).await
    }

    /// Whether a channel of the file has a matching record.
    ///
    /// # Errors
    /// As for [`repodata::load`].
    pub async fn has(&self, spec: &MatchSpec) -> Result<bool, ResolveError> {
        self.has_in(self.channels.list(), spec).await
    }

    async fn has_in(
        &self,
        channels: &[SpecChannel],
        spec: &MatchSpec,
    ) -> Result<bool, ResolveError> {
        let query = repodata::Query {
            channels,
            subdir: self.subdir,
            specs: std::slice::from_ref(spec),
        };
        Ok(repodata::has(query, self.access()?).await?)
    }

    /// The declared requirements; results refer to them by index.
    pub fn declared(&self) -> &[Declared] {
        &self.declared
    }

    /// Notifies the listener that solving begins.
    pub fn solving(&self) {
        if let Some(solving) = &self.listener.solving {
            solving();
        }
    }

    /// Returns the match specs by which the records of a solve are loaded.
    pub fn specs(&self) -> Vec<MatchSpec> {
        let specs = declared::conda_specs(&self.declared);
        // Under strict priority the first channel that has a name excludes the others, even if
        // no line matches its records. So these records must be loaded too.
        if self.settings.channel_priority == ChannelPriority::Strict {
            return specs.iter().map(declared::by_name).collect();
        }
        specs
    }

    /// Returns match specs of the bare names. The records that they load also suffice for a
    /// solve with changed lines.
    pub fn names_of_specs(&self) -> Vec<MatchSpec> {
        let specs = declared::conda_specs(&self.declared);
        specs.iter().map(declared::by_name).collect()
    }

    /// Returns the same question with this deadline, if it is earlier.
    pub fn until(&self, deadline: Option<Instant>) -> Self {
        Self {
            deadline: [self.deadline, deadline].into_iter().flatten().min(),
            ..self.clone()
        }
    }

    /// Returns the same question for a machine whose driver supports this version of CUDA,
    /// without the choices of an earlier `pin`.
    ///
    /// # Errors
    /// As for [`virtual_packages::for_target`].
    pub(super) fn with_cuda(&self, version: &str) -> Result<Self, ResolveError> {
        let mut given = self.settings.virtual_packages.clone();
        given.push(format!("__cuda={version}"));
        let image = self.settings.image.as_ref();
        Ok(Self {
            virtual_packages: virtual_packages::for_target(self.subdir, image, &given)?,
            preferences: Preferences::default(),
            ratings: SharedRatings::default(),
            facts: FactsByRecords::default(),
            ..self.clone()
        })
    }

    /// The deadline of the solve.
    pub fn deadline(&self) -> Option<Instant> {
        self.deadline
    }

    /// Notices collected during the run.
    pub fn notices(&self) -> Vec<Diagnostic> {
        let mut notices = self.notices.clone();
        notices.extend(self.shared.notices());
        notices
    }

    /// Loads the records that match the specs, and all records that these may depend on.
    ///
    /// # Errors
    /// As for [`repodata::load`].
    pub async fn records(&self, specs: &[MatchSpec]) -> Result<Repodata, ResolveError> {
        self.records_of(self.channels.list(), specs).await
    }

    /// Adds the records of all names that loaded records constrain, and all records that these
    /// may depend on. Only classic conda considers them; a name that cannot be loaded is left
    /// out.
    pub async fn with_constrained(&self, mut repodata: Repodata) -> Repodata {
        let mut asked: HashSet<String> = HashSet::new();
        loop {
            let loaded = repodata.names();
            let new = repodata.constrained().into_iter();
            let new = new.filter(|name| !loaded.contains(*name) && !asked.contains(*name));
            let new: Vec<String> = new.map(str::to_owned).collect();
            let named = |name: &String| rattler_conda_types::PackageName::try_from(name).ok();
            let specs = new.iter().filter_map(named).map(|name| MatchSpec {
                name: name.into(),
                ..MatchSpec::default()
            });
            let specs: Vec<MatchSpec> = specs.collect();
            if specs.is_empty() {
                return repodata;
            }
            asked.extend(new);
            let Ok(more) = self.loaded(self.channels.list(), &specs).await else {
                return repodata;
            };
            repodata.add(more);
        }
    }

    async fn records_of(
        &self,
        channels: &[SpecChannel],
        specs: &[MatchSpec],
    ) -> Result<Repodata, ResolveError> {
        let repodata = self.loaded(channels, specs).await?;
        let records: usize = repodata
            .subdirs
            .iter()
            .map(|subdir| subdir.records.len())
            .sum();
        tracing::info!(subdir = %self.subdir, specs = specs.len(), records, "repodata loaded");
        for skipped in &repodata.skipped {
            self.shared.note(skipped_records(skipped));
        }
        Ok(repodata)
    }

    async fn loaded(
        &self,
        channels: &[SpecChannel],
        specs: &[MatchSpec],
    ) -> Result<Repodata, ResolveError> {
        let query = repodata::Query {
            channels,
            subdir: self.subdir,
            specs,
        };
        Ok(repodata::load(query, self.access()?).await?)
    }

    /// Loads the records that match the specs on another platform, without their dependencies.
    ///
    /// # Errors
    /// As for [`repodata::load`].
    pub async fn records_for(
        &self,
        subdir: Subdir,
        specs: &[MatchSpec],
    ) -> Result<Vec<RepoDataRecord>, ResolveError> {
        let query = repodata::Query {
            channels: self.channels.list(),
            subdir,
            specs,
        };
        Ok(repodata::matching(query, self.access()?).await?)
    }

    fn access(&self) -> Result<repodata::Access, SetupError> {
        self.shared.access(&self.settings, &self.listener)
    }

    /// Runs a query on the problem, on a thread that may block.
    ///
    /// # Errors
    /// The error of `ask`, or an internal error if its thread panicked.
    pub async fn ask<A: Send + 'static>(
        &self,
        repodata: Arc<Repodata>,
        ask: impl FnOnce(&Problem<'_>) -> Result<A, SolveError> + Send + 'static,
    ) -> Result<A, ResolveError> {
        let question = self.clone();
        let span = tracing::Span::current();
        let ask = move || span.in_scope(|| question.ask_here(&repodata, ask));
        let answer = tokio::task::spawn_blocking(ask).await;
        Ok(answer.map_err(|error| broken_off(&error))??)
    }

    fn ask_here<A>(
        &self,
        repodata: &Arc<Repodata>,
        ask: impl FnOnce(&Problem<'_>) -> Result<A, SolveError>,
    ) -> Result<A, SolveError> {
        let known: RefCell<AHashMap<Url, Vec<PackageName>>> = RefCell::default();
        let pypi_names = |record: &RepoDataRecord| {
            let mut known = known.borrow_mut();
            if let Some(names) = known.get(&record.url) {
                return names.clone();
            }
            let names = self.names.pypi_names(record).0;
            known.insert(record.url.clone(), names.clone());
            names
        };
        let session = self.session.until(self.deadline);
        let times = self.cut_offs();
        let cut_off = (!times.is_none()).then(|| {
            let priority = self.settings.channel_priority;
            CutOff::new(times, &self.declared, &repodata.subdirs, priority)
        });
        ask(&Problem {
            declared: &self.declared,
            world: World {
                subdirs: &repodata.subdirs,
                virtual_packages: &self.virtual_packages,
                channel_priority: self.settings.channel_priority,
                cut_off,
                pypi: &session,
                pypi_names: &pypi_names,
                channel_name: &|canonical| self.channels.name_of(canonical),
                ratings: self.ratings.clone(),
                facts: self.facts_on(repodata),
                subdir: self.subdir,
                target: &self.target,
                pip: policy(&self.index),
                preferences: self.preferences.clone(),
                asked: BTreeSet::new(),
                deadline: self.deadline,
            },
        })
    }

    /// Returns the facts that were found about the records. What a cut-off excludes depends on
    /// the declared lines, so with a cut-off each query has facts of its own.
    fn facts_on(&self, repodata: &Arc<Repodata>) -> RecordFacts {
        if !self.cut_offs().is_none() {
            return RecordFacts::default();
        }
        let mut known = self.facts.lock().unwrap_or_else(PoisonError::into_inner);
        known.retain(|(records, _)| records.strong_count() > 0);
        let records = Arc::downgrade(repodata);
        if let Some((_, facts)) = known.iter().find(|(known, _)| known.ptr_eq(&records)) {
            return facts.clone();
        }
        let facts = RecordFacts::default();
        known.push((records, facts.clone()));
        facts
    }

    /// Returns the times after which packages do not count.
    pub fn cut_offs(&self) -> CutOffs {
        cut_offs(&self.settings, Some(&self.channels), &self.index)
    }

    /// Combines an outcome with the inputs that it was computed from.
    pub fn resolution(self, missing: Vec<MissingName>, outcome: Outcome) -> Resolution {
        let notices = self.notices();
        let has_cut_off = !self.cut_offs().is_none();
        let is_relative = self.settings.exclude_newer.is_relative();
        Resolution {
            subdir: self.subdir,
            virtual_packages: self.virtual_packages,
            channels: self.channels.list().to_vec(),
            declared: Arc::unwrap_or_clone(self.declared),
            places: self.places,
            index: self.index,
            channel_priority: self.settings.channel_priority,
            has_cut_off,
            as_of: is_relative.then_some(self.settings.as_of),
            missing,
            outcome,
            builds: Vec::new(),
            overtaken: Vec::new(),
            cpu_builds: Vec::new(),
            names: self.names,
            notices,
        }
    }
}

/// Returns the notice on unreadable records of a subdir, which names some of them.
fn skipped_records((channel, subdir, skipped): &repodata::SkippedOf) -> Diagnostic {
    let count = match skipped.len() {
        1 => "1 record".to_owned(),
        count => format!("{count} records"),
    };
    let message = format!("skipped {count} of channel `{channel}` ({subdir}) that cannot be read");
    let notice = Diagnostic::new(Level::Note, "skipped-records", message);
    let shown = skipped.iter().take(SHOWN);
    let notice = shown.fold(notice, |notice, one| {
        notice.note(format!("`{}`: {}", one.file, one.reason))
    });
    notice.help("report it to the channel's owner")
}

/// The maximum number of skipped records that are listed.
const SHOWN: usize = 3;

/// Returns the platform to solve for: that of the settings, of the pins, of the image or of
/// this machine.
///
/// # Errors
/// [`ResolveError`] if none of them is a platform.
pub fn target_platform(
    environment: &EnvironmentFile,
    settings: &Settings,
) -> Result<Subdir, ResolveError> {
    if let Some(subdir) = settings.platform {
        return Ok(subdir);
    }
    if let Some(pinned) = &environment.pinned_platform {
        let platform = pinned.value.parse();
        return platform.map_err(|_| ResolveError::PinnedPlatform(pinned.clone()));
    }
    let image = settings.image.as_ref().map(|image| image.subdir);
    image
        .or_else(Subdir::current)
        .ok_or(ResolveError::NoPlatform)
}

/// Checks that the Python of a file without conda packages is known.
///
/// # Errors
/// [`Failure::input`] if neither the file nor the settings tell it.
fn check_python(environment: &EnvironmentFile) -> Result<(), Failure> {
    if environment.host.has_conda() || environment.image_python.is_some() {
        return Ok(());
    }
    let file = environment.source.path().display();
    let message = format!("the Python that installs {file} is unknown");
    let error = Diagnostic::error("unknown-python", message)
        .note("a Dockerfile next to the file that installs it would tell the version")
        .help("name the version with `--python-version 3.11`, or with `python-version` in presolve.toml");
    Err(Failure::input(error))
}

/// Stops before a URL is requested that has a variable instead of its value.
fn check_variables(environment: &EnvironmentFile) -> Result<(), Failure> {
    let diagnostics: Vec<_> = environment.without_value().cloned().collect();
    match diagnostics.is_empty() {
        true => Ok(()),
        false => Err(Failure {
            kind: FailureKind::Input,
            diagnostics,
        }),
    }
}

fn policy(index: &IndexSettings) -> PipPolicy {
    PipPolicy {
        releases: index.releases.clone(),
        prefer_binary: index.prefer_binary,
        formats: index.formats.clone(),
    }
}

fn session(client: Client, listener: &Listener) -> Session {
    let session = Session::new(client, Handle::current());
    match &listener.pypi {
        Some(observer) => session.with_observer(observer.clone()),
        None => session,
    }
}

/// Starts to fetch the projects of the pip list while the repodata is loaded.
fn prefetch_all(session: &Session, environment: &EnvironmentFile) {
    let lines = environment.pip.requirements.iter();
    let names = lines.filter_map(|line| match &line.kind {
        PipRequirementKind::Named(requirement) => Some(requirement.name.clone()),
        PipRequirementKind::Opaque { .. } => None,
    });
    PypiSource::prefetch(session, &names.collect::<Vec<_>>());
}

/// Returns the error for a thread that panicked or was cancelled.
pub(super) fn broken_off(_error: &tokio::task::JoinError) -> Failure {
    parse::guard::bug(None)
}
