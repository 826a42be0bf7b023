//! Lines that belong together and change together.
//!
//! A family is pinned to one version and either shares the first word of its names
//! (`azureml-core==1.27.0`, `azureml-train==1.27.0`) or has members that require each
//! other in exactly that version (`dask` and `distributed`). Changing only one of them
//! gives no solution, and removing all of them is not useful. The fix is another version
//! of the whole family.

use std::collections::BTreeMap;

use pep440_rs::Operator;
use pep508_rs::VersionOrUrl;
use rattler_conda_types::{Matches, ParseMatchSpecOptions};

use super::{
    requirement::{Parts, beginning},
    search::{COST_OF_MAJOR, COST_OF_MINOR, COST_OF_PATCH, Search, Step, compare},
};
use presolve_packages::pypi::{MetadataAnswer, ReleaseFile};
use presolve_parse as parse;
use presolve_solve::{Declared, DeclaredKind, Problem, SolveError};

/// The maximum number of sets of other changed lines that are tried for each family.
const SETS: usize = 2;

/// The maximum number of versions that are tried, from the nearest possible one on.
const TRIED: usize = 8;

/// Lines that move to a common version.
#[derive(Clone, Debug)]
pub struct FamilyMove {
    /// The lines with their new requirements.
    pub lines: Vec<(usize, Declared)>,
    /// The common version.
    pub version: String,
}

/// Returns the families with lines in a conflict.
pub(super) fn of_conflicts(
    problem: &Problem<'_>,
    conflicts: &[Vec<usize>],
    can_change: &dyn Fn(usize) -> bool,
) -> Vec<Vec<usize>> {
    let mut families = families(problem, can_change);
    families.retain(|family| {
        let mut lines = conflicts.iter().flatten();
        lines.any(|line| family.contains(line))
    });
    families
}

/// Reports the proposals that move a family, each with the other lines that have to change.
/// Returns whether more are wanted.
///
/// # Errors
/// As for [`presolve_solve::solve`]. The proposals from before the time limit were reported.
pub(super) fn proposals(
    problem: &Problem<'_>,
    conflicts: &[Vec<usize>],
    family: &[usize],
    can_change: &dyn Fn(usize) -> bool,
    tell: &mut dyn FnMut(Step) -> bool,
) -> Result<bool, SolveError> {
    let changing = [conflicts, &[family.to_vec()]].concat();
    let mut search = Search::new(problem, &changing)?;
    let other = |line: usize| can_change(line) && !family.contains(&line);
    let mut sets = Vec::new();
    let corrections = &mut search.corrections;
    corrections.minimal_sets(conflicts, family, &other, SETS, &mut sets)?;
    for set in sets {
        let Some((together, cost)) = search.together(family, &set)? else {
            continue;
        };
        search.moved.clone_from(&together.lines);
        let mut proposal = search.mildest(&set)?;
        search.moved.clear();
        proposal.cost += cost;
        proposal.together = Some(together);
        if !tell(Step::Proposal(proposal)) {
            return Ok(false);
        }
    }
    Ok(true)
}

