//! The size of the decision diagrams with which classic conda bounds a sum.
//!
//! `LinearBound` (`conda/common/_logic.py`) encodes `lo <= sum <= hi` over terms with positive
//! coefficients as a binary decision diagram. It decides the term with the largest coefficient
//! first. A node is a pair of a term and of the sum so far, so the nodes of a term are the sums
//! that the terms before it can have, except those from which the bound is certain to hold or
//! to fail. [`nodes`] counts them with a set of bits for each term and builds nothing.

/// The terms of an objective: how many have each coefficient. All coefficients are positive.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Terms {
    /// Coefficient and number of terms, smallest coefficient first.
    counts: Vec<(u64, u64)>,
}

/// The size of one diagram.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Diagram {
    /// The nodes, each of which is a variable of the problem.
    pub nodes: u64,
    /// The clauses.
    pub clauses: u64,
    /// Whether the count stopped at the ceiling, so that there are more.
    pub is_more: bool,
}

/// The number of nodes at which counting stops. At this size conda needs more than 100 GB.
const CEILING: u64 = 100_000_000;

/// The largest bound that is counted exactly. A larger bound takes the nodes of a dense
/// diagram, that is, one for each term and sum.
const LARGEST_BOUND: u64 = 1 << 20;

impl Terms {
    pub(super) fn of(coefficients: impl IntoIterator<Item = u64>) -> Self {
        let mut counts = std::collections::BTreeMap::new();
        for coefficient in coefficients.into_iter().filter(|&c| c > 0) {
            *counts.entry(coefficient).or_insert(0) += 1;
        }
        Self {
            counts: counts.into_iter().collect(),
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.counts.is_empty()
    }

    pub(super) fn count(&self) -> u64 {
        self.counts.iter().map(|(_, count)| count).sum()
    }

    pub(super) fn sum(&self) -> u64 {
        self.counts.iter().map(|(c, count)| c * count).sum()
    }

    pub(super) fn largest(&self) -> u64 {
        self.counts.last().map_or(0, |(c, _)| *c)
    }

    /// Returns the terms with at most this coefficient.
    pub(super) fn up_to(&self, largest: u64) -> Self {
        let kept = self.counts.iter().filter(|(c, _)| *c <= largest);
        Self {
            counts: kept.copied().collect(),
        }
    }
}

/// Returns the size of the diagram of `lo <= sum <= hi`.
pub(super) fn diagram(terms: &Terms, lo: u64, hi: u64) -> Diagram {
    let kept = terms.up_to(hi);
    let pruned = terms.count() - kept.count();
    let total = kept.sum();
    let (lo, hi) = (lo, hi.min(total));
    let mut found = Diagram {
        clauses: pruned,
        ..Diagram::default()
    };
    if lo > hi {
        return found;
    }
    if hi > LARGEST_BOUND {
        found.nodes = kept.count().saturating_mul(hi);
        found.clauses += found.nodes.saturating_mul(3);
        found.is_more = true;
        return found;
    }
    let mut sums = Sums::new(hi);
    // The sum of the terms that are not yet decided, including the next one.
    let mut rest = total;
    for &(coefficient, count) in kept.counts.iter().rev() {
        for _ in 0..count {
            let (open, rejects) = sums.open(lo, hi, rest, coefficient);
            found.nodes += open;
            // A node with a branch that fails needs two clauses, every other one three.
            found.clauses += 3 * open - rejects;
            if found.nodes > CEILING {
                found.is_more = true;
                return found;
            }
            sums.add(coefficient);
            rest -= coefficient;
        }
    }
    found
}

/// The sums that the terms so far can have, as bits.
struct Sums {
    words: Vec<u64>,
    /// The number of bits.
    len: u64,
}

impl Sums {
    fn new(hi: u64) -> Self {
        let len = hi + 1;
        let mut words = vec![0; len.div_ceil(64) as usize];
        words[0] = 1;
        Self { words, len }
    }

