//! The exclusion of candidates: why a project needs other pythons, why candidates are
//! excluded, and which of them need packages that the context does not allow.

use std::collections::{BTreeMap, BTreeSet};

use resolvo::{NameId, SolvableId};

use super::Clash;
use crate::{
    conflict::{
        RuledOut,
        demands::{Demand, Demands, Derivation},
        folded,
    },
    encode::pool::{Candidate, Name},
    model::reason::{Need, Needs, Reason},
};

impl Clash<'_, '_> {
    /// Returns why a project needs other pythons than those that the other lines leave, by the
    /// newest of its releases.
    pub(super) fn why_python(
        &self,
        demand: &Demands,
        name: NameId,
        derivation: Option<&Derivation>,
        others: Option<&BTreeSet<SolvableId>>,
    ) -> Option<RuledOut> {
        let encoder = self.encoder;
        let python = Name::Conda("python".to_string());
        if *encoder.terms().name(name) != python {
            return None;
        }
        let parent = derivation?.because_of?;
        let left = &demand.demands.get(&parent)?.left.usable;
        let releases = left
            .iter()
            .filter_map(|&id| match encoder.terms().candidate(id) {
                Candidate::Release(release) => Some(release),
                _ => None,
            });
        let newest = releases.max_by(|a, b| a.version.cmp(&b.version))?;
        let pythons = others?.iter().filter_map(|&id| {
            let record = encoder.terms().record_of(id)?;
            encoder.pythons().index_of(record)
        });
        let reason = encoder
            .pypi()
            .why_other_pythons(newest, &pythons.collect::<Vec<_>>())?;
        Some(RuledOut {
            package: folded::package(encoder, parent),
            versions: folded::versions(encoder, left)?,
            reason,
        })
    }

    /// Returns the excluded candidates of a demand, by reason, newest first.
    pub(super) fn ruled_out(&self, name: NameId, demand: &Demand) -> Vec<RuledOut> {
        let encoder = self.encoder;
        let mut by_reason: BTreeMap<Reason, BTreeSet<SolvableId>> = BTreeMap::new();
        for (id, reason) in &demand.left.ruled_out {
            by_reason.entry(reason.clone()).or_default().insert(*id);
        }
        for (reason, ids) in self.refused(demand) {
            by_reason.entry(reason).or_default().extend(ids);
        }
        folded::ruled_out(encoder, name, by_reason)
    }

    /// Returns the candidates that conflict with the context. Those that need the same
    /// packages are grouped.
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
        let reasons = by_names.into_iter().map(|(by_constraint, needs, ids)| {
            let needs = needs.into_iter().map(|(name, needed)| match needed {
                Ok(needed) => Need::Excluded(folded::left(self.encoder, name, &needed)),
                Err(constraint) => Need::Missing {
                    package: folded::package(self.encoder, name),
                    constraint,
                },
            });
            let reason = Reason::Needs {
                by_constraint,
                needs: Needs(needs.collect()),
            };
            (reason, ids)
        });
        reasons.collect()
    }
}
