//! What differs between two states of an environment file, package by package.
//!
//! [`compare`] reads only the two states. [`advise`] adds the known vulnerabilities that begin
//! or end with a new version.

use std::{cmp::Ordering, collections::BTreeMap, str::FromStr};

use pep508_rs::PackageName;
use rattler_conda_types::Version as CondaVersion;

use crate::releases::pinned::{exact, exact_conda};
use presolve_parse as parse;
pub use presolve_registry::pypi::advisories::Advisory;
use presolve_spec::{
    CondaRequirement, EnvironmentFile, PipRequirement, PipRequirementKind, match_spec,
};

mod advise;

pub use advise::advise;

/// The differences between two states of an environment file.
#[derive(Clone, Debug, Default)]
pub struct Changes {
    /// The changed packages: those of conda first, declared ones before indirect ones, then by
    /// name.
    pub packages: Vec<PackageChange>,
    /// The platforms of the pins before and after, if they differ.
    pub platform: Option<(Option<String>, Option<String>)>,
    /// The channels before and after, as conda reads them, if they differ.
    pub channels: Option<(Vec<String>, Vec<String>)>,
    /// The options of the pip list before and after, such as its indexes, if they differ.
    pub options: Option<(Vec<String>, Vec<String>)>,
}

/// A package that differs.
#[derive(Clone, Debug)]
pub struct PackageChange {
    /// Who installs the package.
    pub half: Half,
    /// The normalised name, or the whole line if it names no package.
    pub name: String,
    /// Whether a line of the new state declares the package; of the old one if it is gone.
    pub is_declared: bool,
    /// The kind of the difference.
    pub kind: Kind,
    /// The package in the old state.
    pub before: Option<State>,
    /// The package in the new state.
    pub after: Option<State>,
    /// Vulnerabilities that the old version has and the new one does not.
    pub ended: Vec<Advisory>,
    /// Vulnerabilities that the new version has and the old one does not.
    pub began: Vec<Advisory>,
}

/// Who installs a package.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Half {
    /// conda, from a channel.
    Conda,
    /// pip, from a package index.
    Pip,
}

/// The kind of a difference.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// The package is new.
    Added,
    /// The package is gone.
    Removed,
    /// The new version is later.
    Upgraded,
    /// The new version is earlier.
    Downgraded,
    /// The version is the same, but the build, the channel or a hash is another.
    Rebuilt,
    /// The line had no exact version before, or no build.
    Pinned,
    /// The line has no exact version any more.
    Unpinned,
    /// The version is the same or open, but the line requires something else; or it has no build
    /// any more.
    Redeclared,
}

/// A package in one state of the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct State {
    /// The exact version; `None` if the line leaves it open.
    pub version: Option<String>,
    /// The build string of conda.
    pub build: Option<String>,
    /// The channel, if the line names one.
    pub channel: Option<String>,
    /// The hashes that the line names.
    pub hashes: Vec<String>,
    /// The requirement as declared, or those of all lines; `None` for a package that only an earlier `pin` wrote.
    pub declared: Option<String>,
}

impl Changes {
    /// Whether the two states are equal.
    pub fn is_empty(&self) -> bool {
        let Self {
            packages,
            platform,
            channels,
            options,
        } = self;
        packages.is_empty() && platform.is_none() && channels.is_none() && options.is_none()
    }

    /// Returns the number of differences of a kind.
    pub fn count(&self, kind: Kind) -> usize {
        let packages = self.packages.iter();
        packages.filter(|change| change.kind == kind).count()
    }
}

/// Returns the differences between two states of a file.
pub fn compare(before: &EnvironmentFile, after: &EnvironmentFile) -> Changes {
    let (mut old, new) = (packages(before), packages(after));
    let mut changed = Vec::new();
    for (key, state) in new {
        let previous = old.remove(&key);
        changed.extend(change(key, previous, Some(state)));
    }
    changed.extend(
        old.into_iter()
            .filter_map(|(key, state)| change(key, Some(state), None)),
    );
    changed.sort_by(|one, other| place(one).cmp(&place(other)));
    Changes {
        packages: changed,
        platform: differing(platform(before), platform(after)),
        channels: differing(channels(before), channels(after)),
        options: differing(options(before), options(after)),
    }
}

fn place(change: &PackageChange) -> (Half, bool, &str) {
    (change.half, !change.is_declared, &change.name)
}

fn differing<T: PartialEq>(before: T, after: T) -> Option<(T, T)> {
    (before != after).then_some((before, after))
}

fn platform(environment: &EnvironmentFile) -> Option<String> {
    let platform = environment.pinned_platform.as_ref();
    platform.map(|platform| platform.value.clone())
}

fn channels(environment: &EnvironmentFile) -> Vec<String> {
    environment.pinned_channels.clone()
}

