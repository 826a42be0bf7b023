//! What a declared line demands of each package, for every choice: a package that every
//! candidate of a demanded package requires is demanded too.

use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque},
    rc::Rc,
};

use futures::FutureExt;
use resolvo::{
    ConditionalRequirement, Dependencies, DependencyProvider, Interner, KnownDependencies, NameId,
    Requirement, SolvableId, VersionSetId,
};

use crate::conflict::Reason;
use crate::{
    encode::Provider,
    encode::pool::{Candidate, Name},
    search::Attempt,
};

/// The metadata of a project's releases is looked into if no more than this many
/// are left: each costs a request.
const RELEASES_LOOKED_INTO: usize = 12;

/// The maximum number of rounds in which the candidates of a package are compared with
/// the rest.
const ROUNDS: usize = 4;

/// The remaining candidates of packages, given a choice or the demands of other lines.
#[derive(Clone, Default, PartialEq)]
pub(super) struct Context(pub BTreeMap<NameId, BTreeSet<SolvableId>>);

impl Context {
    /// Restricts a package to these candidates.
    pub(super) fn narrow(&mut self, name: NameId, left: &BTreeSet<SolvableId>) {
        match self.0.get_mut(&name) {
            None => _ = self.0.insert(name, left.clone()),
            Some(known) => known.retain(|id| left.contains(id)),
        }
    }
}

/// The demands of one line.
#[derive(Default)]
pub(super) struct Demands {
    pub demands: HashMap<NameId, Demand>,
    /// Names that are demanded and that nothing has.
    pub missing: Vec<Name>,
}

/// The candidates of a package that a line leaves.
pub(super) struct Demand {
    pub left: Matching,
    /// The ways in which it is demanded, in order of discovery.
    pub ways: Vec<Way>,
    /// The packages of the context that it depends on.
    pub given: BTreeSet<NameId>,
    /// The candidates that conflict with the rest.
    pub refused: BTreeMap<SolvableId, Refused>,
}

/// One of the ways in which a package is demanded.
pub(super) struct Way {
    /// The package whose candidates all demand it; none for the line's own.
    pub because_of: Option<NameId>,
    /// The candidates that this way alone leaves.
    pub usable: BTreeSet<SolvableId>,
    /// The demanded version sets.
    pub sets: BTreeSet<VersionSetId>,
    /// The packages of the context that it depends on.
    given: BTreeSet<NameId>,
}

/// One line's demands, while they are followed.
struct Follower<'f, 'a> {
    provider: &'f Provider<'a>,
    matchings: &'f Matchings,
    context: &'f Context,
    found: Demands,
    queue: VecDeque<NameId>,
}

impl Demands {
    /// Follows what a declared line demands, given what else is known.
    pub(super) fn of(
        attempt: &Attempt<'_>,
        matchings: &Matchings,
        line: usize,
        context: &Context,
    ) -> Self {
        let mut follower = Follower {
            provider: attempt.provider(),
            matchings,
            context,
            found: Demands::default(),
            queue: VecDeque::new(),
        };
        for _ in 0..ROUNDS {
            let before = follower.size();
            // The requirement of the line itself is visible in the line, so it does not
            // make a candidate viable or not.
            for requirement in &attempt.lines[line] {
                if let Some((name, wanted)) = follower.wanted(requirement) {
                    follower.narrow(name, wanted, None);
                }
            }
            follower.queue.extend(follower.found.demands.keys());
            follower.follow();
            if follower.size() == before {
                break;
            }
        }
        follower.found
    }

    /// Whether the line demands something that is not available.
    pub(super) fn dead_end(&self) -> Option<NameId> {
        let empty = self.demands.iter();
        let empty = empty.filter(|(_, demand)| demand.left.usable.is_empty());
        empty
            .map(|(&name, _)| (self.path(name).len(), name))
            .min()
            .map(|(_, name)| name)
    }

    /// The packages from the line's own down to this one, by the first way.
    pub(super) fn path(&self, name: NameId) -> Vec<NameId> {
        let mut path = vec![name];
        let mut seen = HashSet::from([name]);
        let mut at = name;
        let first = |name: &NameId| self.demands.get(name)?.ways.first()?.because_of;
        while let Some(parent) = first(&at) {
            if !seen.insert(parent) {
                break;
            }
            path.push(parent);
            at = parent;
        }
        path.reverse();
        path
    }

    /// The way that by itself leaves nothing of what the others leave of a package, or
    /// nothing at all, if there is one: the shortest.
    pub(super) fn decisive(
        &self,
        name: NameId,
        others: Option<&BTreeSet<SolvableId>>,
    ) -> Option<&Way> {
        let ways = self.demands.get(&name)?.ways.iter();
        let decisive = ways.filter(|way| match others {
            None => way.usable.is_empty(),
            Some(others) => way.usable.is_disjoint(others),
        });
        let length = |way: &&Way| way.because_of.map_or(0, |parent| self.path(parent).len());
        // A way that goes through the package itself says nothing.
        let through = |way: &&Way| {
            let parent = way.because_of;
            parent.is_none_or(|parent| !self.path(parent).contains(&name))
        };
        decisive.filter(through).min_by_key(length)
    }

