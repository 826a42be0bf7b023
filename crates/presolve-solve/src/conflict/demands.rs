//! What a declared line demands of each package, for every choice: a package that every
//! candidate of a demanded package requires is demanded too.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use resolvo::{NameId, SolvableId, VersionSetId};

use crate::encode::pool::Name;
use follower::Refusal;
use matching::Matching;

mod follower;
mod matching;

pub(super) use matching::Matchings;

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
    pub demands: BTreeMap<NameId, Demand>,
    /// Names that are demanded and that nothing has.
    pub missing: Vec<Name>,
}

/// The candidates of a package that a line leaves.
pub(super) struct Demand {
    pub left: Matching,
    /// Why it is demanded, in order of discovery.
    pub derivations: Vec<Derivation>,
    /// The packages of the context that it depends on.
    pub premises: BTreeSet<NameId>,
    /// The candidates that conflict with the rest.
    pub refused: BTreeMap<SolvableId, Refusal>,
}

/// One reason for which a package is demanded, with what it leaves of the package.
pub(super) struct Derivation {
    /// The package whose candidates all demand it; none for the line's own.
    pub because_of: Option<NameId>,
    /// The candidates that this derivation alone leaves.
    pub usable: BTreeSet<SolvableId>,
    /// The demanded version sets.
    pub sets: BTreeSet<VersionSetId>,
    /// The packages of the context that it depends on.
    pub premises: BTreeSet<NameId>,
}

impl Demands {
    /// A package that the line demands and of which nothing is available: the nearest.
    pub(super) fn dead_end(&self) -> Option<NameId> {
        self.demands
            .iter()
            .filter(|(_, demand)| demand.left.usable.is_empty())
            .map(|(&name, _)| (self.path(name).len(), name))
            .min()
            .map(|(_, name)| name)
    }

    /// The packages from the line's own down to this one, by the first derivations.
    pub(super) fn path(&self, name: NameId) -> Vec<NameId> {
        let mut path = vec![name];
        let mut seen = HashSet::from([name]);
        let mut at = name;
        let first = |name: &NameId| self.demands.get(name)?.derivations.first()?.because_of;
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

    /// The derivation that by itself leaves nothing of what the others leave of a package, or
    /// nothing at all, if there is one: the shortest.
    pub(super) fn decisive(
        &self,
        name: NameId,
        others: Option<&BTreeSet<SolvableId>>,
    ) -> Option<&Derivation> {
        let derivations = self.demands.get(&name)?.derivations.iter();
        let decisive = derivations.filter(|derivation| match others {
            None => derivation.usable.is_empty(),
            Some(others) => derivation.usable.is_disjoint(others),
        });
        let length = |derivation: &&Derivation| {
            derivation
                .because_of
                .map_or(0, |parent| self.path(parent).len())
        };
        // A derivation that goes through the package itself says nothing.
        let through = |derivation: &&Derivation| {
            let parent = derivation.because_of;
            parent.is_none_or(|parent| !self.path(parent).contains(&name))
        };
        decisive.filter(through).min_by_key(length)
    }

    /// The packages of the context that the derivation to this one depends on.
    pub(super) fn premises(&self, name: NameId) -> BTreeSet<NameId> {
        let path = self.path(name);
        let demands = path.iter().filter_map(|name| self.demands.get(name));
        demands.flat_map(|demand| demand.premises.clone()).collect()
    }

    /// The packages of the context that a derivation depends on.
    pub(super) fn premises_of(&self, derivation: &Derivation) -> BTreeSet<NameId> {
        let mut premises = derivation.premises.clone();
        premises.extend(
            derivation
                .because_of
                .map(|parent| self.premises(parent))
                .unwrap_or_default(),
        );
        premises
    }
}
