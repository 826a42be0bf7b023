//! The reasons for a conflict.
//!
//! The search follows what each line demands for every choice. If the lines together leave no
//! candidate of a package, that is the reason. Otherwise the demands of each line are followed
//! again, given what the others leave. This settles requirements that depend on other lines,
//! such as those with a marker. If that is not enough, the search makes a choice, the Python
//! first, and follows each option.

use std::collections::{BTreeMap, BTreeSet};

use resolvo::{Interner, NameId, SolvableId};

use super::{
    Case, Chain, Left,
    demands::{Context, Demands, Derivation, EncodingCache},
    folded,
    nearest::{self, Nearest},
};
use crate::{
    attempt::Attempt,
    encode::{Encoder, pool::Name},
};

mod choices;
mod of_pip;
mod refusals;

/// How many steps longer than the shortest a chain may be if it can be shown in full.
const HIDDEN: usize = 3;

/// The maximum number of rounds in which the lines get what the others leave.
const STAGES: usize = 4;

/// Returns the reasons for which these lines, the smallest unsolvable set, conflict, and the
/// demanded names that no channel or index has.
pub(super) fn of(attempt: &Attempt<'_>, core: &[usize]) -> (Vec<Case>, Vec<(Name, usize)>) {
    let clash = Clash {
        attempt,
        encoder: attempt.encoder(),
        cache: EncodingCache::default(),
        core,
    };
    let demands = clash.demands(&Context::default(), &[]);
    let missing = demands
        .iter()
        .zip(core)
        .flat_map(|(demands, &line)| {
            let names = demands.missing.iter().cloned();
            names.map(move |name| (name, line))
        })
        .collect();
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
    encoder: &'c Encoder<'a>,
    cache: EncodingCache,
    core: &'c [usize],
}

/// A choice: these candidates of this package.
type Choice = (NameId, BTreeSet<SolvableId>);

impl Clash<'_, '_> {
    /// Returns the demands of each line, given a choice and what the other lines leave.
    fn demands(&self, choice: &Context, others: &[Demands]) -> Vec<Demands> {
        let lines = self.core.iter().enumerate();
        let demands = lines.map(|(place, &line)| {
            let mut context = choice.clone();
            for (at, other) in others.iter().enumerate() {
                if at == place {
                    continue;
                }
                for (&name, demand) in &other.demands {
                    context.narrow(name, &demand.left.usable);
                }
            }
            Demands::of(self.attempt, &self.cache, line, &context)
        });
        demands.collect()
    }

    /// Gives each line what the others leave, until they conflict. Returns their demands if
    /// nothing changes any more.
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

