//! The times after which packages do not count.

use std::collections::BTreeMap;

use jiff::Timestamp;
use presolve_parse as parse;

/// The times after which packages do not count: one for all, and those of some packages,
/// channels and indexes. `None` is no limit.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CutOffs {
    /// The time for what the maps do not have.
    pub all: Option<Timestamp>,
    /// The times of packages and projects, by their names as PEP 503 normalises them. They take
    /// precedence over those of their sources.
    pub packages: BTreeMap<String, Option<Timestamp>>,
    /// The times of channels, by their canonical names, and of indexes, by [`source_of`] their
    /// URLs.
    pub sources: BTreeMap<String, Option<Timestamp>>,
}

impl CutOffs {
    /// The same time for everything.
    pub fn at(time: Timestamp) -> Self {
        Self {
            all: Some(time),
            ..Self::default()
        }
    }

    /// Whether nothing has a limit.
    pub fn is_none(&self) -> bool {
        let mut times = self.packages.values().chain(self.sources.values());
        self.all.is_none() && times.all(Option::is_none)
    }

    /// Returns the time for a package from a source; `None` for no limit.
    pub fn of(&self, package: &str, source: Option<&str>) -> Option<Timestamp> {
        if !self.packages.is_empty()
            && let Ok(name) = parse::pep::name(package)
            && let Some(time) = self.packages.get(name.as_ref())
        {
            return *time;
        }
        if !self.sources.is_empty()
            && let Some(source) = source
            && let Some(time) = self.sources.get(source_of(source))
        {
            return *time;
        }
        self.all
    }
}

/// The URL of a channel or an index as a key: without the slash at its end.
pub fn source_of(url: &str) -> &str {
    url.trim_end_matches('/')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_package_takes_precedence_over_its_source() {
        let time = |second| Timestamp::from_second(second).ok();
        let cut_offs = CutOffs {
            all: time(1),
            packages: [("a-b".to_owned(), None), ("c".to_owned(), time(2))].into(),
            sources: [("https://h/simple".to_owned(), time(3))].into(),
        };
        let source = Some("https://h/simple/");
        assert_eq!(cut_offs.of("A_b", source), None);
        assert_eq!(cut_offs.of("c", source), time(2));
        assert_eq!(cut_offs.of("d", source), time(3));
        assert_eq!(cut_offs.of("d", Some("https://other")), time(1));
        assert!(!cut_offs.is_none());
    }
}
