//! Abilities of pip versions that decide which releases they install.
//!
//! The build runs the pip of the conda environment, regardless of `pip` in the pip list, so
//! the version of the conda package `pip` decides.

use pep440_rs::Version;
use presolve_parse as parse;

/// An ability that some versions of pip have.
///
/// The platform tags are in the order in which pip introduced them: a version that knows one
/// tag also knows the earlier ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum PipAbility {
    /// Takes `manylinux1_*` wheels.
    Manylinux1,
    /// Takes `manylinux2010_*` wheels.
    Manylinux2010,
    /// Takes `manylinux2014_*` wheels.
    Manylinux2014,
    /// Takes `manylinux_x_y_*` wheels.
    PerennialManylinux,
    /// Takes wheels for macOS 11 and later, and `universal2` ones.
    MacOs11,
    /// Runs on Python 3.10 and later.
    Python310,
    /// Runs on Python 3.12 and later.
    Python312,
    /// Installs a release with a `Requires-Dist` that breaks PEP 508 or PEP 440.
    LegacySpecifiers,
    /// Accepts a yanked release only for an `==` pin, as PEP 592 requires. Otherwise pip also
    /// accepts it if no other release matches.
    YankedOnlyByPin,
    /// Isolates a build if setuptools or wheel is not installed.
    IsolatesWithoutSetuptools,
    /// Isolates every build.
    AlwaysIsolates,
    /// Tries other versions if requirements conflict.
    Backtracking,
}

/// The versions of pip that have an ability.
struct Row {
    ability: PipAbility,
    since: &'static str,
    before: Option<&'static str>,
    what: &'static str,
}

/// Each row is in pip's news (<https://pip.pypa.io/en/stable/news/>) under the named version,
/// except where its comment names another source.
const ROWS: [Row; 12] = [
    // 8.1.0: "Implement PEP 513".
    Row {
        ability: PipAbility::Manylinux1,
        since: "8.1.0",
        before: None,
        what: "manylinux1 wheels",
    },
    // 19.0: "Implement manylinux2010 platform tag support", PEP 571.
    Row {
        ability: PipAbility::Manylinux2010,
        since: "19.0",
        before: None,
        what: "manylinux2010 wheels",
    },
    // 19.3: "Implement manylinux2014 platform tag support", PEP 599.
    Row {
        ability: PipAbility::Manylinux2014,
        since: "19.3",
        before: None,
        what: "manylinux2014 wheels",
    },
    // 20.3: "Add support for PEP 600".
    Row {
        ability: PipAbility::PerennialManylinux,
        since: "20.3",
        before: None,
        what: "manylinux_x_y wheels",
    },
    // 20.3: "Add support for MacOS Big Sur compatibility tags".
    Row {
        ability: PipAbility::MacOs11,
        since: "20.3",
        before: None,
        what: "wheels for macOS 11 and later",
    },
    // Earlier versions fail on `import pip`: their copy of html5lib imports `Mapping` from
    // `collections`, which Python 3.10 removed
    // (<https://docs.python.org/3/whatsnew/3.10.html#removed>). 19.2 is the first version that
    // started in a test.
    Row {
        ability: PipAbility::Python310,
        since: "19.2",
        before: None,
        what: "Python 3.10 and later",
    },
    // 23.1.2: "Upgrade setuptools to 67.7.2". Earlier versions fail on `import pip`: their
    // copy of pkg_resources uses `pkgutil.ImpImporter`, and older ones distutils, which Python
    // 3.12 removed (<https://docs.python.org/3/whatsnew/3.12.html#removed>).
    Row {
        ability: PipAbility::Python312,
        since: "23.1.2",
        before: None,
        what: "Python 3.12 and later",
    },
    // 24.1b1: "Packages with non standard-compliant versions or dependency
    // specifiers are now ignored by the resolver".
    Row {
        ability: PipAbility::LegacySpecifiers,
        since: "0",
        before: Some("24.1b1"),
        what: "requirements that break PEP 440",
    },
    // Observed: 20.1.1 to 21.3.1 accept one for a range in which all releases are yanked,
    // 22.0.4 to 24.0 report "No matching distribution".
    Row {
        ability: PipAbility::YankedOnlyByPin,
        since: "22.0",
        before: None,
        what: "yanked releases for `==` alone",
    },
    // 23.1: "When the wheel package is not installed, pip now uses the default build backend
    // instead of setup.py install". The same applies without setuptools.
    Row {
        ability: PipAbility::IsolatesWithoutSetuptools,
        since: "23.1",
        before: None,
        what: "builds apart where setuptools or wheel is missing",
    },
    // 25.3: "Remove support for the legacy setup.py bdist_wheel mechanism".
    Row {
        ability: PipAbility::AlwaysIsolates,
        since: "25.3",
        before: None,
        what: "builds apart in any case",
    },
    // 20.3b1: "Switch to the new dependency resolver by default".
    Row {
        ability: PipAbility::Backtracking,
        since: "20.3b1",
        before: None,
        what: "other versions where requirements clash",
    },
];

impl PipAbility {
    /// Abilities that decide which platform tags pip knows.
    pub const OF_TAGS: [Self; 5] = [
        Self::Manylinux1,
        Self::Manylinux2010,
        Self::Manylinux2014,
        Self::PerennialManylinux,
        Self::MacOs11,
    ];

