//! The candidates for fixes: which one is solved next, and which one is reported next.
//!
//! Several are solved at a time while the search continues. They are reported by rank, so
//! that the result does not depend on timing.

use std::sync::Arc;

use super::search::{self, Proposal};

/// The cost of another source for a requirement: more than another minor version, less
/// than another major one.
const COST_OF_MOVE: usize = search::COST_OF_MAJOR - 10;

/// A possible fix of a file.
#[derive(Clone, Debug)]
pub(super) struct Candidate {
    /// The new forms of the lines.
    pub proposal: Arc<Proposal>,
    /// Whether other sources are searched for the requirements of its lines.
    pub elsewhere: bool,
    /// Whether it was too slow to run next to the others. It may then use all the remaining
    /// time.
    pub is_hard: bool,
    cost: usize,
}

/// All known candidates, those with the fewest changes first, then the mildest. `O` is the
/// result of solving one.
pub(super) struct Candidates<O> {
    ways: Vec<(Candidate, State<O>)>,
    /// All candidates with fewer changes than this are known.
    frontier: usize,
    /// The proposals whose requirements were found in another source.
    found_elsewhere: Vec<Arc<Proposal>>,
}

enum State<O> {
    Waiting,
    Running,
    Solved(O),
    Reported,
}

impl Candidate {
    fn drops(&self) -> bool {
        !self.elsewhere && self.cost >= search::COST_OF_DROP
    }

    fn rank(&self) -> (usize, usize) {
        (self.proposal.size(), self.cost)
    }
}

impl<O> Candidates<O> {
    /// Returns an empty set.
    pub(super) fn new() -> Self {
        Self {
            ways: Vec::new(),
            frontier: 0,
            found_elsewhere: Vec::new(),
        }
    }

    /// Adds the candidates of a proposal. `is_mistaken` says that its line clearly has the wrong
    /// source: then the right one comes first.
    pub(super) fn add(&mut self, proposal: Proposal, is_mistaken: bool) {
        for way in ways(Arc::new(proposal), is_mistaken) {
            let place = self
                .ways
                .partition_point(|(known, _)| known.rank() <= way.rank());
            self.ways.insert(place, (way, State::Waiting));
        }
    }

    /// Records that all candidates with fewer changes than this are known.
    pub(super) fn are_all_below(&mut self, changes: usize) {
        self.frontier = self.frontier.max(changes);
    }

    /// Returns the minimum number of changes of all candidates; `None` if there are none.
    pub(super) fn least_changes(&self) -> Option<usize> {
        self.ways.first().map(|(way, _)| way.proposal.size())
    }

    /// Returns the candidate to solve next, unless `ahead` candidates before it are solved but
    /// not reported. Slow candidates come last.
    pub(super) fn begin(&mut self, ahead: usize) -> Option<Candidate> {
        let others = |(way, state): &(Candidate, State<O>)| {
            !way.is_hard && matches!(state, State::Waiting | State::Running)
        };
        let is_hard_turn = self.frontier == usize::MAX && !self.ways.iter().any(others);
        let mut before = 0;
        for (way, state) in &mut self.ways {
            match state {
                State::Running | State::Solved(_) => before += 1,
                State::Waiting if way.is_hard && !is_hard_turn => {}
                State::Waiting if !is_needless(way, &self.found_elsewhere) => {
                    if before >= ahead {
                        return None;
                    }
                    *state = State::Running;
                    return Some(way.clone());
                }
                _ => {}
            }
        }
        None
    }

    /// Records the result of solving a candidate.
    pub(super) fn end(&mut self, solved: &Candidate, outcome: O) {
        if let Some((_, state)) = self.entry(solved) {
            *state = State::Solved(outcome);
        }
    }

    /// Postpones a slow candidate, so that the others do not wait for it.
    pub(super) fn set_aside(&mut self, way: &Candidate) {
        if let Some((way, state)) = self.entry(way) {
            (way.is_hard, *state) = (true, State::Waiting);
        }
    }

    fn entry(&mut self, wanted: &Candidate) -> Option<&mut (Candidate, State<O>)> {
        let is_it = |(way, _): &&mut (Candidate, State<O>)| {
            Arc::ptr_eq(&way.proposal, &wanted.proposal) && way.elsewhere == wanted.elsewhere
        };
        self.ways.iter_mut().find(is_it)
    }

    /// Returns the candidates that are solved but not reported, regardless of rank.
    pub(super) fn rest(&mut self) -> Vec<(Candidate, O)> {
        let rest = self.ways.drain(..).filter_map(|(way, state)| match state {
            State::Solved(outcome) => Some((way, outcome)),
            _ => None,
        });
        rest.collect()
    }

    /// Records that the lines of a candidate were found in another source, so they need not be
    /// removed.
    pub(super) fn is_found_elsewhere(&mut self, way: &Candidate) {
        self.found_elsewhere.push(way.proposal.clone());
    }

