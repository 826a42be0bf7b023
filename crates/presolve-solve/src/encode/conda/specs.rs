//! Match specs as version sets, and their conditions.

use ahash::AHashMap as HashMap;

use rattler_conda_types::{MatchSpec, MatchSpecCondition};
use resolvo::{Condition, ConditionId, ConditionalRequirement, LogicalOperator, VersionSetId};

use super::{
    super::{
        pool::{Name, VersionSet},
        terms::Terms,
    },
    CondaHalf,
};
use crate::model::{
    Declared,
    error::{SolveError, SpecError},
    record_facts::ReadSpec,
};

/// A match spec in the pool: its version sets and its condition, if it has one.
pub(super) type PooledSpec = (Vec<VersionSetId>, Option<ConditionId>);

/// The match specs in the records, as pool ids or as the reason why they cannot be read.
#[derive(Default)]
pub(super) struct SpecCache(HashMap<String, Result<PooledSpec, SpecError>>);

impl SpecCache {
    /// Takes a match spec that a record writes into the pool.
    pub(super) fn pooled(
        &mut self,
        terms: &Terms<'_>,
        text: &str,
    ) -> Result<PooledSpec, SpecError> {
        if let Some(known) = self.0.get(text) {
            return known.clone();
        }
        let pooled = terms.world.facts.read(text).and_then(|spec| {
            let condition = spec.condition.as_ref();
            let condition = condition.map(|when| self.condition(terms, when));
            Ok((version_sets(terms, &spec)?, condition.transpose()?))
        });
        self.0.insert(text.to_string(), pooled.clone());
        pooled
    }

    /// Adds the condition of a match spec (CEP 43) to the pool.
    fn condition(
        &mut self,
        terms: &Terms<'_>,
        condition: &MatchSpecCondition,
    ) -> Result<ConditionId, SpecError> {
        match condition {
            MatchSpecCondition::And(left, right) => {
                let (left, right) = (self.condition(terms, left)?, self.condition(terms, right)?);
                Ok(join(terms, LogicalOperator::And, left, right))
            }
            MatchSpecCondition::Or(left, right) => {
                let (left, right) = (self.condition(terms, left)?, self.condition(terms, right)?);
                Ok(join(terms, LogicalOperator::Or, left, right))
            }
            MatchSpecCondition::MatchSpec(spec) => {
                let (sets, nested) = self.pooled(terms, &spec.to_string())?;
                if nested.is_some() {
                    return Err(SpecError::NestedCondition);
                }
                sets.into_iter()
                    .map(|set| terms.pool.intern_condition(Condition::Requirement(set)))
                    .reduce(|left, right| join(terms, LogicalOperator::And, left, right))
                    .ok_or(SpecError::EmptyCondition)
            }
        }
    }
}

pub(super) fn join(
    terms: &Terms<'_>,
    operator: LogicalOperator,
    left: ConditionId,
    right: ConditionId,
) -> ConditionId {
    let joined = Condition::Binary(operator, left, right);
    terms.pool.intern_condition(joined)
}

/// The version sets of a match spec: its extras (CEP-44), then the package.
fn version_sets(terms: &Terms<'_>, read: &ReadSpec) -> Result<Vec<VersionSetId>, SpecError> {
    let extras = read.extras.iter().map(|extra| {
        terms.any_of(Name::CondaExtra {
            package: read.name.clone(),
            extra: extra.clone(),
        })
    });
    let mut sets: Vec<_> = extras.collect();
    let id = terms.conda(&read.name);
    let spec = VersionSet::Match(read.spec.clone()?);
    sets.push(terms.some_of(id, spec));
    Ok(sets)
}

impl CondaHalf<'_> {
    /// Returns the requirements of a declared conda line.
    ///
    /// # Errors
    /// [`SolveError::MatchSpec`].
    pub(in crate::encode) fn line(
        &self,
        line: &Declared,
        spec: &MatchSpec,
    ) -> Result<Vec<ConditionalRequirement>, SolveError> {
        let refuse = |error: SpecError| SolveError::MatchSpec {
            spec: spec.to_string(),
            reason: error.to_string(),
        };
        let mut cache = self.specs.borrow_mut();
        let condition = spec
            .condition
            .as_ref()
            .map(|when| cache.condition(&self.terms, when))
            .transpose()
            .map_err(refuse)?;
        let read = self.terms.world.facts.of(spec.clone()).map_err(refuse)?;
        let mut sets = version_sets(&self.terms, &read).map_err(refuse)?;
        sets.extend(self.channel_set(line, spec));
        let requirement = |set: VersionSetId| ConditionalRequirement {
            requirement: set.into(),
            condition,
        };
        Ok(sets.into_iter().map(requirement).collect())
    }
}
