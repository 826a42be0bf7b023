//! The pip commands of a Dockerfile, in order. Each one resolves only its own requirements,
//! and replaces installed releases that do not satisfy them
//! (<https://pip.pypa.io/en/stable/user_guide/#changes-to-the-pip-dependency-resolver-in-20-3-2020>).
//!
//! The result is one set of requirements. For each project, the last command that names it
//! decides:
//!
//! - with `--upgrade`, pip selects it again, so earlier requirements do not count;
//! - a requirement that contradicts an earlier one replaces it;
//! - otherwise both count, because pip keeps an installed release that satisfies the new one.
//!
//! Contradictory lines in one command all remain, because that command fails.
//!
//! The dependencies of all commands are solved together, as if one command had installed them.
//! A later command may break a dependency of an earlier one; pip only warns about that.

use std::{
    collections::{HashMap, HashSet},
    ops::Range,
};

use pep440_rs::{Operator, Version, VersionSpecifiers};
use pep508_rs::{PackageName, Requirement, VerbatimUrl, VersionOrUrl};

use super::install::Install;
use presolve_spec::{PipRequirement, PipRequirementKind, PipRequirements};
use presolve_text::{diagnostic::Diagnostic, secrets::redact};

/// The name of the diagnostic for a command that undoes an earlier one.
pub const REPLACED: &str = "replaced-requirement";

/// The maximum number of different requirements of a project, and of specifiers of two, that
/// are compared pairwise. Real Dockerfiles have fewer.
const MAX_COMPARED: usize = 32;

/// A command of pip.
pub struct PipRun {
    /// pip selects the named projects again, whatever is installed.
    pub is_upgrade: bool,
    /// The range of its requirements in [`PipRequirements::requirements`].
    pub requirements: Range<usize>,
    /// The range of its constraints in [`PipRequirements::constraints`].
    pub constraints: Range<usize>,
}

impl PipRun {
    /// A command with these ranges of requirements and constraints.
    pub fn of(install: &Install, requirements: Range<usize>, constraints: Range<usize>) -> Self {
        let options = ["upgrade", "force-reinstall", "ignore-installed"];
        Self {
            is_upgrade: options.into_iter().any(|option| install.has(option)),
            requirements,
            constraints,
        }
    }
}

/// The projects that a command selects again, whatever the image has of them.
pub fn upgraded(pip: &PipRequirements, runs: &[PipRun]) -> HashSet<PackageName> {
    let runs = runs.iter().filter(|run| run.is_upgrade);
    let lines = runs.flat_map(|run| &pip.requirements[run.requirements.clone()]);
    let named = lines.filter_map(Named::of);
    named.map(|named| named.name.clone()).collect()
}

/// Removes the requirements that a later command replaces, and warns about each.
pub fn settle(pip: &mut PipRequirements, runs: &[PipRun]) -> Vec<Diagnostic> {
    let lists = [&pip.requirements, &pip.constraints];
    let mut projects: HashMap<&PackageName, Vec<Earlier<'_>>> = HashMap::new();
    let mut kept = lists.map(|lines| vec![true; lines.len()]);
    let mut warnings = Vec::new();
    for (number, run) in runs.iter().enumerate() {
        let own = &pip.requirements[run.requirements.clone()];
        let declared = own.iter().filter(|line| !line.added_by_pin);
        for later in declared.filter_map(Named::of) {
            for earlier in projects.get_mut(later.name).into_iter().flatten() {
                if earlier.is_replaced_by(&later, run.is_upgrade) {
                    for (list, index) in earlier.lines.drain(..) {
                        kept[list][index] = false;
                    }
                    warnings.extend(earlier.warning(&later));
                }
            }
        }
        let ranges = [&run.requirements, &run.constraints];
        for (list, range) in ranges.into_iter().enumerate() {
            for index in range.clone() {
                let line = &lists[list][index];
                if let Some(named) = Named::of(line).filter(|_| !line.added_by_pin) {
                    let known = projects.entry(named.name).or_default();
                    remember(known, named, (list, index), number);
                }
            }
        }
    }
    let [requirements, constraints] = kept;
    keep(&mut pip.requirements, requirements);
    keep(&mut pip.constraints, constraints);
    warnings
}

fn keep(lines: &mut Vec<PipRequirement>, kept: Vec<bool>) {
    let mut kept = kept.into_iter();
    lines.retain(|_| kept.next().unwrap_or(true));
}

