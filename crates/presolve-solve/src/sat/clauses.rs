//! The clauses of an encoding, added as the search reaches them.
//!
//! Each version set, union and condition has a variable of its own, which all candidates
//! share: `¬a ∨ s` for a candidate that requires the set `s`, and `¬s ∨ b1 ∨ … ∨ bn` once for
//! the set. So the number of clauses grows with the number of different dependencies, not with
//! the number of records times their dependencies.

use ahash::{AHashMap as HashMap, AHashSet as HashSet};
use resolvo::{
    Candidates, Condition, ConditionId, ConditionalRequirement, DenseIndex, Dependencies,
    HintDependenciesAvailable, Interner, KnownDependencies, LogicalOperator, NameId, Requirement,
    SolvableId, VersionSetId,
};

use super::{
    engine::Engine,
    literal::{Literal, Variable},
};
use crate::encode::Encoder;

/// The variables of an encoding, and which of their clauses exist.
#[derive(Default)]
pub(super) struct Clauses {
    meanings: Vec<Meaning>,
    /// The candidates of each name that was reached, best first, by its index.
    names: Vec<Option<Vec<SolvableId>>>,
    /// The variable of each candidate, by its index.
    candidates: Vec<Option<Variable>>,
    required: HashMap<Requirement, Variable>,
    conditional: HashMap<(Requirement, ConditionId), Variable>,
    constraints: HashMap<VersionSetId, Variable>,
    conditions: HashMap<ConditionId, Variable>,
    /// The variables whose clauses need the candidates of a name.
    waiting: HashMap<NameId, Vec<Waiting>>,
}

/// What a variable stands for.
enum Meaning {
    /// The candidate is installed. Its dependencies are in the clauses, or still to be read.
    Candidate { id: SolvableId, is_read: bool },
    /// One of the candidates is installed, best first; `None` before they are known.
    Required {
        requirement: Requirement,
        candidates: Option<Vec<Variable>>,
        /// The position of the candidate that met it last.
        last: usize,
    },
    /// A constraint, a condition or a conditional requirement.
    Other,
}

/// A variable whose clauses need the candidates of a name.
#[derive(Clone, Copy)]
enum Waiting {
    Required(Variable),
    /// No candidate outside of the version set is installed.
    Constraint(VersionSetId, Variable),
    /// It is true if a candidate of the version set is installed.
    Condition(VersionSetId, Variable),
}

impl Clauses {
    /// Adds the clauses of a literal that has become true.
    pub(super) fn reach(&mut self, encoder: &Encoder<'_>, engine: &mut Engine, literal: Literal) {
        if !literal.is_positive() {
            return;
        }
        let variable = literal.variable();
        match &mut self.meanings[variable.index()] {
            Meaning::Candidate { id, is_read } if !*is_read => {
                *is_read = true;
                encoder.read_ahead(*id);
                match encoder.dependencies(*id) {
                    Dependencies::Known(known) => {
                        self.add_dependencies(encoder, engine, variable, &known);
                    }
                    Dependencies::Unknown(_) => engine.assert(variable.negative()),
                }
            }
            Meaning::Required {
                requirement,
                candidates: None,
                ..
            } => {
                for set in encoder.sets_of(*requirement) {
                    self.open_name(encoder, engine, encoder.version_set_name(set));
                }
            }
            _ => {}
        }
    }

    /// Returns the variable of a requirement, created if necessary.
    pub(super) fn of_requirement(
        &mut self,
        encoder: &Encoder<'_>,
        engine: &mut Engine,
        requirement: ConditionalRequirement,
    ) -> Variable {
        let ConditionalRequirement {
            condition,
            requirement,
        } = requirement;
        let required = self.of_unconditional(encoder, engine, requirement);
        let Some(condition) = condition else {
            return required;
        };
        if let Some(&known) = self.conditional.get(&(requirement, condition)) {
            return known;
        }
        let conditional = self.new_variable(engine, Meaning::Other);
        self.conditional
            .insert((requirement, condition), conditional);
        let holds = self.of_condition(encoder, engine, condition);
        engine.add(vec![
            conditional.negative(),
            holds.negative(),
            required.positive(),
        ]);
        conditional
    }

    fn of_unconditional(
        &mut self,
        encoder: &Encoder<'_>,
        engine: &mut Engine,
        requirement: Requirement,
    ) -> Variable {
        if let Some(&known) = self.required.get(&requirement) {
            return known;
        }
        let meaning = Meaning::Required {
            requirement,
            candidates: None,
            last: 0,
        };
        let variable = self.new_variable(engine, meaning);
        engine.track(variable);
        self.required.insert(requirement, variable);
        for set in encoder.sets_of(requirement) {
            self.wait(encoder.version_set_name(set), Waiting::Required(variable));
        }
        self.define(encoder, engine, Waiting::Required(variable));
        variable
    }

