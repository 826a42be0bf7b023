//! The candidates in a version set.

use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet, HashMap},
    rc::Rc,
};

use resolvo::{Interner, SolvableId, VersionSetId};

use crate::{encode::Encoder, model::reason::Reason};

/// The candidates of each version set, cached because many candidates require the same set.
#[derive(Default)]
pub(in crate::conflict) struct Matchings(RefCell<HashMap<VersionSetId, Rc<Matching>>>);

impl Matchings {
    pub(super) fn of(&self, encoder: &Encoder<'_>, set: VersionSetId) -> Rc<Matching> {
        if let Some(known) = self.0.borrow().get(&set) {
            return known.clone();
        }
        let matching = Rc::new(Matching::of(encoder, set));
        self.0.borrow_mut().insert(set, matching.clone());
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