    /// Returns the next candidate to report with its outcome, if it is solved.
    pub(super) fn tell(&mut self) -> Option<(Candidate, O)> {
        for (way, state) in &mut self.ways {
            if is_needless(way, &self.found_elsewhere) {
                *state = State::Reported;
            }
            match state {
                State::Reported => {}
                State::Waiting | State::Running if way.is_hard => {}
                State::Solved(_) if way.proposal.size() < self.frontier => {
                    let State::Solved(outcome) = std::mem::replace(state, State::Reported) else {
                        return None;
                    };
                    return Some((way.clone(), outcome));
                }
                _ => return None,
            }
        }
        None
    }
}

/// Whether a candidate removes a line whose requirement was found in another source.
fn is_needless(way: &Candidate, found_elsewhere: &[Arc<Proposal>]) -> bool {
    let is_same = |found: &Arc<Proposal>| Arc::ptr_eq(found, &way.proposal);
    way.drops() && found_elsewhere.iter().any(is_same)
}

/// Returns the candidates of a proposal: as proposed, and with other sources.
fn ways(proposal: Arc<Proposal>, is_mistaken: bool) -> Vec<Candidate> {
    let gone = proposal.lines.iter().filter(|line| line.with.is_none());
    let gone = gone.count();
    let moved = match gone {
        0 if proposal.size() > 1 => None,
        _ if is_mistaken && proposal.size() == 1 => Some(0),
        0 => Some(COST_OF_MOVE),
        _ => Some(proposal.cost - gone * search::COST_OF_DROP + gone * COST_OF_MOVE),
    };
    let way = |elsewhere, cost| Candidate {
        proposal: proposal.clone(),
        elsewhere,
        is_hard: false,
        cost,
    };
    let mut ways = vec![way(false, proposal.cost)];
    ways.extend(moved.map(|cost| way(true, cost)));
    ways
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ChangedLine, EditKind};

    fn proposal(lines: usize, cost: usize) -> Proposal {
        let becomes = |line| ChangedLine {
            line,
            kind: EditKind::Drop,
            with: None,
            skips: None,
        };
        Proposal {
            together: None,
            lines: (0..lines).map(becomes).collect(),
            cost,
        }
    }

    #[test]
    fn ways_are_told_by_rank_when_all_of_their_size_are_known() {
        let mut ways = Candidates::new();
        ways.add(proposal(1, 1000), false);
        let first = ways.begin(2).expect("the line from elsewhere");
        assert!(first.elsewhere);
        let dropped = ways.begin(2).expect("the line goes");
        ways.end(&dropped, "dropped");
        ways.end(&first, "moved");
        assert!(ways.tell().is_none(), "a milder one may come");
        ways.add(proposal(2, 2000), false);
        ways.are_all_below(2);
        assert_eq!(ways.tell().expect("all of one line").1, "moved");
        assert_eq!(ways.tell().expect("all of one line").1, "dropped");
        assert!(ways.tell().is_none());
        assert_eq!(ways.least_changes(), Some(1));
        assert!(ways.begin(0).is_none());
        ways.are_all_below(usize::MAX);
        let last = ways.begin(2).expect("those of two lines");
        assert!(ways.begin(1).is_none(), "one is solved already");
        ways.end(&last, "last");
        ways.add(proposal(1, 1000), false);
        assert!(ways.tell().is_none(), "there is a better one");
        assert_eq!(ways.rest().len(), 1);
    }

    #[test]
    fn a_hard_way_keeps_nothing_back() {
        let mut ways = Candidates::new();
        ways.add(proposal(1, 1000), false);
        let hard = ways.begin(2).expect("the line from elsewhere");
        ways.set_aside(&hard);
        let dropped = ways.begin(2).expect("the line goes");
        assert!(!dropped.elsewhere);
        assert!(ways.begin(2).is_none(), "more may come");
        ways.are_all_below(usize::MAX);
        assert!(ways.begin(2).is_none(), "another one is being solved");
        ways.end(&dropped, "dropped");
        let again = ways.begin(2).expect("the hard one");
        assert!(again.elsewhere && again.is_hard);
        assert_eq!(ways.tell().expect("the other one").1, "dropped");
        ways.end(&again, "hard");
        assert_eq!(ways.tell().expect("in the end").1, "hard");
    }

    #[test]
    fn a_line_that_was_found_elsewhere_need_not_go() {
        let mut ways = Candidates::new();
        ways.add(proposal(1, 1000), false);
        ways.are_all_below(usize::MAX);
        let first = ways.begin(2).expect("the line from elsewhere");
        ways.end(&first, ());
        assert!(ways.tell().is_some());
        ways.is_found_elsewhere(&first);
        assert!(ways.begin(2).is_none() && ways.tell().is_none());
    }
}
