//! Propagation and learning: a solver with conflict-driven clause learning, as in MiniSat (Eén
//! and Sörensson 2003), to which clauses can be added at any time.

use std::cmp::Reverse;

use super::literal::{Literal, Variable};

/// A set of clauses and a partial assignment.
#[derive(Default)]
pub(super) struct Engine {
    values: Vec<Option<bool>>,
    /// The level at which each variable was assigned. Level 0 holds for every question.
    levels: Vec<u32>,
    reasons: Vec<Reason>,
    /// The literals that are true, in the order of their assignment.
    trail: Vec<Literal>,
    /// The position in the trail of each variable that is assigned.
    positions: Vec<usize>,
    /// The length of the trail where each level starts.
    starts: Vec<usize>,
    /// The number of literals of the trail that were visited.
    visited: usize,
    /// For each literal, the literals that it implies.
    implied: Vec<Vec<Literal>>,
    clauses: Vec<Box<[Literal]>>,
    /// For each literal, the clauses to visit once it is false.
    watches: Vec<Vec<usize>>,
    /// The variables of which at most one is true.
    groups: Vec<Vec<Variable>>,
    group_of: Vec<Option<usize>>,
    activities: Vec<f64>,
    step: Step,
    /// The variables of the clauses that are being analysed.
    is_seen: Vec<bool>,
    /// A clause that was false when it was added.
    violated: Option<Conflict>,
    /// Positions in the trail to visit again after a return: a clause was added later, which
    /// may make a variable true.
    late: Vec<usize>,
    /// Literals that hold for every question, found above level 0.
    facts: Vec<Literal>,
    is_tracked: Vec<bool>,
    /// The tracked variables that are true, in the order of their assignment.
    tracked: Vec<Variable>,
    changes: Changes,
}

/// What has changed since the last call of [`Engine::changes`].
#[derive(Default)]
pub(super) struct Changes {
    /// The lowest level.
    pub least_level: usize,
    /// How many of the variables in [`tracked`](Engine::tracked) were there all the time.
    pub least_tracked: usize,
    /// The tracked variables whose activity has changed.
    pub bumped: Vec<Variable>,
    /// Whether all activities were scaled down.
    pub is_rescaled: bool,
}

/// By how much the next conflict adds to an activity.
struct Step(f64);

impl Default for Step {
    fn default() -> Self {
        Self(1.0)
    }
}

/// Why a literal is true.
#[derive(Clone, Copy)]
enum Reason {
    /// It was decided, or it holds for every question.
    None,
    /// This literal implies it.
    Implied(Literal),
    /// All other literals of this clause are false.
    Clause(usize),
}

/// A clause whose literals are all false.
#[derive(Clone, Copy)]
pub(super) enum Conflict {
    Pair(Literal, Literal),
    Clause(usize),
}

/// By how much an older conflict counts less than the next one, as in MiniSat.
const DECAY: f64 = 0.95;

/// If the learnt clause allows a return over more levels than this, only one level is undone
/// (chronological backtracking, Nadel and Ryvchin 2018). Tests have few levels.
const LONGEST_RETURN: u32 = if cfg!(test) { 2 } else { 40 };

/// The activity from which all are scaled down.
const MAX_ACTIVITY: f64 = 1e100;

impl Engine {
    pub(super) fn new_variable(&mut self) -> Variable {
        let variable = Variable::new(self.values.len());
        self.values.push(None);
        self.levels.push(0);
        self.positions.push(0);
        self.reasons.push(Reason::None);
        self.implied.extend([Vec::new(), Vec::new()]);
        self.watches.extend([Vec::new(), Vec::new()]);
        self.group_of.push(None);
        self.activities.push(0.0);
        self.is_seen.push(false);
        self.is_tracked.push(false);
        variable
    }

    /// Lists a new variable in [`tracked`](Self::tracked) whenever it is true.
    pub(super) fn track(&mut self, variable: Variable) {
        self.is_tracked[variable.index()] = true;
    }

    /// Returns what has changed since the last call.
    pub(super) fn changes(&mut self) -> Changes {
        let next = Changes {
            least_level: self.level(),
            least_tracked: self.tracked.len(),
            ..Changes::default()
        };
        let mut changes = std::mem::replace(&mut self.changes, next);
        changes.bumped.sort_unstable();
        changes.bumped.dedup();
        changes
    }

