//! The search for the lines that have to change, and for the mildest changes of them.
//!
//! In each minimal correction set, the search removes lines that have no solution with any
//! version. For the others, it finds the nearest version with a solution. If the versions up
//! to some distance allow a solution, so do those up to any larger distance. So bisection
//! finds the nearest version.

use super::{
    family::{self, FamilyMove},
    requirement::{Parts, beginning},
};
use crate::EditKind;
use presolve_parse as parse;
use presolve_solve::{Corrections, Declared, DeclaredKind, Problem, SolveError};

/// The maximum number of correction sets that are tried.
const SETS: usize = 8;

/// Changes that fix all conflicts in the most lenient reading. They still have to be verified
/// by a full solve.
#[derive(Clone, Debug)]
pub struct Proposal {
    /// Lines that move together, which counts as one change.
    pub together: Option<FamilyMove>,
    /// The new form of each line of a minimal correction set.
    pub lines: Vec<ChangedLine>,
    /// The total cost of the changes. A lower cost is closer to what the user asked for.
    pub cost: usize,
}

impl Proposal {
    /// Returns the number of changes.
    pub fn size(&self) -> usize {
        self.lines.len() + usize::from(self.together.is_some())
    }
}

/// The new form of a line.
#[derive(Clone, Debug)]
pub struct ChangedLine {
    /// The index of the line among the declared requirements.
    pub line: usize,
    /// The kind of the change.
    pub kind: EditKind,
    /// The new requirement; `None` if the line is removed.
    pub with: Option<Declared>,
    /// The version nearest to the original, if it does not work.
    pub skips: Option<String>,
}

/// A result that a search reports as soon as it is known.
pub(crate) enum Step {
    /// A proposal.
    Proposal(Proposal),
    /// All proposals with fewer changes than this were reported.
    Below(usize),
}

/// Finds proposals, those that change the fewest lines first, then the mildest.
///
/// # Errors
/// As for [`presolve_solve::solve`]. The proposals from before the time limit are in `found`.
pub fn proposals(
    problem: &Problem<'_>,
    conflicts: &[Vec<usize>],
    can_change: &dyn Fn(usize) -> bool,
    found: &mut Vec<Proposal>,
) -> Result<(), SolveError> {
    let ended = steps(problem, conflicts, can_change, &mut |step| {
        if let Step::Proposal(proposal) = step {
            found.push(proposal);
        }
        true
    });
    found.sort_by_key(|proposal| (proposal.size(), proposal.cost));
    ended
}

/// Searches for proposals as long as `tell` returns `true`.
///
/// # Errors
/// As for [`presolve_solve::solve`]. The steps from before the time limit were reported.
pub(super) fn steps(
    problem: &Problem<'_>,
    conflicts: &[Vec<usize>],
    can_change: &dyn Fn(usize) -> bool,
    tell: &mut dyn FnMut(Step) -> bool,
) -> Result<(), SolveError> {
    // The conflicts are there even with all records without a date.
    let undated = problem.with_undated();
    let problem = undated.as_ref().unwrap_or(problem);
    let families = family::of_conflicts(problem, conflicts, can_change);
    let mut search = Search::new(problem, conflicts)?;
    let mut sets = Vec::new();
    let ended = search
        .corrections
        .minimal_sets(conflicts, &[], can_change, SETS, &mut sets);
    for set in sets {
        // Families are checked last, and may move with few changes.
        let goes_on = !families.is_empty() || tell(Step::Below(set.len()));
        if !goes_on || !tell(Step::Proposal(search.mildest(&set)?)) {
            return Ok(());
        }
    }
    ended?;
    for family in families {
        if !family::proposals(problem, conflicts, &family, can_change, tell)? {
            break;
        }
    }
    Ok(())
}

/// A search for the mildest changes.
pub(super) struct Search<'p> {
    pub declared: &'p [Declared],
    pub corrections: Corrections<'p>,
    /// The lines changed already, with their new requirements.
    pub moved: Vec<(usize, Declared)>,
}

impl<'p> Search<'p> {
    pub(super) fn new(
        problem: &'p Problem<'p>,
        conflicts: &[Vec<usize>],
    ) -> Result<Self, SolveError> {
        Ok(Self {
            declared: problem.declared,
            corrections: Corrections::new(problem, conflicts)?,
            moved: Vec::new(),
        })
    }

    /// Whether there is a solution without some lines and with others, given the lines in
    /// `moved`.
    pub(super) fn solves(
        &mut self,
        without: &[usize],
        with: &[Declared],
    ) -> Result<bool, SolveError> {
        let (lines, moved): (Vec<usize>, Vec<Declared>) = self.moved.iter().cloned().unzip();
        let (without, with) = ([&lines, without].concat(), [&moved, with].concat());
        self.corrections.solves(&without, &with)
    }