fn remember<'l>(known: &mut Vec<Earlier<'l>>, named: Named<'l>, line: (usize, usize), run: usize) {
    let mut is_stuck = false;
    let beside = known.iter_mut().filter(|one| one.run == run);
    for other in beside.filter(|one| one.is_contradicted_by(&named)) {
        other.is_stuck = true;
        is_stuck = true;
    }
    let mut same = known.iter_mut();
    if let Some(same) = same.find(|one| one.first.requirement == named.requirement) {
        same.lines.push(line);
        same.run = run;
        same.is_stuck |= is_stuck;
    } else if known.len() < MAX_COMPARED {
        known.push(Earlier {
            first: named,
            lines: vec![line],
            run,
            is_stuck,
        });
    }
}

/// Identical requirements of earlier commands.
struct Earlier<'l> {
    first: Named<'l>,
    /// For each line, the list (0 for requirements, 1 for constraints) and the index in it.
    /// Empty after they have been replaced.
    lines: Vec<(usize, usize)>,
    /// The index of the last command with this requirement.
    run: usize,
    /// Another line of its own command contradicts it. That command fails, so no later one
    /// replaces it.
    is_stuck: bool,
}

/// A line that names a project, with any marker.
#[derive(Clone, Copy)]
struct Named<'l> {
    name: &'l PackageName,
    requirement: &'l Requirement<VerbatimUrl>,
    line: &'l PipRequirement,
}

impl<'l> Named<'l> {
    fn of(line: &'l PipRequirement) -> Option<Self> {
        let PipRequirementKind::Named(requirement) = &line.kind else {
            return None;
        };
        requirement.marker.is_true().then_some(Self {
            name: &requirement.name,
            requirement,
            line,
        })
    }

    fn specifiers(&self) -> Option<&'l VersionSpecifiers> {
        match &self.requirement.version_or_url {
            Some(VersionOrUrl::VersionSpecifier(specifiers)) => Some(specifiers),
            _ => None,
        }
    }

    fn has_url(&self) -> bool {
        matches!(self.requirement.version_or_url, Some(VersionOrUrl::Url(_)))
    }
}

impl Earlier<'_> {
    fn is_replaced_by(&self, later: &Named<'_>, is_upgrade: bool) -> bool {
        let is_other = self.first.requirement != later.requirement;
        !self.lines.is_empty()
            && !self.is_stuck
            && is_other
            && self.first.requirement.version_or_url.is_some()
            && (is_upgrade || later.has_url() || self.is_contradicted_by(later))
    }

    fn is_contradicted_by(&self, later: &Named<'_>) -> bool {
        match (self.first.specifiers(), later.specifiers()) {
            (Some(earlier), Some(later)) => !have_a_version(earlier, later),
            _ => false,
        }
    }

    /// The warning about a requirement that `later` replaces, unless nothing is lost.
    fn warning(&self, later: &Named<'_>) -> Option<Diagnostic> {
        let is_lost = self.is_contradicted_by(later) || self.first.specifiers().is_some_and(ends);
        is_lost.then(|| {
            let (text, earlier) = (redact(&later.line.text), redact(&self.first.line.text));
            let message = format!("`{text}` replaces `{earlier}` of an earlier command");
            Diagnostic::warning(REPLACED, message)
                .at(later.line.location.clone(), "this requirement applies")
                .at(self.first.line.location.clone(), "this one is replaced")
                .note("each pip command runs on its own, and replaces installed packages that it needs in another version")
                .help("keep the intended requirement")
        })
    }
}

/// Whether specifiers exclude the newest releases.
fn ends(specifiers: &VersionSpecifiers) -> bool {
    let mut operators = specifiers.iter().map(|one| one.operator());
    operators.any(|operator| {
        !matches!(
            operator,
            Operator::GreaterThan | Operator::GreaterThanEqual | Operator::NotEqual
        )
    })
}

/// Whether some version satisfies both. Candidates are every version that one of them names,
/// a slightly higher one, and the lowest.
fn have_a_version(one: &VersionSpecifiers, other: &VersionSpecifiers) -> bool {
    let all = || one.iter().chain(other.iter());
    if all().count() > MAX_COMPARED {
        return true;
    }
    let named = all().map(|specifier| specifier.version().clone());
    let behind = all().map(|specifier| {
        let release = specifier.version().release();
        Version::new(release.iter().copied().chain([1]))
    });
    let mut versions = named.chain(behind).chain([Version::new([0])]);
    versions.any(|version| all().all(|specifier| specifier.contains(&version)))
}
