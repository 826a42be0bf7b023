//! The index after classic conda's pruning before the solve, and the records that each line
//! reaches in it.
//!
//! This is the algorithm of `Resolve.get_reduced_index` (`conda/resolve.py`). It excludes the
//! records of each declared name that do not match, or that have an unsatisfiable dependency.
//! If all remaining records of a name share a dependency, it does the same to the name of that
//! dependency. This is repeated until nothing changes. The reachable records then go to the
//! SAT solver as clauses. presolve leaves out track_features, and the rule that a dependency
//! broader than an earlier one is not followed. So the counts are not conda's own, but the
//! model is fitted to these counts.

use std::collections::VecDeque;

use indexmap::IndexMap;

use super::index::{Index, NameId, RecordId, SpecId};

/// The maximum length of a chain of shared dependencies. Python's own recursion limit stops
/// conda a little earlier.
const DEPTH: usize = 1000;

/// A declared line: the records of one name that it allows.
#[derive(Clone, Debug)]
pub(super) struct AllowedRecords {
    pub name: NameId,
    pub allowed: Vec<RecordId>,
}

/// The index during pruning.
pub(super) struct Reduction<'i, 'a> {
    index: &'i Index<'a>,
    ruled_out: Vec<bool>,
    /// The names whose shared dependencies were checked in this round.
    seen: Vec<bool>,
    marks: Vec<u32>,
    mark: u32,
}

/// The records that one line, or all lines, reach.
#[derive(Default)]
pub(super) struct Reached {
    /// Whether a record is reached.
    pub records: Vec<bool>,
    /// The number of reached records.
    pub count: usize,
    /// Whether a name is reached.
    pub names: Vec<bool>,
    pub name_count: usize,
    /// The dependencies of the records.
    pub edges: usize,
    followed: Vec<bool>,
}

impl Reached {
    /// Whether a record is reached.
    pub(super) fn has(&self, id: RecordId) -> bool {
        self.records.get(id as usize) == Some(&true)
    }
}

/// The result of excluding records of one name.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Pruned {
    Nothing,
    Something,
    Everything,
}

impl<'i, 'a> Reduction<'i, 'a> {
    pub(super) fn new(index: &'i Index<'a>, lines: &[AllowedRecords], strict: bool) -> Self {
        let ids = 0..index.records.len() as RecordId;
        let ruled_out =
            ids.map(|id| index.record(id).impossible || (strict && !index.is_of_first_channel(id)));
        let mut reduction = Self {
            index,
            ruled_out: ruled_out.collect(),
            seen: vec![false; index.name_count()],
            marks: vec![0; index.records.len()],
            mark: 0,
        };
        for line in lines {
            let others = lines.iter().filter(|other| other.name == line.name);
            reduction.mark(others.flat_map(|other| other.allowed.iter().copied()));
            for &id in index.group(line.name) {
                if !reduction.is_marked(id) {
                    reduction.ruled_out[id as usize] = true;
                }
            }
        }
        for _ in 0..2 {
            reduction.seen.fill(false);
            let mut queue: VecDeque<&AllowedRecords> = lines.iter().collect();
            while let Some(line) = queue.pop_front() {
                if reduction.prune(line.name, &line.allowed, 0) == Pruned::Something {
                    queue.push_back(line);
                }
            }
        }
        reduction.rule_out_the_unmet(lines);
        reduction
    }

    fn mark(&mut self, ids: impl Iterator<Item = RecordId>) {
        self.mark += 1;
        for id in ids {
            self.marks[id as usize] = self.mark;
        }
    }

    fn is_marked(&self, id: RecordId) -> bool {
        self.marks[id as usize] == self.mark
    }

