//! The reasons for a conflict.
//!
//! For each line, what it demands for every choice is followed. If the lines together
//! leave no candidate of a package, that is the reason. Otherwise each line is given what
//! the others leave, and its demands are followed again; this settles requirements that
//! depend on it, such as those with a marker. If that is not enough, a choice is made
//! (the Python first), and each option is followed.

use std::collections::{BTreeMap, BTreeSet};

use futures::FutureExt;
use resolvo::{DependencyProvider, Interner, NameId, SolvableId};

use crate::conflict::{
    Case, Chain, Left,
    demands::{Context, Demands, Matchings, Way},
    folded, nearest,
};
use crate::{encode::Provider, encode::pool::Name, search::Attempt};

mod choices;
mod of_pip;
mod refusals;

/// How many steps longer a chain may be if it can be shown in full.
const UNTOLD: usize = 3;

/// The maximum number of rounds in which the lines get what the others leave.
const STAGES: usize = 4;

/// The reasons for which these lines, the smallest set that has no solution, have
/// none; and the names that they demand and nothing has.
pub(super) fn of(attempt: &Attempt<'_>, core: &[usize]) -> (Vec<Case>, Vec<(Name, usize)>) {
    let clash = Clash {
        attempt,
        provider: attempt.provider(),
        matchings: Matchings::default(),
        core,
    };
    let demands = clash.demands(&Context::default(), &[]);
    let missing = demands.iter().zip(core).flat_map(|(demands, &line)| {
        let names = demands.missing.iter().cloned();
        names.map(move |name| (name, line))
    });
    let missing = missing.collect();
    if let Some(case) = clash.case(&demands, None) {
        return (vec![case], missing);
    }
    if let Some(case) = clash.pip_does_not_run(&demands) {
        return (vec![case], missing);
    }
    match clash.settled(None) {
        Ok(case) => (vec![case], missing),
        Err(demands) => (clash.by_choice(&demands), missing),
    }
}

struct Clash<'c, 'a> {
    attempt: &'c Attempt<'a>,
    provider: &'c Provider<'a>,
    matchings: Matchings,
    core: &'c [usize],
}

/// A choice: these candidates of this package.
type Choice = (NameId, BTreeSet<SolvableId>);

impl Clash<'_, '_> {
    /// What each line demands, given a choice and what the others leave.
    fn demands(&self, choice: &Context, others: &[Demands]) -> Vec<Demands> {
        let lines = self.core.iter().enumerate();
        let demands = lines.map(|(place, &line)| {
            let mut context = choice.clone();
            let others = others.iter().enumerate();
            for (_, other) in others.filter(|(other, _)| *other != place) {
                for (&name, demand) in &other.demands {
                    context.narrow(name, &demand.left.usable);
                }
            }
            Demands::of(self.attempt, &self.matchings, line, &context)
        });
        demands.collect()
    }

    /// Gives each line what the others leave, until they conflict; returns their demands
    /// when nothing changes any more.
    fn settled(&self, choice: Option<&Choice>) -> Result<Case, Vec<Demands>> {
        let mut context = Context::default();
        if let Some((name, left)) = choice {
            context.narrow(*name, left);
        }
        let size = |demands: &[Demands]| -> (usize, usize) {
            let all = demands.iter().flat_map(|demands| demands.demands.values());
            let left = all.clone().map(|demand| demand.left.usable.len());
            (all.clone().count(), left.sum())
        };
        let mut demands = self.demands(&context, &[]);
        for _ in 0..STAGES {
            if let Some(case) = self.case(&demands, choice) {
                return Ok(case);
            }
            let next = self.demands(&context, &demands);
            let unchanged = size(&next) == size(&demands);
            demands = next;
            if unchanged {
                break;
            }
        }
        match self.case(&demands, choice) {
            Some(case) => Ok(case),
            None => Err(demands),
        }
    }

