//! Without a pip list, presolve's records are those of rattler's solver.
//!
//! `PRESOLVE_FUZZ=1000` tries that many specs on the real channels, from the seed
//! `PRESOLVE_SEED` on, all real files, and fifty times as many toy channels.

mod channels;
mod draw;
mod pinned;
mod real;
mod semantics;
mod shapes;
mod toy;

use std::{
    collections::HashMap,
    panic::{AssertUnwindSafe, catch_unwind},
};

use presolve::{
    packages::{conda::SubdirRecords, cut_offs::CutOffs, pypi::tags::WheelTarget},
    problem::{
        CutOff, Declared, DeclaredKind, PipPolicy, Preferences, Problem, World, date, solve,
    },
    spec::match_spec,
    target::ChannelPriority,
};
use rattler_conda_types::{
    GenericVirtualPackage, MatchSpec, NamelessMatchSpec, PackageName, RepoDataRecord, Subdir,
};
use rattler_solve::{
    ExcludeNewer, SolveError, SolveStrategy, SolverImpl, SolverTask,
    resolvo::{CondaDependencyProvider, NameType},
};

use crate::world::ToyIndex;

/// What both solvers are asked.
pub(crate) struct Task {
    pub subdirs: Vec<SubdirRecords>,
    pub virtual_packages: Vec<GenericVirtualPackage>,
    pub specs: Vec<String>,
    pub priority: ChannelPriority,
    pub exclude_newer: Option<jiff::Timestamp>,
}

/// What a solver answers.
#[derive(Debug, PartialEq)]
pub(crate) enum Answer {
    Records(Vec<RepoDataRecord>, Vec<(String, String)>),
    Unsolvable,
    /// The channel has two records of one name.
    Refused,
    /// rattler panics when it words some conflicts.
    Panicked,
}

/// A spec as a file declares it.
fn declared(spec: &str) -> MatchSpec {
    match_spec::parse(spec).unwrap_or_else(|reason| panic!("`{spec}`: {reason}"))
}

impl Task {
    pub(crate) fn presolve(&self) -> Answer {
        let declared = self.specs.iter().map(|text| {
            let spec = declared(text);
            let channels = spec.channel.iter().map(|channel| channel.canonical_name());
            Declared {
                text: text.clone(),
                channels: channels.collect(),
                hashes: Vec::new(),
                kind: DeclaredKind::Conda(Box::new(spec)),
            }
        });
        let declared: Vec<_> = declared.collect();
        let target = WheelTarget::new(Subdir::Linux64, &self.virtual_packages);
        let outcome = solve(&Problem {
            declared: &declared,
            world: World {
                subdirs: &self.subdirs,
                virtual_packages: &self.virtual_packages,
                channel_priority: self.priority,
                // rattler keeps no records without a date.
                cut_off: self.exclude_newer.map(|time| CutOff {
                    times: CutOffs::at(time),
                    undated: Default::default(),
                    is_last_resort: false,
                }),
                pypi: &ToyIndex::default(),
                pypi_names: &|_| Vec::new(),
                channel_name: &str::to_string,
                ratings: Default::default(),
                facts: Default::default(),
                subdir: Subdir::Linux64,
                target: &target,
                pip: PipPolicy::default(),
                preferences: Preferences::default(),
                asked: std::collections::BTreeSet::new(),
                deadline: None,
            },
        });
        match outcome {
            Ok(Some(solution)) => answer(solution.conda, solution.conda_extras),
            Ok(None) => Answer::Unsolvable,
            Err(failure) if failure.to_string().contains("with different contents") => {
                Answer::Refused
            }
            Err(failure) => panic!("{failure}"),
        }
    }

    fn rattlers_priority(&self) -> rattler_solve::ChannelPriority {
        match self.priority {
            ChannelPriority::Strict => rattler_solve::ChannelPriority::Strict,
            ChannelPriority::Flexible => rattler_solve::ChannelPriority::Flexible,
            ChannelPriority::Disabled => rattler_solve::ChannelPriority::Disabled,
        }
    }

    fn rattlers_cutoff(&self) -> Option<ExcludeNewer> {
        self.exclude_newer.map(ExcludeNewer::from_datetime)
    }