    /// The packages of the context that the way to this one depends on.
    pub(super) fn given(&self, name: NameId) -> BTreeSet<NameId> {
        let path = self.path(name);
        let demands = path.iter().filter_map(|name| self.demands.get(name));
        demands.flat_map(|demand| demand.given.clone()).collect()
    }

    /// The packages of the context that a way depends on.
    pub(super) fn given_by(&self, way: &Way) -> BTreeSet<NameId> {
        let mut given = way.given.clone();
        given.extend(
            way.because_of
                .map(|parent| self.given(parent))
                .unwrap_or_default(),
        );
        given
    }
}

/// A demand on a package, with the part of the context that it depends on.
#[derive(Clone)]
struct Wanted {
    matching: Matching,
    sets: BTreeSet<VersionSetId>,
    given: BTreeSet<NameId>,
}

impl Follower<'_, '_> {
    fn size(&self) -> (usize, usize) {
        let demands = &self.found.demands;
        let left = demands.values().map(|demand| demand.left.usable.len());
        (demands.len(), left.sum())
    }

    fn follow(&mut self) {
        while let Some(name) = self.queue.pop_front() {
            for (required, wanted) in self.shared_requirements(name) {
                self.narrow(required, wanted, Some(name));
            }
        }
    }

    fn narrow(&mut self, name: NameId, wanted: Wanted, because_of: Option<NameId>) {
        if !wanted.matching.known {
            let name = self.provider.pool.resolve_package_name(name).clone();
            if !self.found.missing.contains(&name) {
                self.found.missing.push(name);
            }
        }
        let way = Way {
            because_of,
            usable: wanted.matching.usable.clone(),
            sets: wanted.sets,
            given: wanted.given.clone(),
        };
        match self.found.demands.get_mut(&name) {
            None => {
                let demand = Demand {
                    left: wanted.matching,
                    ways: vec![way],
                    given: wanted.given,
                    refused: BTreeMap::new(),
                };
                self.found.demands.insert(name, demand);
                self.queue.push_back(name);
            }
            Some(demand) => {
                let mut known = demand.ways.iter_mut();
                match known.find(|known| known.because_of == because_of) {
                    Some(known) => *known = way,
                    None => demand.ways.push(way),
                }
                if demand.left.narrow(&wanted.matching) {
                    demand.given.extend(wanted.given);
                    self.queue.push_back(name);
                }
            }
        }
    }

    /// The requirements that all remaining candidates of a package share. Candidates that
    /// conflict with the rest are left out.
    fn shared_requirements(&mut self, name: NameId) -> Vec<(NameId, Wanted)> {
        let Some(demand) = self.found.demands.get(&name) else {
            return Vec::new();
        };
        let candidates = demand.left.usable.clone();
        let in_context = self.context.0.get(&name);
        let live: Vec<SolvableId> = candidates
            .iter()
            .copied()
            .filter(|id| in_context.is_none_or(|left| left.contains(id)))
            .collect();
        let deep = live.len() <= RELEASES_LOOKED_INTO;
        let narrowed_by_context = live.len() < candidates.len();
        let mut required = Vec::new();
        let mut refused: Vec<(SolvableId, Refused)> = Vec::new();
        let mut broken = Vec::new();
        for id in live {
            match self.required(id, deep) {
                Ok((wanted, refused)) => required.push((id, wanted, refused)),
                Err(reason) => broken.push((id, reason)),
            }
        }
        let all_refused = required.iter().all(|(_, _, refused)| refused.is_some());
        // Where all candidates are refused for the same package, that package is where
        // the clash is.
        let clash_is_further = all_refused && {
            let all = required.iter().map(|(_, wanted, _)| wanted.clone());
            let shared = all.reduce(merge).unwrap_or_default();
            shared
                .iter()
                .any(|(name, wanted)| !self.is_left(*name, &wanted.matching))
        };
        let mut shared: Option<BTreeMap<NameId, Wanted>> = None;
        for (id, wanted, why) in required {
            match why {
                Some(why) if !clash_is_further => refused.push((id, why)),
                _ => {
                    shared = Some(match shared {
                        None => wanted,
                        Some(shared) => merge(shared, wanted),
                    });
                }
            }
        }
        let mut given = BTreeSet::new();
        if let Some(demand) = self.found.demands.get_mut(&name) {
            for (id, reason) in broken {
                demand.left.usable.remove(&id);
                demand.left.ruled_out.insert(id, reason);
            }
            for (id, refused) in refused {
                demand.left.usable.remove(&id);
                given.extend(&refused.given);
                demand.refused.insert(id, refused);
            }
            demand.given.extend(&given);
        }
        if narrowed_by_context {
            given.insert(name);
        }
        let mut shared = shared.unwrap_or_default();
        for wanted in shared.values_mut() {
            wanted.given.extend(&given);
        }
        shared.into_iter().collect()
    }