    /// The clash of these demands, if they clash.
    fn case(&self, demands: &[Demands], choice: Option<&Choice>) -> Option<Case> {
        let Some(name) = disputed(self.provider, demands, choice) else {
            let mut ends = self.core.iter().zip(demands);
            return ends.find_map(|(&line, demand)| {
                let name = demand.dead_end()?;
                Some(self.dead_end(line, demands, demand, name, choice))
            });
        };
        let provider = self.provider;
        let mut case = Case {
            choice: choice.map(|(name, left)| folded::left(provider, *name, left)),
            disputed: folded::package(provider, name),
            chains: Vec::new(),
            ruled_out: Vec::new(),
            nearest: None,
            notes: Vec::new(),
        };
        for (place, (&line, demand)) in self.core.iter().zip(demands).enumerate() {
            if demand.demands.contains_key(&name) {
                let others = left_by_others(demands, place, name, choice);
                let way = others
                    .as_ref()
                    .and_then(|others| demand.decisive(name, Some(others)));
                case.ruled_out
                    .extend(self.why_python(demand, name, way, others.as_ref()));
                self.add_chain(&mut case, demands, (line, demand), (name, way), choice);
            }
        }
        if *provider.pool.resolve_package_name(name) == Name::Conda("pip".to_string()) {
            let reasons = demands
                .iter()
                .filter_map(|demand| of_pip::why_pip(provider, demand, name));
            case.notes.extend(reasons);
        }
        Some(case)
    }

    fn dead_end(
        &self,
        line: usize,
        demands: &[Demands],
        demand: &Demands,
        name: NameId,
        choice: Option<&Choice>,
    ) -> Case {
        let provider = self.provider;
        let package = folded::package(provider, name);
        let mut case = Case {
            choice: choice.map(|(name, left)| folded::left(provider, *name, left)),
            disputed: package.clone(),
            chains: Vec::new(),
            ruled_out: self.ruled_out(name, &demand.demands[&name]),
            nearest: None,
            notes: Vec::new(),
        };
        let way = demand.decisive(name, None);
        self.add_chain(&mut case, demands, (line, demand), (name, way), choice);
        if case.ruled_out.is_empty() {
            let candidates = provider.get_candidates(name).now_or_never().flatten();
            let candidates = candidates.map_or_else(Vec::new, |found| found.candidates);
            let sets = way.map(|way| &way.sets);
            let set = sets
                .and_then(|sets| sets.first())
                .filter(|_| demand.path(name).len() > 1);
            case.nearest = nearest::to_line(provider, line, name, &candidates)
                .or_else(|| nearest::to_set(provider, *set?, &candidates))
                .or_else(|| {
                    let there = folded::versions(provider, &candidates.into_iter().collect())?;
                    Some(format!("available: {package} {there}"))
                });
        }
        case
    }

    /// Adds the chain from a line to a package, and before it the chains of other lines
    /// to what it is given.
    fn add_chain(
        &self,
        case: &mut Case,
        demands: &[Demands],
        (line, demand): (usize, &Demands),
        (name, way): (NameId, Option<&Way>),
        choice: Option<&Choice>,
    ) {
        let provider = self.provider;
        let mut given = match way {
            Some(way) => demand.given_by(way),
            None => demand.given(name),
        };
        given.retain(|&given| choice.is_none_or(|(chosen, _)| *chosen != given));
        // The chains themselves show what the lines conflict over.
        if given.len() > 1 {
            given.remove(&name);
        }
        let mut chain = Chain {
            line,
            links: self.links(demand, name, way),
            asked: way.and_then(|way| self.asked(way)),
            given: Vec::new(),
        };
        for given in given {
            let others = self.core.iter().zip(demands);
            let others = others.filter(|(other, _)| **other != line);
            let found: Vec<_> = others
                .filter_map(|(&other, demand)| Some((other, demand, demand.demands.get(&given)?)))
                .collect();
            let left = |of: &[usize]| {
                let sets = of.iter().map(|&place| &found[place].2.left.usable);
                let sets = sets.cloned();
                sets.reduce(|left, more| left.intersection(&more).copied().collect())
            };
            let mut of: Vec<usize> = (0..found.len()).collect();
            let all = left(&of);
            // Lines that do not restrict the package further are not needed in the
            // explanation.
            for place in 0..found.len() {
                let rest: Vec<usize> = of.iter().copied().filter(|&kept| kept != place).collect();
                if !rest.is_empty() && left(&rest) == all {
                    of = rest;
                }
            }
            for place in of {
                let (other, demand, _) = found[place];
                let support = Chain {
                    line: other,
                    links: self.links(demand, given, None),
                    asked: None,
                    given: Vec::new(),
                };
                if !case.chains.contains(&support) {
                    case.chains.push(support);
                }
            }
            if let Some(left) = all {
                chain.given.push(folded::left(provider, given, &left));
            }
        }
        case.chains.push(chain);
    }