    fn of_constraint(
        &mut self,
        encoder: &Encoder<'_>,
        engine: &mut Engine,
        set: VersionSetId,
    ) -> Variable {
        if let Some(&known) = self.constraints.get(&set) {
            return known;
        }
        let variable = self.new_variable(engine, Meaning::Other);
        self.constraints.insert(set, variable);
        let waiting = Waiting::Constraint(set, variable);
        self.wait(encoder.version_set_name(set), waiting);
        self.define(encoder, engine, waiting);
        variable
    }

    /// Returns a variable that is true if the condition holds.
    fn of_condition(
        &mut self,
        encoder: &Encoder<'_>,
        engine: &mut Engine,
        condition: ConditionId,
    ) -> Variable {
        if let Some(&known) = self.conditions.get(&condition) {
            return known;
        }
        let variable = self.new_variable(engine, Meaning::Other);
        self.conditions.insert(condition, variable);
        match encoder.resolve_condition(condition) {
            Condition::Requirement(set) => {
                let waiting = Waiting::Condition(set, variable);
                self.wait(encoder.version_set_name(set), waiting);
                self.define(encoder, engine, waiting);
            }
            Condition::Binary(operator, left, right) => {
                let sides = [left, right].map(|side| self.of_condition(encoder, engine, side));
                let [left, right] = sides.map(Variable::negative);
                match operator {
                    LogicalOperator::Or => {
                        engine.add(vec![left, variable.positive()]);
                        engine.add(vec![right, variable.positive()]);
                    }
                    LogicalOperator::And if left == right => {
                        engine.add(vec![left, variable.positive()]);
                    }
                    LogicalOperator::And => engine.add(vec![left, right, variable.positive()]),
                }
            }
        }
        variable
    }

    fn new_variable(&mut self, engine: &mut Engine, meaning: Meaning) -> Variable {
        self.meanings.push(meaning);
        engine.new_variable()
    }

    fn wait(&mut self, name: NameId, waiting: Waiting) {
        if self.known(name).is_none() {
            self.waiting.entry(name).or_default().push(waiting);
        }
    }

    /// The candidates of a name, if it was reached.
    fn known(&self, name: NameId) -> Option<&Vec<SolvableId>> {
        self.names.get(name.to_index())?.as_ref()
    }

    /// Adds the clauses of a variable, if the names that it needs were reached.
    fn define(&mut self, encoder: &Encoder<'_>, engine: &mut Engine, waiting: Waiting) {
        match waiting {
            Waiting::Required(variable) => self.define_required(encoder, engine, variable),
            Waiting::Constraint(set, variable) => {
                for candidate in self.members(encoder, set, true).unwrap_or_default() {
                    engine.imply(variable.positive(), candidate.negative());
                }
            }
            Waiting::Condition(set, variable) => {
                for candidate in self.members(encoder, set, false).unwrap_or_default() {
                    engine.imply(candidate.positive(), variable.positive());
                }
            }
        }
    }

    fn define_required(&mut self, encoder: &Encoder<'_>, engine: &mut Engine, variable: Variable) {
        let Meaning::Required {
            requirement,
            candidates: None,
            ..
        } = self.meanings[variable.index()]
        else {
            return;
        };
        let sets = encoder.sets_of(requirement).into_iter();
        let members = sets.map(|set| self.members(encoder, set, false));
        let Some(members) = members.collect::<Option<Vec<_>>>() else {
            return;
        };
        let mut seen = HashSet::new();
        let mut all: Vec<Variable> = members.into_iter().flatten().collect();
        all.retain(|candidate| seen.insert(*candidate));
        let literals = all.iter().map(|candidate| candidate.positive());
        let clause = std::iter::once(variable.negative()).chain(literals);
        engine.add(clause.collect());
        self.meanings[variable.index()] = Meaning::Required {
            requirement,
            candidates: Some(all),
            last: 0,
        };
    }

    /// Returns the candidates that are in a version set, or with `inverse` those that are not;
    /// `None` if the name was not reached.
    fn members(
        &self,
        encoder: &Encoder<'_>,
        set: VersionSetId,
        inverse: bool,
    ) -> Option<Vec<Variable>> {
        let candidates = self.known(encoder.version_set_name(set))?;
        let members = encoder.filter(candidates, set, inverse).into_iter();
        let variables = members.filter_map(|id| self.candidates[id.to_index()]);
        Some(variables.collect())
    }