    /// The requirements of a candidate on each package, and its conflict with the rest,
    /// if any; or why it cannot be installed at all.
    fn required(
        &self,
        id: SolvableId,
        deep: bool,
    ) -> Result<(BTreeMap<NameId, Wanted>, Option<Refused>), Reason> {
        let known = known(self.provider, id, deep)?;
        let mut refused = None;
        let mut required: BTreeMap<NameId, Wanted> = BTreeMap::new();
        for requirement in &known.requirements {
            if refused.is_none() {
                refused = self.refusal(requirement);
            }
            if let Some((name, wanted)) = self.wanted(requirement) {
                match required.get_mut(&name) {
                    None => _ = required.insert(name, wanted),
                    Some(before) => {
                        before.matching.narrow(&wanted.matching);
                        before.sets.extend(wanted.sets);
                        before.given.extend(wanted.given);
                    }
                }
            }
        }
        for &set in &known.constrains {
            let name = self.provider.version_set_name(set);
            if refused.is_none() && self.is_demanded(name) && !self.is_viable(set) {
                refused = Some(self.refused(&[set], true));
            }
        }
        Ok((required, refused))
    }

    /// Why a requirement cannot be satisfied with what is left of the rest, if it cannot.
    fn refusal(&self, requirement: &ConditionalRequirement) -> Option<Refused> {
        if requirement.condition.is_some() {
            return None;
        }
        let sets = self.alternatives(requirement.requirement);
        let viable = sets.iter().any(|&set| self.is_viable(set));
        (!viable).then(|| self.refused(&sets, false))
    }

    fn refused(&self, sets: &[VersionSetId], by_constraint: bool) -> Refused {
        let mut refused = Refused {
            by_constraint,
            needs: BTreeMap::new(),
            given: BTreeSet::new(),
        };
        for &set in sets {
            let name = self.provider.version_set_name(set);
            refused.given.extend(self.given(name));
            let matching = self.matchings.of(self.provider, set);
            let asked = || self.provider.display_version_set(set).to_string();
            refused.needs.insert(
                name,
                match matching.usable.is_empty() {
                    true => Err(asked()),
                    false => Ok(matching.usable.clone()),
                },
            );
        }
        refused
    }

    /// The part of the context that decides the remaining candidates of a package.
    fn given(&self, name: NameId) -> BTreeSet<NameId> {
        let mut given = match self.found.demands.contains_key(&name) {
            true => self.found.given(name),
            false => BTreeSet::new(),
        };
        if self.context.0.contains_key(&name) {
            given.insert(name);
        }
        given
    }

    fn alternatives(&self, requirement: Requirement) -> Vec<VersionSetId> {
        match requirement {
            Requirement::Single(set) => vec![set],
            Requirement::Union(union) => self.provider.version_sets_in_union(union).collect(),
        }
    }

    fn is_demanded(&self, name: NameId) -> bool {
        self.found.demands.contains_key(&name) || self.context.0.contains_key(&name)
    }

    /// Whether something of a version set is left.
    fn is_viable(&self, set: VersionSetId) -> bool {
        let name = self.provider.version_set_name(set);
        self.is_left(name, &self.matchings.of(self.provider, set))
    }

    /// Whether something of these candidates of a package is left.
    fn is_left(&self, name: NameId, matching: &Matching) -> bool {
        let own = self.found.demands.get(&name);
        let own = own.map(|demand| &demand.left.usable);
        let others = self.context.0.get(&name);
        matching.usable.iter().any(|id| {
            own.is_none_or(|left| left.contains(id)) && others.is_none_or(|left| left.contains(id))
        })
    }

    /// What a requirement demands for every choice: a single package, or the only
    /// alternative that is left.
    fn wanted(&self, requirement: &ConditionalRequirement) -> Option<(NameId, Wanted)> {
        if requirement.condition.is_some() {
            return None;
        }
        let provider = self.provider;
        let sets = self.alternatives(requirement.requirement);
        let (set, given) = match sets[..] {
            [set] => (set, BTreeSet::new()),
            _ => {
                let viable: Vec<_> = sets.iter().filter(|&&set| self.is_viable(set)).collect();
                let only = match viable[..] {
                    [&only] => only,
                    // Of "dep if python<3.9" the dependency tells more than the Python.
                    [] => {
                        let python = Name::Conda("python".to_string());
                        let is_other = |set: &&VersionSetId| {
                            let name = provider.version_set_name(**set);
                            *provider.pool.resolve_package_name(name) != python
                        };
                        *sets.iter().find(is_other).or(sets.last())?
                    }
                    _ => return None,
                };
                let others = sets.iter().filter(|&&set| set != only);
                let given = others.flat_map(|&set| self.given(provider.version_set_name(set)));
                (only, given.collect())
            }
        };
        let wanted = Wanted {
            matching: (*self.matchings.of(provider, set)).clone(),
            sets: BTreeSet::from([set]),
            given,
        };
        Some((provider.version_set_name(set), wanted))
    }
}