    /// Returns the conflict of these demands, if there is one.
    fn case(&self, demands: &[Demands], choice: Option<&Choice>) -> Option<Case> {
        let Some(name) = disputed(self.encoder, demands, choice) else {
            let mut ends = self.core.iter().zip(demands);
            return ends.find_map(|(&line, demand)| {
                let name = demand.dead_end()?;
                Some(self.dead_end(line, demands, demand, name, choice))
            });
        };
        let encoder = self.encoder;
        let mut case = Case {
            choice: choice.map(|(name, left)| folded::left(encoder, *name, left)),
            disputed: folded::package(encoder, name),
            chains: Vec::new(),
            ruled_out: Vec::new(),
            nearest: None,
            notes: Vec::new(),
        };
        for (place, (&line, demand)) in self.core.iter().zip(demands).enumerate() {
            if demand.demands.contains_key(&name) {
                let others = left_by_others(demands, place, name, choice);
                let derivation = others
                    .as_ref()
                    .and_then(|others| demand.decisive(name, Some(others)));
                case.ruled_out
                    .extend(self.why_python(demand, name, derivation, others.as_ref()));
                self.add_chain(
                    &mut case,
                    demands,
                    (line, demand),
                    (name, derivation),
                    choice,
                );
            }
        }
        if *encoder.terms().name(name) == Name::Conda("pip".to_string()) {
            let reasons = demands
                .iter()
                .filter_map(|demand| of_pip::why_pip(encoder, demand, name));
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
        let encoder = self.encoder;
        let package = folded::package(encoder, name);
        let mut case = Case {
            choice: choice.map(|(name, left)| folded::left(encoder, *name, left)),
            disputed: package.clone(),
            chains: Vec::new(),
            ruled_out: self.ruled_out(name, &demand.demands[&name]),
            nearest: None,
            notes: Vec::new(),
        };
        let derivation = demand.decisive(name, None);
        self.add_chain(
            &mut case,
            demands,
            (line, demand),
            (name, derivation),
            choice,
        );
        if case.ruled_out.is_empty() {
            let candidates = encoder
                .candidates(name)
                .map_or_else(Vec::new, |found| found.candidates);
            let set = derivation
                .and_then(|derivation| derivation.sets.first())
                .filter(|_| demand.path(name).len() > 1);
            case.nearest = nearest::to_virtual(encoder, line, name, set.copied())
                .or_else(|| nearest::to_line(encoder, line, name, &candidates))
                .or_else(|| nearest::to_set(encoder, *set?, &candidates))
                .or_else(|| {
                    let versions = folded::versions(encoder, &candidates.into_iter().collect())?;
                    Some(Nearest::Available { package, versions })
                });
        }
        case
    }

    /// Adds the chain from a line to a package, preceded by the chains of other lines to the
    /// packages that it depends on.
    fn add_chain(
        &self,
        case: &mut Case,
        demands: &[Demands],
        (line, demand): (usize, &Demands),
        (name, derivation): (NameId, Option<&Derivation>),
        choice: Option<&Choice>,
    ) {
        let mut premises = match derivation {
            Some(derivation) => demand.premises_of(derivation),
            None => demand.premises(name),
        };
        premises.retain(|&premise| choice.is_none_or(|(chosen, _)| *chosen != premise));
        // The chains themselves show what the lines conflict over.
        if premises.len() > 1 {
            premises.remove(&name);
        }
        let mut chain = Chain {
            line,
            links: self.links(demand, name, derivation),
            asked: derivation.and_then(|derivation| self.unmatched(derivation)),
            given: Vec::new(),
        };
        for premise in premises {
            let left = self.add_support(case, demands, line, premise);
            chain.given.extend(left);
        }
        case.chains.push(chain);
    }

    /// Adds the chains of the other lines to a package that the chain of a line depends on.
    /// Returns what they leave of it.
    fn add_support(
        &self,
        case: &mut Case,
        demands: &[Demands],
        line: usize,
        premise: NameId,
    ) -> Option<Left> {
        let others: Vec<(usize, &Demands, &BTreeSet<SolvableId>)> = self
            .core
            .iter()
            .zip(demands)
            .filter(|(other, _)| **other != line)
            .filter_map(|(&other, demand)| {
                let usable = &demand.demands.get(&premise)?.left.usable;
                Some((other, demand, usable))
            })
            .collect();
        let left = |of: &[usize]| intersection(of.iter().map(|&place| others[place].2));
        let mut needed: Vec<usize> = (0..others.len()).collect();
        let all = left(&needed);
        // Lines that do not restrict the package further are not needed in the
        // explanation.
        for place in 0..others.len() {
            let kept = needed.iter().copied().filter(|&kept| kept != place);
            let rest: Vec<usize> = kept.collect();
            if !rest.is_empty() && left(&rest) == all {
                needed = rest;
            }
        }
        for place in needed {
            let (other, demand, _) = others[place];
            let support = Chain {
                line: other,
                links: self.links(demand, premise, None),
                asked: None,
                given: Vec::new(),
            };
            if !case.chains.contains(&support) {
                case.chains.push(support);
            }
        }
        all.map(|left| folded::left(self.encoder, premise, &left))
    }

    fn links(&self, demand: &Demands, name: NameId, derivation: Option<&Derivation>) -> Vec<Left> {
        let path = match derivation {
            Some(derivation) => {
                let parent = derivation.because_of.map(|parent| demand.path(parent));
                [parent.unwrap_or_default(), vec![name]].concat()
            }
            None => demand.path(name),
        };
        let is_shown = |name: &NameId| {
            !matches!(
                self.encoder.terms().name(*name),
                Name::Contents(_) | Name::Ahead(_)
            )
        };
        let left = |at: NameId| {
            let usable = match derivation {
                Some(derivation) if at == name => &derivation.usable,
                _ => &demand.demands[&at].left.usable,
            };
            folded::left(self.encoder, at, usable)
        };
        path.into_iter().filter(is_shown).map(left).collect()
    }

    /// Returns the constraint of a derivation, if no candidate satisfies it.
    fn unmatched(&self, derivation: &Derivation) -> Option<String> {
        if !derivation.usable.is_empty()
            || derivation.because_of.is_none()
            || derivation.sets.len() > 1
        {
            return None;
        }
        let set = self.encoder.display_version_set(*derivation.sets.first()?);
        let set = set.to_string();
        (!set.is_empty() && set != "*").then_some(set)
    }
}

/// Returns the candidates that all lines together leave of each demanded package.
fn left_by_all(demands: &[Demands]) -> BTreeMap<NameId, BTreeSet<SolvableId>> {
    let mut left = Context::default();
    for demands in demands {
        for (&name, demand) in &demands.demands {
            left.narrow(name, &demand.left.usable);
        }
    }
    left.0
}

/// Returns the candidates that the other lines leave of a package, if they demand it.
fn left_by_others(
    demands: &[Demands],
    place: usize,
    name: NameId,
    choice: Option<&Choice>,
) -> Option<BTreeSet<SolvableId>> {
    let others = demands
        .iter()
        .enumerate()
        .filter(|(other, _)| *other != place)
        .filter_map(|(_, demands)| demands.demands.get(&name))
        .map(|demand| &demand.left.usable);
    let chosen = choice.filter(|(chosen, _)| *chosen == name);
    intersection(others.chain(chosen.map(|(_, left)| left)))
}

/// Returns the intersection of the sets; `None` if there are no sets.
fn intersection<'s>(
    sets: impl Iterator<Item = &'s BTreeSet<SolvableId>>,
) -> Option<BTreeSet<SolvableId>> {
    sets.cloned()
        .reduce(|left, more| left.intersection(&more).copied().collect())
}

