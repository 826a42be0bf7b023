//! Versions, folded into ranges: `1.0 to 1.4 or 2.0 (6 versions)`.

use std::collections::{BTreeMap, BTreeSet};

use resolvo::{NameId, SolvableId};

use super::{Half, Left, Package, Reason, RuledOut, Versions};
use crate::encode::{
    Encoder,
    pool::{Candidate, Name},
};
use presolve_parse as parse;

/// The maximum number of ranges that are listed. If there are more, only the ends are.
const RANGES_SHOWN: usize = 4;

/// Returns the package of a name, with its half.
pub(crate) fn package(encoder: &Encoder<'_>, name: NameId) -> Package {
    let (name, half) = match encoder.terms().name(name) {
        Name::Conda(name) if name.starts_with("__") => (name.clone(), Half::Virtual),
        Name::Conda(name) => (name.clone(), Half::Conda),
        Name::CondaExtra { package, extra } => (format!("{package}[{extra}]"), Half::Conda),
        Name::Project(project) => (project.to_string(), Half::Pypi),
        Name::ProjectExtra(project, extra) => (format!("{project}[{extra}]"), Half::Pypi),
        Name::Contents(of) | Name::Ahead(of) => {
            return package(encoder, encoder.terms().name_of(*of));
        }
    };
    Package { name, half }
}

/// Returns the remaining candidates of a package, described by their versions.
pub(crate) fn left(encoder: &Encoder<'_>, name: NameId, ids: &BTreeSet<SolvableId>) -> Left {
    Left {
        package: package(encoder, name),
        versions: versions(encoder, ids),
    }
}

/// Returns the versions of candidates of one package; `None` without candidates. A range
/// includes every allowed version between its ends.
pub(crate) fn versions(encoder: &Encoder<'_>, ids: &BTreeSet<SolvableId>) -> Option<Versions> {
    let name = encoder.terms().name_of(*ids.first()?);
    let candidates = encoder.candidates(name).map_or_else(Vec::new, |found| {
        let excluded: BTreeSet<_> = found.excluded.iter().map(|(id, _)| *id).collect();
        let mut candidates = found.candidates;
        candidates.retain(|id| ids.contains(id) || !excluded.contains(id));
        candidates
    });
    let mut conda = BTreeSet::new();
    let mut pypi = BTreeSet::new();
    for id in candidates.iter().chain(ids) {
        match version(encoder, *id) {
            Some(Either::Conda(version)) => _ = conda.insert((version, ids.contains(id))),
            Some(Either::Pypi(version)) => _ = pypi.insert((version, ids.contains(id))),
            None => {}
        }
    }
    let marked = conda.iter().filter(|(_, marked)| *marked);
    let mut all: Vec<String> = marked.map(|(version, _)| version.to_string()).collect();
    let marked = pypi.iter().filter(|(_, marked)| *marked);
    all.extend(marked.map(|(version, _)| version.to_string()));
    let ranges = [ranges(conda), ranges(pypi)].concat();
    let shown = match ranges.as_slice() {
        [] => return None,
        [first, .., last] if ranges.len() > RANGES_SHOWN => {
            format!("{} to {}, with gaps", first.first, last.last)
        }
        ranges => {
            let shown: Vec<String> = ranges.iter().map(ToString::to_string).collect();
            shown.join(" or ")
        }
    };
    Some(Versions {
        ranges: shown,
        is_whole: ranges.len() <= RANGES_SHOWN,
        count: all.len(),
        all,
    })
}

/// Returns the excluded candidates of a package, by reason, newest first.
pub(crate) fn ruled_out(
    encoder: &Encoder<'_>,
    name: NameId,
    by_reason: BTreeMap<Reason, BTreeSet<SolvableId>>,
) -> Vec<RuledOut> {
    let newest = |ids: &BTreeSet<SolvableId>| {
        let versions = ids.iter().filter_map(|&id| version(encoder, id));
        versions.max()
    };
    let mut reasons: Vec<_> = by_reason.into_iter().collect();
    reasons.sort_by_key(|(_, ids)| std::cmp::Reverse(newest(ids)));
    let ruled_out = reasons.into_iter().filter_map(|(reason, ids)| {
        Some(RuledOut {
            package: package(encoder, name),
            versions: versions(encoder, &ids)?,
            reason,
        })
    });
    ruled_out.collect()
}

