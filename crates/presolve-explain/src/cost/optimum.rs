//! conda's optimum: the solution that is best by conda's objectives, in their order.
//!
//! presolve's own solution is not always conda's. conda first wants as few features as it can,
//! so it rules out records with `track_features` before it looks at the versions of
//! dependencies. A single such record can move a dependency by eight versions, and the
//! diagrams grow tenfold. [`find`] therefore repeats conda's bisections with a solver that
//! bounds a sum without a diagram (`sat`), beginning at presolve's solution. In 33 measured
//! runs, 192 of 222 values of objectives are conda's, and 216 are at most 2 apart.
//!
//! The conflicts that it takes tell how long conda's solver searches within its calls.

use std::collections::{BTreeMap, HashSet};

use super::{
    index::{Index, NameId, RecordId, SpecId},
    objectives::{Aim, Criterion, Ladder, ORDER, Scope},
    reduction::AllowedRecords,
    sat::{Answer, Lit, Solver, Term, Var},
};

/// The steps of the solver after which a call gives up, while versions and builds are
/// minimised: less than 0.2 s. In most files no call needs as many.
const LIMIT: u64 = 1_000_000;

/// The same for the other objectives, which are seldom hard to improve, only hard to prove.
const SHORT_LIMIT: u64 = 200_000;

/// The same for presolve's solution, and for any solution if conda reads the records
/// differently.
const FIRST_LIMIT: u64 = 5_000_000;

/// A bound that never excludes anything.
const NO_BOUND: u64 = 1 << 60;

/// Moves the ladders to conda's optimum. Returns the conflicts that it took to bound the build
/// numbers of dependencies, once their versions are bounded.
pub(super) fn find(index: &Index<'_>, lines: &[AllowedRecords], ladders: &mut [Ladder]) -> u64 {
    let mut problem = Problem::new(index, lines, ladders);
    let chosen = ladders.iter().filter_map(|ladder| {
        let step = &ladder.steps[ladder.chosen?];
        Some(Lit::yes(problem.var(step.id)?))
    });
    let chosen: Vec<Lit> = chosen.collect();
    if !(problem.solve(&chosen, FIRST_LIMIT) || problem.solve(&[], FIRST_LIMIT)) {
        return 0;
    }
    let mut effort = 0;
    for aim in ORDER {
        if aim == Aim::Steps(Scope::Requested, Criterion::BuildNumber) {
            problem.minimise(problem.features.clone(), SHORT_LIMIT, false);
        }
        let terms = problem.terms(ladders, aim);
        let limit = match aim {
            Aim::Steps(_, Criterion::Version | Criterion::BuildNumber) => LIMIT,
            _ => SHORT_LIMIT,
        };
        let conflicts = problem.minimise(terms, limit, aim == Aim::Packages);
        if aim == Aim::Steps(Scope::Others, Criterion::BuildNumber) {
            effort = conflicts;
        }
    }
    for ladder in ladders {
        let mut steps = ladder.steps.iter();
        ladder.chosen = steps.position(|step| problem.is_in_best(step.id));
    }
    effort
}

/// The records as variables.
struct Problem {
    solver: Solver,
    /// The variable of each record of the index, if it has one.
    vars: Vec<Option<Var>>,
    /// A variable for each feature that a record tracks.
    features: Vec<Term>,
    /// Whether each variable is true in the best solution so far.
    best: Vec<bool>,
}

impl Problem {
    fn new(index: &Index<'_>, lines: &[AllowedRecords], ladders: &[Ladder]) -> Self {
        let mut vars = vec![None; index.records.len()];
        let mut groups = Vec::new();
        let mut count = 0;
        for ladder in ladders {
            let first = count;
            for step in &ladder.steps {
                vars[step.id as usize] = Some(count);
                count += 1;
            }
            groups.push((first..count).collect());
        }
        let mut problem = Self {
            solver: Solver::new(count, groups),
            vars,
            features: Vec::new(),
            best: Vec::new(),
        };
        let records = ladders.iter().flat_map(|ladder| &ladder.steps);
        let records: Vec<RecordId> = records.map(|step| step.id).collect();
        problem.add_dependencies(index, &records);
        problem.add_features(index, &records);
        for line in lines {
            let allowed = line.allowed.iter().filter_map(|&id| problem.var(id));
            let allowed = allowed.map(Lit::yes).collect();
            problem.solver.add(allowed);
        }
        problem
    }

    fn var(&self, id: RecordId) -> Option<Var> {
        self.vars[id as usize]
    }

    fn is_in_best(&self, id: RecordId) -> bool {
        self.var(id).is_some_and(|var| self.best[var as usize])
    }

