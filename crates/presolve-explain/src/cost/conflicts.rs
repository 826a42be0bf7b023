//! The size of classic conda's search for conflicts (`Resolve.build_conflict_map`).
//!
//! For each line, conda walks the dependencies of all its records, and then the dependencies of
//! all records of each of these (`build_graph_of_deps`, two levels because of
//! `unsatisfiable_hints_check_depth`). It repeats the second walk for each record that names
//! the dependency. Then, for each name to which several lines lead, it searches the graphs of
//! these lines for the shortest path to the name (`breadth_first_search_for_dep_graph`). The
//! search compares each dependency with all that it has visited.

use std::collections::{HashMap, HashSet};

use super::{
    index::{Index, NameId, SpecId},
    reduction::{AllowedRecords, Reduction},
};

/// The size of the search for conflicts.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Conflicts {
    /// The dependencies that are walked.
    pub walked: u64,
    /// The comparisons in the searches for paths.
    pub compared: u64,
    /// The records and dependencies that are looked at for the lines one by one.
    pub visits: u64,
}

/// Counts the search for conflicts of these lines.
pub(super) fn count(index: &Index<'_>, lines: &[AllowedRecords], strict: bool) -> Conflicts {
    let graphs: Vec<Graph> = lines.iter().map(|line| Graph::of(index, line)).collect();
    let mut leading: HashMap<NameId, u64> = HashMap::new();
    for graph in &graphs {
        for &name in &graph.names {
            *leading.entry(name).or_default() += 1;
        }
    }
    let mut found = Conflicts::default();
    for (graph, line) in graphs.iter().zip(lines) {
        let shared = graph.names.iter().filter(|name| leading[*name] > 1);
        let size = graph.specs.len() as u64;
        found.walked += graph.walked;
        found.compared += shared.count() as u64 * size * size / 2;
        let mut alone = Reduction::new(index, std::slice::from_ref(line), strict);
        alone.reduced_index(std::slice::from_ref(line));
        found.visits += alone.visits;
    }
    found
}

/// The dependencies of a line, two levels deep.
#[derive(Default)]
struct Graph {
    specs: HashSet<SpecId>,
    names: HashSet<NameId>,
    walked: u64,
}

impl Graph {
    fn of(index: &Index<'_>, line: &AllowedRecords) -> Self {
        let mut graph = Self::default();
        let mut below: HashMap<SpecId, u64> = HashMap::new();
        for &id in &line.allowed {
            for &spec in &index.record(id).depends {
                let walked = below
                    .entry(spec)
                    .or_insert_with(|| graph.add_level(index, spec));
                graph.walked += 1 + *walked;
            }
        }
        graph
    }

    /// Adds a dependency with those of its records, and returns how many are walked.
    fn add_level(&mut self, index: &Index<'_>, spec: SpecId) -> u64 {
        self.add(index, spec);
        let mut walked = 0;
        for &id in index.matches(spec) {
            let depends = &index.record(id).depends;
            walked += 1 + depends.len() as u64;
            for &next in depends {
                self.add(index, next);
            }
        }
        walked
    }

    fn add(&mut self, index: &Index<'_>, spec: SpecId) {
        self.specs.insert(spec);
        self.names.insert(index.spec_name(spec));
    }
}
