//! The branches of CPython, with the days of their first release and their end of life.
//!
//! From <https://devguide.python.org/versions/> (`include/release-cycle.json` there). If it
//! names only a month, the last day of that month counts. Future branches are assumed to
//! come each October (PEP 602).

use jiff::civil::{Date, date};
use presolve_parse as parse;
use rattler_conda_types::VersionSpec;

/// A branch of Python 3.
#[derive(Clone, Copy, Debug)]
pub(super) struct Branch {
    /// The minor version: 12 for 3.12.
    pub minor: u16,
    /// The day of its first release.
    pub released: Date,
    /// The last day of security fixes.
    pub end: Date,
}

/// The first release and the end of life of 3.0, 3.1 and so on.
const BRANCHES: [(Date, Date); 16] = [
    (date(2008, 12, 3), date(2009, 6, 27)),
    (date(2009, 6, 27), date(2012, 4, 9)),
    (date(2011, 2, 20), date(2016, 2, 20)),
    (date(2012, 9, 29), date(2017, 9, 29)),
    (date(2014, 3, 16), date(2019, 3, 18)),
    (date(2015, 9, 13), date(2020, 9, 30)),
    (date(2016, 12, 23), date(2021, 12, 23)),
    (date(2018, 6, 27), date(2023, 6, 27)),
    (date(2019, 10, 14), date(2024, 10, 7)),
    (date(2020, 10, 5), date(2025, 10, 31)),
    (date(2021, 10, 4), date(2026, 10, 31)),
    (date(2022, 10, 24), date(2027, 10, 31)),
    (date(2023, 10, 2), date(2028, 10, 31)),
    (date(2024, 10, 7), date(2029, 10, 31)),
    (date(2025, 10, 7), date(2030, 10, 31)),
    (date(2026, 10, 1), date(2031, 10, 31)),
];

/// An upper bound for patch releases, higher than any branch has had.
const PATCHES: u16 = 40;

/// The branches of Python 3 that are released by a day, the oldest first.
pub(super) fn released(today: Date) -> impl DoubleEndedIterator<Item = Branch> {
    let (newest_known, _) = BRANCHES[BRANCHES.len() - 1];
    let years_to_come = newest_known.year() + 1..=today.year();
    let to_come = years_to_come.map(|year| (date(year, 10, 1), date(year + 5, 10, 31)));
    let all = BRANCHES.into_iter().chain(to_come).zip(0..);
    let branches: Vec<Branch> = all
        .map(|((released, end), minor)| Branch {
            minor,
            released,
            end,
        })
        .collect();
    branches
        .into_iter()
        .filter(move |branch| branch.released <= today)
}

/// The newest released branch that a version spec allows.
pub(super) fn newest_allowed(spec: &VersionSpec, today: Date) -> Option<Branch> {
    released(today)
        .rev()
        .find(|branch| allows(spec, 3, branch.minor))
}

/// Whether a version spec allows any release of a branch, such as 3.12.
pub(super) fn allows(spec: &VersionSpec, major: u16, minor: u16) -> bool {
    let versions = (0..=PATCHES).map(|patch| format!("{major}.{minor}.{patch}"));
    versions
        .filter_map(|version| parse::conda::version(&version).ok())
        .any(|version| spec.matches(&version))
}

/// Whether a spec allows a branch of Python 2.
pub(super) fn allows_python_2(spec: &VersionSpec) -> bool {
    (0..=7).any(|minor| allows(spec, 2, minor))
}

/// Whether a version spec allows all future versions.
pub(super) fn is_open_upwards(spec: &VersionSpec) -> bool {
    allows(spec, 3, 999)
}

#[cfg(test)]
mod tests {
    use rattler_conda_types::ParseStrictness;

    use super::*;

    #[test]
    fn a_branch_a_year_is_counted_on() {
        let newest = |today| released(today).next_back().map(|branch| branch.minor);
        assert_eq!(newest(date(2026, 9, 30)), Some(14));
        assert_eq!(newest(date(2026, 11, 21)), Some(15));
        assert_eq!(newest(date(2027, 9, 30)), Some(15));
        assert_eq!(newest(date(2029, 12, 1)), Some(18));
    }

    #[test]
    fn the_newest_branch_counts() {
        for (spec, minor) in [
            ("3.8.*", Some(8)),
            (">=3.6,<3.10", Some(9)),
            (">=3.6", Some(15)),
            ("==3.8", Some(8)),
            ("3.8.10", Some(8)),
            ("3.7.*|3.9.*", Some(9)),
            ("2.7.*", None),
            ("3.99.*", None),
        ] {
            let parsed = VersionSpec::from_str(spec, ParseStrictness::Lenient).expect("parses");
            let newest = newest_allowed(&parsed, date(2026, 11, 21));
            assert_eq!(newest.map(|branch| branch.minor), minor, "{spec}");
        }
    }
}
