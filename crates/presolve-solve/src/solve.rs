//! Solves a problem: the readings are tried from the strict to the lenient.
//!
//! The conda half alone is solved first. If it has no solution, the whole has none. If it
//! has one, it shows which projects conda provides anyway; these are tried from conda,
//! and all others from PyPI.

use std::collections::{BTreeSet, HashSet};

use pep440_rs::Version;
use pep508_rs::PackageName;
use rattler_conda_types::{MatchSpec, RepoDataRecord};
use resolvo::{ConditionalRequirement, SolvableId, Solver, UnsolvableOrCancelled, VersionSetId};
use tracing::{debug, trace};

use super::{
    Declared, DeclaredKind, Problem, Reading, Sources, Unasked, World,
    conda_half::{pooled_condition, version_sets},
    conflict::{self, Conflict},
    improve::improve,
    leaks, legacy, older_python, pips,
    pool::{Name, VersionSet},
    provider::{Learnt, Provider, Stop},
    python::Python,
    solution::{self, Solution},
    verify,
};
use presolve_text::diagnostic::{Diagnostic, Failure};

/// Solves a problem; `None` if there is no solution. It blocks: call it on a thread that
/// may.
///
/// # Errors
/// A [`Failure`] if an index could not be queried, the deadline passed, or a declared
/// line is not valid.
pub fn solve(problem: &Problem<'_>) -> Result<Option<Box<Solution>>, Failure> {
    let Some(conda) = conda_half(problem)? else {
        return Ok(None);
    };
    if !problem.has_pip() {
        return checked(problem, conda, &Reading::default()).map(Some);
    }
    let first = Reading {
        pip_half: true,
        conda_first: projects(problem, &conda),
        ..Reading::default()
    };
    let best_served = Attempt::new(problem, first.clone())?.best_served_pythons()?;
    if best_served.is_some() {
        let reading = Reading {
            pythons: best_served,
            ..first.clone()
        };
        if let Joint::Solved(solution, reading) = joint(problem, reading, Wanted::Best)? {
            return best_python(problem, solution, *reading).map(Some);
        }
    }
    let mut needs_build = false;
    for (sources, overwrite) in READINGS {
        if sources == Sources::Unknown && !needs_build {
            break;
        }
        let reading = Reading {
            sources,
            overwrite,
            ..first.clone()
        };
        match joint(problem, reading, Wanted::Best)? {
            Joint::Solved(solution, reading) => {
                return best_python(problem, solution, *reading).map(Some);
            }
            Joint::Unsolvable(_, learnt) => needs_build |= learnt.needs_build,
        }
    }
    let legacy = legacy::install(problem, &conda)?;
    let overwrite = Reading {
        overwrite: true,
        ..Reading::default()
    };
    legacy
        .map(|solution| checked(problem, solution, &overwrite))
        .transpose()
}

/// The solution, or the one on an older python where that is better.
fn best_python(
    problem: &Problem<'_>,
    solution: Box<Solution>,
    reading: Reading,
) -> Result<Box<Solution>, Failure> {
    let (solution, reading) =
        older_python::better(problem, &solution, &reading)?.unwrap_or((solution, reading));
    checked(problem, solution, &reading)
}

/// Says why a problem has no solution.
///
/// All lines that could be at fault are checked in the most lenient reading: what clashes
/// there clashes in every one.
///
/// # Errors
/// As for [`solve`]. That the problem can be solved is an error too.
pub fn explain(problem: &Problem<'_>) -> Result<Conflict, Failure> {
    conflict(problem)?.ok_or_else(|| internal("there is one after all"))
}

/// Why a problem has no solution in the most lenient reading, if it has none.
pub(super) fn conflict(problem: &Problem<'_>) -> Result<Option<Conflict>, Failure> {
    leniently(problem)?.map(conflict::explain).transpose()
}

/// The attempt in the most lenient reading, if it has no solution.
pub(super) fn leniently<'a>(problem: &'a Problem<'a>) -> Result<Option<Attempt<'a>>, Failure> {
    let mut attempt = Attempt::new(problem, Reading::default())?;
    let Some(chosen) = attempt.run()? else {
        return Ok(Some(attempt));
    };
    if !problem.has_pip() {
        return Ok(None);
    }
    let conda = conda_solution(&attempt, &chosen)?;
    let reading = Reading {
        pip_half: true,
        sources: Sources::Unknown,
        overwrite: true,
        open_python: true,
        conda_first: projects(problem, &conda),
        ..Reading::default()
    };
    // With every pip a release may be spoken for by another file than with those
    // that are declared: if that makes it solvable, the declared ones are kept.
    for open_pip in [true, false] {
        let reading = Reading {
            open_pip,
            ..reading.clone()
        };
        if let Joint::Unsolvable(attempt, _) = joint(problem, reading, Wanted::Any)? {
            // A pip that does not look at clashes installs it all the same.
            let installed = legacy::install(problem, &conda)?;
            return Ok(installed.is_none().then_some(*attempt));
        }
    }
    Ok(None)
}

