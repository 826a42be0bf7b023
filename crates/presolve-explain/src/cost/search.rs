//! The series of SAT calls in which classic conda minimises its objectives
//! (`Clauses.minimize` in `conda/common/_logic.py`), in counts.
//!
//! Each objective is minimised twice. First its peak: the largest coefficient that the solution
//! contains, by bisection; a call adds one clause for each term. If the peak is not zero, its
//! sum follows, over the terms up to the peak: the first call bounds the sum by its value in
//! the solution at hand, and the bisection goes on between the peak and this value. Each of
//! these calls builds a new decision diagram (`bound`), which is thrown away, except
//! for the last one, which stays for all later calls. Each call hands all clauses to the SAT
//! solver anew.
//!
//! The values of the optimum are those that `optimum` finds. The value with which the sum
//! begins is that of an arbitrary solution, for which an estimate takes its place (`start`).
//! A call that succeeds is taken to return a solution at its bound, as nearly all measured
//! calls did.
//!
//! Each call searches from nothing. Where versions conflict, it takes long to find a solution
//! again within the bounds of the earlier objectives. That is measured by the conflicts that
//! presolve's own solver needs to bound the builds (`optimum::find`).

use serde::Serialize;

use super::{
    bound::diagram,
    clauses::Problem,
    objectives::{Aim, Criterion, Ladder, ORDER, Objective, Scope, objective},
};

/// The value with which the sum of versions begins, as a multiple of the value that it has if
/// every name takes a record at random up to the peak: 1.4 to 1.8 in most measured runs, with a
/// median of 1.54. The later objectives have a median of 1, because the versions leave little
/// to chance.
const START_OF_VERSIONS: f64 = 1.5;

/// The calls after the last objective: whether other solutions exist, and up to ten of them.
const LAST_CALLS: u64 = 3;

/// What conda does to minimise one objective.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Pass {
    /// What is minimised.
    pub aim: Aim,
    /// The number of records with a coefficient.
    pub terms: u64,
    /// The value of conda's optimum: the steps from the best records.
    pub distance: u64,
    /// The SAT calls.
    pub calls: u64,
    /// The nodes of all diagrams together.
    pub nodes: u64,
    /// The nodes of the largest diagram.
    pub largest: u64,
    /// Whether counting stopped at a ceiling, so that there are more nodes.
    pub is_more: bool,
}

/// What conda does to minimise all objectives.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Search {
    /// In conda's order.
    pub passes: Vec<Pass>,
    /// The clauses of all calls together.
    pub clauses: u64,
    /// The clauses of the largest call.
    pub largest: u64,
    /// For each call from the builds on, its clauses times the conflicts of `optimum::find`.
    pub searched: u64,
    /// These conflicts, once the versions are bounded.
    effort: u64,
    /// The clauses that stay for the next call.
    kept: u64,
}

impl Search {
    /// Counts the calls for these names.
    pub(super) fn new(problem: &Problem, ladders: &[Ladder], effort: u64) -> Self {
        let mut search = Self {
            kept: problem.clauses,
            ..Self::default()
        };
        for aim in ORDER {
            if let Some(objective) = objective(ladders, aim) {
                let pass = search.minimise(&objective);
                search.passes.push(pass);
            }
            if aim == Aim::Steps(Scope::Others, Criterion::Version) {
                search.effort = effort;
            }
        }
        for _ in 0..LAST_CALLS {
            search.call(0);
        }
        search
    }

    /// Counts a call with these clauses of its own.
    fn call(&mut self, own: u64) {
        let clauses = self.kept + own;
        self.clauses += clauses;
        self.largest = self.largest.max(clauses);
        self.searched = self.searched.saturating_add(clauses * self.effort);
    }

    fn minimise(&mut self, objective: &Objective) -> Pass {
        let terms = &objective.terms;
        let mut pass = Pass {
            aim: objective.aim,
            terms: terms.count(),
            distance: objective.sum,
            calls: 0,
            nodes: 0,
            largest: 0,
            is_more: false,
        };
        let mut lo = 0;
        let mut first = Some(0);
        if terms.largest() > 1 {
            let mut peaks = Bisection::new(0, terms.largest(), Some(0));
            while peaks.next(objective.peak).is_some() {
                pass.calls += 1;
                self.call(terms.count());
            }
            self.kept += terms.count();
            lo = objective.peak;
            first = None;
        }
        if objective.sum == 0 {
            if terms.largest() == 1 {
                pass.calls += 1;
                self.call(terms.count());
                self.kept += terms.count();
            }
            return pass;
        }
        let kept = terms.up_to(objective.peak);
        let start = start(objective);
        let start = start.clamp(objective.sum, kept.sum().max(objective.sum));
        let first = match objective.aim {
            Aim::Packages => Some(start.saturating_sub(1)),
            Aim::Steps(..) => first.or(Some(start)),
        };
        let mut last = 0;
        let mut sums = Bisection::new(lo, start, first);
        while let Some((lo, mid)) = sums.next(objective.sum) {
            let diagram = diagram(&kept, lo, mid);
            pass.calls += 1;
            pass.nodes = pass.nodes.saturating_add(diagram.nodes);
            pass.largest = pass.largest.max(diagram.nodes);
            pass.is_more |= diagram.is_more;
            self.call(diagram.clauses);
            last = diagram.clauses;
        }
        self.kept += last;
        pass
    }
}

/// Returns the estimated value of the solution with which a sum begins.
fn start(objective: &Objective) -> u64 {
    match objective.aim {
        // One package more than needed.
        Aim::Packages => objective.sum + 1,
        Aim::Steps(_, Criterion::Version) => (START_OF_VERSIONS * objective.expected as f64) as u64,
        Aim::Steps(..) => objective.expected,
    }
}

/// conda's bisection for the smallest value.
struct Bisection {
    lo: u64,
    hi: u64,
    first: Option<u64>,
    done: bool,
}

impl Bisection {
    fn new(lo: u64, hi: u64, first: Option<u64>) -> Self {
        Self {
            lo,
            hi,
            first,
            done: false,
        }
    }

    /// Returns the bounds of the next call, if the smallest value is `best`.
    fn next(&mut self, best: u64) -> Option<(u64, u64)> {
        if self.done || self.lo > self.hi.max(best) {
            return None;
        }
        let mid = self.first.take().unwrap_or(self.lo.midpoint(self.hi));
        let bounds = (self.lo, mid);
        if mid >= best {
            self.done = self.lo == mid;
            self.hi = mid;
        } else {
            self.lo = mid + 1;
            self.hi = self.hi.max(self.lo);
        }
        Some(bounds)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bounds(mut bisection: Bisection, best: u64) -> Vec<(u64, u64)> {
        std::iter::from_fn(|| bisection.next(best)).collect()
    }

    #[test]
    fn the_bisection_ends_at_the_smallest_value() {
        let calls = bounds(Bisection::new(3, 51, Some(51)), 7);
        assert_eq!(
            calls,
            [(3, 51), (3, 27), (3, 15), (3, 9), (3, 6), (7, 8), (7, 7)]
        );
        assert_eq!(bounds(Bisection::new(0, 13, Some(0)), 0), [(0, 0)]);
        for best in 0..40 {
            let calls = bounds(Bisection::new(0, 40, Some(40)), best);
            assert_eq!(calls.last(), Some(&(best, best)));
        }
    }
}
