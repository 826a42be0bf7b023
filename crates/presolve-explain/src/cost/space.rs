//! The search space of one variant of a file: the figures for the prediction and for its
//! explanation.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::{
    Contribution, Features, LineReach, Overlap, OverlappingName, Space,
    index::{CRITERIA, Index, NameId, RecordId},
    objectives::{ladders, terms},
    reduction::{AllowedRecords, Reached, Reduction},
    replay::{Replay, replay},
};

/// The number of overlapping names that are listed.
const NAMED_OVERLAPS: usize = 5;

/// An environment file, as it is or changed by a remedy.
#[derive(Clone, Debug)]
pub(super) struct FileVariant {
    pub lines: Vec<AllowedRecords>,
    /// Whether only the first channel that has a name counts.
    pub strict: bool,
    /// The records of the solution; `None` if there is none.
    pub solution: Option<Vec<RecordId>>,
}

/// The search space of classic conda.
pub(super) struct Measured {
    pub features: Features,
    pub replay: Replay,
    /// The number of records that still satisfy each line, in the order of the lines.
    pub matching: Vec<usize>,
    /// Whether every record of the solution is reached.
    pub holds: bool,
}

/// Measures one variant of a file.
pub(super) fn measure(index: &Index<'_>, reading: &FileVariant) -> Measured {
    let mut reduction = Reduction::new(index, &reading.lines, reading.strict);
    let all = reached_by_all(&reduction, reading);
    measure_reduced(index, reading, &mut reduction, &all)
}

/// One variant of a file, with what its lines reach.
pub(super) struct Survey {
    pub measured: Measured,
    /// What all lines reach together.
    pub space: Space,
    /// What each line reaches, in the order of the lines.
    pub lines: Vec<LineReach>,
    /// What each line contributes to the most expensive objective.
    pub contributions: Vec<Option<Contribution>>,
}

/// Measures one variant, and what its lines reach, together and each.
pub(super) fn survey(index: &Index<'_>, reading: &FileVariant) -> Survey {
    let mut reduction = Reduction::new(index, &reading.lines, reading.strict);
    let all = reached_by_all(&reduction, reading);
    let measured = measure_reduced(index, reading, &mut reduction, &all);
    let terms = terms_of_worst(index, &mut reduction, reading, &measured.replay);
    let mut contributions = Vec::new();
    let lines = reading.lines.iter().zip(&measured.matching);
    let lines = lines.map(|(line, &matching)| {
        let mut own = Reached::default();
        reduction.reach(line, &mut own);
        contributions.push(contribution(index, &terms, &own));
        LineReach {
            matching,
            records: own.count,
            names: own.name_count,
        }
    });
    let lines = lines.collect();
    let groups = groups(index, &all);
    let space = Space {
        records: all.count,
        names: all.name_count,
        versions: groups.values().map(|group| versions(index, group)).sum(),
        edges: all.edges,
        pythons: pythons(index, &groups),
        overlap: overlap(index, &groups),
    };
    Survey {
        measured,
        space,
        lines,
        contributions,
    }
}

/// Returns the records with a coefficient in the objective with the most nodes.
fn terms_of_worst(
    index: &Index<'_>,
    reduction: &mut Reduction<'_, '_>,
    reading: &FileVariant,
    replay: &Replay,
) -> Vec<RecordId> {
    let worst = replay.passes().iter().max_by_key(|pass| pass.nodes);
    let (Some(worst), Some(solution)) = (worst, &reading.solution) else {
        return Vec::new();
    };
    let reduced = reduction.reduced_index(&reading.lines);
    let requested = reading.lines.iter().map(|line| line.name).collect();
    let ladders = ladders(index, &reduced, &requested, solution);
    terms(&ladders, worst.aim)
}

fn contribution(index: &Index<'_>, terms: &[RecordId], own: &Reached) -> Option<Contribution> {
    let reached = terms.iter().filter(|&&id| own.has(id));
    let names: Vec<NameId> = reached.map(|&id| index.record(id).name).collect();
    let records = names.len();
    let names = names.into_iter().collect::<BTreeSet<_>>().len();
    (records > 0).then_some(Contribution { records, names })
}

fn reached_by_all(reduction: &Reduction<'_, '_>, reading: &FileVariant) -> Reached {
    let mut all = Reached::default();
    for line in &reading.lines {
        reduction.reach(line, &mut all);
    }
    all
}

