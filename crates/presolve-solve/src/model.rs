//! The input and the output of the solver.

use std::{
    collections::{BTreeSet, HashMap},
    time::{Duration, Instant},
};

use pep440_rs::Version;
use pep508_rs::{MarkerTree, PackageName, Requirement, VerbatimUrl};
use rattler_conda_types::{GenericVirtualPackage, MatchSpec, RepoDataRecord, Subdir};

use presolve_packages::{
    conda::{SubdirRecords, hashes},
    cut_offs::CutOffs,
    pypi::{PypiSource, tags::WheelTarget},
};
use presolve_spec::{
    CondaPin,
    controls::{FormatControl, ReleaseControl},
};
use presolve_target::ChannelPriority;

pub(crate) mod error;
pub mod python;
pub(crate) mod python_set;
pub(crate) mod ratings;
pub(crate) mod reason;
pub(crate) mod record;
pub(crate) mod record_facts;
pub(crate) mod record_spec;
pub(crate) mod solution;
pub(crate) mod specifiers;

use error::SolveError;
use ratings::SharedRatings;
use record_facts::RecordFacts;

/// A requirement that the user declared.
#[derive(Clone, Debug)]
pub struct Declared {
    /// The requirement as the user wrote it.
    pub text: String,
    /// The parsed requirement. Its variant says whether conda or pip installs it.
    pub kind: DeclaredKind,
    /// The channels that a `channel::` allows, as records name them; empty for all.
    pub channels: Vec<String>,
    /// The hashes of a line of the pip list, `sha256:…`. pip rejects files with other hashes.
    /// Empty for any hash.
    pub hashes: Vec<String>,
}

/// The lines that conda and pip read.
#[derive(Clone, Debug)]
pub enum DeclaredKind {
    /// A conda dependency.
    Conda(Box<MatchSpec>),
    /// A line of the pip list with a name.
    Pip(Box<Requirement<VerbatimUrl>>),
    /// A line of the pip list that only a build can resolve, with the project if the line
    /// names one. It satisfies every version constraint on this project.
    PipOpaque(Option<PackageName>, MarkerTree),
    /// A line of a `-c` file.
    PipConstraint(Box<Requirement<VerbatimUrl>>),
}

impl Declared {
    /// Whether the line itself names this package or project, given its normalised name.
    pub fn names(&self, name: &str) -> bool {
        match &self.kind {
            DeclaredKind::Conda(spec) => spec
                .name
                .as_exact()
                .is_some_and(|known| known.as_normalized() == name),
            DeclaredKind::Pip(requirement) | DeclaredKind::PipConstraint(requirement) => {
                requirement.name.as_ref() == name
            }
            DeclaredKind::PipOpaque(project, _) => {
                project.as_ref().is_some_and(|known| known.as_ref() == name)
            }
        }
    }

    /// Whether the line belongs to the conda half.
    pub fn is_conda(&self) -> bool {
        matches!(self.kind, DeclaredKind::Conda(_))
    }
}

/// The pip options that select files.
#[derive(Clone, Debug, Default)]
pub struct PipPolicy {
    /// `--pre`, `--all-releases`, `--only-final`.
    pub releases: ReleaseControl,
    /// `--prefer-binary`.
    pub prefer_binary: bool,
    /// `--only-binary`, `--no-binary`.
    pub formats: FormatControl,
}

/// The choices of an earlier `pin`. They are tried first, and dropped if they no longer fit.
#[derive(Clone, Debug, Default)]
pub struct Preferences {
    /// The conda records, by normalised name.
    pub conda: HashMap<String, PreferredRecord>,
    /// The PyPI versions, by project.
    pub pypi: HashMap<PackageName, Version>,
}

/// The conda record that an earlier `pin` chose.
#[derive(Clone, Debug)]
pub struct PreferredRecord {
    /// The pin as written in the file.
    pub pin: CondaPin,
    /// The channels that its `channel::` allows, as records name them; empty for all.
    pub channels: Vec<String>,
}

impl PreferredRecord {
    /// Whether a record has the version, the build, the hash and a channel of the pin.
    pub(crate) fn is(&self, record: &RepoDataRecord) -> bool {
        let package = &record.package_record;
        let has = |hash: &String| hashes::of(package).contains(hash);
        let is_of = |channel: &String| self.channels.contains(channel);
        self.pin
            .allows(&package.version.as_str(), package.build.as_str())
            && self.pin.hash.as_ref().is_none_or(has)
            && (self.channels.is_empty() || record.channel.as_ref().is_some_and(is_of))
    }
}

