//! The index after classic conda's pruning before the solve, and the records that each line
//! reaches in it.
//!
//! This is the algorithm of `Resolve.get_reduced_index` (`conda/resolve.py`). It excludes the
//! records of each declared name that do not match, or that have an unsatisfiable dependency.
//! If all remaining records of a name share a dependency, it does the same to the name of that
//! dependency. This is repeated until nothing changes. The records that the lines reach then
//! go to the SAT solver as clauses. presolve leaves out track_features.

use std::collections::{HashMap, HashSet, VecDeque};

use indexmap::{IndexMap, IndexSet};

use super::index::{Index, NameId, RecordId, SpecId};

/// The maximum length of a chain of shared dependencies. Python's own recursion limit stops
/// conda a little earlier.
const DEPTH: usize = 1000;

/// A declared line: the records of one name that it allows.
#[derive(Clone, Debug)]
pub(super) struct AllowedRecords {
    pub name: NameId,
    pub allowed: Vec<RecordId>,
    /// 1 for a name, 2 for a version, 3 for a build or a channel.
    pub strictness: u8,
}

/// The index during pruning.
pub(super) struct Reduction<'i, 'a> {
    index: &'i Index<'a>,
    ruled_out: Vec<bool>,
    /// The records that conda has looked at. It does not look again whether a record that
    /// remained can be installed.
    decided: Vec<bool>,
    /// The records and dependencies looked at.
    pub visits: u64,
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
            decided: vec![false; index.records.len()],
            visits: 0,
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
        let order = reduction.order(lines);
        for _ in 0..2 {
            reduction.seen.fill(false);
            let mut queue: VecDeque<&AllowedRecords> = order.iter().copied().collect();
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
            self.decided[id as usize] = true;
            self.visits += 1 + self.index.record(id).depends.len() as u64;
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
                    let known = self.ruled_out[id as usize] || self.decided[id as usize];
                    if !known && !self.has_dependencies(id) {
                        self.ruled_out[id as usize] = true;
                        changed = true;
                    }
                }
            }
        }
    }

    /// Returns conda's reduced index: the records that the lines reach, in the order in which
    /// conda adds them. From each record of a line, conda follows no dependency that is
    /// broader than what the line, or this record, requires of the same name
    /// (`Resolve._broader`).
    pub(super) fn reduced_index(&mut self, lines: &[AllowedRecords]) -> Vec<RecordId> {
        let order = self.order(lines);
        let mut strictest: HashMap<NameId, u8> = HashMap::new();
        for line in &order {
            strictest.entry(line.name).or_insert(line.strictness);
        }
        let mut reduced = IndexSet::new();
        for line in order {
            self.mark(line.allowed.iter().copied());
            let group = self.index.by_preference(line.name);
            let roots = group.iter().map(|ranked| ranked.id);
            let new = |&id: &RecordId| {
                self.is_marked(id) && !self.ruled_out[id as usize] && !reduced.contains(&id)
            };
            let roots: Vec<RecordId> = roots.filter(new).collect();
            reduced.extend(roots.iter().copied());
            for root in roots {
                self.follow(root, &strictest, &mut reduced);
            }
        }
        reduced.into_iter().collect()
    }

    /// Returns the lines that require most first, as conda does.
    fn order<'l>(&self, lines: &'l [AllowedRecords]) -> Vec<&'l AllowedRecords> {
        let mut order: Vec<&AllowedRecords> = lines.iter().collect();
        let key = |line: &&AllowedRecords| (self.exactness(line), self.index.name_of(line.name));
        order.sort_by(|a, b| key(b).cmp(&key(a)));
        order
    }

    /// How much a line requires (`exactness_and_number_of_deps`).
    fn exactness(&self, line: &AllowedRecords) -> usize {
        let first = line.allowed.first();
        match (line.strictness, first) {
            (3, Some(&id)) => {
                let depends = self.index.record(id).depends.iter();
                let strictness = depends.map(|&spec| usize::from(self.index.strictness(spec)));
                3 + strictness.sum::<usize>()
            }
            (strictness, _) => strictness.into(),
        }
    }

    /// Adds what a record of a line reaches.
    fn follow(
        &mut self,
        root: RecordId,
        of_lines: &HashMap<NameId, u8>,
        reduced: &mut IndexSet<RecordId>,
    ) {
        let index = self.index;
        let mut queue: Vec<SpecId> = index.specs_of(root).collect();
        let mut strictest: HashMap<NameId, u8> = HashMap::new();
        for &spec in &queue {
            let own = strictest.entry(index.spec_name(spec)).or_default();
            *own = (*own).max(index.strictness(spec));
        }
        let mut seen: HashSet<SpecId> = queue.iter().copied().collect();
        while let Some(spec) = queue.pop() {
            let matches = index.matches(spec);
            self.visits += matches.len() as u64;
            for &id in matches {
                if self.ruled_out[id as usize] || !reduced.insert(id) {
                    continue;
                }
                for next in index.specs_of(id) {
                    self.visits += 1;
                    let name = index.spec_name(next);
                    let least = |of: &HashMap<NameId, u8>| of.get(&name).copied().unwrap_or(0);
                    let least = least(&strictest).max(least(of_lines));
                    if seen.insert(next) && index.strictness(next) >= least {
                        queue.push(next);
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
            // conda also adds the records that a constraint allows.
            for spec in index.specs_of(id) {
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
