//! The demands of a declared line on each package, for every choice. If every candidate of a
//! demanded package requires another package, that package is demanded too.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use resolvo::{NameId, SolvableId, VersionSetId};

use crate::encode::pool::Name;
use follower::Refusal;
use matching::Matching;

mod follower;
mod matching;

pub(super) use matching::EncodingCache;

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
    /// Demanded names that no channel or index has.
    pub missing: Vec<Name>,
}

/// The candidates of a package that a line leaves.
pub(super) struct Demand {
    pub left: Matching,
    /// The reasons for the demand, in order of discovery.
    pub derivations: Vec<Derivation>,
    /// The packages of the context that it depends on.
    pub premises: BTreeSet<NameId>,
    /// The candidates that conflict with the rest.
    pub refused: BTreeMap<SolvableId, Refusal>,
}

/// A reason for the demand of a package, with the candidates that it leaves.
pub(super) struct Derivation {
    /// The package whose candidates all demand it; `None` if the line itself does.
    pub because_of: Option<NameId>,
    /// The candidates that this derivation alone leaves.
    pub usable: BTreeSet<SolvableId>,
    /// The demanded version sets.
    pub sets: BTreeSet<VersionSetId>,
    /// The packages of the context that it depends on.
    pub premises: BTreeSet<NameId>,
}

impl Demands {
    /// Returns the nearest demanded package that has no available candidate.
    pub(super) fn dead_end(&self) -> Option<NameId> {
        self.demands
            .iter()
            .filter(|(_, demand)| demand.left.usable.is_empty())
            .map(|(&name, _)| (self.path(name).len(), name))
            .min()
            .map(|(_, name)| name)
    }

    /// Returns the packages from the line's own down to this one, by the first derivations.
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

    /// Returns the shortest derivation that alone leaves nothing of what the others leave of a
    /// package. Without `others`, the derivation must leave nothing.
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
        // A derivation through the package itself explains nothing.
        let through = |derivation: &&Derivation| {
            let parent = derivation.because_of;
            parent.is_none_or(|parent| !self.path(parent).contains(&name))
        };
        decisive.filter(through).min_by_key(length)
    }

    /// Returns the packages of the context that the path to this package depends on.
    pub(super) fn premises(&self, name: NameId) -> BTreeSet<NameId> {
        let path = self.path(name);
        let demands = path.iter().filter_map(|name| self.demands.get(name));
        demands.flat_map(|demand| demand.premises.clone()).collect()
    }

    /// Returns the packages of the context that a derivation depends on.
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
