//! The candidates in a version set.

use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet, HashMap},
    rc::Rc,
};

use resolvo::{Interner, KnownDependencies, SolvableId, VersionSetId};

use crate::{encode::Encoder, model::reason::Reason};

/// What was read of the encoding: every line and every round asks for the same.
#[derive(Default)]
pub(in crate::conflict) struct EncodingCache {
    sets: RefCell<HashMap<VersionSetId, Rc<Matching>>>,
    dependencies: RefCell<HashMap<(SolvableId, bool), Dependencies>>,
}

/// The requirements of a candidate, or why they are unavailable.
type Dependencies = Result<Rc<KnownDependencies>, Reason>;

impl EncodingCache {
    /// Returns the requirements of a candidate, with or without those of its metadata.
    pub(super) fn dependencies(
        &self,
        id: SolvableId,
        deep: bool,
        read: impl FnOnce() -> Dependencies,
    ) -> Dependencies {
        if let Some(known) = self.dependencies.borrow().get(&(id, deep)) {
            return known.clone();
        }
        let read = read();
        let mut known = self.dependencies.borrow_mut();
        known.insert((id, deep), read.clone());
        read
    }

    /// Returns the candidates in a version set.
    pub(super) fn matching(&self, encoder: &Encoder<'_>, set: VersionSetId) -> Rc<Matching> {
        if let Some(known) = self.sets.borrow().get(&set) {
            return known.clone();
        }
        let matching = Rc::new(Matching::of(encoder, set));
        self.sets.borrow_mut().insert(set, matching.clone());
        matching
    }
}

/// The candidates in a version set.
#[derive(Clone)]
pub(in crate::conflict) struct Matching {
    pub usable: BTreeSet<SolvableId>,
    /// The excluded candidates, with the reasons.
    pub ruled_out: BTreeMap<SolvableId, Reason>,
    /// Whether a channel or an index knows the name.
    pub(super) known: bool,
}

impl Matching {
    fn of(encoder: &Encoder<'_>, set: VersionSetId) -> Self {
        let name = encoder.version_set_name(set);
        let candidates = encoder.candidates(name);
        let Some(candidates) = candidates else {
            return Self {
                usable: BTreeSet::new(),
                ruled_out: BTreeMap::new(),
                known: false,
            };
        };
        let filtered = encoder.filter(&candidates.candidates, set, false);
        let mut usable: BTreeSet<_> = filtered.into_iter().collect();
        let mut ruled_out = BTreeMap::new();
        for (id, reason) in &candidates.excluded {
            if usable.remove(id) {
                ruled_out.insert(*id, encoder.terms().reason(*reason));
            }
        }
        Self {
            usable,
            ruled_out,
            known: true,
        }
    }

    /// Intersects the candidates with those of another set; returns whether any were removed.
    pub(super) fn narrow(&mut self, other: &Self) -> bool {
        let before = self.usable.len();
        self.usable.retain(|id| other.usable.contains(id));
        self.ruled_out
            .retain(|id, _| other.usable.contains(id) || other.ruled_out.contains_key(id));
        self.usable.len() < before
    }

    /// Adds the candidates of another set.
    pub(super) fn widen(&mut self, other: &Self) {
        self.usable.extend(&other.usable);
        let reasons = other.ruled_out.iter();
        self.ruled_out
            .extend(reasons.map(|(id, reason)| (*id, reason.clone())));
        self.known &= other.known;
    }
}
