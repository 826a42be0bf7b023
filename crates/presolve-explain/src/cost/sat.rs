//! A small SAT solver with bounds on sums. It finds conda's optimum without conda's diagrams.
//!
//! It learns from conflicts like picosat (conda's solver), but a group of records of which at
//! most one is true, and a bound on a weighted sum, are constraints of their own here
//! instead of clauses. A bound belongs to a literal and holds when the literal is true, so
//! that a bound can be tried, and withdrawn if it cannot be kept.

use bounds::{Bound, Sum};
use queue::Queue;

mod bounds;
mod queue;
#[cfg(test)]
mod tests;

pub(super) use bounds::Term;

/// A variable.
pub(super) type Var = u32;

/// A variable or its negation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Lit(u32);

impl Lit {
    pub(super) fn yes(var: Var) -> Self {
        Lit(var << 1)
    }

    pub(super) fn no(var: Var) -> Self {
        Lit(var << 1 | 1)
    }

    fn not(self) -> Self {
        Lit(self.0 ^ 1)
    }

    fn var(self) -> usize {
        (self.0 >> 1) as usize
    }

    fn is_negated(self) -> bool {
        self.0 & 1 == 1
    }

    fn place(self) -> usize {
        self.0 as usize
    }
}

/// The result of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Answer {
    Solution,
    NoSolution,
    /// The limit was reached.
    Unknown,
}

/// Why a literal is true.
#[derive(Clone, Copy, PartialEq)]
enum Reason {
    /// It was decided, or follows from nothing.
    None,
    /// This literal is false.
    Other(Lit),
    /// All other literals of the clause are false.
    Clause(u32),
    /// The bound leaves no room.
    Bound(u32),
}

/// The solver. A value is 1 if a literal is true, -1 if it is false, 0 if it is open.
pub(super) struct Solver {
    groups: Vec<Vec<Var>>,
    group_of: Vec<u32>,
    clauses: Vec<Vec<Lit>>,
    /// For each literal the clauses to look at when it becomes false, each with another
    /// literal of the clause.
    watches: Vec<Vec<(u32, Lit)>>,
    /// For each literal the other literals of its clauses of two.
    pairs: Vec<Vec<Lit>>,
    sums: Vec<Sum>,
    bounds: Vec<Bound>,
    bound_of: Vec<u32>,
    values: Vec<i8>,
    levels: Vec<u32>,
    reasons: Vec<Reason>,
    /// The place of each variable in `trail`.
    places: Vec<u32>,
    trail: Vec<Lit>,
    /// The length of the trail before each decision.
    decisions: Vec<usize>,
    /// The literals of the trail before this place were propagated.
    head: usize,
    /// The value that a variable gets when it is decided.
    preferred: Vec<bool>,
    queue: Queue,
    seen: Vec<bool>,
    is_contradictory: bool,
    /// The literals propagated in all calls together: a measure of time that is the same on
    /// every machine.
    steps: u64,
    /// The conflicts of all calls together.
    pub conflicts: u64,
}

const NONE: u32 = u32::MAX;

/// The number of conflicts after which the first search starts again.
const RESTART: u64 = 50;

impl Solver {
    /// Returns a solver for variables from zero, some of them in groups of which at most one
    /// is true.
    pub(super) fn new(variables: u32, groups: Vec<Vec<Var>>) -> Self {
        let mut solver = Self {
            groups: Vec::new(),
            group_of: Vec::new(),
            clauses: Vec::new(),
            watches: Vec::new(),
            pairs: Vec::new(),
            sums: Vec::new(),
            bounds: Vec::new(),
            bound_of: Vec::new(),
            values: Vec::new(),
            levels: Vec::new(),
            reasons: Vec::new(),
            places: Vec::new(),
            trail: Vec::new(),
            decisions: Vec::new(),
            head: 0,
            preferred: Vec::new(),
            queue: Queue::default(),
            seen: Vec::new(),
            is_contradictory: false,
            steps: 0,
            conflicts: 0,
        };
        for _ in 0..variables {
            solver.add_variable();
        }
        for (group, members) in groups.iter().enumerate() {
            for &var in members {
                solver.group_of[var as usize] = group as u32;
            }
        }
        solver.groups = groups;
        solver
    }

    pub(super) fn variable_count(&self) -> u32 {
        self.levels.len() as u32
    }

    pub(super) fn add_variable(&mut self) -> Var {
        let var = self.levels.len() as Var;
        self.values.extend([0, 0]);
        self.watches.extend([Vec::new(), Vec::new()]);
        self.pairs.extend([Vec::new(), Vec::new()]);
        self.group_of.push(NONE);
        self.bound_of.push(NONE);
        self.levels.push(0);
        self.reasons.push(Reason::None);
        self.places.push(0);
        self.preferred.push(false);
        self.seen.push(false);
        self.queue.add(var);
        var
    }

