//! A small SAT solver with bounds on sums. It finds conda's optimum without conda's diagrams.
//!
//! It learns from conflicts like picosat (conda's solver), but a group of records of which at
//! most one is true, and a bound on a weighted sum, are constraints of their own here
//! instead of clauses. A bound belongs to a literal and holds when the literal is true, so
//! that a bound can be tried, and withdrawn if it cannot be kept.

use std::cmp::Reverse;

/// A variable.
pub(super) type Var = u32;

/// A variable with its coefficient in a sum.
pub(super) type Term = (Var, u32);

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

/// A weighted sum.
struct Sum {
    coefficients: Vec<u32>,
    /// The variables with a coefficient, largest first.
    order: Vec<Var>,
}

/// A bound on a sum.
struct Bound {
    sum: u32,
    /// The literal that makes it hold.
    literal: Lit,
    /// The largest coefficient that may be true.
    peak: u32,
    /// The largest value of the sum.
    most: u64,
    /// The sum of the true variables that were counted; `None` while the bound does not hold.
    value: Option<u64>,
    /// The counted variables in the order in which they became true, each with `checked` at
    /// that time.
    counted: Vec<(Var, u32)>,
    /// The first variables of the sum's order that are known to be false or counted.
    checked: u32,
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

/// The share of a variable's weight that stays after each conflict.
const DECAY: f64 = 0.95;

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

    /// Adds a sum over variables, for bounds on it. Returns its number.
    pub(super) fn add_sum(&mut self, terms: &[Term]) -> u32 {
        let mut coefficients = vec![0; self.levels.len()];
        for &(var, coefficient) in terms {
            coefficients[var as usize] = coefficient;
        }
        let mut order: Vec<Var> = terms.iter().map(|&(var, _)| var).collect();
        order.sort_by_key(|&var| Reverse(coefficients[var as usize]));
        self.sums.push(Sum {
            coefficients,
            order,
        });
        self.sums.len() as u32 - 1
    }

    /// Adds a bound on a sum, and on the largest coefficient of a true variable. It holds while
    /// the returned literal is true.
    pub(super) fn add_bound(&mut self, sum: u32, peak: u32, most: u64) -> Lit {
        self.return_to(0);
        let var = self.add_variable();
        self.bound_of[var as usize] = self.bounds.len() as u32;
        self.bounds.push(Bound {
            sum,
            literal: Lit::yes(var),
            peak,
            most,
            value: None,
            counted: Vec::new(),
            checked: 0,
        });
        Lit::yes(var)
    }

    /// Makes a bound hold from now on.
    pub(super) fn require(&mut self, bound: Lit) {
        self.add(vec![bound]);
    }