    /// Counts the sums for which the bound is open, and how many of them exceed it with the
    /// next term.
    fn open(&self, lo: u64, hi: u64, rest: u64, coefficient: u64) -> (u64, u64) {
        // Certain to fail: sum + rest < lo. Certain to hold: lo <= sum and sum + rest <= hi.
        let first = lo.saturating_sub(rest);
        let rejects_from = (hi + 1).saturating_sub(coefficient).max(first);
        let (mut open, mut rejects) = (self.count(first, self.len), 0);
        rejects += self.count(rejects_from, self.len);
        if hi >= rest {
            let end = hi - rest + 1;
            let start = lo.max(first);
            if start < end {
                open -= self.count(start, end);
                let start = start.max(rejects_from);
                if start < end {
                    rejects -= self.count(start, end);
                }
            }
        }
        (open, rejects)
    }

    /// Counts the sums in `start..end`.
    fn count(&self, start: u64, end: u64) -> u64 {
        if start >= end {
            return 0;
        }
        let (first, last) = ((start / 64) as usize, ((end - 1) / 64) as usize);
        let low = !0 << (start % 64);
        let high = !0 >> (63 - (end - 1) % 64);
        if first == last {
            return u64::from((self.words[first] & low & high).count_ones());
        }
        let middle = self.words[first + 1..last].iter().map(|w| w.count_ones());
        let ends = (self.words[first] & low).count_ones() + (self.words[last] & high).count_ones();
        u64::from(ends + middle.sum::<u32>())
    }

    /// Adds a term: each sum, and each sum with its coefficient.
    fn add(&mut self, coefficient: u64) {
        if coefficient >= self.len {
            return;
        }
        let (words, bits) = ((coefficient / 64) as usize, (coefficient % 64) as u32);
        for place in (words..self.words.len()).rev() {
            let from = place - words;
            let mut shifted = self.words[from] << bits;
            if bits > 0 && from > 0 {
                shifted |= self.words[from - 1] >> (64 - bits);
            }
            self.words[place] |= shifted;
        }
        let unused = (self.words.len() as u64 * 64 - self.len) as u32;
        if let Some(last) = self.words.last_mut() {
            *last &= !0 >> unused;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    /// Builds the diagram as conda does, and counts its nodes.
    fn built(coefficients: &[u64], lo: i64, hi: i64) -> u64 {
        let mut sorted: Vec<i64> = coefficients.iter().map(|&c| c as i64).collect();
        sorted.retain(|&c| c <= hi);
        sorted.sort_unstable();
        let hi = hi.min(sorted.iter().sum());
        if lo > hi || sorted.is_empty() {
            return 0;
        }
        let mut seen = HashSet::new();
        let mut stack = vec![(sorted.len() as i64 - 1, 0i64)];
        let mut nodes = 0;
        while let Some((term, sum)) = stack.pop() {
            if !seen.insert((term, sum)) {
                continue;
            }
            let rest: i64 = sorted[..(term + 1) as usize].iter().sum();
            let (lower, upper) = (lo - sum, hi - sum);
            if (lower <= 0 && upper >= rest) || lower > rest || upper < 0 {
                continue;
            }
            nodes += 1;
            stack.push((term - 1, sum + sorted[term as usize]));
            stack.push((term - 1, sum));
        }
        nodes
    }

    #[test]
    fn nodes_are_those_of_the_built_diagram() {
        let mut state = 7u64;
        let mut random = |below: u64| {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            (state >> 33) % below
        };
        for _ in 0..500 {
            let count = 1 + random(30);
            let coefficients: Vec<u64> = (0..count).map(|_| 1 + random(90)).collect();
            let total: u64 = coefficients.iter().sum();
            let hi = random(total + 20);
            let lo = random(hi + 1);
            let counted = diagram(&Terms::of(coefficients.iter().copied()), lo, hi);
            let bound = format!("{coefficients:?} from {lo} to {hi}");
            let built = built(&coefficients, lo as i64, hi as i64);
            assert_eq!(counted.nodes, built, "{bound}");
        }
    }

    #[test]
    fn a_large_diagram_is_not_counted_to_its_end() {
        let terms = Terms::of((0..200_000).map(|place| 1 + place % 300));
        assert!(diagram(&terms, 0, 500_000).is_more);
    }
}