impl Search<'_> {
    /// Returns the nearest version to which a family can move without the lines of `set`, and
    /// its cost.
    fn together(
        &mut self,
        family: &[usize],
        set: &[usize],
    ) -> Result<Option<(FamilyMove, usize)>, SolveError> {
        let declared = self.declared;
        let parts = family.iter().map(|&line| Parts::of(&declared[line]));
        let Some(parts) = parts.collect::<Option<Vec<_>>>() else {
            return Ok(None);
        };
        let Some(asked) = parts[0].version().map(without_post) else {
            return Ok(None);
        };
        let without = [family, set].concat();
        let common = self.common_versions(family, &without)?;
        let older = common
            .iter()
            .rev()
            .filter(|one| compare(one, asked).is_lt());
        let newer = common.iter().filter(|one| compare(one, asked).is_gt());
        for way in [newer.collect::<Vec<_>>(), older.collect()] {
            let Some(version) = self.nearest_of(&parts, &without, &way)? else {
                continue;
            };
            let Some(moved) = moved_to(&parts, version) else {
                continue;
            };
            let step = match (beginning(version, 2), beginning(version, 1)) {
                (minor, _) if minor == beginning(asked, 2) => COST_OF_PATCH,
                (_, major) if major == beginning(asked, 1) => COST_OF_MINOR,
                _ => COST_OF_MAJOR,
            };
            let together = FamilyMove {
                lines: family.iter().copied().zip(moved).collect(),
                version: version.clone(),
            };
            // At the same distance, changing fewer lines is milder.
            return Ok(Some((together, step + family.len())));
        }
        Ok(None)
    }

    /// Returns the versions that every member has, oldest first.
    fn common_versions(
        &mut self,
        family: &[usize],
        without: &[usize],
    ) -> Result<Vec<String>, SolveError> {
        let mut common: Option<Vec<String>> = None;
        for &line in family {
            let versions = self
                .corrections
                .versions_of(&self.declared[line], without)?;
            common = Some(match common {
                None => versions,
                Some(mut common) => {
                    common.retain(|version| versions.contains(version));
                    common
                }
            });
        }
        Ok(common.unwrap_or_default())
    }

    /// Returns the first version in `way` that gives a solution, or the newest one of its
    /// series if that gives one too.
    fn nearest_of<'v>(
        &mut self,
        parts: &[Parts<'_>],
        without: &[usize],
        way: &[&'v String],
    ) -> Result<Option<&'v String>, SolveError> {
        let Some(from) = self.first_that_may(parts, without, way)? else {
            return Ok(None);
        };
        let mut solves = |version: &str| match moved_to(parts, version) {
            Some(moved) => self.solves(without, &moved),
            None => Ok(false),
        };
        for &version in way[from..].iter().take(TRIED) {
            if !solves(version)? {
                continue;
            }
            let of_series = way.iter().copied().filter(|other| {
                beginning(other, 2) == beginning(version, 2) && compare(other, version).is_gt()
            });
            let newest = of_series.max_by(|one, other| compare(one, other));
            return Ok(Some(match newest {
                Some(newest) if solves(newest)? => newest,
                _ => version,
            }));
        }
        Ok(None)
    }

    /// Returns the first index in `way` that may have a solution. It is found by bisection:
    /// all versions before it, allowed at once, give no solution.
    fn first_that_may(
        &mut self,
        parts: &[Parts<'_>],
        without: &[usize],
        way: &[&String],
    ) -> Result<Option<usize>, SolveError> {
        let mut solves = |reach: usize| {
            let (near, far) = (way[0], way[reach - 1]);
            let (low, high) = if compare(near, far).is_le() {
                (near, far)
            } else {
                (far, near)
            };
            let between = parts.iter().map(|parts| parts.between(low, high));
            match between.collect::<Option<Vec<_>>>() {
                Some(between) => self.solves(without, &between),
                None => Ok(false),
            }
        };
        if way.is_empty() || !solves(way.len())? {
            return Ok(None);
        }
        let (mut none, mut some) = (0, way.len());
        while some - none > 1 {
            let middle = (none + some) / 2;
            if solves(middle)? {
                some = middle
            } else {
                none = middle
            }
        }
        Ok(Some(some - 1))
    }
}