/// The time after which conda records do not count.
#[derive(Clone, Debug)]
pub struct CutOff {
    /// The latest dates that count.
    pub times: CutOffs,
    /// The packages whose records without a date count, because no others are left.
    pub undated: BTreeSet<String>,
    /// Whether all records without a date count, after those with one, because there is no
    /// solution without them.
    pub is_last_resort: bool,
}

/// The available packages and the rules of the target.
#[derive(Clone)]
pub struct World<'a> {
    /// The records, by channel, highest priority first.
    pub subdirs: &'a [SubdirRecords],
    /// The virtual packages of the target.
    pub virtual_packages: &'a [GenericVirtualPackage],
    /// The mode from the settings: strict, flexible or disabled.
    pub channel_priority: ChannelPriority,
    /// The cut-off of the conda half; `None` for none. The [`PypiSource`] applies that of the
    /// pip half.
    pub cut_off: Option<CutOff>,
    /// The package indexes.
    pub pypi: &'a dyn PypiSource,
    /// The PyPI projects that a record provides.
    pub pypi_names: &'a dyn Fn(&RepoDataRecord) -> Vec<PackageName>,
    /// Maps the channel name in a record to the name that the user gave.
    pub channel_name: &'a dyn Fn(&str) -> String,
    /// What the files of releases allow, for all questions about this world.
    pub ratings: SharedRatings,
    /// What was found out about the records. Worlds may share it if they differ only in
    /// [`asked`](Self::asked) and [`deadline`](Self::deadline), see [`Self::changed`].
    pub facts: RecordFacts,
    /// The platform.
    pub subdir: Subdir,
    /// The wheel tags of the platform.
    pub target: &'a WheelTarget,
    /// The pip options that select files.
    pub pip: PipPolicy,
    /// The choices of an earlier `pin`.
    pub preferences: Preferences,
    /// Conda packages that may be installed although no declared conda line leads to them:
    /// those of the lines that were removed to examine the others.
    pub asked: BTreeSet<String>,
    /// The time at which the solve stops; `None` for no limit.
    pub deadline: Option<Instant>,
}

impl World<'_> {
    /// Returns a changed world, with facts of its own.
    #[must_use]
    pub fn changed(&self, change: impl FnOnce(&mut Self)) -> Self {
        let mut world = self.clone();
        world.facts = RecordFacts::default();
        change(&mut world);
        world
    }

    /// Checks that at most `grace` has passed since the deadline.
    ///
    /// # Errors
    /// [`SolveError::Deadline`] if more has passed.
    pub(crate) fn check_time(&self, grace: Duration) -> Result<(), SolveError> {
        let end = self
            .deadline
            .and_then(|deadline| deadline.checked_add(grace));
        if end.is_some_and(|end| Instant::now() > end) {
            Err(SolveError::DEADLINE)
        } else {
            Ok(())
        }
    }

    /// Returns the channel of a record by the name that the user gave.
    pub fn channel_shown(&self, channel: Option<&str>) -> String {
        channel.map_or_else(|| "an unknown channel".to_string(), self.channel_name)
    }
}

/// The input of the solver: the declared requirements in a world.
pub struct Problem<'a> {
    /// The declared requirements in file order; results refer to them by index.
    pub declared: &'a [Declared],
    /// The records, indexes and rules of the target.
    pub world: World<'a>,
}

impl Problem<'_> {
    /// The packages that the declared conda lines name, normalised.
    pub(crate) fn conda_names(&self) -> BTreeSet<String> {
        self.declared
            .iter()
            .filter_map(|line| match &line.kind {
                DeclaredKind::Conda(spec) => {
                    Some(spec.name.as_exact()?.as_normalized().to_string())
                }
                _ => None,
            })
            .collect()
    }

    /// Whether pip installs something; constraints alone install nothing.
    pub(crate) fn has_pip(&self) -> bool {
        self.declared.iter().any(|line| {
            matches!(
                line.kind,
                DeclaredKind::Pip(_) | DeclaredKind::PipOpaque(..)
            )
        })
    }
}