/// A solution of a problem with a pip half in a strict reading, whatever it is like. Where
/// there is one, this finds it sooner than a lenient reading; where there is none,
/// another reading may have one. What is learnt on the way is in the reading afterwards,
/// for the next question.
///
/// # Errors
/// As for [`solve`].
pub(super) fn strictly(
    problem: &Problem<'_>,
    reading: &mut Reading,
) -> Result<Option<Box<Solution>>, Failure> {
    let best_served = Reading {
        pythons: Attempt::new(problem, reading.clone())?.best_served_pythons()?,
        ..reading.clone()
    };
    let Joint::Solved(solution, learnt) = joint(problem, best_served, Wanted::Any)? else {
        return Ok(None);
    };
    *reading = Reading {
        pythons: None,
        pip: None,
        ..*learnt
    };
    Ok(Some(solution))
}

/// A solution in the most lenient reading, given the python and the pip that the lines
/// ask for.
///
/// # Errors
/// As for [`solve`].
pub(super) fn most_leniently(
    problem: &Problem<'_>,
    conda_first: HashSet<PackageName>,
) -> Result<Option<Box<Solution>>, Failure> {
    let reading = Reading {
        pip_half: true,
        conda_first,
        sources: Sources::Unknown,
        overwrite: true,
        ..Reading::default()
    };
    Ok(joint(problem, reading, Wanted::Any)?.solution())
}

/// All conflicts of a problem, told as they are found: each is one of the lines that
/// are left when those of the others are taken out. `out` are taken out from the start.
///
/// # Errors
/// As for [`solve`].
pub fn explain_all(
    problem: &Problem<'_>,
    out: &[usize],
    found: &mut dyn FnMut(Conflict),
) -> Result<(), Failure> {
    let mut left: Vec<usize> = (0..problem.declared.len())
        .filter(|line| !out.contains(line))
        .collect();
    loop {
        let declared: Vec<Declared> = left
            .iter()
            .map(|&line| problem.declared[line].clone())
            .collect();
        let rest = Problem {
            declared: &declared,
            world: World {
                asked: problem.conda_names(),
                ..problem.world.clone()
            },
        };
        // The first conflict is known to be there. That the rest has a solution is
        // mostly told sooner by a strict reading than by the lenient one.
        let is_rest = left.len() < problem.declared.len();
        if is_rest && matches!(is_soon_solved(problem, &rest), Ok(true)) {
            return Ok(());
        }
        let Some(mut conflict) = conflict(&rest)? else {
            return Ok(());
        };
        conflict.renumber(&left);
        left.retain(|line| !conflict.lines.contains(line));
        let goes_on = conflict.minimal;
        found(conflict);
        if !goes_on {
            return Ok(());
        }
    }
}

/// Whether a strict reading of a part of a problem has a solution.
fn is_soon_solved(problem: &Problem<'_>, part: &Problem<'_>) -> Result<bool, Failure> {
    if !part.has_pip() {
        return Ok(conda_half(part)?.is_some());
    }
    let lines = with_pip(problem, part.declared.to_vec());
    let part = Problem {
        declared: &lines,
        world: part.world.clone(),
    };
    let Some(conda) = conda_half(&part)? else {
        return Ok(false);
    };
    let mut reading = Reading {
        pip_half: true,
        conda_first: projects(&part, &conda),
        ..Reading::default()
    };
    Ok(strictly(&part, &mut reading)?.is_some())
}