    /// Abilities that decide on which Python versions pip runs.
    pub const OF_PYTHONS: [Self; 2] = [Self::Python310, Self::Python312];

    /// Abilities that pip needs to run on Python `(major, minor)`.
    pub fn of_python(python: (u64, u64)) -> impl Iterator<Item = Self> {
        let since = [(3, 10), (3, 12)];
        let needed = Self::OF_PYTHONS.into_iter().zip(since);
        needed
            .filter(move |(_, since)| python >= *since)
            .map(|(ability, _)| ability)
    }

    /// Ability that pip needs for a platform tag; `None` if every pip knows the tag.
    pub fn of_platform_tag(tag: &str) -> Option<Self> {
        let linux = [
            ("manylinux1_", Self::Manylinux1),
            ("manylinux2010_", Self::Manylinux2010),
            ("manylinux2014_", Self::Manylinux2014),
            ("manylinux_", Self::PerennialManylinux),
        ];
        if let Some((_, ability)) = linux.iter().find(|(prefix, _)| tag.starts_with(prefix)) {
            return Some(*ability);
        }
        let system = tag.strip_prefix("macosx_")?;
        let new = !system.starts_with("10_") || system.ends_with("_universal2");
        new.then_some(Self::MacOs11)
    }

    /// Whether a version of pip has the ability.
    pub fn is_in(self, pip: &Version) -> bool {
        let row = self.row();
        let at_least = |since: &str| parse::pep::version(since).is_ok_and(|since| *pip >= since);
        at_least(row.since) && !row.before.is_some_and(at_least)
    }

    /// The versions of pip with the ability, for messages: `20.3 or later`.
    pub fn versions(self) -> String {
        let row = self.row();
        match row.before {
            Some(before) => format!("before {}", before.trim_end_matches("b1")),
            None => format!("{} or later", row.since.trim_end_matches("b1")),
        }
    }

    /// The subject of the ability, for messages: `manylinux2014 wheels`.
    pub fn what(self) -> &'static str {
        self.row().what
    }

    fn row(self) -> &'static Row {
        ROWS.iter()
            .find(|row| row.ability == self)
            .expect("every ability has a row")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tags_known_to(pip: &str) -> Vec<PipAbility> {
        let pip = pip.parse().expect("a version");
        let known = PipAbility::OF_TAGS.into_iter();
        known.filter(|ability| ability.is_in(&pip)).collect()
    }

    #[test]
    fn platform_tags_are_learnt_in_order() {
        use PipAbility::{MacOs11, Manylinux1, Manylinux2010, Manylinux2014, PerennialManylinux};
        assert_eq!(tags_known_to("8.0.3"), []);
        assert_eq!(tags_known_to("18.1"), [Manylinux1]);
        assert_eq!(tags_known_to("19.2.3"), [Manylinux1, Manylinux2010]);
        let until_2014 = [Manylinux1, Manylinux2010, Manylinux2014];
        assert_eq!(tags_known_to("19.3"), until_2014);
        assert_eq!(tags_known_to("20.2.4"), until_2014);
        let all = [
            Manylinux1,
            Manylinux2010,
            Manylinux2014,
            PerennialManylinux,
            MacOs11,
        ];
        assert_eq!(tags_known_to("20.3"), all);
        assert_eq!(tags_known_to("25.3"), all);
    }

    #[test]
    fn tags_need_what_they_are_named_after() {
        use PipAbility::{MacOs11, Manylinux1, Manylinux2014, PerennialManylinux};
        let cases = [
            ("any", None),
            ("linux_x86_64", None),
            ("win_amd64", None),
            ("manylinux1_x86_64", Some(Manylinux1)),
            ("manylinux2014_aarch64", Some(Manylinux2014)),
            ("manylinux_2_5_x86_64", Some(PerennialManylinux)),
            ("macosx_10_9_x86_64", None),
            ("macosx_10_9_universal2", Some(MacOs11)),
            ("macosx_11_0_arm64", Some(MacOs11)),
        ];
        for (tag, ability) in cases {
            assert_eq!(PipAbility::of_platform_tag(tag), ability, "{tag}");
        }
    }

    #[test]
    fn new_pythons_need_new_pips() {
        use PipAbility::{Python310, Python312};
        let needed = |python| PipAbility::of_python(python).collect::<Vec<_>>();
        assert_eq!(needed((3, 9)), []);
        assert_eq!(needed((3, 10)), [Python310]);
        assert_eq!(needed((3, 13)), [Python310, Python312]);
        assert!(!Python310.is_in(&"19.1.1".parse().unwrap()));
        assert!(Python312.is_in(&"23.1.2".parse().unwrap()));
    }

    #[test]
    fn the_resolver_changed_with_20_3_and_the_specifiers_with_24_1() {
        let has = |ability: PipAbility, pip: &str| ability.is_in(&pip.parse().unwrap());
        assert!(!has(PipAbility::Backtracking, "20.2.4"));
        assert!(has(PipAbility::Backtracking, "20.3b1"));
        assert!(has(PipAbility::LegacySpecifiers, "24.0"));
        assert!(!has(PipAbility::LegacySpecifiers, "24.1b1"));
        assert_eq!(PipAbility::LegacySpecifiers.versions(), "before 24.1");
        assert_eq!(PipAbility::PerennialManylinux.versions(), "20.3 or later");
    }
}
