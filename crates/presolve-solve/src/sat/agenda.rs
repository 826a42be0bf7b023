//! The requirements that are to be met, the most urgent first.

use std::{
    cmp::{Ordering, Reverse},
    collections::BinaryHeap,
};

use super::{clauses::Clauses, engine::Engine, literal::Variable};

/// The requirements that are true and may not be met yet.
#[derive(Default)]
pub(super) struct Agenda {
    /// A requirement may be in it several times, with its urgency at different times.
    open: BinaryHeap<Entry>,
    /// Whether a requirement is in it with its current urgency, by the index of its variable.
    is_listed: Vec<bool>,
    /// How many of the true requirements were added.
    added: usize,
    /// The requirements that are met, with the levels below which they may not be.
    met: Vec<(usize, Variable)>,
}

/// A requirement and its urgency.
struct Entry {
    /// How often it was part of the latest conflicts.
    activity: f64,
    /// Whether the question asks for it.
    is_asked: bool,
    /// The number of its candidates.
    candidates: usize,
    variable: Variable,
}

impl Agenda {
    /// Removes all entries, at level 0 or to add all true requirements again.
    pub(super) fn clear(&mut self) {
        self.open.clear();
        self.is_listed.fill(false);
        self.added = 0;
        self.met.clear();
    }

    /// Returns the best open candidate of the requirement to be met next; `None` if there is
    /// none. The requirement is the one with the most recent conflicts, or else one that the
    /// question asks for, or else the one with the fewest candidates.
    pub(super) fn next(&mut self, engine: &mut Engine, clauses: &mut Clauses) -> Option<Variable> {
        self.add_new(engine, clauses);
        loop {
            let required = self.open.pop()?.variable;
            self.is_listed[required.index()] = false;
            if !engine.is_true(required) {
                continue;
            }
            if clauses.is_met(engine, required) {
                self.met.push((engine.level(), required));
                continue;
            }
            self.met.push((engine.level() + 1, required));
            let mut candidates = clauses.candidates_of(required).iter().copied();
            return candidates.find(|id| engine.value(id.positive()).is_none());
        }
    }

    /// Adds the requirements that have become true, that may no longer be met, or whose urgency
    /// has changed since the last call.
    fn add_new(&mut self, engine: &mut Engine, clauses: &Clauses) {
        let changes = engine.changes();
        if changes.is_rescaled {
            self.clear();
        }
        while let Some((_, required)) = self.met.pop_if(|(level, _)| *level > changes.least_level) {
            self.add(required, engine, clauses);
        }
        self.added = self.added.min(changes.least_tracked);
        for place in self.added..engine.tracked().len() {
            self.add(engine.tracked()[place], engine, clauses);
        }
        self.added = engine.tracked().len();
        for required in changes.bumped {
            if let Some(is_listed) = self.is_listed.get_mut(required.index()) {
                *is_listed = false;
            }
            self.add(required, engine, clauses);
        }
    }

    /// Adds a requirement that is true, unless it is listed.
    fn add(&mut self, required: Variable, engine: &Engine, clauses: &Clauses) {
        if self.is_listed.len() <= required.index() {
            self.is_listed.resize(required.index() + 1, false);
        }
        if !engine.is_true(required) || self.is_listed[required.index()] {
            return;
        }
        self.is_listed[required.index()] = true;
        self.open.push(Entry {
            activity: engine.activity(required),
            is_asked: engine.is_assumed(required),
            candidates: clauses.candidates_of(required).len(),
            variable: required,
        });
    }
}

impl Ord for Entry {
    fn cmp(&self, other: &Self) -> Ordering {
        let by_activity = self.activity.total_cmp(&other.activity);
        by_activity
            .then(self.is_asked.cmp(&other.is_asked))
            .then(other.candidates.cmp(&self.candidates))
            .then(Reverse(self.variable).cmp(&Reverse(other.variable)))
    }
}

impl PartialOrd for Entry {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Eq for Entry {}

impl PartialEq for Entry {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}