fn measure_reduced(
    index: &Index<'_>,
    reading: &FileVariant,
    reduction: &mut Reduction<'_, '_>,
    all: &Reached,
) -> Measured {
    let solution = reading.solution.as_deref();
    let closure = index.closure(reading.lines.iter().map(|line| line.name));
    let loaded = || closure.iter().flat_map(|&name| index.group(name));
    let counts = |id: &&RecordId| !reading.strict || index.is_of_first_channel(**id);
    let matching = reading.lines.iter();
    let all_loaded: Vec<RecordId> = loaded().copied().collect();
    let lines = &reading.lines;
    let replay = replay(
        index,
        reduction,
        lines,
        &all_loaded,
        solution,
        reading.strict,
    );
    Measured {
        replay,
        features: Features {
            records: all.count,
            names: all.name_count,
            distance: solution.map(|solution| distance(index, all, solution)),
            loaded: loaded().count(),
            unpruned: loaded().filter(counts).count(),
            lines: reading.lines.len(),
        },
        matching: matching
            .map(|line| reduction.left_of(line).count())
            .collect(),
        holds: solution.is_none_or(|solution| solution.iter().all(|&id| all.has(id))),
    }
}

type Groups = BTreeMap<NameId, Vec<RecordId>>;

/// Groups the reached records by name.
fn groups(index: &Index<'_>, reached: &Reached) -> Groups {
    let mut groups = Groups::new();
    for (id, _) in reached.records.iter().enumerate().filter(|(_, yes)| **yes) {
        let id = id as RecordId;
        groups.entry(index.record(id).name).or_default().push(id);
    }
    groups
}

fn versions(index: &Index<'_>, group: &[RecordId]) -> usize {
    let version = |&id: &RecordId| index.record(id).record.package_record.version.version();
    group.iter().map(version).collect::<BTreeSet<_>>().len()
}

/// Returns the reached minor versions of python, oldest first.
fn pythons(index: &Index<'_>, groups: &Groups) -> Vec<String> {
    let python = index.name("python").and_then(|name| groups.get(&name));
    let minors = python.into_iter().flatten().filter_map(|&id| {
        let version = index.record(id).record.package_record.version.version();
        version.as_major_minor()
    });
    let minors: BTreeSet<(u64, u64)> = minors.collect();
    minors
        .into_iter()
        .map(|(major, minor)| format!("{major}.{minor}"))
        .collect()
}

/// Returns the distance of a solution from the best record of every name: the sum of the steps
/// that classic conda's objectives count (`conda/resolve.py`, `generate_version_metrics`).
/// Each of conda's series of SAT calls minimises such a sum, and the clauses that bound the
/// sum grow with the bound.
fn distance(index: &Index<'_>, reached: &Reached, solution: &[RecordId]) -> usize {
    let steps = solution
        .iter()
        .filter_map(|&chosen| steps_to(index, reached, chosen));
    steps.sum()
}

/// Returns the steps from the best reachable record of a name to this one: by channel, then by
/// version within the channel, then by build within the version.
fn steps_to(index: &Index<'_>, reached: &Reached, chosen: RecordId) -> Option<usize> {
    let mut steps = [0; CRITERIA];
    let mut first = true;
    // Between two reachable records, the most important difference counts.
    let mut differs_in: Option<usize> = None;
    for ranked in index.by_preference(index.record(chosen).name) {
        differs_in = match (differs_in, ranked.differs_in) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        };
        if !reached.has(ranked.id) {
            continue;
        }
        if let Some(place) = differs_in.take()
            && !first
        {
            steps[place] += 1;
            steps[place + 1..].fill(0);
        }
        if ranked.id == chosen {
            return Some(steps.iter().sum());
        }
        first = false;
    }
    None
}

/// Returns the names that are in several channels.
fn overlap(index: &Index<'_>, groups: &Groups) -> Overlap {
    let mut found = Vec::new();
    for (&name, group) in groups {
        let mut by_channel: HashMap<usize, usize> = HashMap::new();
        for &id in group {
            *by_channel.entry(index.record(id).channel).or_default() += 1;
        }
        let first = by_channel.keys().min().copied();
        let added = group.len() - first.map_or(0, |first| by_channel[&first]);
        if added > 0 {
            found.push(OverlappingName {
                name: index.name_of(name).to_string(),
                channels: by_channel.len(),
                added_records: added,
            });
        }
    }
    found.sort_by(|a, b| {
        let by_size = b.added_records.cmp(&a.added_records);
        by_size.then_with(|| a.name.cmp(&b.name))
    });
    let (names, added_records) = (
        found.len(),
        found.iter().map(|name| name.added_records).sum(),
    );
    found.truncate(NAMED_OVERLAPS);
    Overlap {
        names,
        added_records,
        largest: found,
    }
}