    /// Returns the mildest changes of a correction set.
    pub(super) fn mildest(&mut self, set: &[usize]) -> Result<Proposal, SolveError> {
        // The replacement of each line; `None` if it is removed.
        let mut instead: Vec<Option<Declared>> = vec![None; set.len()];
        for (place, &line) in set.iter().enumerate() {
            let parts = Parts::of(&self.declared[line]);
            let open = parts.filter(|parts| !parts.is_open());
            let Some(any) = open.and_then(|parts| parts.any()) else {
                continue;
            };
            instead[place] = Some(any);
            let with: Vec<Declared> = instead.iter().flatten().cloned().collect();
            if !self.solves(set, &with)? {
                instead[place] = None;
            }
        }
        let mut proposal = Proposal {
            together: None,
            lines: Vec::new(),
            cost: 0,
        };
        for (place, &line) in set.iter().enumerate() {
            let nearest = match &instead[place] {
                None => Nearest::dropped(),
                Some(_) => self.nearest(set, line, place, &instead)?,
            };
            instead[place].clone_from(&nearest.with);
            proposal.cost += nearest.cost;
            proposal.lines.push(ChangedLine {
                line,
                kind: nearest.kind,
                with: nearest.with,
                skips: nearest.skips,
            });
        }
        Ok(proposal)
    }

    /// Finds the requirement nearest to that of a line that gives a solution, given the
    /// replacements of the other lines. A solution must exist for some version.
    fn nearest(
        &mut self,
        set: &[usize],
        line: usize,
        place: usize,
        instead: &[Option<Declared>],
    ) -> Result<Nearest, SolveError> {
        let declared = self.declared;
        let line = &declared[line];
        let parts = Parts::of(line).expect("a line that stands for any version has parts");
        let any = instead[place].clone().expect("something stands in for it");
        let others: Vec<&Declared> = instead
            .iter()
            .enumerate()
            .filter(|(other, _)| *other != place)
            .filter_map(|(_, with)| with.as_ref())
            .collect();
        let with = |one: &'_ Declared| -> Vec<Declared> {
            let all = others.iter().map(|&other| other.clone());
            all.chain([one.clone()]).collect()
        };
        if let Some(without) = parts.without_build()
            && self.solves(set, &with(&without))?
        {
            return Ok(Nearest::new(without, EditKind::Relax, COST_OF_BUILD));
        }
        let versions = self.corrections.versions_of(line, set)?;
        let allowed = places_of(line, &parts, &versions);
        let mut best: Option<Nearest> = None;
        for up in [true, false] {
            let way = if up {
                versions[allowed.end..].iter().collect::<Vec<_>>()
            } else {
                versions[..allowed.start].iter().rev().collect()
            };
            let mut solves = |reach: usize| -> Result<bool, SolveError> {
                let (near, far) = (way[0], way[reach - 1]);
                let (low, high) = if up { (near, far) } else { (far, near) };
                let Some(between) = parts.between(low, high) else {
                    return Ok(false);
                };
                self.solves(set, &with(&between))
            };
            let no_better =
                |best: &Nearest| cost_of(&parts, &versions, &allowed, way[0], 1) >= best.cost;
            if way.is_empty() || best.as_ref().is_some_and(no_better) {
                continue;
            }
            // The nearest versions are likely to work.
            let (mut none, mut some) = (0, 1);
            if !solves(1)? {
                if way.len() == 1 || !solves(way.len())? {
                    continue;
                }
                (none, some) = (1, 2);
                while some < way.len() && !solves(some)? {
                    (none, some) = (some, (some * 2).min(way.len()));
                }
            }
            while some - none > 1 {
                let middle = (none + some) / 2;
                if solves(middle)? {
                    some = middle
                } else {
                    none = middle
                }
            }
            let version = self.newest_of_series(&parts, set, &way, some, &with)?;
            let Some(moved) = parts.moved_to(version) else {
                continue;
            };
            let kind = kind_of(line, &parts, version);
            let cost = cost_of(&parts, &versions, &allowed, version, some);
            if best.as_ref().is_none_or(|best| cost < best.cost) {
                best = Some(Nearest {
                    skips: (some > 1).then(|| way[0].clone()),
                    ..Nearest::new(moved, kind, cost)
                });
            }
        }
        Ok(best.unwrap_or_else(|| Nearest::new(any, EditKind::Relax, COST_OF_MAJOR)))
    }

    /// Returns the newest version of the same series if it gives a solution, otherwise the
    /// nearest version. Later versions of a series usually fix bugs.
    fn newest_of_series<'v>(
        &mut self,
        parts: &Parts<'_>,
        set: &[usize],
        way: &[&'v String],
        reach: usize,
        with: &dyn Fn(&Declared) -> Vec<Declared>,
    ) -> Result<&'v String, SolveError> {
        let nearest = way[reach - 1];
        let same = |version: &&&'v String| beginning(version, 2) == beginning(nearest, 2);
        let newer = |version: &&&'v String| is_newer(version, nearest);
        let newest = way
            .iter()
            .filter(same)
            .filter(newer)
            .max_by(|a, b| compare(a, b));
        let Some(newest) = newest else {
            return Ok(nearest);
        };
        let Some(alone) = parts.between(newest, newest) else {
            return Ok(nearest);
        };
        if self.solves(set, &with(&alone))? {
            Ok(newest)
        } else {
            Ok(nearest)
        }
    }
}