    pub(crate) fn rattler(&self) -> Answer {
        let task = SolverTask {
            virtual_packages: self.virtual_packages.clone(),
            specs: self.specs.iter().map(|spec| declared(spec)).collect(),
            channel_priority: self.rattlers_priority(),
            exclude_newer: self.rattlers_cutoff(),
            ..self
                .subdirs
                .iter()
                .map(|subdir| subdir.iter().collect::<Vec<_>>())
                .collect()
        };
        let solved = catch_unwind(AssertUnwindSafe(|| {
            rattler_solve::resolvo::Solver.solve(task)
        }));
        match solved {
            Ok(Ok(solved)) => {
                let extras = solved.extras.into_iter().flat_map(|(name, extras)| {
                    let name = name.as_normalized().to_string();
                    extras.into_iter().map(move |extra| (name.clone(), extra))
                });
                answer(solved.records, extras.collect())
            }
            Ok(Err(SolveError::Unsolvable(_))) => Answer::Unsolvable,
            Ok(Err(SolveError::DuplicateRecords(_))) => Answer::Refused,
            Ok(Err(error)) => panic!("{error}"),
            Err(_) => Answer::Panicked,
        }
    }

    /// Whether rattler finds a solution. Its solver words each conflict, which
    /// panics at times and takes minutes at others: this asks its provider. `None`
    /// for specs that only its solver can take.
    fn rattler_solves(&self) -> Option<bool> {
        let specs: Vec<_> = self.specs.iter().map(|spec| declared(spec)).collect();
        let is_plain = |spec: &MatchSpec| spec.condition.is_none() && spec.extras.is_none();
        if !specs.iter().all(is_plain) {
            return None;
        }
        let provider = CondaDependencyProvider::new(
            self.subdirs.iter().map(|subdir| subdir.iter().collect()),
            &[],
            &[],
            &self.virtual_packages,
            &specs,
            None,
            None,
            self.rattlers_priority(),
            self.rattlers_cutoff().as_ref(),
            SolveStrategy::Highest,
            Vec::new(),
            &HashMap::new(),
        );
        let provider = provider.ok()?;
        let required = |name: &PackageName, spec: NamelessMatchSpec| {
            let name = provider.pool.intern_package_name(NameType::from(name));
            provider.pool.intern_version_set(name, spec.into())
        };
        let virtual_packages = self.virtual_packages.iter();
        let mut requirements: Vec<_> = virtual_packages
            .map(|package| required(&package.name, NamelessMatchSpec::default()))
            .collect();
        for spec in specs {
            let name = spec.name.as_exact().unwrap().clone();
            requirements.push(required(&name, spec.into()));
        }
        let requirements = requirements.into_iter().map(Into::into).collect();
        let problem = resolvo::Problem::new().requirements(requirements);
        Some(resolvo::Solver::new(provider).solve(problem).is_ok())
    }

    /// The verdict on which both agree.
    pub(crate) fn compare(&self) -> Result<&'static str, String> {
        let presolve = catch_unwind(AssertUnwindSafe(|| self.presolve()));
        let presolve = presolve.map_err(|_| "presolve panics".to_string())?;
        if presolve == Answer::Unsolvable && self.rattler_solves() == Some(false) {
            return Ok("unsolvable");
        }
        let rattler = self.rattler();
        match (&presolve, &rattler) {
            (Answer::Unsolvable, Answer::Panicked) => Ok("unsolvable, rattler cannot say why"),
            (Answer::Unsolvable, Answer::Unsolvable) => Ok("unsolvable"),
            (Answer::Refused, Answer::Refused) => Ok("refused"),
            (Answer::Records(records, _), Answer::Unsolvable | Answer::Panicked)
                if self.exclude_newer.is_some()
                    && records.iter().any(|one| date(one).is_none()) =>
            {
                Ok("solved with records without a date")
            }
            _ if presolve == rattler => Ok("solved"),
            _ => Err(format!(
                "presolve: {}\nrattler:  {}",
                presolve.text(),
                rattler.text()
            )),
        }
    }
}

fn answer(mut records: Vec<RepoDataRecord>, mut extras: Vec<(String, String)>) -> Answer {
    records.sort_by(|a, b| a.package_record.name.cmp(&b.package_record.name));
    extras.sort();
    Answer::Records(records, extras)
}

impl Answer {
    fn text(&self) -> String {
        match self {
            Answer::Records(records, extras) => {
                let records = records.iter().map(|record| format!("{}", record.url));
                format!("{} {extras:?}", records.collect::<Vec<_>>().join(" "))
            }
            other => format!("{other:?}"),
        }
    }
}
