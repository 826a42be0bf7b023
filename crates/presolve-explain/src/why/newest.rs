//! Why a package of a solution does not have a newer version.

use pep508_rs::{Requirement, VersionOrUrl};
use rattler_conda_types::ParseMatchSpecOptions;

use presolve_parse as parse;
use presolve_solve::{
    Conflict, Declared, DeclaredKind, Problem, Solution, SolveError, World,
    askers::direct::{self, Demand, Wants},
    conflict::{Half, Newer, Package, RuledOut, Versions, newer},
    explain, solve,
};

/// Why a package does not have a newer version. If all fields are empty, there is no
/// newer version.
#[derive(Default)]
pub struct Newest {
    /// The newer versions that are possible if the other packages allow it.
    pub open: Option<Versions>,
    /// Excluded newer versions, by reason.
    pub ruled_out: Vec<RuledOut>,
    /// The newest version that is possible if other packages change.
    pub possible: Option<Possible>,
    /// The versions that remain impossible even if other packages change, and the conflict, if
    /// it is short enough to show. Its last line, after the declared ones, represents the
    /// newer version.
    pub blocked: Option<(Versions, Option<Conflict>)>,
    /// Whether the time limit stopped the search.
    pub left_out: bool,
}

/// A newer version that is possible.
pub struct Possible {
    /// The version.
    pub version: String,
    /// Why it was not chosen.
    pub cause: Cause,
}

/// Why a possible newer version was not chosen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cause {
    /// An earlier `pin` chose the version, and it still fits.
    Pin,
    /// These packages would have to be downgraded or removed.
    Changes(Vec<VersionChange>),
    /// pip would replace it with this version from the index because of these requirements.
    PipReplaces(String, Vec<Demand>),
}

/// A package that a newer version changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VersionChange {
    /// The package.
    pub package: Package,
    /// The version in the solution.
    pub before: String,
    /// The version with the newer package; `None` if it is removed.
    pub after: Option<String>,
}

/// The text of the additional line, which requires a newer version, in a conflict.
pub const A_NEWER_ONE: &str = "a newer version";

/// Determines why a package does not have a newer version.
pub(super) fn of(
    problem: &Problem<'_>,
    solution: &Solution,
    package: &Package,
) -> Result<Newest, SolveError> {
    let mut newest = Newest::default();
    match fill(&mut newest, problem, solution, package) {
        Err(failure) if failure.is_deadline() => newest.left_out = true,
        ended => ended?,
    }
    Ok(newest)
}

fn fill(
    newest: &mut Newest,
    problem: &Problem<'_>,
    solution: &Solution,
    package: &Package,
) -> Result<(), SolveError> {
    let version = version_in(solution, package).unwrap_or_default();
    let Newer { open, ruled_out } = newer(problem, package, &version)?;
    (newest.open, newest.ruled_out) = (open.clone(), ruled_out);
    let Some(open) = open else {
        return Ok(());
    };
    let mut blocked = open;
    if let Some(possible) = possible(problem, solution, package, &blocked)? {
        let above = newer(problem, package, &possible.version)?.open;
        newest.possible = Some(possible);
        match above {
            None => return Ok(()),
            Some(above) => blocked = above,
        }
    }
    let line = at_least(package, &blocked.all[0])?;
    let declared = [problem.declared, &[line]].concat();
    let changed = Problem {
        declared: &declared,
        world: problem.world.clone(),
    };
    if newest.possible.is_some() && solve(&changed)?.is_some() {
        return Ok(());
    }
    let conflict = match explain(&changed) {
        Err(failure) if failure.is_deadline() => return Err(failure),
        explained => explained.ok(),
    };
    newest.blocked = Some((blocked, conflict));
    Ok(())
}

fn possible(
    problem: &Problem<'_>,
    solution: &Solution,
    package: &Package,
    open: &Versions,
) -> Result<Option<Possible>, SolveError> {
    let mut pinned = false;
    let world = problem.world.changed(|world: &mut World<'_>| {
        let preferences = &mut world.preferences;
        pinned = match (package.half, parse::pep::name(&package.name)) {
            (Half::Pypi, Ok(project)) => preferences.pypi.remove(&project).is_some(),
            _ => preferences.conda.remove(&package.name).is_some(),
        };
    });
    if pinned {
        let unpinned = Problem {
            declared: problem.declared,
            world: world.clone(),
        };
        let version = solve(&unpinned)?.and_then(|found| version_in(&found, package));
        if let Some(version) = version.filter(|version| open.all.contains(version)) {
            let cause = Cause::Pin;
            return Ok(Some(Possible { version, cause }));
        }
    }
    let line = at_least(package, &open.all[0])?;
    let declared = [problem.declared, &[line]].concat();
    let changed = Problem {
        declared: &declared,
        world,
    };
    let Some(other) = solve(&changed)? else {
        return Ok(None);
    };
    if other.by_legacy_resolver && !solution.by_legacy_resolver {
        return Ok(None);
    }
    let Some(version) = version_in(&other, package) else {
        return Ok(None);
    };
    let cause = match pip_replaces(&changed, solution, &other, package) {
        Some(replaced) => replaced,
        None => Cause::Changes(changes(problem.declared, solution, &other, package)),
    };
    Ok(Some(Possible { version, cause }))
}

