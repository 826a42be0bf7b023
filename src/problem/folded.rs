//! Versions, folded into ranges: `1.0 to 1.4 or 2.0 (6 versions)`.

use std::collections::BTreeSet;

use futures::FutureExt;
use resolvo::{DependencyProvider, SolvableId};

use super::{pool::Candidate, provider::Provider};

/// More ranges than this are told by their ends alone.
const RANGES_SHOWN: usize = 4;

/// The versions of candidates of one package. A range has all the versions between
/// its ends that may be taken.
pub(super) fn versions(provider: &Provider<'_>, ids: &BTreeSet<SolvableId>) -> String {
    let Some(&first) = ids.first() else {
        return "in no version".to_string();
    };
    let name = provider.pool.resolve_solvable(first).name;
    let candidates = provider.get_candidates(name).now_or_never().flatten();
    let candidates = candidates.map_or_else(Vec::new, |found| {
        let excluded: BTreeSet<_> = found.excluded.iter().map(|(id, _)| *id).collect();
        let mut candidates = found.candidates;
        candidates.retain(|id| ids.contains(id) || !excluded.contains(id));
        candidates
    });
    let mut conda = BTreeSet::new();
    let mut pypi = BTreeSet::new();
    for id in candidates.iter().chain(ids) {
        match version(provider, *id) {
            Some(Either::Conda(version)) => _ = conda.insert((version, ids.contains(id))),
            Some(Either::Pypi(version)) => _ = pypi.insert((version, ids.contains(id))),
            None => {}
        }
    }
    let ranges = [ranges(conda), ranges(pypi)].concat();
    let count: usize = ranges.iter().map(|range| range.count).sum();
    let shown = match ranges.as_slice() {
        [] => return "in no version".to_string(),
        [first, .., last] if ranges.len() > RANGES_SHOWN => {
            format!("{} to {}, not all between", first.first, last.last)
        }
        ranges => {
            let shown: Vec<String> = ranges.iter().map(ToString::to_string).collect();
            shown.join(" or ")
        }
    };
    match count {
        1 | 2 => shown,
        count => format!("{shown} ({count} versions)"),
    }
}

enum Either<'p> {
    Conda(&'p rattler_conda_types::Version),
    Pypi(&'p pep440_rs::Version),
}

fn version<'p>(provider: &'p Provider<'_>, id: SolvableId) -> Option<Either<'p>> {
    match provider.candidate(id) {
        Candidate::ProjectExtra { base, .. } => version(provider, *base),
        Candidate::Record(record) => {
            let record = provider.record(*record);
            Some(Either::Conda(record.package_record.version.version()))
        }
        Candidate::Virtual(index) => Some(Either::Conda(
            &provider.world.virtual_packages[*index].version,
        )),
        Candidate::Release(release) => Some(Either::Pypi(&release.version)),
        Candidate::Provided(provided) => provided.version.as_ref().map(Either::Pypi),
        _ => None,
    }
}

/// Neighbouring versions.
#[derive(Clone)]
struct Range {
    first: String,
    last: String,
    count: usize,
}

impl std::fmt::Display for Range {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.count {
            1 => write!(f, "{}", self.first),
            2 => write!(f, "{} or {}", self.first, self.last),
            _ => write!(f, "{} to {}", self.first, self.last),
        }
    }
}

/// The ranges of the versions that are marked, among all. Of a version that is there
/// marked and not, as another build may be, the mark counts.
fn ranges<V: Ord + ToString>(versions: BTreeSet<(V, bool)>) -> Vec<Range> {
    let mut ranges: Vec<Range> = Vec::new();
    let mut open = false;
    let mut versions = versions.into_iter().peekable();
    while let Some((version, mut marked)) = versions.next() {
        while let Some((_, other)) = versions.next_if(|(other, _)| *other == version) {
            marked |= other;
        }
        let shown = version.to_string();
        match ranges.last_mut() {
            Some(range) if marked && open => {
                range.last = shown;
                range.count += 1;
            }
            _ if marked => ranges.push(Range {
                first: shown.clone(),
                last: shown,
                count: 1,
            }),
            _ => {}
        }
        open = marked;
    }
    ranges
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folded(all: &[(u32, bool)]) -> Vec<String> {
        let ranges = ranges(all.iter().copied().collect());
        ranges.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_range_ends_at_a_hole() {
        let all = [(1, true), (2, true), (3, true), (4, false), (5, true)];
        assert_eq!(folded(&all), ["1 to 3", "5"]);
        assert_eq!(folded(&[(1, false), (1, true), (2, true)]), ["1 or 2"]);
        assert!(folded(&[(1, false)]).is_empty());
    }
}
