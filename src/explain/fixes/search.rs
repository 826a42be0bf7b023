//! Which lines have to change, and what the mildest changes are.
//!
//! For each minimal correction set, lines whose name alone leaves no solution go; of
//! the others the version nearest to the one asked for is looked for. That there is a
//! solution up to a version, going away from the one asked for, holds for every
//! version behind it, so the nearest one is found by halving.

use super::requirement::{Parts, beginning};
use crate::{
    diagnostic::Failure,
    explain::EditKind,
    problem::{Declared, DeclaredKind, Problem, conflict::Corrections},
};

/// How many correction sets are looked at.
const SETS: usize = 8;

/// Changes that mend all conflicts in the most lenient reading; they have to be
/// solved for real.
#[derive(Clone, Debug)]
pub struct Proposal {
    /// What each line of a minimal correction set becomes.
    pub lines: Vec<Becomes>,
    /// How much they change what the user asked for; compares proposals.
    pub cost: usize,
}

/// What a line becomes.
#[derive(Clone, Debug)]
pub struct Becomes {
    /// The place of the line.
    pub line: usize,
    /// The kind of the change.
    pub kind: EditKind,
    /// The requirement; none if the line goes.
    pub with: Option<Declared>,
}

/// Proposals, those that change the fewest lines first, then the mildest.
///
/// # Errors
/// As for [`crate::problem::solve`]; what was found before the time limit is in `found`.
pub fn proposals(
    problem: &Problem<'_>,
    conflicts: &[Vec<usize>],
    can_change: &dyn Fn(usize) -> bool,
    found: &mut Vec<Proposal>,
) -> Result<(), Failure> {
    let mut search = Search {
        declared: problem.declared,
        corrections: Corrections::new(problem, conflicts)?,
    };
    let mut sets = Vec::new();
    let ended = search
        .corrections
        .minimal_sets(conflicts, can_change, SETS, &mut sets);
    for set in sets {
        found.push(search.mildest(&set)?);
    }
    found.sort_by_key(|proposal| (proposal.lines.len(), proposal.cost));
    ended
}

struct Search<'p> {
    declared: &'p [Declared],
    corrections: Corrections<'p>,
}