/// Returns the package of which each line leaves candidates but all together leave none, by
/// the shortest derivations.
fn disputed(encoder: &Encoder<'_>, demands: &[Demands], choice: Option<&Choice>) -> Option<NameId> {
    let mut left = Context(left_by_all(demands));
    if let Some((name, chosen)) = choice {
        left.narrow(*name, chosen);
    }
    let length = |name: NameId| -> (usize, usize) {
        let demanding = demands
            .iter()
            .filter(|demand| demand.demands.contains_key(&name));
        let premises = demanding.clone().map(|demand| demand.premises(name).len());
        let lengths = demanding.clone().map(|demand| demand.path(name).len());
        // More ranges than can be listed do not show the conflict.
        let is_shown = |demand: &Demands| {
            let versions = folded::versions(encoder, &demand.demands[&name].left.usable);
            versions.is_none_or(|versions| versions.is_whole)
        };
        let hidden = demanding.filter(|demand| !is_shown(demand)).count();
        (premises.sum(), lengths.sum::<usize>() + HIDDEN * hidden)
    };
    let has_end = |name: &NameId| {
        let mut of_lines = demands.iter().filter_map(|demand| demand.demands.get(name));
        of_lines.any(|demand| demand.left.usable.is_empty())
    };
    left.0
        .into_iter()
        .filter(|(name, left)| left.is_empty() && !has_end(name))
        .map(|(name, _)| (length(name), name))
        .min()
        .map(|(_, name)| name)
}
