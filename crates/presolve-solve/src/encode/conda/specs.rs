//! Match specs as version sets, and their conditions.

use ahash::AHashMap as HashMap;

use rattler_conda_types::{
    MatchSpec, MatchSpecCondition, PackageNameMatcher, ParseMatchSpecOptions, RepodataRevision,
};
use resolvo::{Condition, ConditionId, ConditionalRequirement, LogicalOperator, VersionSetId};

use super::{
    super::{
        pool::{Name, VersionSet},
        record_spec::RecordSpec,
        terms::Terms,
    },
    CondaHalf,
};
use crate::model::{
    Declared,
    error::{SolveError, SpecError},
};
use presolve_parse as parse;

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
        let options = ParseMatchSpecOptions::lenient().with_repodata_revision(RepodataRevision::V3);
        let pooled = parse::conda::match_spec(text, options)
            .map_err(|error| SpecError::Parser(error.to_string()))
            .and_then(|spec| {
                let condition = spec
                    .condition
                    .as_ref()
                    .map(|when| self.condition(terms, when));
                Ok((version_sets(terms, spec)?, condition.transpose()?))
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
fn version_sets(terms: &Terms<'_>, spec: MatchSpec) -> Result<Vec<VersionSetId>, SpecError> {
    let (PackageNameMatcher::Exact(name), spec) = spec.into_nameless() else {
        return Err(SpecError::InexactName);
    };
    let name = name.as_normalized();
    let extras = spec.extras.iter().flatten().map(|extra| {
        terms.any_of(Name::CondaExtra {
            package: name.to_string(),
            extra: extra.clone(),
        })
    });
    let mut sets: Vec<_> = extras.collect();
    let id = terms.conda(name);
    let spec = RecordSpec::new(spec).map_err(SpecError::Parser)?;
    let spec = VersionSet::Match(Box::new(spec));
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
        let mut sets = version_sets(&self.terms, spec.clone()).map_err(refuse)?;
        sets.extend(self.channel_set(line, spec));
        let requirement = |set: VersionSetId| ConditionalRequirement {
            requirement: set.into(),
            condition,
        };
        Ok(sets.into_iter().map(requirement).collect())
    }
}
