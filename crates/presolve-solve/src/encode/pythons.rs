//! Which pythons: the conda `python` records seen by the pip half.
//!
//! What a release, a wheel or a marker says of Python is turned into a set of
//! the pythons that the channels have, so that it can be a requirement on the
//! conda package `python`.

use std::{cell::RefCell, collections::HashMap};

use pep440_rs::{Version, VersionSpecifiers};
use pep508_rs::{ExtraName, MarkerEnvironment, MarkerEnvironmentBuilder, MarkerTree};
use rattler_conda_types::{RepoDataRecord, Subdir};

use crate::{DeclaredKind, Problem, encode::record_spec::RecordSpec};

/// A set of pythons of a [`Pythons`].
#[derive(Clone, Debug, PartialEq, Eq, Hash, Default)]
pub struct PythonSet {
    words: Vec<u64>,
}

impl PythonSet {
    fn with_capacity(count: usize) -> Self {
        Self {
            words: vec![0; count.div_ceil(64)],
        }
    }

    fn insert(&mut self, index: usize) {
        self.words[index / 64] |= 1 << (index % 64);
    }

    /// Whether the python of this index is in the set.
    pub fn contains(&self, index: usize) -> bool {
        self.words[index / 64] & (1 << (index % 64)) != 0
    }

    /// Whether the set is empty.
    pub fn is_empty(&self) -> bool {
        self.words.iter().all(|&word| word == 0)
    }

    /// Whether all of these are in `other`.
    pub fn is_subset(&self, other: &Self) -> bool {
        self.words
            .iter()
            .zip(&other.words)
            .all(|(a, b)| a & !b == 0)
    }

    fn zip(&self, other: &Self, merge: impl Fn(u64, u64) -> u64) -> Self {
        let words = self.words.iter().zip(&other.words);
        Self {
            words: words.map(|(&a, &b)| merge(a, b)).collect(),
        }
    }

    /// Returns the intersection of both sets.
    pub fn intersection(&self, other: &Self) -> Self {
        self.zip(other, |a, b| a & b)
    }

    /// Returns the union of both sets.
    pub fn union(&self, other: &Self) -> Self {
        self.zip(other, |a, b| a | b)
    }

    /// Returns the pythons that are not in `other`.
    pub fn difference(&self, other: &Self) -> Self {
        self.zip(other, |a, b| a & !b)
    }

    /// The indices, ascending: the oldest python first.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = usize> + '_ {
        (0..self.words.len() * 64).filter(|&index| self.contains(index))
    }
}

/// One python that a channel has.
#[derive(Clone, Debug)]
pub struct Python {
    /// The version.
    pub version: Version,
    /// CPython with the GIL: the only kind whose wheels are checked. Of PyPy, GraalPy and
    /// free-threaded builds no wheel tags are known, so they never meet the pip half.
    pub cpython: bool,
}

impl Python {
    fn of_record(record: &RepoDataRecord) -> Option<Self> {
        let package = &record.package_record;
        let version = package.version.as_str().parse().ok()?;
        let build = package.build.as_str();
        // CEP-20 free-threading builds end in `_cp313t`, PyPy's in `_pypy`.
        let other = ["pypy", "graalpy", "graalvm"];
        let cpython = !other.iter().any(|name| build.contains(name)) && !build.ends_with('t');
        Some(Self { version, cpython })
    }

    /// `(major, minor)`, as wheel tags name a Python.
    pub fn major_minor(&self) -> (u64, u64) {
        let release = self.version.release();
        (release[0], release.get(1).copied().unwrap_or(0))
    }
}

/// The pythons of the channels, oldest first, and what markers say of them.
pub struct Pythons {
    pythons: Vec<Python>,
    environments: Vec<MarkerEnvironment>,
    markers: RefCell<HashMap<(MarkerTree, Option<ExtraName>), PythonSet>>,
    specifiers: RefCell<HashMap<VersionSpecifiers, PythonSet>>,
}