/// The mildest change of a line, with its cost.
struct Nearest {
    with: Option<Declared>,
    kind: EditKind,
    cost: usize,
    skips: Option<String>,
}

impl Nearest {
    fn new(with: Declared, kind: EditKind, cost: usize) -> Self {
        Self {
            with: Some(with),
            kind,
            cost,
            skips: None,
        }
    }

    fn dropped() -> Self {
        Self {
            with: None,
            kind: EditKind::Drop,
            cost: COST_OF_DROP,
            skips: None,
        }
    }
}

/// The cost of removing a line. It exceeds that of any change that keeps the line.
pub(crate) const COST_OF_DROP: usize = 1000;
/// The cost of another major version, to which the distance is added.
pub(crate) const COST_OF_MAJOR: usize = 300;
/// The cost of another minor version.
pub(crate) const COST_OF_MINOR: usize = 200;
/// The cost of another patch version.
pub(crate) const COST_OF_PATCH: usize = 100;
/// The cost of another build.
const COST_OF_BUILD: usize = 50;

pub(super) fn compare(one: &str, other: &str) -> std::cmp::Ordering {
    let version = |text: &str| parse::conda::version(text).ok();
    version(one).cmp(&version(other))
}

fn is_newer(one: &str, other: &str) -> bool {
    compare(one, other).is_gt()
}

fn cost_of(
    parts: &Parts<'_>,
    versions: &[String],
    allowed: &std::ops::Range<usize>,
    version: &str,
    distance: usize,
) -> usize {
    let edge = if allowed.is_empty() {
        parts.version().map(ToString::to_string)
    } else {
        Some(versions[allowed.end - 1].clone())
    };
    let alike = |count: usize| {
        edge.as_ref()
            .is_some_and(|edge| beginning(edge, count) == beginning(version, count))
    };
    let step = match (alike(2), alike(1)) {
        (true, _) => COST_OF_PATCH,
        (false, true) => COST_OF_MINOR,
        (false, false) => COST_OF_MAJOR,
    };
    step + distance.min(COST_OF_PATCH - 1)
}

fn kind_of(line: &Declared, parts: &Parts<'_>, version: &str) -> EditKind {
    let python = line.is_conda() && line.names("python");
    let same_minor = parts
        .version()
        .is_some_and(|before| beginning(before, 2) == beginning(version, 2));
    match (python && !same_minor, parts.version()) {
        (true, _) => EditKind::ChangePython,
        (false, Some(_)) => EditKind::Bump,
        (false, None) => EditKind::Relax,
    }
}

/// Returns the positions of the versions that a line allows; if there are none, an empty range
/// where they would be.
fn places_of(line: &Declared, parts: &Parts<'_>, versions: &[String]) -> std::ops::Range<usize> {
    let allows = |version: &String| match &line.kind {
        DeclaredKind::Conda(spec) => {
            let version = parse::conda::version(version);
            let asked = spec.version.as_ref();
            version.is_ok_and(|version| asked.is_none_or(|asked| asked.matches(&version)))
        }
        DeclaredKind::Pip(requirement) => match &requirement.version_or_url {
            Some(pep508_rs::VersionOrUrl::VersionSpecifier(specifiers)) => {
                parse::pep::version(version).is_ok_and(|version| specifiers.contains(&version))
            }
            _ => true,
        },
        _ => false,
    };
    let first = versions.iter().position(allows);
    let last = versions.iter().rposition(allows);
    if let (Some(first), Some(last)) = (first, last) {
        return first..last + 1;
    }
    let asked = parts
        .version()
        .and_then(|asked| parse::conda::version(asked).ok());
    let Some(asked) = asked else {
        return versions.len()..versions.len();
    };
    let is_less = |version: &&String| {
        let version = parse::conda::version(version);
        version.is_ok_and(|version| version < asked)
    };
    let place = versions.iter().take_while(is_less).count();
    place..place
}