    /// Excludes the records of a name that are not allowed, then prunes the names that all
    /// remaining records depend on.
    fn prune(&mut self, name: NameId, allowed: &[RecordId], depth: usize) -> Pruned {
        self.mark(allowed.iter().copied());
        let group = self.index.group(name);
        let (mut before, mut after) = (0, 0);
        for &id in group {
            if self.ruled_out[id as usize] {
                continue;
            }
            before += 1;
            if self.is_marked(id) && self.has_dependencies(id) {
                after += 1;
            } else {
                self.ruled_out[id as usize] = true;
            }
        }
        if after == 0 {
            return Pruned::Everything;
        }
        let mut pruned = if after < before {
            Pruned::Something
        } else {
            Pruned::Nothing
        };
        let first = !std::mem::replace(&mut self.seen[name as usize], true);
        if depth == DEPTH || !(first || pruned == Pruned::Something) {
            return pruned;
        }
        for (dependency, allowed) in self.shared_dependencies(group, after) {
            match self.prune(dependency, &allowed, depth + 1) {
                Pruned::Nothing => {}
                Pruned::Something => pruned = Pruned::Something,
                Pruned::Everything => return Pruned::Everything,
            }
        }
        pruned
    }

    /// Returns the names with at least as many dependencies on them as the group has records
    /// left, each with all records that these dependencies allow.
    fn shared_dependencies(&self, group: &[RecordId], left: usize) -> Vec<(NameId, Vec<RecordId>)> {
        let mut by_name: IndexMap<NameId, (usize, Vec<SpecId>)> = IndexMap::new();
        let left_of_group = group.iter().filter(|&&id| !self.ruled_out[id as usize]);
        for &id in left_of_group {
            for &spec in &self.index.record(id).depends {
                let entry = by_name.entry(self.index.spec_name(spec)).or_default();
                entry.0 += 1;
                entry.1.push(spec);
            }
        }
        let shared = by_name.into_iter().filter(|(_, (count, _))| *count >= left);
        shared
            .map(|(name, (_, mut specs))| {
                specs.sort_unstable();
                specs.dedup();
                let allowed = specs.iter().flat_map(|&spec| self.index.matches(spec));
                (name, allowed.copied().collect())
            })
            .collect()
    }

    fn has_dependencies(&self, id: RecordId) -> bool {
        let is_met = |&spec: &SpecId| {
            let mut matches = self.index.matches(spec).iter();
            matches.any(|&id| !self.ruled_out[id as usize])
        };
        self.index.record(id).depends.iter().all(is_met)
    }

    /// Excludes all reachable records that cannot be installed (`Resolve.valid2`).
    fn rule_out_the_unmet(&mut self, lines: &[AllowedRecords]) {
        let names = self.index.closure(lines.iter().map(|line| line.name));
        let mut changed = true;
        while changed {
            changed = false;
            // Names without dependencies are found last, so start there.
            for &name in names.iter().rev() {
                for &id in self.index.group(name) {
                    if !self.ruled_out[id as usize] && !self.has_dependencies(id) {
                        self.ruled_out[id as usize] = true;
                        changed = true;
                    }
                }
            }
        }
    }

    /// Returns the remaining records that satisfy a line.
    pub(super) fn left_of<'l>(
        &self,
        line: &'l AllowedRecords,
    ) -> impl Iterator<Item = RecordId> + use<'_, 'l, 'i, 'a> {
        let allowed = line.allowed.iter().copied();
        allowed.filter(|&id| !self.ruled_out[id as usize])
    }

    /// Adds the records that a line reaches.
    pub(super) fn reach(&self, line: &AllowedRecords, reached: &mut Reached) {
        let index = self.index;
        reached.records.resize(index.records.len(), false);
        reached.names.resize(index.name_count(), false);
        reached.followed.resize(index.spec_count(), false);
        let mut queue: Vec<RecordId> = self.left_of(line).collect();
        while let Some(id) = queue.pop() {
            if std::mem::replace(&mut reached.records[id as usize], true) {
                continue;
            }
            let record = index.record(id);
            reached.count += 1;
            reached.edges += record.depends.len();
            if !std::mem::replace(&mut reached.names[record.name as usize], true) {
                reached.name_count += 1;
            }
            for &spec in &record.depends {
                if !std::mem::replace(&mut reached.followed[spec as usize], true) {
                    let matches = index.matches(spec).iter().copied();
                    let open = matches.filter(|&id| {
                        !self.ruled_out[id as usize] && !reached.records[id as usize]
                    });
                    queue.extend(open);
                }
            }
        }
    }
}
