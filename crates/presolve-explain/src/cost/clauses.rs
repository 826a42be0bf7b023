//! The clauses that classic conda makes of a reduced index (`Resolve.gen_clauses`).
//!
//! For each name: a variable for each record and one for the name, of which exactly one holds,
//! as a decision diagram over all of them. For each dependency and constraint of each record: a
//! clause. For each distinct dependency that neither all records of the name satisfy nor a
//! single one: a variable, a clause of all its records, and one for each of them.

use super::index::{Index, RecordId, SpecId};

/// The size of a problem.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Problem {
    pub clauses: u64,
}

/// Counts the clauses of some records.
pub(super) fn count(index: &Index<'_>, records: &[RecordId]) -> Problem {
    let mut counter = Counter {
        index,
        group_sizes: vec![0; index.name_count()],
        is_in: vec![false; index.records.len()],
        matching: vec![None; index.spec_count()],
        problem: Problem::default(),
    };
    for &id in records {
        counter.group_sizes[index.record(id).name as usize] += 1;
        counter.is_in[id as usize] = true;
    }
    let sizes = counter.group_sizes.iter().filter(|&&size| size > 0);
    for &size in sizes {
        counter.problem.add_group(size);
    }
    for &id in records {
        let record = index.record(id);
        for &spec in &record.depends {
            counter.add(spec, Kind::Required);
        }
        for &spec in &record.constrains {
            counter.add(spec, Kind::Optional);
        }
    }
    counter.problem
}

#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Required,
    Optional,
}

struct Counter<'i, 'a> {
    index: &'i Index<'a>,
    /// The records of each name.
    group_sizes: Vec<u64>,
    is_in: Vec<bool>,
    /// The records that satisfy a dependency; `None` until it is seen.
    matching: Vec<Option<u64>>,
    problem: Problem,
}

impl Counter<'_, '_> {
    /// Adds a dependency of a record, and what stands for it when it is seen first
    /// (`Resolve.push_MatchSpec`).
    fn add(&mut self, spec: SpecId, kind: Kind) {
        let size = self.group_sizes[self.index.spec_name(spec) as usize];
        let known = self.matching[spec as usize];
        let matching = known.unwrap_or_else(|| {
            let matches = self.index.matches(spec).iter();
            matches.filter(|&&id| self.is_in[id as usize]).count() as u64
        });
        self.matching[spec as usize] = Some(matching);
        // A constraint that no record violates is true.
        if kind == Kind::Optional && matching == size {
            return;
        }
        self.problem.clauses += 1;
        let alternatives = match kind {
            Kind::Required => matching,
            // Or the name is absent.
            Kind::Optional => matching + 1,
        };
        let is_name = kind == Kind::Required && matching == size;
        if known.is_none() && alternatives > 1 && !is_name {
            self.problem.clauses += 1 + alternatives;
        }
    }
}

impl Problem {
    /// Adds the clauses of a name with this many records, of which exactly one holds or the
    /// name is absent (`Clauses.ExactlyOne_BDD`).
    fn add_group(&mut self, records: u64) {
        let terms = records + 1;
        // Two nodes for each term, except for the first and the last one. The nodes with a sum
        // of zero have three clauses, the others two.
        let (zero, one) = (terms - 1, terms - 2);
        self.clauses += 3 * zero + 2 * one + 1;
    }
}
