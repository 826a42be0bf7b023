//! Bounds on weighted sums, as constraints of their own.

use std::cmp::Reverse;

use super::{Lit, NONE, Reason, Solver, Var};

/// A variable with its coefficient in a sum.
pub(in crate::cost) type Term = (Var, u32);

/// A weighted sum.
pub(super) struct Sum {
    coefficients: Vec<u32>,
    /// The variables with a coefficient, largest first.
    order: Vec<Var>,
}

/// A bound on a sum.
pub(super) struct Bound {
    sum: u32,
    /// The literal that makes it hold.
    literal: Lit,
    /// The largest coefficient that may be true.
    peak: u32,
    /// The largest value of the sum.
    most: u64,
    /// The sum of the true variables that were counted; `None` while the bound does not hold.
    pub(super) value: Option<u64>,
    /// The counted variables in the order in which they became true, each with `checked` at
    /// that time.
    counted: Vec<(Var, u32)>,
    /// The first variables of the sum's order that are known to be false or counted.
    checked: u32,
}

impl Solver {
    /// Adds a sum over variables, for bounds on it. Returns its number.
    pub(in crate::cost) fn add_sum(&mut self, terms: &[Term]) -> u32 {
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
    pub(in crate::cost) fn add_bound(&mut self, sum: u32, peak: u32, most: u64) -> Lit {
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
    pub(in crate::cost) fn require(&mut self, bound: Lit) {
        self.add(vec![bound]);
    }

    /// Takes back the bound that was added last.
    pub(in crate::cost) fn withdraw(&mut self, bound: Lit) {
        self.add(vec![bound.not()]);
        self.bounds.pop();
        self.bound_of[bound.var()] = NONE;
    }

    /// Adds a literal that is true now to the bounds. Returns whether it changes one.
    pub(super) fn count(&mut self, lit: Lit) -> bool {
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
    pub(super) fn uncount(&mut self, lit: Lit) {
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
    pub(super) fn check(&mut self, place: usize) -> Option<Vec<Lit>> {
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
    pub(super) fn bound_clause(&self, place: usize, var: Option<Var>) -> Vec<Lit> {
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
}