/// Some lines of a problem, with an open one on pip if the problem has one on it that is
/// not among them: without any, it is not known which pip runs, and a strict reading
/// takes it for one that can do all.
pub(super) fn with_pip(problem: &Problem<'_>, mut lines: Vec<Declared>) -> Vec<Declared> {
    let is_on_pip = |line: &&Declared| line.is_conda() && line.names("pip");
    if let Some(line) = problem.declared.iter().find(is_on_pip)
        && !lines.iter().any(|line| is_on_pip(&line))
        && let DeclaredKind::Conda(spec) = &line.kind
    {
        let open = MatchSpec {
            name: spec.name.clone(),
            ..MatchSpec::default()
        };
        lines.push(Declared {
            text: open.to_string(),
            kind: DeclaredKind::Conda(Box::new(open)),
            channels: Vec::new(),
            hashes: Vec::new(),
        });
    }
    lines
}

/// Whether a solution of another problem also solves this one.
pub(super) fn holds(problem: &Problem<'_>, solution: &Solution) -> Result<bool, Failure> {
    Ok(!solution.by_legacy_resolver
        && verify::unasked(problem, solution).is_empty()
        && verify::violations(problem, solution, true)?.is_empty())
}

/// The conda half alone.
fn conda_half(problem: &Problem<'_>) -> Result<Option<Box<Solution>>, Failure> {
    let mut attempt = Attempt::new(problem, Reading::default())?;
    let chosen = attempt.run()?;
    chosen
        .map(|chosen| conda_solution(&attempt, &chosen))
        .transpose()
}

fn conda_solution(attempt: &Attempt<'_>, chosen: &[SolvableId]) -> Result<Box<Solution>, Failure> {
    match Solution::read(attempt.provider(), chosen) {
        solution::Reading::Solution(solution) => Ok(solution),
        solution::Reading::OtherFile => Err(internal("the conda half has files of PyPI")),
    }
}

/// The projects that the conda half of some of the lines provides by itself, by an
/// attempt at the conda half alone; none if it has no solution.
pub(super) fn projects_of_conda(
    problem: &Problem<'_>,
    conda: &mut Attempt<'_>,
    lines: &[usize],
) -> Result<HashSet<PackageName>, Failure> {
    let Some(chosen) = conda.run_with(lines)? else {
        return Ok(HashSet::new());
    };
    Ok(projects(problem, &*conda_solution(conda, &chosen)?))
}

/// The projects that the conda half provides by itself.
fn projects(problem: &Problem<'_>, conda: &Solution) -> HashSet<PackageName> {
    let names = |record| (problem.world.pypi_names)(record);
    conda.conda.iter().flat_map(names).collect()
}

/// The readings of the whole, the strictest first.
const READINGS: [(Sources, bool); 5] = [
    (Sources::WhereNoWheel, false),
    (Sources::Known, false),
    (Sources::Known, true),
    (Sources::Unknown, false),
    (Sources::Unknown, true),
];

fn checked(
    problem: &Problem<'_>,
    solution: Box<Solution>,
    reading: &Reading,
) -> Result<Box<Solution>, Failure> {
    let violations = verify::violations(problem, &solution, reading.overwrite)?;
    match violations.first() {
        None => Ok(solution),
        Some(first) => Err(internal(first)),
    }
}

/// A solution that fails verification is a bug in presolve and is never returned.
fn internal(what: &str) -> Failure {
    let message = format!("the solution failed verification: {what}");
    let help = "this is a bug in presolve: please report it with the file";
    Failure::undecided(Diagnostic::error("internal-error", message).help(help))
}

/// The result of solving both halves under one reading.
pub(super) enum Joint<'a> {
    Solved(Box<Solution>, Box<Reading>),
    Unsolvable(Box<Attempt<'a>>, Learnt),
}

/// The kind of solution that is searched for.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Wanted {
    /// The best solution, to be installed.
    Best,
    /// Any solution: only its existence matters.
    Any,
}

impl Joint<'_> {
    pub(crate) fn solution(self) -> Option<Box<Solution>> {
        match self {
            Joint::Solved(solution, _) => Some(solution),
            Joint::Unsolvable(..) => None,
        }
    }
}