    fn add_dependencies(&mut self, index: &Index<'_>, records: &[RecordId]) {
        let mut known: BTreeMap<SpecId, Var> = BTreeMap::new();
        let mut names: BTreeMap<NameId, Vec<RecordId>> = BTreeMap::new();
        for &id in records {
            names.entry(index.record(id).name).or_default().push(id);
        }
        let no_records = Vec::new();
        for &id in records {
            let record = index.record(id);
            let required = record.depends.iter().map(|&spec| (spec, true));
            let optional = record.constrains.iter().map(|&spec| (spec, false));
            for (spec, is_required) in required.chain(optional) {
                let var = *known.entry(spec).or_insert_with(|| {
                    let var = self.solver.add_variable();
                    let matches = index.matches(spec).iter();
                    let matches: HashSet<Var> = matches.filter_map(|&id| self.var(id)).collect();
                    if is_required {
                        let mut matches: Vec<Var> = matches.into_iter().collect();
                        matches.sort_unstable();
                        let alternatives = matches.into_iter().map(Lit::yes);
                        let clause = std::iter::once(Lit::no(var)).chain(alternatives);
                        self.solver.add(clause.collect());
                    } else {
                        let named = names.get(&index.spec_name(spec)).unwrap_or(&no_records);
                        let others = named.iter().filter_map(|&id| self.vars[id as usize]);
                        for other in others.filter(|other| !matches.contains(other)) {
                            self.solver.add(vec![Lit::no(var), Lit::no(other)]);
                        }
                    }
                    var
                });
                if let Some(own) = self.var(id) {
                    self.solver.add(vec![Lit::no(own), Lit::yes(var)]);
                }
            }
        }
    }

    fn add_features(&mut self, index: &Index<'_>, records: &[RecordId]) {
        let mut known: BTreeMap<&str, Var> = BTreeMap::new();
        for &id in records {
            let package = &index.record(id).record.package_record;
            for feature in &package.track_features {
                let feature = known.entry(feature);
                let var = *feature.or_insert_with(|| self.solver.add_variable());
                if let Some(own) = self.var(id) {
                    self.solver.add(vec![Lit::no(own), Lit::yes(var)]);
                }
            }
        }
        self.features = known.into_values().map(|var| (var, 1)).collect();
    }

    fn terms(&self, ladders: &[Ladder], aim: Aim) -> Vec<Term> {
        let (scope, criterion) = match aim {
            Aim::Steps(scope, criterion) => (scope, Some(criterion)),
            Aim::Packages => (Scope::Others, None),
        };
        let in_scope = ladders.iter().filter(|ladder| scope.includes(ladder));
        let steps = in_scope.flat_map(|ladder| &ladder.steps);
        let terms = steps.filter_map(|step| {
            let count = criterion.map_or(1, |criterion| step.counts[criterion as usize]);
            Some((self.var(step.id)?, count as u32))
        });
        terms.filter(|&(_, count)| count > 0).collect()
    }

    /// Looks for a solution and keeps it. Returns whether there is one.
    fn solve(&mut self, assumed: &[Lit], limit: u64) -> bool {
        if self.solver.solve(assumed, limit) != Answer::Solution {
            return false;
        }
        self.keep();
        true
    }

    fn keep(&mut self) {
        let vars = 0..self.solver.variable_count();
        self.best = vars.map(|var| self.solver.is_true(var)).collect();
    }

    /// Minimises the largest coefficient, then the sum, and bounds both for later objectives.
    /// Returns the conflicts that it took.
    fn minimise(&mut self, terms: Vec<Term>, limit: u64, from_above: bool) -> u64 {
        if terms.is_empty() {
            return 0;
        }
        let before = self.solver.conflicts;
        let sum = self.solver.add_sum(&terms);
        let peak_of = |best: &[bool]| largest(&terms, best);
        let peak = self.bisect(0, Some(0), limit, peak_of, |solver, most| {
            solver.add_bound(sum, most as u32, NO_BOUND)
        });
        let sum_of = |best: &[bool]| total(&terms, best);
        let first = from_above.then(|| sum_of(&self.best).saturating_sub(1));
        let value = self.bisect(peak, first, limit, sum_of, |solver, most| {
            solver.add_bound(sum, peak as u32, most)
        });
        let bound = self.solver.add_bound(sum, peak as u32, value);
        self.solver.require(bound);
        self.solver.conflicts - before
    }

    /// Finds the smallest value, as conda does (`Clauses.minimize`). After a call that gives
    /// up, it only tries the next smaller value.
    fn bisect(
        &mut self,
        mut least: u64,
        mut first: Option<u64>,
        limit: u64,
        value: impl Fn(&[bool]) -> u64,
        bound: impl Fn(&mut Solver, u64) -> Lit,
    ) -> u64 {
        let mut most = value(&self.best);
        let mut gave_up = false;
        while least < most {
            let middle = if gave_up {
                most - 1
            } else {
                first.take().unwrap_or(least.midpoint(most))
            };
            for (var, &is_true) in self.best.iter().enumerate() {
                self.solver.prefer(var as Var, is_true);
            }
            let bound = bound(&mut self.solver, middle);
            let answer = self.solver.solve(&[bound], limit);
            match answer {
                Answer::Solution => {
                    self.keep();
                    most = value(&self.best);
                }
                Answer::NoSolution => least = middle + 1,
                Answer::Unknown => {}
            }
            self.solver.withdraw(bound);
            if answer == Answer::Unknown && std::mem::replace(&mut gave_up, true) {
                break;
            }
        }
        most
    }
}

fn largest(terms: &[Term], best: &[bool]) -> u64 {
    let values = terms.iter().filter(|(var, _)| best[*var as usize]);
    values.map(|&(_, count)| count.into()).max().unwrap_or(0)
}

fn total(terms: &[Term], best: &[bool]) -> u64 {
    let values = terms.iter().filter(|(var, _)| best[*var as usize]);
    values.map(|&(_, count)| u64::from(count)).sum()
}
