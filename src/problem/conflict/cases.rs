//! On what the lines of a conflict clash.
//!
//! What each line demands whatever is chosen is followed line by line. If the lines
//! leave nothing of a package, that is the reason. Otherwise what the others leave is
//! given to each line and its demands are followed again, which settles what depends
//! on it, such as requirements under a marker. If that is not enough, a choice is made
//! (the Python first) and each way it can go is followed.

use std::collections::{BTreeMap, BTreeSet};

use futures::FutureExt;
use resolvo::{DependencyProvider, Interner, NameId, SolvableId};

use super::{
    Case, Chain, Left, RuledOut,
    demands::{Context, Demand, Demands, Matchings, Way},
    folded, nearest,
    reason::{Reason, ReasonKind},
};
use crate::{
    problem::{
        pips,
        pool::{Candidate, Name},
        provider::Provider,
        solve::Attempt,
    },
    pypi::pip_abilities::PipAbility,
};

/// How many steps longer a way may be that can be told in full.
const UNTOLD: usize = 3;

/// How often the lines are told what the others leave.
const STAGES: usize = 4;

/// A package with more versions than this is not gone through.
const CHOICES: usize = 40;

/// How many packages are tried as the one to choose from.
const TRIED: usize = 6;

/// More cases than this are no explanation.
const CASES: usize = 4;

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

    /// Tells the lines what the others leave until they clash; or what they demand
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
                .filter_map(|demand| why_pip(provider, demand, name));
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
                    Some(format!("there is {package} {there}"))
                });
        }
        case
    }

    /// Adds the way of a line to a package, and before it the ways of the others to
    /// what it is given.
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
        // What the lines clash over is told by the chains themselves.
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
            // Lines that leave no less than the others do are not needed to tell it.
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

    /// Why a project wants other pythons than those that the other lines leave: what
    /// the newest of its releases says.
    fn why_python(
        &self,
        demand: &Demands,
        name: NameId,
        way: Option<&Way>,
        others: Option<&BTreeSet<SolvableId>>,
    ) -> Option<RuledOut> {
        let provider = self.provider;
        let python = Name::Conda("python".to_string());
        if *provider.pool.resolve_package_name(name) != python {
            return None;
        }
        let parent = way?.because_of?;
        let left = &demand.demands.get(&parent)?.left.usable;
        let releases = left.iter().filter_map(|&id| match provider.candidate(id) {
            Candidate::Release(release) => Some(release),
            _ => None,
        });
        let newest = releases.max_by(|a, b| a.version.cmp(&b.version))?;
        let pythons = others?.iter().filter_map(|&id| {
            let record = provider.record_of(id)?;
            provider.pythons.index_of(record)
        });
        let reason = provider.why_other_pythons(newest, &pythons.collect::<Vec<_>>())?;
        Some(RuledOut {
            package: folded::package(provider, parent),
            versions: folded::versions(provider, left)?,
            reason,
        })
    }

    /// What a way asks for that nothing has.
    fn asked(&self, way: &Way) -> Option<String> {
        if !way.usable.is_empty() || way.because_of.is_none() || way.sets.len() > 1 {
            return None;
        }
        let asked = self.provider.display_version_set(*way.sets.first()?);
        let asked = asked.to_string();
        (!asked.is_empty() && asked != "*").then_some(asked)
    }

    /// The candidates that a demand had and may not take, by reason, the newest first.
    fn ruled_out(&self, name: NameId, demand: &Demand) -> Vec<RuledOut> {
        let provider = self.provider;
        let mut by_reason: BTreeMap<Reason, BTreeSet<SolvableId>> = BTreeMap::new();
        for (id, reason) in &demand.left.ruled_out {
            by_reason.entry(reason.clone()).or_default().insert(*id);
        }
        for (reason, ids) in self.refused(demand) {
            by_reason.entry(reason).or_default().extend(ids);
        }
        folded::ruled_out(provider, name, by_reason)
    }

    /// The candidates that cannot be had with the rest: those that need something of
    /// the same packages are told together.
    fn refused(&self, demand: &Demand) -> Vec<(Reason, BTreeSet<SolvableId>)> {
        type Needs = BTreeMap<NameId, Result<BTreeSet<SolvableId>, String>>;
        let mut by_names: Vec<(bool, Needs, BTreeSet<SolvableId>)> = Vec::new();
        for (&id, refused) in &demand.refused {
            let alike = by_names.iter_mut().find(|(by_constraint, needs, _)| {
                let of = |needs: &Needs| -> Vec<_> {
                    let of = needs.iter();
                    of.map(|(name, needed)| (*name, needed.as_ref().err().cloned()))
                        .collect()
                };
                *by_constraint == refused.by_constraint && of(needs) == of(&refused.needs)
            });
            match alike {
                None => {
                    let needs = refused.needs.clone();
                    by_names.push((refused.by_constraint, needs, BTreeSet::from([id])));
                }
                Some((_, needs, ids)) => {
                    ids.insert(id);
                    for (name, more) in &refused.needs {
                        if let (Some(Ok(needed)), Ok(more)) = (needs.get_mut(name), more) {
                            needed.extend(more);
                        }
                    }
                }
            }
        }
        let told = by_names.into_iter().map(|(by_constraint, needs, ids)| {
            let needs: Vec<String> = needs
                .iter()
                .map(|(&name, needed)| match needed {
                    Ok(needed) => folded::left(self.provider, name, needed).to_string(),
                    Err(asked) => {
                        let package = folded::package(self.provider, name);
                        format!("{package} {asked}, which cannot be had")
                    }
                })
                .collect();
            let verb = if by_constraint {
                "goes only with"
            } else {
                "needs"
            };
            let text = format!("it {verb} {}", needs.join(", or "));
            (ReasonKind::Requirement.because(text), ids)
        });
        told.collect()
    }

    /// The clash for each way that a choice can go, if every way has one.
    fn by_choice(&self, demands: &[Demands]) -> Vec<Case> {
        let mut best: Option<Vec<Case>> = None;
        for ways in self.choices(demands).into_iter().take(TRIED) {
            let cases = self.cases_of(&ways);
            let fewer = |best: &Vec<Case>| cases.as_ref().is_some_and(|c| c.len() < best.len());
            if cases.is_some() && best.as_ref().is_none_or(fewer) {
                best = cases;
            }
        }
        best.filter(|cases| cases.len() <= CASES)
            .unwrap_or_default()
    }

    /// What may be chosen from, the Python first, then the fewest ways: each a way per
    /// version, of Python per minor version.
    fn choices(&self, demands: &[Demands]) -> Vec<Vec<Choice>> {
        let provider = self.provider;
        let mut choices: Vec<(bool, usize, Vec<Choice>)> = Vec::new();
        for (name, left) in left_by_all(demands) {
            let mut ways: BTreeMap<String, BTreeSet<SolvableId>> = BTreeMap::new();
            for id in left {
                if let Some(series) = self.way_of(id) {
                    ways.entry(series).or_default().insert(id);
                }
            }
            if (2..=CHOICES).contains(&ways.len()) {
                let python =
                    *provider.pool.resolve_package_name(name) == Name::Conda("python".to_string());
                let ways: Vec<Choice> = ways.into_values().map(|ids| (name, ids)).collect();
                choices.push((!python, ways.len(), ways));
            }
        }
        choices.sort_by_key(|(other, count, ways)| (*other, *count, ways[0].0));
        choices.into_iter().map(|(.., ways)| ways).collect()
    }

    fn way_of(&self, id: SolvableId) -> Option<String> {
        let provider = self.provider;
        let record = provider.record_of(id);
        let python = record.and_then(|record| {
            let is_python = record.package_record.name.as_normalized() == "python";
            let index = is_python.then(|| provider.pythons.index_of(record))??;
            let (major, minor) = provider.pythons.get(index).major_minor();
            Some(format!("{major}.{minor}"))
        });
        python.or_else(|| Some(folded::version(provider, id)?.to_string()))
    }

    /// The clashes of all ways; ways that clash in the same way are one.
    fn cases_of(&self, ways: &[Choice]) -> Option<Vec<Case>> {
        let mut cases: Vec<(Choice, Case)> = Vec::new();
        for way in ways {
            let case = self.settled(Some(way)).ok()?;
            match cases.iter_mut().find(|(_, known)| known.is_like(&case)) {
                Some(((_, ids), _)) => ids.extend(&way.1),
                None => cases.push((way.clone(), case)),
            }
        }
        let cases = cases.into_iter().map(|(choice, case)| {
            // Together the ways may leave more of a package than each of them.
            let together = self.settled(Some(&choice)).ok();
            let together = together.filter(|together| together.is_like(&case));
            let mut case = together.unwrap_or(case);
            case.choice = Some(folded::left(self.provider, choice.0, &choice.1));
            case
        });
        Some(cases.collect())
    }

    /// That none of the pips which the lines leave runs on the pythons that they leave.
    fn pip_does_not_run(&self, demands: &[Demands]) -> Option<Case> {
        let provider = self.provider;
        let left = left_by_all(demands);
        let of = |package: &str| {
            let name = Name::Conda(package.to_string());
            let name = provider.pool.lookup_package_name(&name)?;
            Some((name, left.get(&name)?))
        };
        let ((pip, pips), (python, pythons)) = (of("pip")?, of("python")?);
        let lacks = |ability: PipAbility| {
            let mut records = pips.iter().filter_map(|&id| provider.record_of(id));
            !records.any(|record| pips::version(record).is_none_or(|pip| ability.is_in(&pip)))
        };
        let asked = |ability: PipAbility| {
            pythons.iter().all(|&id| {
                let python = provider.record_of(id);
                let python = python.and_then(|record| provider.pythons.index_of(record));
                python.is_some_and(|index| {
                    let minor = provider.pythons.get(index).major_minor();
                    PipAbility::of_python(minor).any(|asked| asked == ability)
                })
            })
        };
        let mut missing = PipAbility::OF_PYTHONS.into_iter();
        let ability = missing.find(|&ability| lacks(ability) && asked(ability))?;
        let mut case = Case {
            choice: None,
            disputed: folded::package(provider, pip),
            chains: Vec::new(),
            ruled_out: Vec::new(),
            nearest: None,
            notes: vec![format!(
                "pip {} does not run on {}: that takes pip {}",
                folded::versions(provider, pips)?,
                ability.what(),
                ability.versions()
            )],
        };
        for name in [python, pip] {
            for (&line, demand) in self.core.iter().zip(demands) {
                let of_line = demand.demands.get(&name);
                if of_line.is_some_and(|demand| demand.left.usable.len() <= left[&name].len()) {
                    self.add_chain(&mut case, demands, (line, demand), (name, None), None);
                }
            }
        }
        for &line in self.core {
            let declared = &provider.declared[line];
            if !case.chains.iter().any(|chain| chain.line == line) && !declared.is_conda() {
                case.notes
                    .push(format!("`{}` is for pip to install", declared.text));
            }
        }
        Some(case)
    }
}