fn options(environment: &EnvironmentFile) -> Vec<String> {
    let options = environment.pip.options.written.iter();
    options.map(|option| option.value.clone()).collect()
}

/// The packages of a file by half and name. A package in several lines is listed with its pin
/// if one of them has one.
fn packages(environment: &EnvironmentFile) -> BTreeMap<(Half, String), State> {
    let conda = environment.conda.iter().map(of_conda);
    let pip = environment.pip.requirements.iter().map(of_pip);
    let mut packages: BTreeMap<(Half, String), State> = BTreeMap::new();
    for (key, state) in conda.chain(pip) {
        match packages.get_mut(&key) {
            None => {
                packages.insert(key, state);
            }
            Some(known) => {
                let declared = known.declared.take().into_iter();
                let declared = declared.chain(state.declared.clone());
                let declared = declared.collect::<Vec<_>>().join(", ");
                let declared = (!declared.is_empty()).then_some(declared);
                if known.version.is_none() {
                    *known = state;
                }
                known.declared = declared;
            }
        }
    }
    packages
}

fn of_conda(line: &CondaRequirement) -> ((Half, String), State) {
    let pin = line
        .pin
        .clone()
        .or_else(|| match_spec::parse_pin(&line.text));
    let declared = (!line.added_by_pin).then(|| line.text.clone());
    let name = line.spec.name.as_exact();
    let name = name.map_or_else(|| line.text.clone(), |name| name.as_normalized().to_owned());
    let state = match pin {
        Some(pin) => State {
            version: Some(pin.version),
            build: pin.build,
            channel: pin.channel,
            hashes: pin.hash.into_iter().collect(),
            declared,
        },
        None => State {
            version: exact_conda(&line.spec),
            build: None,
            channel: None,
            hashes: Vec::new(),
            declared,
        },
    };
    ((Half::Conda, name), state)
}

fn of_pip(line: &PipRequirement) -> ((Half, String), State) {
    let name = match &line.kind {
        PipRequirementKind::Named(named) => named.name.to_string(),
        PipRequirementKind::Opaque { name, .. } => name
            .as_ref()
            .map_or_else(|| line.text.clone(), PackageName::to_string),
    };
    let version = line.pin.clone().or_else(|| exact(line));
    let state = State {
        version: version.map(|version| version.to_string()),
        build: None,
        channel: None,
        hashes: line.hashes.clone(),
        declared: (!line.added_by_pin).then(|| line.text.clone()),
    };
    ((Half::Pip, name), state)
}

/// Returns the difference of a package; `None` if there is none.
fn change(
    (half, name): (Half, String),
    before: Option<State>,
    after: Option<State>,
) -> Option<PackageChange> {
    let kind = kind(half, before.as_ref(), after.as_ref())?;
    let current = after.as_ref().or(before.as_ref())?;
    Some(PackageChange {
        half,
        name,
        is_declared: current.declared.is_some(),
        kind,
        before,
        after,
        ended: Vec::new(),
        began: Vec::new(),
    })
}

fn kind(half: Half, before: Option<&State>, after: Option<&State>) -> Option<Kind> {
    let (before, after) = match (before, after) {
        (Some(before), Some(after)) => (before, after),
        (None, Some(_)) => return Some(Kind::Added),
        (Some(_), None) => return Some(Kind::Removed),
        (None, None) => return None,
    };
    match (&before.version, &after.version) {
        (Some(old), Some(new)) => match order(half, old, new) {
            Ordering::Less => Some(Kind::Upgraded),
            Ordering::Greater => Some(Kind::Downgraded),
            Ordering::Equal => match (&before.build, &after.build) {
                (None, Some(_)) => Some(Kind::Pinned),
                (Some(_), None) => Some(Kind::Redeclared),
                (old, new) => {
                    let is_same = old == new
                        && before.channel == after.channel
                        && before.hashes == after.hashes;
                    match is_same {
                        true => (before.declared != after.declared).then_some(Kind::Redeclared),
                        false => Some(Kind::Rebuilt),
                    }
                }
            },
        },
        (None, Some(_)) => Some(Kind::Pinned),
        (Some(_), None) => Some(Kind::Unpinned),
        (None, None) => (before.declared != after.declared).then_some(Kind::Redeclared),
    }
}

/// Orders two versions as their half does. Versions that cannot be read are ordered as text.
fn order(half: Half, one: &str, other: &str) -> Ordering {
    let read = match half {
        Half::Conda => {
            let version = |text: &str| CondaVersion::from_str(text).ok();
            version(one)
                .zip(version(other))
                .map(|(one, other)| one.cmp(&other))
        }
        Half::Pip => {
            let version = |text: &str| parse::pep::version(text).ok();
            version(one)
                .zip(version(other))
                .map(|(one, other)| one.cmp(&other))
        }
    };
    read.unwrap_or_else(|| one.cmp(other))
}

#[cfg(test)]
mod tests;