    /// The tracked variables that are true, in the order of their assignment.
    pub(super) fn tracked(&self) -> &[Variable] {
        &self.tracked
    }

    /// Returns the value of a literal; `None` if it is not assigned.
    pub(super) fn value(&self, literal: Literal) -> Option<bool> {
        let value = self.values[literal.variable().index()]?;
        Some(value == literal.is_positive())
    }

    /// Whether a variable was decided, or holds for every question.
    pub(super) fn is_assumed(&self, variable: Variable) -> bool {
        self.is_true(variable) && matches!(self.reasons[variable.index()], Reason::None)
    }

    pub(super) fn is_true(&self, variable: Variable) -> bool {
        self.values[variable.index()] == Some(true)
    }

    /// How often a variable was part of the latest conflicts.
    pub(super) fn activity(&self, variable: Variable) -> f64 {
        self.activities[variable.index()]
    }

    /// The number of decisions that are made.
    pub(super) fn level(&self) -> usize {
        self.starts.len()
    }

    /// The literals that are true, in the order of their assignment.
    pub(super) fn trail(&self) -> &[Literal] {
        &self.trail
    }

    /// Adds the rule that at most one of these new variables is true.
    pub(super) fn add_group(&mut self, variables: Vec<Variable>) {
        for variable in &variables {
            self.group_of[variable.index()] = Some(self.groups.len());
        }
        self.groups.push(variables);
    }

    /// Adds the clause `¬premise ∨ conclusion`.
    pub(super) fn imply(&mut self, premise: Literal, conclusion: Literal) {
        self.implied[premise.index()].push(conclusion);
        self.implied[(!conclusion).index()].push(!premise);
        let mut clause = [!premise, conclusion];
        clause.sort_by_key(|literal| Reverse(self.open_until(*literal)));
        let [first, second] = clause;
        if self.value(second) == Some(false) {
            let conflict = Conflict::Pair(first, second);
            self.apply_new(first, second, Reason::Implied(!second), conflict);
        }
    }

    /// Adds a clause of a literal: it is true for every question.
    pub(super) fn assert(&mut self, literal: Literal) {
        self.assign_fact(literal);
        if self.level() > 0 {
            self.facts.push(literal);
        }
    }

    fn assign_fact(&mut self, literal: Literal) {
        match self.value(literal) {
            Some(true) => {}
            Some(false) => self.violated = Some(Conflict::Pair(literal, literal)),
            None => {
                self.assign(literal, Reason::None);
                self.levels[literal.variable().index()] = 0;
            }
        }
    }

    /// Adds a clause of different literals, at least one.
    pub(super) fn add(&mut self, mut clause: Vec<Literal>) {
        match clause[..] {
            [] => return debug_assert!(false, "no literal"),
            [only] => return self.assert(only),
            [first, second] => return self.imply(!first, second),
            _ => {}
        }
        // The literals that are false last are watched, so that the clause is visited in time
        // after a return.
        clause.sort_by_key(|literal| Reverse(self.open_until(*literal)));
        let place = self.clauses.len();
        let (first, second) = (clause[0], clause[1]);
        for literal in [first, second] {
            self.watches[literal.index()].push(place);
        }
        self.clauses.push(clause.into());
        if self.value(second) == Some(false) {
            self.apply_new(
                first,
                second,
                Reason::Clause(place),
                Conflict::Clause(place),
            );
        }
    }

    /// Handles a new clause in which all literals but the first are false, `second` since the
    /// latest level. If the first is open, it is assigned; if it is false, the clause is
    /// violated.
    fn apply_new(&mut self, first: Literal, second: Literal, reason: Reason, conflict: Conflict) {
        match self.value(first) {
            Some(true) if self.level_of(first) <= self.level_of(second) => return,
            Some(true) => {}
            Some(false) => self.violated = Some(conflict),
            None => self.assign(first, reason),
        }
        if first.is_positive() && (self.level_of(second) as usize) < self.level() {
            self.late.push(self.positions[second.variable().index()]);
        }
    }

    /// The level from which a literal is false; the maximum if it is not.
    fn open_until(&self, literal: Literal) -> u32 {
        match self.value(literal) {
            Some(false) => self.level_of(literal),
            _ => u32::MAX,
        }
    }

    fn highest_level(&self, literals: &[Literal]) -> u32 {
        let levels = literals.iter().map(|literal| self.level_of(*literal));
        levels.max().unwrap_or(0)
    }