    /// Adds a clause: one of the literals is true.
    pub(super) fn add(&mut self, mut clause: Vec<Lit>) {
        self.return_to(0);
        clause.retain(|&lit| self.value(lit) >= 0);
        if clause.iter().any(|&lit| self.value(lit) > 0) {
            return;
        }
        match clause[..] {
            [] => self.is_contradictory = true,
            [only] => {
                self.assign(only, Reason::None);
                self.is_contradictory |= self.propagate().is_some();
            }
            _ => {
                self.attach(clause);
            }
        }
    }

    fn attach(&mut self, clause: Vec<Lit>) -> Reason {
        let (first, second) = (clause[0], clause[1]);
        if clause.len() == 2 {
            self.pairs[first.place()].push(second);
            self.pairs[second.place()].push(first);
            return Reason::Other(second);
        }
        let id = self.clauses.len() as u32;
        self.watches[first.place()].push((id, second));
        self.watches[second.place()].push((id, first));
        self.clauses.push(clause);
        Reason::Clause(id)
    }

    /// Sets the value with which the search begins.
    pub(super) fn prefer(&mut self, var: Var, value: bool) {
        self.preferred[var as usize] = value;
    }

    /// Whether a variable is true in the solution found last.
    pub(super) fn is_true(&self, var: Var) -> bool {
        self.value(Lit::yes(var)) > 0
    }

    /// Looks for a solution in which some literals are true, and gives up after so many steps.
    pub(super) fn solve(&mut self, assumed: &[Lit], limit: u64) -> Answer {
        self.return_to(0);
        let limit = self.steps + limit;
        let mut restarts = 0;
        let mut restart = self.conflicts + RESTART;
        loop {
            if self.is_contradictory {
                return Answer::NoSolution;
            }
            if let Some(conflict) = self.propagate() {
                self.conflicts += 1;
                self.learn(conflict);
                if self.steps >= limit {
                    self.return_to(0);
                    return Answer::Unknown;
                }
                if self.conflicts >= restart {
                    restarts += 1;
                    restart = self.conflicts + RESTART * luby(restarts);
                    self.return_to(0);
                }
                continue;
            }
            let next = match assumed.get(self.decisions.len()) {
                Some(&lit) if self.value(lit) < 0 => {
                    self.return_to(0);
                    return Answer::NoSolution;
                }
                Some(&lit) => lit,
                None => match self.next_open() {
                    Some(lit) => lit,
                    None => return Answer::Solution,
                },
            };
            self.decisions.push(self.trail.len());
            if self.value(next) == 0 {
                self.assign(next, Reason::None);
            }
        }
    }

    fn next_open(&mut self) -> Option<Lit> {
        loop {
            let var = self.queue.pop()?;
            if self.value(Lit::yes(var)) == 0 {
                return Some(match self.preferred[var as usize] {
                    true => Lit::yes(var),
                    false => Lit::no(var),
                });
            }
        }
    }

    fn value(&self, lit: Lit) -> i8 {
        self.values[lit.place()]
    }

    fn assign(&mut self, lit: Lit, reason: Reason) {
        self.values[lit.place()] = 1;
        self.values[lit.not().place()] = -1;
        let var = lit.var();
        self.levels[var] = self.decisions.len() as u32;
        self.reasons[var] = reason;
        self.places[var] = self.trail.len() as u32;
        self.trail.push(lit);
    }

    /// Makes a literal true for a reason, unless it is. Returns whether it is false.
    fn imply(&mut self, lit: Lit, reason: Reason) -> bool {
        match self.value(lit) {
            0 => self.assign(lit, reason),
            value => return value < 0,
        }
        false
    }

    /// Assigns what follows. Returns the literals of a clause that are all false, if there is
    /// one.
    fn propagate(&mut self) -> Option<Vec<Lit>> {
        while self.head < self.trail.len() {
            let lit = self.trail[self.head];
            self.head += 1;
            self.steps += 1;
            // All bounds count it before a conflict can stop the propagation.
            let is_counted = self.count(lit);
            let no = lit.not();
            for place in 0..self.pairs[no.place()].len() {
                let other = self.pairs[no.place()][place];
                if self.imply(other, Reason::Other(no)) {
                    return Some(vec![other, no]);
                }
            }
            let group = self.group_of[lit.var()];
            if group != NONE && !lit.is_negated() {
                for place in 0..self.groups[group as usize].len() {
                    let other = Lit::no(self.groups[group as usize][place]);
                    if other != no && self.imply(other, Reason::Other(no)) {
                        return Some(vec![other, no]);
                    }
                }
            }
            if is_counted {
                for bound in 0..self.bounds.len() {
                    if let Some(conflict) = self.check(bound) {
                        return Some(conflict);
                    }
                }
            }
            if let Some(clause) = self.visit_clauses(no) {
                return Some(self.clauses[clause as usize].clone());
            }
        }
        None
    }