/// Solves both halves under one reading, again as long as something is learnt
/// that changes the candidates.
pub(super) fn joint<'a>(
    problem: &'a Problem<'a>,
    mut reading: Reading,
    wanted: Wanted,
) -> Result<Joint<'a>, Failure> {
    // A solution that holds, while a steadier one is searched for.
    let mut held: Option<(Box<Solution>, Reading)> = None;
    // The pythons beside the one whose files are checked alone.
    let mut others: Option<BTreeSet<Version>> = None;
    loop {
        let mut attempt = Attempt::new(problem, reading.clone())?;
        let chosen = attempt.run()?;
        let learnt = attempt.provider().learnt.borrow().clone();
        // With more candidates there may be a better solution, but this one is one.
        let is_enough = wanted == Wanted::Any && chosen.is_some();
        if reading.learn(&learnt) && !is_enough {
            continue;
        }
        let Some(chosen) = chosen else {
            if let Some((solution, reading)) = held {
                return Ok(Joint::Solved(solution, Box::new(reading)));
            }
            match others.take() {
                Some(others) if !others.is_empty() => {
                    (reading.pythons, reading.pip) = (Some(others), None);
                }
                _ => return Ok(Joint::Unsolvable(Box::new(attempt), learnt)),
            }
            continue;
        };
        let chosen = match wanted {
            Wanted::Best => improve(&mut attempt, chosen)?,
            Wanted::Any => chosen,
        };
        let solution = match Solution::read(attempt.provider(), &chosen) {
            solution::Reading::Solution(solution) => solution,
            solution::Reading::OtherFile => {
                let (python, rest) = attempt.chosen_python(&chosen)?;
                let alone = Some(BTreeSet::from([python]));
                let pip = attempt.chosen("pip", &chosen).and_then(pips::version);
                if (&reading.pythons, &reading.pip) == (&alone, &pip) {
                    return Err(internal("its files changed while it was solved"));
                }
                (reading.pythons, reading.pip, others) = (alone, pip, Some(rest));
                continue;
            }
        };
        let unasked = verify::unasked(problem, &solution);
        if !unasked.is_empty() {
            reading.refuse(unasked, &solution);
            continue;
        }
        let leaked = match wanted {
            Wanted::Best => leaks::leaked(problem, &solution, &reading)?,
            Wanted::Any => Vec::new(),
        };
        if leaked.is_empty() {
            return Ok(Joint::Solved(solution, Box::new(reading)));
        }
        held = Some((solution, reading.clone()));
        reading.close(leaked);
    }
}

impl Reading {
    fn log(&self, chosen: Option<&[SolvableId]>) {
        debug!(
            pip_half = self.pip_half,
            sources = ?self.sources,
            overwrite = self.overwrite,
            conda_first = self.conda_first.len(),
            pythons = ?self.pythons,
            chosen = chosen.map(<[_]>::len),
            "attempt"
        );
        trace!(reading = ?self, "attempt");
    }

    /// Adds the facts that a solve learnt; returns whether there are new ones.
    pub(super) fn learn(&mut self, learnt: &Learnt) -> bool {
        let mut news = false;
        for project in &learnt.prereleases {
            if !self.steady.contains(project) {
                news |= self.prereleases.insert(project.clone());
            }
        }
        for release in &learnt.yanked {
            if !self.steady.contains(&release.0) {
                news |= self.yanked.insert(release.clone());
            }
        }
        news
    }

    /// Removes what was learnt about these projects.
    fn close(&mut self, projects: Vec<PackageName>) {
        for project in projects {
            self.prereleases.remove(&project);
            self.yanked.retain(|(known, _)| *known != project);
            self.steady.insert(project);
        }
    }

    /// Conda packages that only the pip half asked for are not what the file
    /// says: their projects are tried from PyPI first, and if they come back
    /// nevertheless, only together with something that asks for them.
    fn refuse(&mut self, unasked: Vec<String>, solution: &Solution) {
        let mut reordered = false;
        for provided in &solution.provided {
            if unasked.contains(&provided.conda_name) {
                reordered |= self.conda_first.remove(&provided.project);
            }
        }
        if reordered {
            return;
        }
        let mut unasked = Unasked {
            names: unasked.into_iter().collect(),
            by_others: true,
        };
        // What depends on them under a condition that does not hold, or with an
        // extra that nobody wants, does not ask for them.
        unasked.by_others = !self.unasked.contains(&unasked);
        self.unasked.push(unasked);
    }
}

/// One solve under one reading; it can be repeated with fewer lines at little cost.
pub(super) struct Attempt<'a> {
    solver: Solver<Provider<'a>>,
    always: Vec<ConditionalRequirement>,
    /// What each declared line requires.
    pub lines: Vec<Vec<ConditionalRequirement>>,
}