    fn level_of(&self, literal: Literal) -> u32 {
        self.levels[literal.variable().index()]
    }

    /// Makes a literal true at a new level.
    pub(super) fn decide(&mut self, literal: Literal) {
        self.open_level();
        self.assign(literal, Reason::None);
    }

    /// Starts a level without a decision.
    pub(super) fn open_level(&mut self) {
        self.starts.push(self.trail.len());
    }

    fn assign(&mut self, literal: Literal, reason: Reason) {
        let place = literal.variable().index();
        self.values[place] = Some(literal.is_positive());
        self.levels[place] = self.starts.len() as u32;
        self.reasons[place] = reason;
        self.positions[place] = self.trail.len();
        self.trail.push(literal);
        if literal.is_positive() && self.is_tracked[place] {
            self.tracked.push(literal.variable());
        }
    }

    /// Undoes the assignments above a level.
    pub(super) fn return_to(&mut self, level: usize) {
        let Some(&start) = self.starts.get(level) else {
            return;
        };
        for literal in self.trail.drain(start..) {
            self.values[literal.variable().index()] = None;
        }
        let is_true = |variable: &&Variable| self.values[variable.index()] == Some(true);
        let kept = self.tracked.iter().take_while(is_true).count();
        self.tracked.truncate(kept);
        self.changes.least_tracked = self.changes.least_tracked.min(kept);
        self.changes.least_level = self.changes.least_level.min(level);
        self.starts.truncate(level);
        self.visited = self.visited.min(start);
        self.violated = None;
        self.late.retain(|position| *position < start);
        self.visited = self.late.iter().fold(self.visited, |all, at| all.min(*at));
        let facts = std::mem::take(&mut self.facts);
        for fact in &facts {
            self.assign_fact(*fact);
        }
        // At level 0, nothing is undone any more.
        if level > 0 {
            self.facts = facts;
        } else {
            self.late.clear();
        }
    }

    /// Visits all literals of level 0 again, after an error has left some unvisited.
    pub(super) fn revisit(&mut self) {
        self.return_to(0);
        self.visited = 0;
    }

    /// Returns the next literal of the trail that was not visited.
    pub(super) fn next_literal(&mut self) -> Option<Literal> {
        let next = self.trail.get(self.visited).copied();
        self.visited += usize::from(next.is_some());
        next
    }

    /// Returns a clause that was false when it was added, once.
    pub(super) fn violated(&mut self) -> Option<Conflict> {
        self.violated.take()
    }

    /// Assigns what a true literal implies; returns the first conflict.
    pub(super) fn visit(&mut self, literal: Literal) -> Option<Conflict> {
        self.visit_implied(literal)
            .or_else(|| self.visit_group(literal))
            .or_else(|| self.visit_clauses(!literal))
    }

    fn visit_implied(&mut self, literal: Literal) -> Option<Conflict> {
        for place in 0..self.implied[literal.index()].len() {
            let implied = self.implied[literal.index()][place];
            match self.value(implied) {
                Some(true) => {}
                Some(false) => return Some(Conflict::Pair(!literal, implied)),
                None => self.assign(implied, Reason::Implied(literal)),
            }
        }
        None
    }

    fn visit_group(&mut self, literal: Literal) -> Option<Conflict> {
        let group = self.group_of[literal.variable().index()].filter(|_| literal.is_positive())?;
        for place in 0..self.groups[group].len() {
            let other = self.groups[group][place];
            if other == literal.variable() {
                continue;
            }
            match self.values[other.index()] {
                Some(false) => {}
                Some(true) => return Some(Conflict::Pair(!literal, other.negative())),
                None => self.assign(other.negative(), Reason::Implied(literal)),
            }
        }
        None
    }

    /// Visits the clauses that watch a literal, which is now false.
    fn visit_clauses(&mut self, literal: Literal) -> Option<Conflict> {
        let mut watching = std::mem::take(&mut self.watches[literal.index()]);
        let mut conflict = None;
        watching.retain(|&place| {
            if conflict.is_some() {
                return true;
            }
            if self.clauses[place][0] == literal {
                self.clauses[place].swap(0, 1);
            }
            let other = self.clauses[place][0];
            if self.value(other) == Some(true) {
                return true;
            }
            let clause = &self.clauses[place];
            let mut rest = (2..clause.len()).zip(&clause[2..]);
            if let Some((at, &open)) = rest.find(|(_, open)| self.value(**open) != Some(false)) {
                self.clauses[place].swap(1, at);
                self.watches[open.index()].push(place);
                return false;
            }
            match self.value(other) {
                None => self.assign(other, Reason::Clause(place)),
                _ => conflict = Some(Conflict::Clause(place)),
            }
            true
        });
        self.watches[literal.index()] = watching;
        conflict
    }

