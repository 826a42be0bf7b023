//! The versions that an advisory affects, by OSV's rules
//! (<https://ossf.github.io/osv-schema/#evaluation>).

use pep440_rs::Version;
use pep508_rs::PackageName;
use presolve_parse as parse;
use serde::Deserialize;

/// Name of the package index in OSV's schema; a `:` and the URL of another index may follow.
const ECOSYSTEM: &str = "PyPI";

/// Versions of a package as an advisory lists them. Versions and ranges add up.
#[derive(Deserialize)]
pub(super) struct Listed {
    /// Absent if only commits are listed.
    package: Option<Package>,
    versions: Option<Vec<String>>,
    ranges: Option<Vec<ListedRange>>,
}

#[derive(Deserialize)]
struct Package {
    ecosystem: String,
    name: String,
}

#[derive(Deserialize)]
struct ListedRange {
    #[serde(rename = "type")]
    kind: String,
    events: Option<Vec<ListedEvent>>,
}

#[derive(Deserialize)]
struct ListedEvent {
    introduced: Option<String>,
    fixed: Option<String>,
    last_affected: Option<String>,
    limit: Option<String>,
}

impl Listed {
    /// The project on PyPI; `None` for packages of other ecosystems.
    pub(super) fn project(&self) -> Option<PackageName> {
        let package = self.package.as_ref()?;
        let ecosystem = package.ecosystem.split(':').next();
        let name = parse::pep::name(&package.name).ok();
        name.filter(|_| ecosystem == Some(ECOSYSTEM))
    }
}

/// The affected versions of a project.
#[derive(Debug)]
pub(super) struct Affected {
    /// One version per line. A database has millions of them, and few are ever compared.
    versions: Box<str>,
    ranges: Vec<Range>,
}

/// The events of a range in the order of their versions.
#[derive(Debug, Default)]
struct Range {
    events: Vec<(Bound, Event)>,
    /// Versions from these on are not in the range, unless one of the limits is higher.
    limits: Vec<Version>,
}

/// The version of an event.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Bound {
    /// `0`, which precedes all versions.
    Start,
    At(Version),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Event {
    Introduced,
    LastAffected,
    Fixed,
}

impl Affected {
    /// Whether a version is affected. Advisories do not list the builds of a version, such as
    /// `2.1.0+cu118`, so its local part does not count.
    pub(super) fn has(&self, version: &Version) -> bool {
        let public = version.clone().without_local();
        let is_listed = self.versions.lines().any(|listed| {
            parse::pep::version(listed).is_ok_and(|listed| listed == public || listed == *version)
        });
        is_listed || self.ranges.iter().any(|range| range.has(&public))
    }

    /// The versions with a fix.
    pub(super) fn fixed(&self) -> Vec<Version> {
        let events = self.ranges.iter().flat_map(|range| &range.events);
        let fixed = events.filter_map(|event| match event {
            (Bound::At(version), Event::Fixed) => Some(version.clone()),
            _ => None,
        });
        fixed.collect()
    }
}

impl Range {
    /// `None` for a range of commits, and for one whose versions are not valid: its advisory
    /// then also lists the versions.
    fn new(listed: ListedRange) -> Option<Self> {
        // `SEMVER` is not meant for PyPI, but its versions are also valid there.
        if !matches!(listed.kind.as_str(), "ECOSYSTEM" | "SEMVER") {
            return None;
        }
        let mut range = Self::default();
        for event in listed.events.into_iter().flatten() {
            let kinds = [
                (event.introduced, Event::Introduced),
                (event.last_affected, Event::LastAffected),
                (event.fixed, Event::Fixed),
            ];
            for (version, kind) in kinds {
                if let Some(version) = version {
                    range.events.push((bound(&version)?, kind));
                }
            }
            if let Some(limit) = event.limit.filter(|limit| limit != "*") {
                range.limits.push(parse::pep::version(&limit).ok()?);
            }
        }
        range.events.sort();
        Some(range)
    }

    fn has(&self, version: &Version) -> bool {
        let is_below = |limit: &Version| version < limit;
        if !self.limits.is_empty() && !self.limits.iter().any(is_below) {
            return false;
        }
        let version = Bound::At(version.clone());
        let mut is_affected = false;
        for (bound, event) in &self.events {
            match event {
                Event::Introduced if version >= *bound => is_affected = true,
                Event::Fixed if version >= *bound => is_affected = false,
                Event::LastAffected if version > *bound => is_affected = false,
                _ => {}
            }
        }
        is_affected
    }
}

fn bound(text: &str) -> Option<Bound> {
    match text {
        "0" => Some(Bound::Start),
        text => parse::pep::version(text).ok().map(Bound::At),
    }
}

impl From<Listed> for Affected {
    fn from(listed: Listed) -> Self {
        let ranges = listed.ranges.into_iter().flatten();
        Self {
            versions: listed.versions.unwrap_or_default().join("\n").into(),
            ranges: ranges.filter_map(Range::new).collect(),
        }
    }
}
