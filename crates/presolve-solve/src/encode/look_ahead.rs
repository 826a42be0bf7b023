//! The requirements of older releases ahead of time.
//!
//! The solver reads the contents of a release only after it has chosen the release. If they
//! contradict what is chosen, it undoes all decisions and begins again. A project whose newest
//! releases all contradict the rest costs one such restart for each of them. So after a few
//! releases of a project, the contents of the next ones are encoded in one step, and all that
//! contradict the rest are ruled out together. uv reads metadata in batches for the same reason
//! (`BatchPrefetcher` in its resolver).
//!
//! resolvo encodes a candidate before it chooses it, if a clause has the candidate and its
//! dependencies are known to be available. The clause here is `¬c ∨ c ∨ c1 ∨ … ∨ cn` for the
//! contents `c` that were chosen and the next ones, `c1` to `cn`. It is always true. The name
//! [`Name::Ahead`] has no candidates; it tells resolvo that the dependencies are available.

use std::cell::RefCell;

use ahash::{AHashMap as HashMap, AHashSet as HashSet};
use resolvo::{
    Candidates, ConditionalRequirement, HintDependenciesAvailable, Interner, NameId, SolvableId,
};

use super::{
    Encoder,
    pool::{Candidate, Name, VersionSet},
};

/// The number of releases of a project that the solver reads one by one.
const PATIENCE: usize = 3;

/// The number of releases in the first step; each further step has twice as many.
const FIRST_STEP: usize = 8;

/// The maximum number of releases in a step.
const MAX_STEP: usize = 64;

/// The releases that were read ahead of time.
#[derive(Default)]
pub(super) struct LookAhead {
    projects: RefCell<HashMap<NameId, Walked>>,
    /// The contents that are encoded together with those of a candidate.
    ahead: RefCell<HashMap<SolvableId, Vec<SolvableId>>>,
}

/// What the solver has read of a project, or of one of its extras.
#[derive(Default)]
struct Walked {
    /// The number of candidates that it has chosen.
    chosen: usize,
    /// The size of the last step; 0 before the first one.
    step: usize,
    /// The candidates whose contents were encoded before it chose them.
    ahead: HashSet<SolvableId>,
}

impl Walked {
    /// Counts a chosen candidate. Returns the number of candidates to read ahead; 0 for none.
    fn next_step(&mut self) -> usize {
        self.chosen += 1;
        if self.chosen > PATIENCE {
            self.step = (2 * self.step).clamp(FIRST_STEP, MAX_STEP);
        }
        self.step
    }
}

impl Encoder<'_> {
    /// Returns the requirement that encodes the contents of the next candidates together with
    /// those of this one, if it is time for that.
    pub(super) fn look_ahead(&self, of: SolvableId) -> Option<ConditionalRequirement> {
        let next = self.next_contents(&self.look_ahead, of);
        if next.is_empty() {
            return None;
        }
        let names = next.iter().map(|&id| self.terms.name_of(id));
        let sets: Vec<_> = names
            .map(|name| self.terms.some_of(name, VersionSet::Any))
            .collect();
        self.look_ahead.ahead.borrow_mut().insert(of, next);
        let own = self.terms.any_of(Name::Contents(of));
        let ahead = self.terms.any_of(Name::Ahead(of));
        Some(self.terms.one_of(own, std::iter::once(ahead).chain(sets)))
    }

    /// If a candidate is the contents of a release, reads those of the next releases too, if it
    /// is time for that. This is for a solver that encodes them only once it chooses them.
    pub(crate) fn read_ahead(&self, id: SolvableId) {
        if let Candidate::Contents(of) = self.terms.candidate(id) {
            self.next_contents(&self.read_ahead, *of);
        }
    }

    /// The candidates of [`Name::Ahead`]: none, but the dependencies of the next contents are
    /// available.
    pub(super) fn ahead_candidates(&self, of: SolvableId) -> Candidates {
        let ahead = self.look_ahead.ahead.borrow();
        let available = ahead.get(&of).cloned().unwrap_or_default();
        Candidates {
            hint_dependencies_available: HintDependenciesAvailable::Some(available),
            ..Candidates::default()
        }
    }

    fn next_contents(&self, read: &LookAhead, of: SolvableId) -> Vec<SolvableId> {
        let name = self.solvable_name(of);
        let mut projects = read.projects.borrow_mut();
        let walked = projects.entry(name).or_default();
        if walked.ahead.contains(&of) {
            return Vec::new();
        }
        let count = walked.next_step();
        if count == 0 {
            return Vec::new();
        }
        let candidates = self.open_candidates(name).unwrap_or_default().candidates;
        let behind = candidates.into_iter().skip_while(|id| *id != of).skip(1);
        let next: Vec<_> = behind
            .filter(|id| !walked.ahead.contains(id))
            .take(count)
            .collect();
        walked.ahead.extend(&next);
        let bases: Vec<_> = next.iter().map(|&id| (id, self.base(id))).collect();
        let readable = self.pypi.readable(bases.iter().map(|(_, base)| *base));
        let mut contents = Vec::new();
        for (id, base) in bases {
            if readable.contains(&base) {
                let name = self.terms.intern(Name::Contents(id));
                contents.extend(self.candidates(name).unwrap_or_default().candidates);
            }
        }
        contents
    }

    /// The candidate of the project for a candidate of an extra, and any other as it is.
    fn base(&self, id: SolvableId) -> SolvableId {
        match self.terms.candidate(id) {
            Candidate::ProjectExtra { base, .. } => *base,
            _ => id,
        }
    }
}