impl<'a> Attempt<'a> {
    pub(crate) fn new(problem: &'a Problem<'a>, reading: Reading) -> Result<Self, Failure> {
        let provider = Provider::new(problem, reading)?;
        let virtual_packages = problem.world.virtual_packages.iter().map(|package| {
            let name = Name::Conda(package.name.as_normalized().to_string());
            let name = provider.pool.intern_package_name(name);
            let any = VersionSet::Match(Box::default());
            provider.pool.intern_version_set(name, any)
        });
        let always = virtual_packages.map(ConditionalRequirement::from).collect();
        let lines = problem
            .declared
            .iter()
            .map(|line| requirements(&provider, line));
        let lines = lines.collect::<Result<_, _>>()?;
        let solver = Solver::new(provider);
        Ok(Self {
            solver,
            always,
            lines,
        })
    }

    pub(crate) fn provider(&self) -> &Provider<'a> {
        self.solver.provider()
    }

    /// Solves all lines; `None` if there is no solution.
    fn run(&mut self) -> Result<Option<Vec<SolvableId>>, Failure> {
        let all: Vec<usize> = (0..self.lines.len()).collect();
        let chosen = self.run_with(&all)?;
        self.provider().reading.log(chosen.as_deref());
        Ok(chosen)
    }

    /// Solves some of the lines; `None` if there is no solution.
    pub(crate) fn run_with(&mut self, lines: &[usize]) -> Result<Option<Vec<SolvableId>>, Failure> {
        self.run_with_and(lines, &[])
    }

    /// Solves some of the lines and more; `None` if there is no solution.
    pub(crate) fn run_with_and(
        &mut self,
        lines: &[usize],
        more: &[ConditionalRequirement],
    ) -> Result<Option<Vec<SolvableId>>, Failure> {
        let lines = lines.iter().flat_map(|&line| &self.lines[line]);
        self.solve(
            self.always
                .iter()
                .chain(more)
                .chain(lines)
                .copied()
                .collect(),
        )
    }

    /// Solves all lines and more; `None` if there is no solution.
    pub(crate) fn run_with_more(
        &mut self,
        more: &[ConditionalRequirement],
    ) -> Result<Option<Vec<SolvableId>>, Failure> {
        let all: Vec<usize> = (0..self.lines.len()).collect();
        self.run_with_and(&all, more)
    }

    fn solve(
        &mut self,
        requirements: Vec<ConditionalRequirement>,
    ) -> Result<Option<Vec<SolvableId>>, Failure> {
        let count = requirements.len();
        let problem = resolvo::Problem::new().requirements(requirements);
        let solved = self.solver.solve(problem);
        let chosen = solved.as_ref().ok().map(Vec::len);
        trace!(requirements = count, chosen, "solver");
        match solved {
            Ok(chosen) => Ok(Some(chosen)),
            Err(UnsolvableOrCancelled::Unsolvable(_)) => Ok(None),
            Err(UnsolvableOrCancelled::Cancelled(stop)) => match stop.downcast::<Stop>() {
                Ok(stop) => Err(stop.into_failure()),
                Err(_) => Err(internal("the solver stopped without a reason")),
            },
        }
    }

    /// The python of an earlier `pin`, else the pythons on which every declared
    /// project can be had in the version that is best for it; `None` if these are all
    /// that are allowed anyway. An open python should rather step back than a project
    /// that the user names.
    ///
    /// A kept python is asked for alone, as it was when it was chosen: which source
    /// distributions count depends on the pythons that are checked.
    fn best_served_pythons(&self) -> Result<Option<BTreeSet<Version>>, Failure> {
        let provider = self.provider();
        let pinned = provider.world.preferences.conda.get("python");
        let pinned = pinned.and_then(|preferred| preferred.pin.version.parse().ok());
        let is_kept = |_, python: &Python| Some(&python.version) == pinned.as_ref();
        let kept = provider.pythons.filter(is_kept);
        let mut best = kept.intersection(&provider.allowed);
        if best.is_empty() {
            best = provider.allowed.clone();
            for line in provider.declared {
                if let DeclaredKind::Pip(requirement) = &line.kind
                    && let Some(release) = provider.best_release(requirement)
                {
                    let both = best.intersection(&release.pythons);
                    if !both.is_empty() {
                        best = both;
                    }
                }
            }
        }
        provider.failed()?;
        let version = |index| provider.pythons.get(index).version.clone();
        Ok((best != provider.allowed).then(|| best.iter().map(version).collect()))
    }

    /// The chosen record of a conda package.
    fn chosen(&self, package: &str, chosen: &[SolvableId]) -> Option<&'a RepoDataRecord> {
        let mut records = chosen
            .iter()
            .filter_map(|&id| self.provider().record_of(id));
        records.find(|record| record.package_record.name.as_normalized() == package)
    }

    /// The chosen python, and the allowed ones of other minor versions.
    fn chosen_python(
        &self,
        chosen: &[SolvableId],
    ) -> Result<(Version, BTreeSet<Version>), Failure> {
        let provider = self.provider();
        let python = self
            .chosen("python", chosen)
            .and_then(|record| provider.pythons.index_of(record))
            .ok_or_else(|| internal("there is no Python for the pip list"))?;
        let chosen = provider.pythons.get(python);
        let others = provider
            .allowed
            .iter()
            .map(|index| provider.pythons.get(index));
        let others = others.filter(|other| other.major_minor() != chosen.major_minor());
        let rest = others.map(|other| other.version.clone()).collect();
        Ok((chosen.version.clone(), rest))
    }
}