/// A conflict of a candidate with what is left of the rest.
#[derive(Clone)]
pub(super) struct Refused {
    /// Whether the candidate only constrains the packages and does not require them.
    pub by_constraint: bool,
    /// The packages of which it needs one, each with the candidates that would do, or
    /// what is asked for where none would.
    pub needs: BTreeMap<NameId, Result<BTreeSet<SolvableId>, String>>,
    /// The part of the context that it depends on.
    given: BTreeSet<NameId>,
}

fn merge(
    mut shared: BTreeMap<NameId, Wanted>,
    other: BTreeMap<NameId, Wanted>,
) -> BTreeMap<NameId, Wanted> {
    shared.retain(|name, wanted| {
        let Some(more) = other.get(name) else {
            return false;
        };
        wanted.matching.widen(&more.matching);
        wanted.sets.extend(&more.sets);
        wanted.given.extend(&more.given);
        true
    });
    shared
}

/// The candidates that version sets have; many candidates ask for the same.
#[derive(Default)]
pub(super) struct Matchings(RefCell<HashMap<VersionSetId, Rc<Matching>>>);

impl Matchings {
    fn of(&self, provider: &Provider<'_>, set: VersionSetId) -> Rc<Matching> {
        if let Some(known) = self.0.borrow().get(&set) {
            return known.clone();
        }
        let matching = Rc::new(Matching::of(provider, set));
        self.0.borrow_mut().insert(set, matching.clone());
        matching
    }
}

/// The candidates that a version set has.
#[derive(Clone)]
pub(super) struct Matching {
    pub usable: BTreeSet<SolvableId>,
    /// The excluded candidates, with the reason.
    pub ruled_out: BTreeMap<SolvableId, Reason>,
    /// The name is known to a channel or an index.
    known: bool,
}

impl Matching {
    fn of(provider: &Provider<'_>, set: VersionSetId) -> Self {
        let name = provider.version_set_name(set);
        let candidates = provider.get_candidates(name).now_or_never().flatten();
        let Some(candidates) = candidates else {
            return Self {
                usable: BTreeSet::new(),
                ruled_out: BTreeMap::new(),
                known: false,
            };
        };
        let filter = provider.filter_candidates(&candidates.candidates, set, false);
        let mut usable: BTreeSet<_> = filter
            .now_or_never()
            .unwrap_or_default()
            .into_iter()
            .collect();
        let mut ruled_out = BTreeMap::new();
        for (id, reason) in &candidates.excluded {
            if usable.remove(id) {
                ruled_out.insert(*id, provider.reasons.of(&provider.pool, *reason));
            }
        }
        Self {
            usable,
            ruled_out,
            known: true,
        }
    }

    /// Leaves what another one leaves, too; whether that is less.
    fn narrow(&mut self, other: &Self) -> bool {
        let before = self.usable.len();
        self.usable.retain(|id| other.usable.contains(id));
        self.ruled_out
            .retain(|id, _| other.usable.contains(id) || other.ruled_out.contains_key(id));
        self.usable.len() < before
    }

    /// Adds the candidates of another set.
    fn widen(&mut self, other: &Self) {
        self.usable.extend(&other.usable);
        let reasons = other.ruled_out.iter();
        self.ruled_out
            .extend(reasons.map(|(id, reason)| (*id, reason.clone())));
        self.known &= other.known;
    }
}

/// The requirements of a candidate, including those from its metadata if `deep`; or why
/// they are not available.
fn known(provider: &Provider<'_>, id: SolvableId, deep: bool) -> Result<KnownDependencies, Reason> {
    let dependencies = |dependencies: Option<Dependencies>| match dependencies {
        Some(Dependencies::Known(known)) => Ok(known),
        Some(Dependencies::Unknown(reason)) => Err(provider.reasons.of(&provider.pool, reason)),
        None => Ok(KnownDependencies::default()),
    };
    let mut known = dependencies(provider.get_dependencies(id).now_or_never())?;
    let metadata = matches!(
        provider.candidate(id),
        Candidate::Release(_) | Candidate::ProjectExtra { .. }
    );
    if metadata && deep {
        let contents = dependencies(Some(provider.contents_dependencies(id)))?;
        known.requirements.extend(contents.requirements);
    }
    Ok(known)
}