    /// Learns the clause of the first unique implication point of a conflict, returns to a level
    /// at which it is not violated, and assigns its literal. Returns `false` if the clauses have
    /// no solution.
    pub(super) fn learn(&mut self, conflict: Conflict) -> bool {
        let literals = self.literals_of(conflict);
        let top = self.highest_level(&literals);
        if top == 0 {
            return false;
        }
        self.return_to(top as usize);
        let (point, mut learnt) = self.implication_point(literals, top);
        self.step.0 /= DECAY;
        let needed = self.highest_level(&learnt);
        // To undo many independent decisions only to make them again takes most of the time.
        let is_far = top - needed > LONGEST_RETURN;
        self.return_to(if is_far { top - 1 } else { needed } as usize);
        learnt.push(!point);
        self.add(learnt);
        true
    }

    /// Returns the only literal of the highest level from which the false literals follow
    /// together with literals of lower levels, and the negations of the latter.
    fn implication_point(
        &mut self,
        mut literals: Vec<Literal>,
        top: u32,
    ) -> (Literal, Vec<Literal>) {
        let mut lower: Vec<Literal> = Vec::new();
        let mut place = self.trail.len();
        let mut open = 0;
        let point = loop {
            for literal in literals {
                let variable = literal.variable();
                let level = self.levels[variable.index()];
                if level == 0 || std::mem::replace(&mut self.is_seen[variable.index()], true) {
                    continue;
                }
                self.bump(variable);
                if level == top {
                    open += 1;
                } else {
                    lower.push(literal);
                }
            }
            let last = loop {
                place -= 1;
                let literal = self.trail[place];
                if self.is_seen[literal.variable().index()] {
                    break literal;
                }
            };
            self.is_seen[last.variable().index()] = false;
            open -= 1;
            if open == 0 {
                break last;
            }
            literals = self.antecedents(last);
        };
        for literal in &lower {
            self.is_seen[literal.variable().index()] = false;
        }
        (point, lower)
    }

    fn literals_of(&self, conflict: Conflict) -> Vec<Literal> {
        match conflict {
            Conflict::Pair(first, second) => vec![first, second],
            Conflict::Clause(place) => self.clauses[place].to_vec(),
        }
    }

    /// Returns the false literals from which a literal follows.
    fn antecedents(&self, literal: Literal) -> Vec<Literal> {
        match self.reasons[literal.variable().index()] {
            Reason::None => Vec::new(),
            Reason::Implied(by) => vec![!by],
            Reason::Clause(place) => {
                let others = self.clauses[place].iter().copied();
                others.filter(|other| *other != literal).collect()
            }
        }
    }

    fn bump(&mut self, variable: Variable) {
        self.activities[variable.index()] += self.step.0;
        if self.is_tracked[variable.index()] {
            self.changes.bumped.push(variable);
        }
        if self.activities[variable.index()] > MAX_ACTIVITY {
            for activity in &mut self.activities {
                *activity /= MAX_ACTIVITY;
            }
            self.step.0 /= MAX_ACTIVITY;
            self.changes.is_rescaled = true;
        }
    }

    /// Returns the decisions that exclude a literal together, and the literal itself.
    pub(super) fn excluded_by(&mut self, literal: Literal) -> Vec<Literal> {
        let mut decisions = vec![literal];
        let start = self.starts.first().copied().unwrap_or(self.trail.len());
        self.is_seen[literal.variable().index()] = true;
        for place in (start..self.trail.len()).rev() {
            let literal = self.trail[place];
            if !std::mem::take(&mut self.is_seen[literal.variable().index()]) {
                continue;
            }
            let is_decision = matches!(self.reasons[literal.variable().index()], Reason::None);
            if is_decision && self.levels[literal.variable().index()] > 0 {
                decisions.push(literal);
            }
            for antecedent in self.antecedents(literal) {
                let index = antecedent.variable().index();
                self.is_seen[index] |= self.levels[index] > 0;
            }
        }
        self.is_seen[literal.variable().index()] = false;
        decisions
    }
}