/// A version in the form of one half. All versions of a package have the same form.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Either<'p> {
    Conda(&'p rattler_conda_types::Version),
    Pypi(&'p pep440_rs::Version),
}

/// Returns the version of a candidate; `None` for extras, contents and the like.
pub(crate) fn version<'p>(encoder: &'p Encoder<'_>, id: SolvableId) -> Option<Either<'p>> {
    match encoder.terms().candidate(id) {
        Candidate::ProjectExtra { base, .. } => version(encoder, *base),
        Candidate::Record(record) => {
            let record = encoder.terms().record(*record);
            Some(Either::Conda(record.package_record.version.version()))
        }
        Candidate::Virtual(index) => Some(Either::Conda(
            &encoder.world().virtual_packages[*index].version,
        )),
        Candidate::Release(release) => Some(Either::Pypi(&release.version)),
        Candidate::Provided(provided) => provided.version.as_ref().map(Either::Pypi),
        _ => None,
    }
}

impl Either<'_> {
    /// Whether it is a pre-release in the sense of PEP 440. A conda version counts if it is
    /// written like one.
    pub(crate) fn is_prerelease(&self) -> bool {
        match self {
            Either::Conda(version) => {
                let version = parse::pep::version(&version.to_string());
                version.is_ok_and(|version| version.any_prerelease())
            }
            Either::Pypi(version) => version.any_prerelease(),
        }
    }
}

impl std::fmt::Display for Either<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Either::Conda(version) => version.fmt(f),
            Either::Pypi(version) => version.fmt(f),
        }
    }
}

/// A run of consecutive versions.
#[derive(Clone)]
struct Range {
    first: String,
    last: String,
    count: usize,
}

impl std::fmt::Display for Range {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.count {
            _ if self.first == self.last => write!(f, "{}", self.first),
            2 => write!(f, "{} or {}", self.first, self.last),
            _ => write!(f, "{} to {}", self.first, self.last),
        }
    }
}

/// Returns the ranges of the marked versions among all versions. A version with several builds
/// is marked if one of them is.
fn ranges<V: Ord + ToString>(versions: BTreeSet<(V, bool)>) -> Vec<Range> {
    let mut all: Vec<(String, bool)> = Vec::new();
    let mut versions = versions.into_iter().peekable();
    while let Some((version, mut marked)) = versions.next() {
        while let Some((_, other)) = versions.next_if(|(other, _)| *other == version) {
            marked |= other;
        }
        all.push((version.to_string(), marked));
    }
    let mut ranges = Vec::new();
    let mut at = 0;
    while at < all.len() {
        let length = all[at..].iter().take_while(|(_, marked)| *marked).count();
        if length > 0 {
            ranges.push(Range {
                first: end_of(&all, at..at + length, at),
                last: end_of(&all, at..at + length, at + length - 1),
                count: length,
            });
        }
        at += length.max(1);
    }
    ranges
}

/// Returns an end of a range: `3.9` for `3.9.0` if the range has every existing `3.9.*`.
fn end_of(all: &[(String, bool)], range: std::ops::Range<usize>, end: usize) -> String {
    let version = &all[end].0;
    let series = series(version);
    let mut of_series = (0..all.len()).filter(|&place| self::series(&all[place].0) == series);
    let whole = of_series.clone().count() > 1 && of_series.all(|place| range.contains(&place));
    if whole {
        series.to_string()
    } else {
        version.clone()
    }
}

/// The first two numbers of a version. A change of interface usually changes one of them.
fn series(version: &str) -> &str {
    let mut dots = version.match_indices('.').map(|(at, _)| at);
    let end = dots.nth(1).unwrap_or(version.len());
    &version[..end]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folded<V: Ord + ToString + Copy>(all: &[(V, bool)]) -> Vec<String> {
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

    #[test]
    fn a_range_that_has_all_of_a_series_is_told_by_the_series() {
        let all = [("3.8.1", false), ("3.9.0", true), ("3.9.1", true)];
        assert_eq!(folded(&all), ["3.9"]);
        let all = [
            ("3.8.1", false),
            ("3.8.2", true),
            ("3.9.0", true),
            ("3.9.1", true),
        ];
        assert_eq!(folded(&all), ["3.8.2 to 3.9"]);
        assert_eq!(folded(&[("3.8.1", true), ("3.9", false)]), ["3.8.1"]);
    }
}