fn moved_to(parts: &[Parts<'_>], version: &str) -> Option<Vec<Declared>> {
    parts.iter().map(|parts| parts.moved_to(version)).collect()
}

/// Returns the families among the lines that may change.
fn families(problem: &Problem<'_>, can_change: &dyn Fn(usize) -> bool) -> Vec<Vec<usize>> {
    let mut by_version: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (line, declared) in problem.declared.iter().enumerate() {
        let parts = Parts::of(declared).filter(|_| can_change(line));
        if let Some(version) = parts.and_then(|parts| parts.exact_version()) {
            by_version
                .entry(without_post(version))
                .or_default()
                .push(line);
        }
    }
    let mut families: Vec<Vec<usize>> = Vec::new();
    for (version, lines) in by_version {
        let mut of_version: Vec<Vec<usize>> = Vec::new();
        for line in lines {
            let is_one_of = |family: &Vec<usize>| {
                let mut members = family.iter();
                members.any(|&member| are_related(problem, member, line, version))
            };
            let (related, others): (Vec<_>, Vec<_>) = of_version.into_iter().partition(is_one_of);
            of_version = others;
            let mut family = related.concat();
            family.push(line);
            of_version.push(family);
        }
        families.extend(of_version.into_iter().filter(|family| family.len() > 1));
    }
    families
}

/// Returns a version without its post-release number. A post-release with corrected metadata
/// still belongs to the family.
fn without_post(version: &str) -> &str {
    version.split(".post").next().unwrap_or(version)
}

fn are_related(problem: &Problem<'_>, one: usize, other: usize, version: &str) -> bool {
    let (one, other) = (&problem.declared[one], &problem.declared[other]);
    first_word(one).is_some_and(|word| first_word(other) == Some(word))
        || requires(problem, one, other, version)
        || requires(problem, other, one, version)
}

/// Returns the name of a line up to its first separator.
pub fn first_word(line: &Declared) -> Option<&str> {
    let name = match &line.kind {
        DeclaredKind::Conda(spec) => spec.name.as_exact()?.as_normalized(),
        DeclaredKind::Pip(requirement) => requirement.name.as_ref(),
        _ => return None,
    };
    name.split(['-', '_', '.']).next()
}

/// Whether the package that one line pins requires the package of the other in the same
/// version. `false` if its requirements are unknown.
fn requires(problem: &Problem<'_>, line: &Declared, other: &Declared, version: &str) -> bool {
    match &line.kind {
        DeclaredKind::Conda(spec) => {
            let records = problem.world.subdirs.iter();
            let mut records = records.flat_map(|subdir| subdir.iter());
            records.any(|record| {
                let mut depends = record.package_record.depends.iter();
                spec.matches(record) && depends.any(|text| is_pin_on(text, other, version))
            })
        }
        DeclaredKind::Pip(requirement) => {
            let required = required_by(problem, &requirement.name, version);
            required.is_some_and(|required| {
                required.iter().any(|required| {
                    let specifiers = match &required.version_or_url {
                        Some(VersionOrUrl::VersionSpecifier(specifiers)) => specifiers.iter(),
                        _ => return false,
                    };
                    let mut exact = specifiers.filter(|one| *one.operator() == Operator::Equal);
                    other.names(required.name.as_ref())
                        && exact.any(|one| one.version().to_string() == version)
                })
            })
        }
        _ => false,
    }
}

/// Whether a dependency of a record requires exactly this version of the package of a
/// conda line.
fn is_pin_on(text: &str, line: &Declared, version: &str) -> bool {
    let Ok(spec) = parse::conda::match_spec(text, ParseMatchSpecOptions::lenient()) else {
        return false;
    };
    let name = spec.name.as_exact();
    let asked = spec.version.map(|asked| asked.to_string());
    line.is_conda()
        && name.is_some_and(|name| line.names(name.as_normalized()))
        && asked.is_some_and(|asked| {
            let asked = asked.trim_start_matches('=');
            asked.trim_end_matches(".*") == version
        })
}

/// Returns the requirements of a release, from the metadata of one of its wheels.
fn required_by(
    problem: &Problem<'_>,
    project: &pep508_rs::PackageName,
    version: &str,
) -> Option<Vec<pep508_rs::Requirement<pep508_rs::VerbatimUrl>>> {
    let pypi = problem.world.pypi;
    let page = pypi.project(project).ok()??;
    let release = page.releases.get(&parse::pep::version(version).ok()?)?;
    let wheel = ReleaseFile::all(release).find(|file| file.support().is_wheel())?;
    match pypi.metadata(project, wheel.distribution()?).ok()? {
        MetadataAnswer::Known(metadata) => Some(metadata.requires_dist.clone()),
        _ => None,
    }
}