impl Case {
    /// Whether another case is the same but for the versions.
    fn is_like(&self, other: &Self) -> bool {
        let way = |case: &Case| -> Vec<_> {
            let chains = case.chains.iter();
            let packages = |chain: &Chain| {
                let links = chain.links.iter().chain(&chain.given);
                let packages: Vec<_> = links.map(|left| left.package.clone()).collect();
                (chain.line, packages)
            };
            chains.map(packages).collect()
        };
        self.disputed == other.disputed && way(self) == way(other)
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
        // Ranges that are too many to tell do not show the clash.
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

/// Why a line demands a certain pip: what the newest release that does so says.
fn why_pip(provider: &Provider<'_>, demands: &Demands, pip: NameId) -> Option<String> {
    let project = demands.demands.get(&pip)?.ways.first()?.because_of?;
    let releases = demands.demands.get(&project)?.left.usable.iter();
    let release = releases
        .filter_map(|&id| match provider.candidate(id) {
            Candidate::Release(release) => Some(release),
            _ => None,
        })
        .max_by(|a, b| a.version.cmp(&b.version))?;
    let file = &release.distribution.as_ref()?.filename;
    Some(match release.pip.last() {
        Some((ability, _)) => format!("the wheel {file} needs pip {}", ability.versions()),
        None => {
            let ability = PipAbility::LegacySpecifiers;
            let (what, versions) = (ability.what(), ability.versions());
            format!("{file} has {what}: it needs pip {versions}")
        }
    })
}