    fn links(&self, demand: &Demands, name: NameId, way: Option<&Way>) -> Vec<Left> {
        let path = match way {
            Some(way) => {
                let parent = way.because_of.map(|parent| demand.path(parent));
                [parent.unwrap_or_default(), vec![name]].concat()
            }
            None => demand.path(name),
        };
        let path = path.into_iter().filter(|&name| {
            let name = self.provider.pool.resolve_package_name(name);
            !matches!(name, Name::Contents(_))
        });
        let left = |at: NameId| {
            let usable = match way {
                Some(way) if at == name => &way.usable,
                _ => &demand.demands[&at].left.usable,
            };
            folded::left(self.provider, at, usable)
        };
        path.map(left).collect()
    }

    /// The constraint of a way that no candidate satisfies.
    fn asked(&self, way: &Way) -> Option<String> {
        if !way.usable.is_empty() || way.because_of.is_none() || way.sets.len() > 1 {
            return None;
        }
        let asked = self.provider.display_version_set(*way.sets.first()?);
        let asked = asked.to_string();
        (!asked.is_empty() && asked != "*").then_some(asked)
    }
}

/// What all lines together leave of each package that one of them demands.
fn left_by_all(demands: &[Demands]) -> BTreeMap<NameId, BTreeSet<SolvableId>> {
    let mut left = Context::default();
    for demands in demands {
        for (&name, demand) in &demands.demands {
            left.narrow(name, &demand.left.usable);
        }
    }
    left.0
}

/// What the other lines leave of a package, if they demand it.
fn left_by_others(
    demands: &[Demands],
    place: usize,
    name: NameId,
    choice: Option<&Choice>,
) -> Option<BTreeSet<SolvableId>> {
    let others = demands
        .iter()
        .enumerate()
        .filter(|(other, _)| *other != place);
    let left = others.filter_map(|(_, demands)| demands.demands.get(&name));
    let left = left.map(|demand| &demand.left.usable);
    let chosen = choice.filter(|(chosen, _)| *chosen == name);
    let sets = left.chain(chosen.map(|(_, left)| left)).cloned();
    sets.reduce(|left, more| left.intersection(&more).copied().collect())
}

/// The package of which each line leaves something and all leave nothing, by the
/// shortest way.
fn disputed(
    provider: &Provider<'_>,
    demands: &[Demands],
    choice: Option<&Choice>,
) -> Option<NameId> {
    let mut left = Context(left_by_all(demands));
    if let Some((name, chosen)) = choice {
        left.narrow(*name, chosen);
    }
    let length = |name: NameId| -> (usize, usize) {
        let demanding = demands.iter();
        let demanding = demanding.filter(|demand| demand.demands.contains_key(&name));
        let given = demanding.clone().map(|demand| demand.given(name).len());
        let ways = demanding.clone().map(|demand| demand.path(name).len());
        // Too many ranges to list do not show the conflict.
        let told = |demand: &Demands| {
            let versions = folded::versions(provider, &demand.demands[&name].left.usable);
            versions.is_none_or(|versions| versions.is_whole)
        };
        let untold = demanding.filter(|demand| !told(demand)).count();
        (given.sum(), ways.sum::<usize>() + UNTOLD * untold)
    };
    let has_end = |name: &NameId| {
        let mut of_lines = demands.iter().filter_map(|demand| demand.demands.get(name));
        of_lines.any(|demand| demand.left.usable.is_empty())
    };
    let disputed = left.0.into_iter().filter(|(_, left)| left.is_empty());
    let disputed = disputed.filter(|(name, _)| !has_end(name));
    let disputed = disputed.map(|(name, _)| (length(name), name));
    disputed.min().map(|(_, name)| name)
}