/// Returns the failure for a deadline that passed without a result.
pub fn time_limit() -> Failure {
    Failure::time_limit()
}

impl Stop {
    fn into_failure(self) -> Failure {
        match self {
            Stop::Failure(failure) => *failure,
            Stop::Deadline => time_limit(),
        }
    }
}

/// What a `channel::` asks for, where that is left to its line.
fn from_channels(
    provider: &Provider<'_>,
    line: &Declared,
    spec: &MatchSpec,
) -> Option<VersionSetId> {
    let is_open = provider.reading.open_channels && !line.channels.is_empty();
    let name = spec.name.as_exact().filter(|_| is_open)?.as_normalized();
    let (pool, world) = (&provider.pool, provider.world);
    let some = provider
        .conda
        .in_channels(pool, world, name, &line.channels);
    let name = pool.intern_package_name(Name::Conda(name.to_owned()));
    Some(pool.intern_version_set(name, VersionSet::OneOf(some)))
}

/// What a declared line requires of the solver.
pub(super) fn requirements(
    provider: &Provider<'_>,
    line: &Declared,
) -> Result<Vec<ConditionalRequirement>, Failure> {
    let pool = &provider.pool;
    match &line.kind {
        DeclaredKind::Conda(spec) => {
            let refuse = |reason: String| {
                let message = format!("`{spec}` cannot be required: {reason}");
                Failure::input(Diagnostic::error("invalid-match-spec", message))
            };
            let mut cache = provider.match_specs.borrow_mut();
            let condition = spec.condition.as_ref();
            let condition = condition.map(|when| pooled_condition(pool, &mut cache, when));
            let condition = condition.transpose().map_err(refuse)?;
            let mut sets = version_sets(pool, (**spec).clone()).map_err(refuse)?;
            sets.extend(from_channels(provider, line, spec));
            let requirement = |set: VersionSetId| ConditionalRequirement {
                requirement: set.into(),
                condition,
            };
            Ok(sets.into_iter().map(requirement).collect())
        }
        _ if !provider.reading.pip_half => Ok(Vec::new()),
        // pip has to start, though it be for nothing.
        DeclaredKind::Pip(requirement) => {
            let active = provider.pythons.marked(&requirement.marker, None);
            let active = active.intersection(&provider.allowed);
            if active.is_empty() && !provider.allowed.is_empty() {
                return Ok(provider.pip_on_pythons());
            }
            let sets = provider
                .requirement_sets(requirement, None)
                .map_err(|reason| {
                    let message = format!("`{requirement}` cannot be required: {reason}");
                    Failure::input(Diagnostic::error("invalid-requirement", message))
                })?;
            provider
                .world
                .pypi
                .prefetch(std::slice::from_ref(&requirement.name));
            let on_pythons = |set| provider.on_pythons(set, &active, &provider.allowed);
            let sets = sets.into_iter().map(on_pythons);
            Ok(sets.chain(provider.pip_on_pythons()).collect())
        }
        DeclaredKind::PipOpaque(Some(project), marker) => {
            let active = provider.pythons.marked(marker, None);
            let active = active.intersection(&provider.allowed);
            if active.is_empty() {
                return Ok(provider.pip_on_pythons());
            }
            let name = pool.intern_package_name(Name::Project(project.clone()));
            let any = pool.intern_version_set(name, VersionSet::Any);
            let mut sets = provider.pip_on_pythons();
            sets.push(provider.on_pythons(any, &active, &provider.allowed));
            Ok(sets)
        }
        DeclaredKind::PipOpaque(None, _) => Ok(provider.pip_on_pythons()),
        DeclaredKind::PipConstraint(_) => Ok(Vec::new()),
    }
}