/// Returns pip's replacement of a conda package that is in another solution but not in this
/// one.
fn pip_replaces(
    problem: &Problem<'_>,
    solution: &Solution,
    other: &Solution,
    package: &Package,
) -> Option<Cause> {
    let replaced = |solution: &Solution| {
        let mut overwritten = solution.overwritten.iter();
        let found = overwritten.find(|(_, conda)| *conda == package.name);
        found.map(|(project, _)| project.clone())
    };
    let project = replaced(other).filter(|_| package.half == Half::Conda)?;
    if replaced(solution).is_some() {
        return None;
    }
    let by = other.release(&project)?.version.to_string();
    let refused = parse::pep::version(&version_in(other, package)?).ok()?;
    let mut demands = direct::of_project(problem.declared, other, &problem.world, &project);
    demands.retain(|demand| match &demand.wants {
        Wants::Specifiers(text) => {
            let specifiers = parse::pep::specifiers(text);
            specifiers.is_ok_and(|specifiers| !specifiers.contains(&refused))
        }
        Wants::Match(_) => false,
    });
    Some(Cause::PipReplaces(by, demands))
}

fn version_in(solution: &Solution, package: &Package) -> Option<String> {
    match (package.half, parse::pep::name(&package.name)) {
        (Half::Pypi, Ok(project)) => {
            let release = solution.release(&project)?;
            Some(release.version.to_string())
        }
        _ => {
            let record = solution.record(&package.name)?;
            Some(record.package_record.version.to_string())
        }
    }
}

/// Returns a line that requires this version or a newer one.
fn at_least(package: &Package, version: &str) -> Result<Declared, SolveError> {
    let refuse = |error: String| {
        SolveError::Internal(format!(
            "cannot ask for {package} {version} or newer: {error}"
        ))
    };
    let kind = match package.half {
        Half::Pypi => {
            let version = parse::pep::version(version).map_err(|e| refuse(format!("{e}")))?;
            let specifiers = format!(">={}", version.without_local());
            let specifiers =
                parse::pep::specifiers(&specifiers).map_err(|e| refuse(format!("{e}")))?;
            let name = parse::pep::name(&package.name).map_err(|e| refuse(format!("{e}")))?;
            DeclaredKind::Pip(Box::new(Requirement {
                name,
                extras: Vec::new(),
                version_or_url: Some(VersionOrUrl::VersionSpecifier(specifiers)),
                marker: pep508_rs::MarkerTree::TRUE,
                origin: None,
            }))
        }
        Half::Conda | Half::Virtual => {
            let text = format!("{} >={version}", package.name);
            let spec = parse::conda::match_spec(&text, ParseMatchSpecOptions::lenient());
            DeclaredKind::Conda(Box::new(spec.map_err(|e| refuse(format!("{e}")))?))
        }
    };
    Ok(Declared {
        text: A_NEWER_ONE.to_string(),
        kind,
        channels: Vec::new(),
        hashes: Vec::new(),
    })
}

/// Returns the packages that are older in another solution, or missing. Those that lines name
/// come first.
fn changes(
    declared: &[Declared],
    solution: &Solution,
    other: &Solution,
    but: &Package,
) -> Vec<VersionChange> {
    let mut changes = Vec::new();
    for record in &solution.conda {
        let name = record.package_record.name.as_normalized();
        let before = &record.package_record.version;
        let after = other
            .record(name)
            .map(|other| &other.package_record.version);
        if after.is_none_or(|after| after < before) {
            changes.push(VersionChange {
                package: Package {
                    name: name.to_string(),
                    half: Half::Conda,
                },
                before: before.to_string(),
                after: after.map(ToString::to_string),
            });
        }
    }
    for release in &solution.pypi {
        let after = other.release(&release.name).map(|other| &other.version);
        if after.is_none_or(|after| *after < release.version) {
            changes.push(VersionChange {
                package: Package {
                    name: release.name.to_string(),
                    half: Half::Pypi,
                },
                before: release.version.to_string(),
                after: after.map(ToString::to_string),
            });
        }
    }
    changes.retain(|change| change.package != *but);
    let is_declared = |change: &VersionChange| {
        let mut lines = declared.iter();
        lines.any(|line| line.names(&change.package.name))
    };
    changes.sort_by_key(|change| (!is_declared(change), change.after.is_none()));
    changes
}
