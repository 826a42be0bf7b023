//! The requirements and constraints of a record.

use rattler_conda_types::PackageRecord;
use resolvo::{
    Condition, ConditionId, ConditionalRequirement, Dependencies, KnownDependencies,
    LogicalOperator, SolvableId, VersionSetId,
};

use super::{
    super::pool::Name,
    CondaHalf,
    specs::{PooledSpec, join},
};
use crate::model::{reason::Reason, record::RecordId};

impl CondaHalf<'_> {
    /// Returns the requirements and constraints of a record.
    pub(in crate::encode) fn dependencies(
        &self,
        solvable: SolvableId,
        id: RecordId,
    ) -> Dependencies {
        self.known_dependencies(solvable, id).map_or_else(
            |reason| Dependencies::Unknown(self.terms.intern_reason(reason)),
            Dependencies::Known,
        )
    }

    fn known_dependencies(
        &self,
        solvable: SolvableId,
        id: RecordId,
    ) -> Result<KnownDependencies, Reason> {
        let package = &self.terms.record(id).package_record;
        let mut known = KnownDependencies::default();
        for text in &package.depends {
            let (sets, condition) = self.dependency(text)?;
            require(&mut known, sets, condition);
        }
        for text in &package.constrains {
            let (sets, _) = self.dependency(text)?;
            for set in sets {
                if !self.is_of(set, package.name.as_normalized()) {
                    known.constrains.push(set);
                } else if !self.is_met_by(solvable, set) {
                    return Err(Reason::OwnConstraint {
                        constraint: text.clone(),
                    });
                }
            }
        }
        for (extra, depends) in &package.extra_depends {
            let extra = self.extra_condition(package.name.as_normalized(), extra);
            for text in depends {
                let (sets, condition) = self.dependency(text)?;
                let both = condition.map_or(extra, |condition| {
                    join(&self.terms, LogicalOperator::And, extra, condition)
                });
                require(&mut known, sets, Some(both));
            }
        }
        self.require_support(&mut known, package)?;
        Ok(known)
    }

    fn dependency(&self, text: &str) -> Result<PooledSpec, Reason> {
        let mut cache = self.specs.borrow_mut();
        cache
            .pooled(&self.terms, text)
            .map_err(|error| Reason::BrokenDependency {
                dependency: text.to_string(),
                error,
            })
    }

    /// Requires a record that leads to a package of an unfounded set.
    fn require_support(
        &self,
        known: &mut KnownDependencies,
        package: &PackageRecord,
    ) -> Result<(), Reason> {
        for (names, support) in &self.supported {
            if !names.contains(package.name.as_normalized()) {
                continue;
            }
            let Some((&first, rest)) = support.split_first() else {
                return Err(Reason::Unrequired);
            };
            let union = self
                .terms
                .pool
                .intern_version_set_union(first, rest.iter().copied());
            known.requirements.push(union.into());
        }
        Ok(())
    }

    /// Whether a version set belongs to a conda package. A package that constrains its own
    /// name would break the solver's clauses.
    fn is_of(&self, set: VersionSetId, package: &str) -> bool {
        let name = self.terms.pool.resolve_version_set_package_name(set);
        matches!(self.terms.name(name), Name::Conda(name) if name == package)
    }

    fn is_met_by(&self, solvable: SolvableId, set: VersionSetId) -> bool {
        let record = self.terms.record_of(solvable);
        record.is_some_and(|record| self.is_in(record, self.terms.set(set)))
    }

    fn extra_condition(&self, package: &str, extra: &str) -> ConditionId {
        let set = self.terms.any_of(Name::CondaExtra {
            package: package.to_string(),
            extra: extra.to_string(),
        });
        self.terms
            .pool
            .intern_condition(Condition::Requirement(set))
    }
}

fn require(known: &mut KnownDependencies, sets: Vec<VersionSetId>, condition: Option<ConditionId>) {
    let requirement = |set: VersionSetId| ConditionalRequirement {
        requirement: set.into(),
        condition,
    };
    known.requirements.extend(sets.into_iter().map(requirement));
}
