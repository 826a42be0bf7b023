//! What classic conda does for a file, in counts, phase by phase.
//!
//! The phases of conda 4.7 to 26.7 for a new environment (`conda/core/solve.py`,
//! `conda/resolve.py`):
//!
//! 1. **Load**: it reads the whole repodata of each channel, and makes records of all names to
//!    which dependencies and constraints lead.
//! 2. **Reduce**: it prunes the index for the lines (`reduction`).
//! 3. **Clauses**: it makes clauses of the reduced index (`clauses`), three times:
//!    twice to see whether there is a conflict (`get_conflicting_specs`), then for the solve. If
//!    there is a conflict, it also makes clauses of all loaded records, twice, and asks for each
//!    line whether it is part of the conflict.
//! 4. **Minimise**: ten objectives, one after the other (`search`). Their values are those of
//!    conda's optimum (`optimum`).
//! 5. **Conflicts**, instead of 4 if there is no solution (`conflicts`).
//!
//! Releases differ as follows. The order of the objectives and the coefficients are the same
//! from 4.7 (2019) to 26.7; 4.3 to 4.6 have no objective for the architecture, and minimise the
//! timestamps before the number of packages; before 4.3.26 channels are part of the version.
//! The diagrams are the same from 4.0 on. Before 4.7 dependencies that are broader than an
//! earlier one are followed, so the reduced index is larger, and before 4.6 it is not sorted by
//! channel priority. Before 4.9 dependencies on virtual packages have clauses. The search for
//! conflicts is that of 4.8 and later.

use std::collections::HashSet;

use super::{
    clauses::{self, Problem},
    conflicts::{self, Conflicts},
    index::{Index, NameId, RecordId},
    objectives::ladders,
    optimum,
    reduction::{AllowedRecords, Reduction},
    search::{Pass, Search},
};

/// The counts of all phases.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Replay {
    /// The bytes of the repodata of all channels.
    pub(super) bytes: u64,
    /// The records that conda loads.
    pub(super) loaded: u64,
    /// The records and dependencies that are looked at in the reduction.
    pub(super) visits: u64,
    /// The records of the reduced index.
    pub(super) reduced: u64,
    /// The problem of the reduced index.
    pub(super) problem: Problem,
    /// The series of SAT calls; `None` if there is no solution.
    pub(super) search: Option<Search>,
    /// The problem of all loaded records, and the search for conflicts; `None` if there is a
    /// solution.
    pub(super) conflicts: Option<(Problem, Conflicts)>,
    /// The number of lines.
    pub(super) lines: u64,
}

impl Replay {
    /// The objectives, in conda's order.
    pub(super) fn passes(&self) -> &[Pass] {
        self.search.as_ref().map_or(&[], |search| &search.passes)
    }
}

/// Counts the phases for some lines.
pub(super) fn replay(
    index: &Index<'_>,
    reduction: &mut Reduction<'_, '_>,
    lines: &[AllowedRecords],
    loaded: &[RecordId],
    solution: Option<&[RecordId]>,
    strict: bool,
) -> Replay {
    let reduced = reduction.reduced_index(lines);
    let problem = clauses::count(index, &reduced);
    let requested: HashSet<NameId> = lines.iter().map(|line| line.name).collect();
    let search = solution.map(|solution| {
        let mut ladders = ladders(index, &reduced, &requested, solution);
        let effort = optimum::find(index, lines, &mut ladders);
        Search::new(&problem, &ladders, effort)
    });
    let conflicts = match solution {
        Some(_) => None,
        None => {
            let all = clauses::count(index, loaded);
            Some((all, conflicts::count(index, lines, strict)))
        }
    };
    Replay {
        bytes: index.bytes,
        loaded: loaded.len() as u64,
        visits: reduction.visits,
        reduced: reduced.len() as u64,
        problem,
        search,
        conflicts,
        lines: lines.len() as u64,
    }
}