    /// Looks at the clauses that watch a literal, which is false now. Returns one that is
    /// false.
    fn visit_clauses(&mut self, no: Lit) -> Option<u32> {
        let mut watches = std::mem::take(&mut self.watches[no.place()]);
        let (mut kept, mut next, mut conflict) = (0, 0, None);
        while next < watches.len() && conflict.is_none() {
            let (id, other) = watches[next];
            next += 1;
            if self.value(other) > 0 {
                watches[kept] = (id, other);
                kept += 1;
                continue;
            }
            let clause = &mut self.clauses[id as usize];
            if clause[0] == no {
                clause.swap(0, 1);
            }
            let first = clause[0];
            let is_open = |lit: &Lit| self.values[lit.place()] >= 0;
            if self.values[first.place()] <= 0
                && let Some(place) = clause[2..].iter().position(is_open)
            {
                clause.swap(1, place + 2);
                self.watches[clause[1].place()].push((id, first));
                continue;
            }
            watches[kept] = (id, first);
            kept += 1;
            if self.imply(first, Reason::Clause(id)) {
                conflict = Some(id);
            }
        }
        watches.drain(kept..next);
        self.watches[no.place()] = watches;
        conflict
    }

    /// Returns the other literals of the clause that made a literal true.
    fn reason(&self, lit: Lit) -> Vec<Lit> {
        let clause = match self.reasons[lit.var()] {
            Reason::None => return Vec::new(),
            Reason::Other(other) => return vec![other],
            Reason::Clause(id) => self.clauses[id as usize].clone(),
            Reason::Bound(bound) => self.bound_clause(bound as usize, Some(lit.var() as Var)),
        };
        clause.into_iter().filter(|&other| other != lit).collect()
    }

    /// Adds the clause that follows from a conflict, and returns to the level where it has an
    /// effect.
    fn learn(&mut self, conflict: Vec<Lit>) {
        let level = conflict.iter().map(|lit| self.levels[lit.var()]).max();
        let level = level.unwrap_or(0);
        if level == 0 {
            self.is_contradictory = true;
            return;
        }
        self.return_to(level as usize);
        let (mut clause, mut seen) = (vec![conflict[0]], Vec::new());
        let (mut literals, mut open, mut place) = (conflict, 0, self.trail.len());
        loop {
            for lit in literals {
                let var = lit.var();
                if self.seen[var] || self.levels[var] == 0 {
                    continue;
                }
                self.seen[var] = true;
                seen.push(var);
                self.queue.raise(var as Var);
                if self.levels[var] == level {
                    open += 1;
                } else {
                    clause.push(lit);
                }
            }
            place -= 1;
            while !self.seen[self.trail[place].var()] {
                place -= 1;
            }
            open -= 1;
            if open == 0 {
                break;
            }
            literals = self.reason(self.trail[place]);
        }
        clause[0] = self.trail[place].not();
        let is_needed = |&lit: &Lit| {
            let reason = self.reason(lit.not());
            let follows = |other: &Lit| self.seen[other.var()] || self.levels[other.var()] == 0;
            reason.is_empty() || !reason.iter().all(follows)
        };
        let needed: Vec<Lit> = clause[1..].iter().copied().filter(is_needed).collect();
        clause.truncate(1);
        clause.extend(needed);
        for var in seen {
            self.seen[var] = false;
        }
        self.queue.age();
        let level_of = |lit: Lit| self.levels[lit.var()];
        let second = (1..clause.len()).max_by_key(|&place| level_of(clause[place]));
        let Some(second) = second else {
            self.return_to(0);
            self.assign(clause[0], Reason::None);
            return;
        };
        clause.swap(1, second);
        self.return_to(self.levels[clause[1].var()] as usize);
        let first = clause[0];
        let reason = self.attach(clause);
        self.assign(first, reason);
    }

    /// Takes back all decisions above a level.
    fn return_to(&mut self, level: usize) {
        let Some(&length) = self.decisions.get(level) else {
            return;
        };
        while self.trail.len() > length {
            let Some(lit) = self.trail.pop() else { break };
            if self.trail.len() < self.head && !lit.is_negated() {
                self.uncount(lit);
            }
            self.values[lit.place()] = 0;
            self.values[lit.not().place()] = 0;
            self.preferred[lit.var()] = !lit.is_negated();
            self.queue.add(lit.var() as Var);
        }
        self.decisions.truncate(level);
        self.head = self.head.min(length);
    }
}

/// Luby's sequence, from 0: 1 1 2 1 1 2 4 1 1 2 …
fn luby(mut place: u64) -> u64 {
    loop {
        let size = (place + 2).next_power_of_two();
        if size == place + 2 {
            return size / 2;
        }
        place -= size / 2 - 1;
    }
}
