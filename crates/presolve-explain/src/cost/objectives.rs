//! The objectives that classic conda minimises, one after the other (`Resolve.solve`).
//!
//! For the requested names, then for all others, conda counts the steps from the best record
//! of a name down to each record: by channel, then by version in the channel, by build number,
//! by architecture, by timestamp (`generate_version_metrics`). A step of one criterion sets the
//! counts of the later ones to zero. Each criterion of each of the two sets of names is an
//! objective with these counts as coefficients, so the records of a name with many versions
//! have large ones. The order is in `ORDER`.

use std::collections::HashSet;

use serde::Serialize;

use super::{
    bound::Terms,
    index::{CRITERIA, Index, NameId, RecordId},
};

/// A criterion by which conda compares two records of a name. The value is its place in
/// `Resolve.version_key`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Criterion {
    /// The channel.
    Channel = 0,
    /// The version.
    Version = 1,
    /// The build number.
    BuildNumber = 2,
    /// `noarch` or not.
    Architecture = 3,
    /// The time of the build.
    Timestamp = 4,
}

/// The names of an objective.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Scope {
    /// The names of the lines.
    Requested,
    /// All other names.
    Others,
    /// All names.
    All,
}

impl Scope {
    pub(super) fn includes(self, ladder: &Ladder) -> bool {
        match self {
            Scope::Requested => ladder.requested,
            Scope::Others => !ladder.requested,
            Scope::All => true,
        }
    }
}

/// What conda minimises.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Aim {
    /// The steps from the best records.
    Steps(Scope, Criterion),
    /// The number of names that no line requests.
    Packages,
}

/// The objectives in conda's order. Those on features, removals and updates are left out: they
/// have no terms in a new environment without features.
pub(super) const ORDER: [Aim; 10] = [
    Aim::Steps(Scope::Requested, Criterion::Channel),
    Aim::Steps(Scope::Requested, Criterion::Version),
    Aim::Steps(Scope::Requested, Criterion::BuildNumber),
    Aim::Steps(Scope::Requested, Criterion::Architecture),
    Aim::Steps(Scope::Others, Criterion::Channel),
    Aim::Steps(Scope::Others, Criterion::Version),
    Aim::Steps(Scope::Others, Criterion::BuildNumber),
    Aim::Steps(Scope::Others, Criterion::Architecture),
    Aim::Packages,
    Aim::Steps(Scope::All, Criterion::Timestamp),
];

/// The steps of one record.
#[derive(Clone, Copy, Debug)]
pub(super) struct Steps {
    pub id: RecordId,
    pub counts: [u64; CRITERIA],
}

/// The records of a reduced index by name, with their steps.
pub(super) struct Ladder {
    pub requested: bool,
    /// Best first.
    pub steps: Vec<Steps>,
    /// The place of the record of the solution: of presolve's, or of conda's optimum.
    pub chosen: Option<usize>,
}

/// An objective.
pub(super) struct Objective {
    pub aim: Aim,
    pub terms: Terms,
    /// The largest coefficient in the solution.
    pub peak: u64,
    /// The value of the chosen records.
    pub sum: u64,
    /// The value that is expected of a solution with arbitrary records up to `peak`.
    pub expected: u64,
}

/// Returns the records by name.
pub(super) fn ladders(
    index: &Index<'_>,
    records: &[RecordId],
    requested: &HashSet<NameId>,
    solution: &[RecordId],
) -> Vec<Ladder> {
    let mut is_in = vec![false; index.records.len()];
    let mut names = Vec::new();
    let mut seen = HashSet::new();
    for &id in records {
        is_in[id as usize] = true;
        let name = index.record(id).name;
        if seen.insert(name) {
            names.push(name);
        }
    }
    let solution: HashSet<RecordId> = solution.iter().copied().collect();
    let ladder = |name| {
        let steps = steps(index, name, &is_in);
        Ladder {
            requested: requested.contains(&name),
            chosen: steps.iter().position(|step| solution.contains(&step.id)),
            steps,
        }
    };
    names.into_iter().map(ladder).collect()
}

fn steps(index: &Index<'_>, name: NameId, is_in: &[bool]) -> Vec<Steps> {
    let mut found = Vec::new();
    let mut counts = [0; CRITERIA];
    // Between two reachable records, the most important difference counts.
    let mut differs_in: Option<usize> = None;
    for ranked in index.by_preference(name) {
        differs_in = match (differs_in, ranked.differs_in) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        };
        if !is_in[ranked.id as usize] {
            continue;
        }
        if let Some(place) = differs_in.take()
            && !found.is_empty()
        {
            counts[place] += 1;
            counts[place + 1..].fill(0);
        }
        found.push(Steps {
            id: ranked.id,
            counts,
        });
    }
    found
}

/// Returns one objective; `None` if it has no terms.
pub(super) fn objective(ladders: &[Ladder], aim: Aim) -> Option<Objective> {
    let Aim::Steps(scope, criterion) = aim else {
        return packages(ladders);
    };
    let criterion = criterion as usize;
    let all = || ladders.iter().filter(|ladder| scope.includes(ladder));
    let steps = |ladder: &Ladder| -> Vec<u64> {
        let steps = ladder.steps.iter();
        steps.map(|step| step.counts[criterion]).collect()
    };
    let terms = Terms::of(all().flat_map(steps));
    if terms.is_empty() {
        return None;
    }
    let chosen = || {
        all().filter_map(|ladder| {
            let place = ladder.chosen?;
            Some((ladder, ladder.steps[place].counts[criterion]))
        })
    };
    let peak = chosen().map(|(_, value)| value).max().unwrap_or(0);
    let expected = |most: u64| {
        let means = chosen().map(|(ladder, _)| {
            let kept: Vec<u64> = steps(ladder).into_iter().filter(|c| *c <= most).collect();
            kept.iter().sum::<u64>() as f64 / kept.len().max(1) as f64
        });
        means.sum::<f64>() as u64
    };
    Some(Objective {
        aim,
        peak,
        sum: chosen().map(|(_, value)| value).sum(),
        expected: expected(peak),
        terms,
    })
}

/// Returns the records with a coefficient in an objective that counts steps.
pub(super) fn terms(ladders: &[Ladder], aim: Aim) -> Vec<RecordId> {
    let Aim::Steps(scope, criterion) = aim else {
        return Vec::new();
    };
    let in_scope = ladders.iter().filter(|ladder| scope.includes(ladder));
    let steps = in_scope.flat_map(|ladder| &ladder.steps);
    let terms = steps.filter(|step| step.counts[criterion as usize] > 0);
    terms.map(|step| step.id).collect()
}

fn packages(ladders: &[Ladder]) -> Option<Objective> {
    let others = || ladders.iter().filter(|ladder| !ladder.requested);
    let terms = Terms::of(others().map(|_| 1));
    let sum = others().filter(|ladder| ladder.chosen.is_some()).count() as u64;
    (!terms.is_empty()).then_some(Objective {
        aim: Aim::Packages,
        terms,
        peak: u64::from(sum > 0),
        sum,
        expected: sum,
    })
}