impl Pythons {
    /// The distinct pythons among `records`.
    pub fn new<'r>(records: impl Iterator<Item = &'r RepoDataRecord>, subdir: Subdir) -> Self {
        let mut pythons: Vec<Python> = records.filter_map(Python::of_record).collect();
        pythons.sort_by(|a, b| (&a.version, a.cpython).cmp(&(&b.version, b.cpython)));
        pythons.dedup_by(|a, b| (&a.version, a.cpython) == (&b.version, b.cpython));
        let environments = pythons
            .iter()
            .map(|python| marker_environment(&python.version, subdir))
            .collect();
        Self {
            pythons,
            environments,
            markers: RefCell::default(),
            specifiers: RefCell::default(),
        }
    }

    /// The python of an index.
    pub fn get(&self, index: usize) -> &Python {
        &self.pythons[index]
    }

    /// The python that a record is.
    pub fn index_of(&self, record: &RepoDataRecord) -> Option<usize> {
        let python = Python::of_record(record)?;
        self.pythons
            .binary_search_by(|probe| {
                (&probe.version, probe.cpython).cmp(&(&python.version, python.cpython))
            })
            .ok()
    }

    /// Returns the pythons for which `keep` holds.
    pub fn filter(&self, keep: impl Fn(usize, &Python) -> bool) -> PythonSet {
        let mut set = PythonSet::with_capacity(self.pythons.len());
        for (index, python) in self.pythons.iter().enumerate() {
            if keep(index, python) {
                set.insert(index);
            }
        }
        set
    }

    /// The empty set.
    pub fn none(&self) -> PythonSet {
        PythonSet::with_capacity(self.pythons.len())
    }

    /// Returns the pythons that a `Requires-Python` allows. As in pip, only the release
    /// number is compared.
    pub fn required(&self, specifiers: &VersionSpecifiers) -> PythonSet {
        if let Some(known) = self.specifiers.borrow().get(specifiers) {
            return known.clone();
        }
        let set = self.filter(|_, python| specifiers.contains(&python.version.only_release()));
        self.specifiers
            .borrow_mut()
            .insert(specifiers.clone(), set.clone());
        set
    }

    /// Returns the pythons for which a marker holds, with `extra` or without extras.
    pub fn marked(&self, marker: &MarkerTree, extra: Option<&ExtraName>) -> PythonSet {
        let extras = extra.cloned().into_iter().collect::<Vec<_>>();
        // Most requirements of a project with many extras are for another one of them. They
        // are not kept: there is one for each pair.
        if !marker.evaluate_optional_environment(None, &extras) {
            return self.none();
        }
        let key = (marker.clone(), extra.cloned());
        if let Some(known) = self.markers.borrow().get(&key) {
            return known.clone();
        }
        let set = self.filter(|index, _| marker.evaluate(&self.environments[index], &extras));
        self.markers.borrow_mut().insert(key, set.clone());
        set
    }

    /// The set as people write it: `3.8–3.10, 3.12`.
    pub fn display(&self, set: &PythonSet) -> String {
        let mut minors: Vec<(u64, u64)> = Vec::new();
        let mut all: Vec<(u64, u64)> = Vec::new();
        for (index, python) in self.pythons.iter().enumerate() {
            let minor = python.major_minor();
            if all.last() != Some(&minor) {
                all.push(minor);
            }
            if set.contains(index) && minors.last() != Some(&minor) {
                minors.push(minor);
            }
        }
        let mut runs: Vec<((u64, u64), (u64, u64))> = Vec::new();
        for minor in minors {
            let place = all.iter().position(|&known| known == minor);
            match runs.last_mut() {
                Some(run)
                    if all.iter().position(|&known| known == run.1).map(|p| p + 1) == place =>
                {
                    run.1 = minor;
                }
                _ => runs.push((minor, minor)),
            }
        }
        let runs: Vec<String> = runs
            .iter()
            .map(|((major, first), (last_major, last))| {
                if (major, first) == (last_major, last) {
                    format!("{major}.{first}")
                } else {
                    format!("{major}.{first}–{last_major}.{last}")
                }
            })
            .collect();
        runs.join(", ")
    }
}

/// The unconditional match specs of the declared conda lines on a package.
pub(crate) fn declared_specs(problem: &Problem<'_>, package: &str) -> Vec<RecordSpec> {
    let specs = problem
        .declared
        .iter()
        .filter(|line| line.names(package))
        .filter_map(|line| match &line.kind {
            DeclaredKind::Conda(spec) => Some(spec),
            _ => None,
        });
    let unconditional = specs.filter(|spec| spec.condition.is_none());
    // One that cannot be asked for is refused where it is required.
    unconditional
        .filter_map(|spec| RecordSpec::new((**spec).clone().into()).ok())
        .collect()
}

/// What markers see (PEP 508) on a conda platform with a CPython of `version`.
///
/// `platform_release` and `platform_version` name the build machine's kernel and
/// are not known beforehand; they are empty, as they are for uv's targets.
pub fn marker_environment(version: &Version, subdir: Subdir) -> MarkerEnvironment {
    let (os_name, sys_platform, platform_system) = if subdir.is_windows() {
        ("nt", "win32", "Windows")
    } else if subdir.is_osx() {
        ("posix", "darwin", "Darwin")
    } else {
        ("posix", "linux", "Linux")
    };
    let full = version.to_string();
    let release = version.release();
    let short = format!("{}.{}", release[0], release.get(1).unwrap_or(&0));
    MarkerEnvironment::try_from(MarkerEnvironmentBuilder {
        implementation_name: "cpython",
        implementation_version: &full,
        os_name,
        platform_machine: platform_machine(subdir),
        platform_python_implementation: "CPython",
        platform_release: "",
        platform_system,
        platform_version: "",
        python_full_version: &full,
        python_version: &short,
        sys_platform,
    })
    .expect("a PEP 440 version, printed, is a PEP 440 version")
}

/// `platform.machine()` as CPython gives it on that platform.
fn platform_machine(subdir: Subdir) -> &'static str {
    match subdir {
        Subdir::Linux32 => "i686",
        Subdir::LinuxAarch64 => "aarch64",
        Subdir::LinuxArmV6l => "armv6l",
        Subdir::LinuxArmV7l => "armv7l",
        Subdir::LinuxPpc64le => "ppc64le",
        Subdir::LinuxPpc64 => "ppc64",
        Subdir::LinuxS390X => "s390x",
        Subdir::LinuxRiscv64 => "riscv64",
        Subdir::OsxArm64 => "arm64",
        Subdir::Win32 => "x86",
        Subdir::Win64 => "AMD64",
        Subdir::WinArm64 => "ARM64",
        _ => "x86_64",
    }
}