    /// Takes back the bound that was added last.
    pub(super) fn withdraw(&mut self, bound: Lit) {
        self.add(vec![bound.not()]);
        self.bounds.pop();
        self.bound_of[bound.var()] = NONE;
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

    /// Adds a literal that is true now to the bounds. Returns whether it changes one.
    fn count(&mut self, lit: Lit) -> bool {
        if lit.is_negated() {
            return false;
        }
        let mut is_counted = false;
        let var = lit.var() as Var;
        for bound in &mut self.bounds {
            let coefficients = &self.sums[bound.sum as usize].coefficients;
            let coefficient = coefficients.get(lit.var()).copied().unwrap_or(0);
            if coefficient > 0
                && let Some(value) = &mut bound.value
            {
                *value += u64::from(coefficient);
                bound.counted.push((var, bound.checked));
                is_counted = true;
            }
        }
        if self.bound_of[lit.var()] != NONE {
            let bound = &mut self.bounds[self.bound_of[lit.var()] as usize];
            let coefficients = &self.sums[bound.sum as usize].coefficients;
            let mut sum = 0;
            let true_ones = self.trail[..self.head].iter();
            for before in true_ones.filter(|lit| !lit.is_negated()) {
                let coefficient = coefficients.get(before.var()).copied().unwrap_or(0);
                if coefficient > 0 {
                    sum += u64::from(coefficient);
                    bound.counted.push((before.var() as Var, 0));
                }
            }
            bound.value = Some(sum);
            is_counted = true;
        }
        is_counted
    }

    /// Takes back what `count` added.
    fn uncount(&mut self, lit: Lit) {
        let var = lit.var() as Var;
        for bound in &mut self.bounds {
            if bound.literal == lit {
                bound.value = None;
                bound.counted.clear();
                bound.checked = 0;
            } else if let Some(&(last, checked)) = bound.counted.last()
                && last == var
            {
                let coefficients = &self.sums[bound.sum as usize].coefficients;
                bound.counted.pop();
                bound.checked = checked;
                if let Some(value) = &mut bound.value {
                    *value -= u64::from(coefficients[lit.var()]);
                }
            }
        }
    }

    /// Excludes the variables for which a bound leaves no room. Returns the literals of a
    /// conflict.
    fn check(&mut self, place: usize) -> Option<Vec<Lit>> {
        let bound = &self.bounds[place];
        let value = bound.value?;
        if value > bound.most {
            return Some(self.bound_clause(place, None));
        }
        let room = (bound.most - value).min(u64::from(bound.peak)) as u32;
        let (sum, peak) = (bound.sum as usize, bound.peak);
        let mut checked = bound.checked as usize;
        while let Some(&var) = self.sums[sum].order.get(checked) {
            let coefficient = self.sums[sum].coefficients[var as usize];
            if coefficient <= room {
                break;
            }
            let is_counted = (self.places[var as usize] as usize) < self.head;
            match self.value(Lit::yes(var)) {
                0 => self.assign(Lit::no(var), Reason::Bound(place as u32)),
                1 if !is_counted || coefficient > peak => {
                    return Some(self.bound_clause(place, Some(var)));
                }
                _ => {}
            }
            checked += 1;
        }
        self.bounds[place].checked = checked as u32;
        None
    }

    /// Returns the clause that makes a bound exclude a variable, or that a bound violates. Its
    /// other literals are false.
    fn bound_clause(&self, place: usize, var: Option<Var>) -> Vec<Lit> {
        let bound = &self.bounds[place];
        let coefficients = &self.sums[bound.sum as usize].coefficients;
        let of = |var: Var| u64::from(coefficients[var as usize]);
        let mut clause = vec![bound.literal.not()];
        let (mut sum, mut until) = (0, NONE);
        if let Some(var) = var {
            clause.push(Lit::no(var));
            if of(var) > u64::from(bound.peak) {
                return clause;
            }
            sum = of(var);
            if self.value(Lit::no(var)) > 0 {
                until = self.places[var as usize];
            }
        }
        let counted = bound.counted.iter().map(|&(var, _)| var);
        let before = counted.filter(|&var| self.places[var as usize] < until);
        let mut before: Vec<Var> = before.collect();
        before.sort_by_key(|&var| Reverse(of(var)));
        for var in before {
            if sum > bound.most {
                break;
            }
            sum += of(var);
            clause.push(Lit::no(var));
        }
        clause
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

/// The open variables, those that are part of the latest conflicts first.
#[derive(Default)]
struct Queue {
    heap: Vec<Var>,
    /// The place of each variable in the heap, or `NONE`.
    places: Vec<u32>,
    weights: Vec<f64>,
    /// The weight that a conflict adds.
    step: f64,
}

impl Queue {
    fn add(&mut self, var: Var) {
        if var as usize == self.places.len() {
            self.places.push(NONE);
            self.weights.push(0.0);
        }
        if self.places[var as usize] == NONE {
            self.heap.push(var);
            self.rise(self.heap.len() - 1);
        }
    }

    fn pop(&mut self) -> Option<Var> {
        let last = self.heap.pop()?;
        let Some(&first) = self.heap.first() else {
            self.places[last as usize] = NONE;
            return Some(last);
        };
        self.places[first as usize] = NONE;
        self.heap[0] = last;
        self.sink(0);
        Some(first)
    }

    /// Gives a variable more weight.
    fn raise(&mut self, var: Var) {
        const MOST: f64 = 1e100;
        let weight = &mut self.weights[var as usize];
        *weight += self.step.max(1.0);
        if *weight > MOST {
            self.weights.iter_mut().for_each(|weight| *weight /= MOST);
            self.step /= MOST;
        }
        if self.places[var as usize] != NONE {
            self.rise(self.places[var as usize] as usize);
        }
    }

    /// Makes later conflicts weigh more.
    fn age(&mut self) {
        self.step = self.step.max(1.0) / DECAY;
    }

    fn weight(&self, place: usize) -> f64 {
        self.weights[self.heap[place] as usize]
    }

    fn set(&mut self, place: usize, var: Var) {
        self.heap[place] = var;
        self.places[var as usize] = place as u32;
    }

    fn rise(&mut self, mut place: usize) {
        let (var, weight) = (self.heap[place], self.weight(place));
        while place > 0 && self.weight((place - 1) / 2) < weight {
            self.set(place, self.heap[(place - 1) / 2]);
            place = (place - 1) / 2;
        }
        self.set(place, var);
    }

    fn sink(&mut self, mut place: usize) {
        let (var, weight) = (self.heap[place], self.weight(place));
        loop {
            let mut child = 2 * place + 1;
            if child + 1 < self.heap.len() && self.weight(child + 1) > self.weight(child) {
                child += 1;
            }
            if child >= self.heap.len() || self.weight(child) <= weight {
                break;
            }
            self.set(place, self.heap[child]);
            place = child;
        }
        self.set(place, var);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const VARS: u32 = 12;

    struct Random(u64);

    impl Random {
        fn below(&mut self, below: u32) -> u32 {
            self.0 = (self.0)
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            ((self.0 >> 33) % u64::from(below)) as u32
        }

        fn clause(&mut self) -> Vec<Lit> {
            let lits = (0..1 + self.below(3)).map(|_| match (self.below(VARS), self.below(2)) {
                (var, 0) => Lit::yes(var),
                (var, _) => Lit::no(var),
            });
            lits.collect()
        }
    }

    /// What was added to a solver.
    #[derive(Default)]
    struct Rules {
        groups: Vec<Vec<Var>>,
        clauses: Vec<Vec<Lit>>,
        /// Terms, peak and most of each bound.
        bounds: Vec<(Vec<Term>, u32, u64)>,
    }

    impl Rules {
        fn allows(&self, values: u32) -> bool {
            let is_true = |var: Var| values >> var & 1 == 1;
            let holds = |lit: &Lit| is_true(lit.var() as Var) != lit.is_negated();
            let single = |group: &Vec<Var>| group.iter().filter(|&&v| is_true(v)).count() <= 1;
            let bounded = |(terms, peak, most): &(Vec<Term>, u32, u64)| {
                let values = terms.iter().filter(|(var, _)| is_true(*var));
                let values: Vec<u32> = values.map(|&(_, count)| count).collect();
                values.iter().all(|count| count <= peak)
                    && u64::from(values.iter().sum::<u32>()) <= *most
            };
            self.groups.iter().all(single)
                && (self.clauses.iter()).all(|clause| clause.iter().any(holds))
                && self.bounds.iter().all(bounded)
        }

        fn has_solution(&self) -> bool {
            (0..1 << VARS).any(|values| self.allows(values))
        }
    }

    #[test]
    fn a_bound_has_a_solution_if_the_enumeration_has_one() {
        let mut random = Random(7);
        for _ in 0..400 {
            let groups = vec![vec![0, 1, 2], vec![3, 4, 5, 6]];
            let mut solver = Solver::new(VARS, groups.clone());
            let mut rules = Rules {
                groups,
                ..Rules::default()
            };
            for _ in 0..8 + random.below(16) {
                let clause = random.clause();
                rules.clauses.push(clause.clone());
                solver.add(clause);
            }
            for _ in 0..3 {
                let terms: Vec<Term> = (0..VARS).map(|var| (var, random.below(6))).collect();
                let terms: Vec<Term> = terms.into_iter().filter(|t| t.1 > 0).collect();
                let sum = solver.add_sum(&terms);
                for _ in 0..4 {
                    let (peak, most) = (random.below(6), u64::from(random.below(20)));
                    rules.bounds.push((terms.clone(), peak, most));
                    let bound = solver.add_bound(sum, peak, most);
                    let answer = solver.solve(&[bound], 100_000);
                    let expected = rules.has_solution();
                    assert_eq!(answer == Answer::Solution, expected, "{:?}", rules.bounds);
                    if expected {
                        let values = (0..VARS).map(|var| u32::from(solver.is_true(var)) << var);
                        assert!(rules.allows(values.sum()));
                    }
                    // Every second bound with a solution stays.
                    if expected && random.below(2) == 0 {
                        solver.require(bound);
                        break;
                    }
                    solver.withdraw(bound);
                    rules.bounds.pop();
                }
            }
        }
    }

    #[test]
    fn a_search_stops_at_its_limit() {
        // Six things in five places.
        let place = |thing: u32, place: u32| thing * 5 + place;
        let groups = (0..5).map(|p| (0..6).map(|thing| place(thing, p)).collect());
        let mut solver = Solver::new(30, groups.collect());
        for thing in 0..6 {
            solver.add((0..5).map(|p| Lit::yes(place(thing, p))).collect());
        }
        assert_eq!(solver.solve(&[], 100), Answer::Unknown);
        assert_eq!(solver.solve(&[], 1_000_000), Answer::NoSolution);
    }

    #[test]
    fn restarts_follow_the_sequence_of_luby() {
        let lengths: Vec<u64> = (0..15).map(luby).collect();
        assert_eq!(lengths, [1, 1, 2, 1, 1, 2, 4, 1, 1, 2, 1, 1, 2, 4, 8]);
    }
}
