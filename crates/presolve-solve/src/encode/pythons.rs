//! The conda `python` records, as the pip half sees them.
//!
//! The `Requires-Python` of a release, the tags of a wheel and a marker become a set of the
//! pythons in the channels. This set can then be a requirement on the conda package `python`.

use std::cell::RefCell;

use ahash::{AHashMap as HashMap, AHashSet as HashSet};

use pep440_rs::{Version, VersionSpecifiers};
use pep508_rs::{ExtraName, MarkerEnvironment, MarkerTree};
use rattler_conda_types::RepoDataRecord;

use super::{conda::CondaHalf, terms::Terms};
use crate::model::{python::marker_environment, python_set::PythonSet, record::pep_version};

/// One python that a channel has.
#[derive(Clone, Debug)]
pub(crate) struct Python {
    /// The version of the record in PEP 440 form.
    pub version: Version,
    /// Whether it is CPython with the GIL. presolve does not know the wheel tags of PyPy,
    /// GraalPy and free-threaded builds, so these never satisfy the pip half.
    pub cpython: bool,
}

impl Python {
    fn of_record(record: &RepoDataRecord) -> Option<Self> {
        let package = &record.package_record;
        let version = pep_version(record)?;
        let build = package.build.as_str();
        // CEP 20 free-threading builds end in `_cp313t`, PyPy's in `_pypy`.
        let other = ["pypy", "graalpy", "graalvm"];
        let cpython = !other.iter().any(|name| build.contains(name)) && !build.ends_with('t');
        Some(Self { version, cpython })
    }

    /// `(major, minor)`, as wheel tags name a Python.
    pub(crate) fn major_minor(&self) -> (u64, u64) {
        let release = self.version.release();
        (release[0], release.get(1).copied().unwrap_or(0))
    }
}

/// The pythons of the channels, oldest first, and cached evaluations of markers.
pub(crate) struct Pythons {
    pythons: Vec<Python>,
    /// The pythons that the declared conda lines and the rules allow.
    allowed: PythonSet,
    environments: Vec<MarkerEnvironment>,
    markers: RefCell<HashMap<(MarkerTree, Option<ExtraName>), PythonSet>>,
    specifiers: RefCell<HashMap<VersionSpecifiers, PythonSet>>,
}

impl Pythons {
    /// The distinct pythons among the candidates of the conda half.
    pub(super) fn new(terms: &Terms<'_>, conda: &CondaHalf<'_>) -> Self {
        let mut pythons: Vec<Python> = conda
            .candidates_of("python")
            .into_iter()
            .filter_map(|(_, id)| Python::of_record(terms.record(id)))
            .collect();
        pythons.sort_by(|a, b| (&a.version, a.cpython).cmp(&(&b.version, b.cpython)));
        pythons.dedup_by(|a, b| (&a.version, a.cpython) == (&b.version, b.cpython));
        let environments = pythons
            .iter()
            .map(|python| marker_environment(&python.version, terms.world.subdir))
            .collect();
        let mut pythons = Self {
            allowed: PythonSet::with_capacity(pythons.len()),
            pythons,
            environments,
            markers: RefCell::default(),
            specifiers: RefCell::default(),
        };
        pythons.allowed = pythons.allowed_by(terms, conda);
        pythons
    }

    /// Returns the pythons that no declared line excludes, unless the rules leave these lines
    /// open.
    fn allowed_by(&self, terms: &Terms<'_>, conda: &CondaHalf<'_>) -> PythonSet {
        let specs = terms.declared_specs("python");
        let allowed: HashSet<usize> = conda
            .allowed("python", &specs, terms.rules.open_python)
            .filter_map(|record| self.index_of(record))
            .collect();
        let only = terms.rules.pythons.as_ref();
        self.filter(|index, python| {
            allowed.contains(&index)
                && python.cpython
                && only.is_none_or(|only| only.contains(&python.version))
        })
    }

    /// The pythons that the environment file allows, before anything is solved.
    pub(crate) fn allowed(&self) -> &PythonSet {
        &self.allowed
    }

    /// All pythons, oldest first, and whether each is CPython.
    pub(super) fn all(&self) -> impl Iterator<Item = (Version, bool)> {
        let pythons = self.pythons.iter();
        pythons.map(|python| (python.version.clone(), python.cpython))
    }

    /// Returns the python with this index.
    pub(crate) fn get(&self, index: usize) -> &Python {
        &self.pythons[index]
    }

    /// Returns the index of the python of a record.
    pub(crate) fn index_of(&self, record: &RepoDataRecord) -> Option<usize> {
        let python = Python::of_record(record)?;
        self.pythons
            .binary_search_by(|probe| {
                (&probe.version, probe.cpython).cmp(&(&python.version, python.cpython))
            })
            .ok()
    }

    /// Returns the pythons for which `keep` holds.
    pub(crate) fn filter(&self, keep: impl Fn(usize, &Python) -> bool) -> PythonSet {
        let mut set = PythonSet::with_capacity(self.pythons.len());
        for (index, python) in self.pythons.iter().enumerate() {
            if keep(index, python) {
                set.insert(index);
            }
        }
        set
    }

    /// The empty set.
    pub(crate) fn none(&self) -> PythonSet {
        PythonSet::with_capacity(self.pythons.len())
    }

    /// Returns the pythons that a `Requires-Python` allows. As in pip, only the release
    /// number is compared.
    pub(crate) fn required(&self, specifiers: &VersionSpecifiers) -> PythonSet {
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
    pub(crate) fn marked(&self, marker: &MarkerTree, extra: Option<&ExtraName>) -> PythonSet {
        let extras = extra.cloned().into_iter().collect::<Vec<_>>();
        // Most requirements of a project with many extras belong to another extra. These
        // results are not cached, because there is one for each pair.
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

    /// Returns the set in the form of messages, such as `3.8–3.10, 3.12`.
    pub(crate) fn display(&self, set: &PythonSet) -> String {
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