impl Search<'_> {
    /// The mildest changes of a correction set.
    fn mildest(&mut self, set: &[usize]) -> Result<Proposal, Failure> {
        // What stands in for each line; none if it goes.
        let mut instead: Vec<Option<Declared>> = vec![None; set.len()];
        for (place, &line) in set.iter().enumerate() {
            let parts = Parts::of(&self.declared[line]);
            let open = parts.filter(|parts| !parts.is_open());
            let Some(any) = open.and_then(|parts| parts.any()) else {
                continue;
            };
            instead[place] = Some(any);
            let with: Vec<Declared> = instead.iter().flatten().cloned().collect();
            if !self.corrections.solves(set, &with)? {
                instead[place] = None;
            }
        }
        let mut proposal = Proposal {
            lines: Vec::new(),
            cost: 0,
        };
        for (place, &line) in set.iter().enumerate() {
            let (kind, cost) = match &instead[place] {
                None => (EditKind::Drop, COST_OF_DROP),
                Some(_) => {
                    let (with, kind, cost) = self.nearest(set, line, place, &instead)?;
                    instead[place] = Some(with);
                    (kind, cost)
                }
            };
            proposal.cost += cost;
            proposal.lines.push(Becomes {
                line,
                kind,
                with: instead[place].clone(),
            });
        }
        Ok(proposal)
    }

    /// The requirement nearest to a line's with which there is a solution, given what
    /// stands in for the other lines. With any version there is one.
    fn nearest(
        &mut self,
        set: &[usize],
        line: usize,
        place: usize,
        instead: &[Option<Declared>],
    ) -> Result<(Declared, EditKind, usize), Failure> {
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
            && self.corrections.solves(set, &with(&without))?
        {
            return Ok((without, EditKind::Relax, COST_OF_BUILD));
        }
        let versions = self.corrections.versions_of(line);
        let allowed = places_of(line, &parts, &versions);
        let mut best: Option<(usize, Declared, EditKind)> = None;
        for up in [true, false] {
            let way = match up {
                true => versions[allowed.end..].iter().collect::<Vec<_>>(),
                false => versions[..allowed.start].iter().rev().collect(),
            };
            let mut solves = |reach: usize| -> Result<bool, Failure> {
                let (near, far) = (way[0], way[reach - 1]);
                let (low, high) = if up { (near, far) } else { (far, near) };
                let Some(between) = parts.between(low, high) else {
                    return Ok(false);
                };
                self.corrections.solves(set, &with(&between))
            };
            let no_better = |best: &(usize, Declared, EditKind)| {
                cost_of(&parts, &versions, &allowed, way[0], 1) >= best.0
            };
            if way.is_empty() || best.as_ref().is_some_and(no_better) {
                continue;
            }
            // The nearest ones are likely to do.
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
                match solves(middle)? {
                    true => some = middle,
                    false => none = middle,
                }
            }
            let version = self.newest_of_series(&parts, set, &way, some, &with)?;
            let Some(moved) = parts.moved_to(version) else {
                continue;
            };
            let kind = kind_of(line, &parts, version);
            let cost = cost_of(&parts, &versions, &allowed, version, some);
            if best.as_ref().is_none_or(|(least, ..)| cost < *least) {
                best = Some((cost, moved, kind));
            }
        }
        Ok(match best {
            Some((cost, moved, kind)) => (moved, kind, cost),
            None => (any, EditKind::Relax, COST_OF_MAJOR),
        })
    }

    /// The nearest version, or the newest one of its series if that solves too: a bug is
    /// mended in later versions, not brought in.
    fn newest_of_series<'v>(
        &mut self,
        parts: &Parts<'_>,
        set: &[usize],
        way: &[&'v String],
        reach: usize,
        with: &dyn Fn(&Declared) -> Vec<Declared>,
    ) -> Result<&'v String, Failure> {
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
        match self.corrections.solves(set, &with(&alone))? {
            true => Ok(newest),
            false => Ok(nearest),
        }
    }
}

/// What a dropped line costs: more than any change that keeps it.
pub const COST_OF_DROP: usize = 1000;
/// What another major version costs, to which the distance is added.
pub const COST_OF_MAJOR: usize = 300;
/// What another minor version costs.
const COST_OF_MINOR: usize = 200;
/// What another patch version costs.
const COST_OF_PATCH: usize = 100;
/// What another build costs.
const COST_OF_BUILD: usize = 50;

fn compare(one: &str, other: &str) -> std::cmp::Ordering {
    let version = |text: &str| text.parse::<rattler_conda_types::Version>().ok();
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
    let edge = match allowed.is_empty() {
        true => parts.version().map(ToString::to_string),
        false => Some(versions[allowed.end - 1].clone()),
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

/// Where the versions stand that a line allows; where they would, if there are none.
fn places_of(line: &Declared, parts: &Parts<'_>, versions: &[String]) -> std::ops::Range<usize> {
    let allows = |version: &String| match &line.kind {
        DeclaredKind::Conda(spec) => {
            let version = version.parse::<rattler_conda_types::Version>();
            let asked = spec.version.as_ref();
            version.is_ok_and(|version| asked.is_none_or(|asked| asked.matches(&version)))
        }
        DeclaredKind::Pip(requirement) => match &requirement.version_or_url {
            Some(pep508_rs::VersionOrUrl::VersionSpecifier(specifiers)) => version
                .parse()
                .is_ok_and(|version| specifiers.contains(&version)),
            _ => true,
        },
        _ => false,
    };
    let first = versions.iter().position(allows);
    let last = versions.iter().rposition(allows);
    if let (Some(first), Some(last)) = (first, last) {
        return first..last + 1;
    }
    let asked = parts.version().and_then(|asked| asked.parse().ok());
    let Some(asked) = asked else {
        return versions.len()..versions.len();
    };
    let is_less = |version: &&String| {
        let version = version.parse::<rattler_conda_types::Version>();
        version.is_ok_and(|version| version < asked)
    };
    let place = versions.iter().take_while(is_less).count();
    place..place
}
