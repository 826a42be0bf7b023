//! Follows the demands of a declared line.

use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet, HashMap, VecDeque},
    rc::Rc,
};

use resolvo::{
    ConditionalRequirement, Dependencies, Interner, KnownDependencies, NameId, SolvableId,
    VersionSetId,
};

use super::{
    Context, Demand, Demands, Derivation,
    matching::{EncodingCache, Matching},
};
use crate::{
    attempt::Attempt,
    encode::{
        Encoder,
        pool::{Candidate, Name},
    },
    model::reason::Reason,
};

/// The maximum number of remaining releases of a project whose metadata is read, because each
/// costs a request.
const RELEASES_LOOKED_INTO: usize = 12;

/// The maximum number of rounds in which the candidates of a package are compared with
/// the rest.
const ROUNDS: usize = 4;

/// The demands of one line while they are followed.
struct Follower<'f, 'a> {
    encoder: &'f Encoder<'a>,
    cache: &'f EncodingCache,
    context: &'f Context,
    found: Demands,
    queue: VecDeque<NameId>,
    /// Whether a version set has a remaining candidate, until a demand changes.
    viable: RefCell<HashMap<VersionSetId, bool>>,
}

impl Demands {
    /// Returns the demands of a declared line in a context.
    pub(in crate::conflict) fn of(
        attempt: &Attempt<'_>,
        cache: &EncodingCache,
        line: usize,
        context: &Context,
    ) -> Self {
        let mut follower = Follower {
            encoder: attempt.encoder(),
            cache,
            context,
            found: Demands::default(),
            queue: VecDeque::new(),
            viable: RefCell::default(),
        };
        for _ in 0..ROUNDS {
            let before = follower.size();
            // The line itself already shows its own requirement, so that one does not decide
            // whether a candidate is viable.
            for requirement in &attempt.lines()[line] {
                if let Some((name, claim)) = follower.claim(requirement) {
                    follower.narrow(name, claim, None);
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
}

/// The requirement on each package.
type Claims = BTreeMap<NameId, Claim>;

/// A requirement on a package, with the part of the context that it depends on.
#[derive(Clone)]
struct Claim {
    /// The candidates of one of these sets, each only once. They are joined as late as
    /// possible: most claims are dropped before.
    any: Vec<Rc<Matching>>,
    sets: BTreeSet<VersionSetId>,
    premises: BTreeSet<NameId>,
}

impl Claim {
    /// Returns the candidates that satisfy the requirement.
    fn matching(&self) -> Matching {
        let mut sets = self.any.iter();
        let first = sets.next().expect("a claim has a set");
        let mut all = (**first).clone();
        for set in sets {
            all.widen(set);
        }
        all
    }
}

impl Follower<'_, '_> {
    fn size(&self) -> (usize, usize) {
        let demands = &self.found.demands;
        let left = demands.values().map(|demand| demand.left.usable.len());
        (demands.len(), left.sum())
    }

    fn follow(&mut self) {
        while let Some(name) = self.queue.pop_front() {
            for (required, claim) in self.shared_requirements(name) {
                self.narrow(required, claim, Some(name));
            }
        }
    }

    fn narrow(&mut self, name: NameId, claim: Claim, because_of: Option<NameId>) {
        self.viable.get_mut().clear();
        let matching = claim.matching();
        if !matching.known {
            let name = self.encoder.terms().name(name).clone();
            if !self.found.missing.contains(&name) {
                self.found.missing.push(name);
            }
        }
        let derivation = Derivation {
            because_of,
            usable: matching.usable.clone(),
            sets: claim.sets,
            premises: claim.premises.clone(),
        };
        match self.found.demands.get_mut(&name) {
            None => {
                let demand = Demand {
                    left: matching,
                    derivations: vec![derivation],
                    premises: claim.premises,
                    refused: BTreeMap::new(),
                };
                self.found.demands.insert(name, demand);
                self.queue.push_back(name);
            }
            Some(demand) => {
                let mut known = demand.derivations.iter_mut();
                match known.find(|known| known.because_of == because_of) {
                    Some(known) => *known = derivation,
                    None => demand.derivations.push(derivation),
                }
                if demand.left.narrow(&matching) {
                    demand.premises.extend(claim.premises);
                    self.queue.push_back(name);
                }
            }
        }
    }

    /// Returns the requirements that all remaining candidates of a package share. Candidates
    /// that conflict with the context are excluded.
    fn shared_requirements(&mut self, name: NameId) -> Vec<(NameId, Claim)> {
        let Some(demand) = self.found.demands.get(&name) else {
            return Vec::new();
        };
        let in_context = self.context.0.get(&name);
        let is_live = |id: &SolvableId| in_context.is_none_or(|left| left.contains(id));
        let usable = &demand.left.usable;
        let live: Vec<SolvableId> = usable.iter().copied().filter(is_live).collect();
        let is_deep = live.len() <= RELEASES_LOOKED_INTO;
        let is_narrowed_by_context = live.len() < usable.len();
        let mut required = Vec::new();
        let mut broken = Vec::new();
        for id in live {
            match self.required(id, is_deep) {
                Ok((claims, refusal)) => required.push((id, claims, refusal)),
                Err(reason) => broken.push((id, reason)),
            }
        }
        let is_further = self.is_clash_further(&required);
        let mut refused: Vec<(SolvableId, Refusal)> = Vec::new();
        let mut shared: Option<Claims> = None;
        for (id, claims, refusal) in required {
            match refusal {
                Some(refusal) if !is_further => refused.push((id, refusal)),
                _ => {
                    shared = Some(match shared {
                        None => claims,
                        Some(shared) => merge(shared, claims),
                    });
                }
            }
        }
        let mut premises = self.leave_out(name, broken, refused);
        if is_narrowed_by_context {
            premises.insert(name);
        }
        let mut shared = shared.unwrap_or_default();
        for claim in shared.values_mut() {
            claim.premises.extend(&premises);
        }
        shared.into_iter().collect()
    }

    /// Whether all candidates are refused for the same package. The conflict is then at that
    /// package.
    fn is_clash_further(&self, required: &[(SolvableId, Claims, Option<Refusal>)]) -> bool {
        if required.iter().any(|(_, _, refusal)| refusal.is_none()) {
            return false;
        }
        let all = required.iter().map(|(_, claims, _)| claims.clone());
        let shared = all.reduce(merge).unwrap_or_default();
        let mut shared = shared.iter();
        shared.any(|(name, claim)| !self.is_left(*name, &claim.matching()))
    }

    /// Excludes candidates of a package. Returns the part of the context that the refusals
    /// depend on.
    fn leave_out(
        &mut self,
        name: NameId,
        broken: Vec<(SolvableId, Reason)>,
        refused: Vec<(SolvableId, Refusal)>,
    ) -> BTreeSet<NameId> {
        self.viable.get_mut().clear();
        let mut premises = BTreeSet::new();
        let Some(demand) = self.found.demands.get_mut(&name) else {
            return premises;
        };
        for (id, reason) in broken {
            demand.left.usable.remove(&id);
            demand.left.ruled_out.insert(id, reason);
        }
        for (id, refusal) in refused {
            demand.left.usable.remove(&id);
            premises.extend(&refusal.premises);
            demand.refused.insert(id, refusal);
        }
        demand.premises.extend(&premises);
        premises
    }

    /// Returns the requirements of a candidate on each package, and its conflict with the
    /// context, if any; or why it cannot be installed in any context.
    fn required(&self, id: SolvableId, deep: bool) -> Result<(Claims, Option<Refusal>), Reason> {
        let known = self.known(id, deep)?;
        let mut refusal = None;
        let mut required: Claims = BTreeMap::new();
        for requirement in &known.requirements {
            if refusal.is_none() {
                refusal = self.refusal(requirement);
            }
            if let Some((name, claim)) = self.claim(requirement) {
                match required.get_mut(&name) {
                    None => _ = required.insert(name, claim),
                    Some(before) => {
                        let mut both = before.matching();
                        both.narrow(&claim.matching());
                        before.any = vec![Rc::new(both)];
                        before.sets.extend(claim.sets);
                        before.premises.extend(claim.premises);
                    }
                }
            }
        }
        for &set in &known.constrains {
            let name = self.encoder.version_set_name(set);
            if refusal.is_none() && self.is_demanded(name) && !self.is_viable(set) {
                refusal = Some(self.refusal_of(&[set], true));
            }
        }
        Ok((required, refusal))
    }

    fn known(&self, id: SolvableId, deep: bool) -> Result<Rc<KnownDependencies>, Reason> {
        let read = || read(self.encoder, id, deep).map(Rc::new);
        self.cache.dependencies(id, deep, read)
    }

    /// Returns why the context does not allow a requirement, or `None` if it does.
    fn refusal(&self, requirement: &ConditionalRequirement) -> Option<Refusal> {
        if requirement.condition.is_some() {
            return None;
        }
        let sets = self.encoder.sets_of(requirement.requirement);
        let viable = sets.iter().any(|&set| self.is_viable(set));
        (!viable).then(|| self.refusal_of(&sets, false))
    }

    fn refusal_of(&self, sets: &[VersionSetId], by_constraint: bool) -> Refusal {
        let mut refusal = Refusal {
            by_constraint,
            needs: BTreeMap::new(),
            premises: BTreeSet::new(),
        };
        for &set in sets {
            let name = self.encoder.version_set_name(set);
            refusal.premises.extend(self.premises(name));
            let matching = self.cache.matching(self.encoder, set);
            let needed = if matching.usable.is_empty() {
                Err(self.encoder.display_version_set(set).to_string())
            } else {
                Ok(matching.usable.clone())
            };
            refusal.needs.insert(name, needed);
        }
        refusal
    }

    /// Returns the part of the context that decides the remaining candidates of a package.
    fn premises(&self, name: NameId) -> BTreeSet<NameId> {
        let mut premises = if self.found.demands.contains_key(&name) {
            self.found.premises(name)
        } else {
            BTreeSet::new()
        };
        if self.context.0.contains_key(&name) {
            premises.insert(name);
        }
        premises
    }

    fn is_demanded(&self, name: NameId) -> bool {
        self.found.demands.contains_key(&name) || self.context.0.contains_key(&name)
    }

    /// Whether a version set has a remaining candidate.
    fn is_viable(&self, set: VersionSetId) -> bool {
        if let Some(known) = self.viable.borrow().get(&set) {
            return *known;
        }
        let name = self.encoder.version_set_name(set);
        let is_viable = self.is_left(name, &self.cache.matching(self.encoder, set));
        self.viable.borrow_mut().insert(set, is_viable);
        is_viable
    }

    /// Whether one of these candidates of a package remains.
    fn is_left(&self, name: NameId, matching: &Matching) -> bool {
        let own = self.found.demands.get(&name);
        let own = own.map(|demand| &demand.left.usable);
        let others = self.context.0.get(&name);
        matching.usable.iter().any(|id| {
            own.is_none_or(|left| left.contains(id)) && others.is_none_or(|left| left.contains(id))
        })
    }

    /// Returns what a requirement demands for every choice: its only package, or the only
    /// alternative that remains.
    fn claim(&self, requirement: &ConditionalRequirement) -> Option<(NameId, Claim)> {
        if requirement.condition.is_some() {
            return None;
        }
        let encoder = self.encoder;
        let sets = self.encoder.sets_of(requirement.requirement);
        let (set, premises) = match sets[..] {
            [set] => (set, BTreeSet::new()),
            _ => {
                let viable: Vec<_> = sets.iter().filter(|&&set| self.is_viable(set)).collect();
                let only = match viable[..] {
                    [&only] => only,
                    // For "dep if python<3.9", the dependency explains more than the Python.
                    [] => {
                        let python = Name::Conda("python".to_string());
                        let is_other = |set: &&VersionSetId| {
                            let name = encoder.version_set_name(**set);
                            *encoder.terms().name(name) != python
                        };
                        *sets.iter().find(is_other).or(sets.last())?
                    }
                    _ => return None,
                };
                let others = sets.iter().filter(|&&set| set != only);
                let premises = others.flat_map(|&set| self.premises(encoder.version_set_name(set)));
                (only, premises.collect())
            }
        };
        let claim = Claim {
            any: vec![self.cache.matching(encoder, set)],
            sets: BTreeSet::from([set]),
            premises,
        };
        Some((encoder.version_set_name(set), claim))
    }
}

/// A conflict of a candidate with the context.
#[derive(Clone)]
pub(in crate::conflict) struct Refusal {
    /// Whether the candidate constrains the packages without requiring them.
    pub by_constraint: bool,
    /// The packages, at least one of which it needs, each with the suitable candidates, or
    /// with the constraint if there are none.
    pub needs: BTreeMap<NameId, Result<BTreeSet<SolvableId>, String>>,
    /// The part of the context that the conflict depends on.
    premises: BTreeSet<NameId>,
}

fn merge(mut shared: Claims, other: Claims) -> Claims {
    shared.retain(|name, claim| {
        let Some(more) = other.get(name) else {
            return false;
        };
        for set in &more.any {
            if !claim.any.iter().any(|known| Rc::ptr_eq(known, set)) {
                claim.any.push(set.clone());
            }
        }
        claim.sets.extend(&more.sets);
        claim.premises.extend(&more.premises);
        true
    });
    shared
}

/// Returns the requirements of a candidate, including those from its metadata if `deep`; or
/// why they are unavailable.
fn read(encoder: &Encoder<'_>, id: SolvableId, deep: bool) -> Result<KnownDependencies, Reason> {
    let known = |dependencies: Dependencies| match dependencies {
        Dependencies::Known(known) => Ok(known),
        Dependencies::Unknown(reason) => Err(encoder.terms().reason(reason)),
    };
    let mut all = known(encoder.dependencies(id))?;
    let metadata = matches!(
        encoder.terms().candidate(id),
        Candidate::Release(_) | Candidate::ProjectExtra { .. }
    );
    if metadata && deep {
        let contents = known(encoder.pypi().contents_dependencies(id))?;
        all.requirements.extend(contents.requirements);
    }
    Ok(all)
}