    /// Adds the candidates of a name, with the dependencies of those that are available.
    fn open_name(&mut self, encoder: &Encoder<'_>, engine: &mut Engine, name: NameId) {
        if self.known(name).is_some() {
            return;
        }
        let mut known: Vec<(SolvableId, Option<KnownDependencies>)> = Vec::new();
        for (id, is_available) in best_first(encoder, name) {
            match is_available.then(|| encoder.dependencies(id)) {
                None => known.push((id, None)),
                Some(Dependencies::Known(dependencies)) => known.push((id, Some(dependencies))),
                Some(Dependencies::Unknown(_)) => {}
            }
        }
        let mut variables = Vec::with_capacity(known.len());
        for (id, dependencies) in &known {
            let is_read = dependencies.is_some();
            let meaning = Meaning::Candidate { id: *id, is_read };
            let variable = self.new_variable(engine, meaning);
            *place_of(&mut self.candidates, id.to_index()) = Some(variable);
            variables.push(variable);
        }
        engine.add_group(variables.clone());
        let ids = known.iter().map(|(id, _)| *id).collect();
        *place_of(&mut self.names, name.to_index()) = Some(ids);
        for waiting in self.waiting.remove(&name).unwrap_or_default() {
            self.define(encoder, engine, waiting);
        }
        for (variable, (_, dependencies)) in variables.into_iter().zip(known) {
            if let Some(dependencies) = dependencies {
                self.add_dependencies(encoder, engine, variable, &dependencies);
            }
        }
    }

    fn add_dependencies(
        &mut self,
        encoder: &Encoder<'_>,
        engine: &mut Engine,
        variable: Variable,
        known: &KnownDependencies,
    ) {
        for &requirement in &known.requirements {
            let required = self.of_requirement(encoder, engine, requirement);
            engine.imply(variable.positive(), required.positive());
        }
        for &set in &known.constrains {
            let constraint = self.of_constraint(encoder, engine, set);
            engine.imply(variable.positive(), constraint.positive());
        }
    }

    /// Adds a requirement with these candidates, without an encoding.
    #[cfg(test)]
    pub(super) fn require_one_of(&mut self, requirement: Variable, candidates: Vec<Variable>) {
        let last = requirement.index().max(self.meanings.len());
        self.meanings.resize_with(last + 1, || Meaning::Other);
        self.meanings[requirement.index()] = Meaning::Required {
            requirement: Requirement::default(),
            candidates: Some(candidates),
            last: 0,
        };
    }

    /// The candidate that a variable stands for.
    pub(super) fn candidate(&self, variable: Variable) -> Option<SolvableId> {
        match self.meanings[variable.index()] {
            Meaning::Candidate { id, .. } => Some(id),
            _ => None,
        }
    }

    /// Whether a candidate of a requirement is true.
    pub(super) fn is_met(&mut self, engine: &Engine, variable: Variable) -> bool {
        let Meaning::Required {
            candidates: Some(candidates),
            last,
            ..
        } = &mut self.meanings[variable.index()]
        else {
            return false;
        };
        if candidates.get(*last).is_some_and(|id| engine.is_true(*id)) {
            return true;
        }
        let met_by = candidates.iter().position(|id| engine.is_true(*id));
        *last = met_by.unwrap_or(*last);
        met_by.is_some()
    }

    /// The candidates of a requirement, best first.
    pub(super) fn candidates_of(&self, variable: Variable) -> &[Variable] {
        match &self.meanings[variable.index()] {
            Meaning::Required {
                candidates: Some(candidates),
                ..
            } => candidates,
            _ => &[],
        }
    }
}

/// Returns the candidates of a name that are not excluded, best first, and whether their
/// dependencies are available.
fn best_first(encoder: &Encoder<'_>, name: NameId) -> Vec<(SolvableId, bool)> {
    let Candidates {
        mut candidates,
        favored,
        hint_dependencies_available,
        excluded,
        locked,
        allow_multiple,
    } = encoder.open_candidates(name).unwrap_or_default();
    debug_assert!(locked.is_none() && !allow_multiple);
    let excluded: HashSet<SolvableId> = excluded.into_iter().map(|(id, _)| id).collect();
    candidates.retain(|id| !excluded.contains(id));
    encoder.sort_by_rank(&mut candidates);
    candidates.sort_by_key(|id| Some(*id) != favored);
    let is_available = |id: &SolvableId| match &hint_dependencies_available {
        HintDependenciesAvailable::None => false,
        HintDependenciesAvailable::All => true,
        HintDependenciesAvailable::Some(available) => available.contains(id),
    };
    let candidates = candidates.into_iter();
    candidates.map(|id| (id, is_available(&id))).collect()
}

/// Returns a place of a list, which grows if necessary.
fn place_of<T>(list: &mut Vec<Option<T>>, index: usize) -> &mut Option<T> {
    if list.len() <= index {
        list.resize_with(index + 1, || None);
    }
    &mut list[index]
}
