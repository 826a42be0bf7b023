//! The releases that pip builds from source: what their builds need, which of it the conda
//! half provides, and how to avoid the build.

use std::sync::Arc;

use pep440_rs::Version;
use pep508_rs::PackageName;
use rattler_conda_types::{ParseMatchSpecOptions, RepoDataRecord, Subdir};

use presolve_packages::pypi::{
    DistributionKind, Listed, MetadataAnswer, MetadataSource, PypiSource, Release,
    pip_abilities::PipAbility,
    source_build::{SourceBuild, Tool},
    tags::WheelTarget,
};
use presolve_parse as parse;
use presolve_registry::conda::names::Names;
use presolve_solve::{PypiPackage, Solution, SolveError};

/// The minor versions of Python 3 for which wheels are searched for.
const MINORS: std::ops::RangeInclusive<u64> = 6..=14;

/// A release that pip builds from source.
#[derive(Clone, Debug)]
pub struct Build {
    /// The project.
    pub name: PackageName,
    /// The version.
    pub version: Version,
    /// What its source archive shows; `None` if the archive cannot be read.
    pub shown: Option<Arc<SourceBuild>>,
    /// Why its requirements are unknown before the build; `None` if they are known.
    pub unknown: Option<String>,
    /// The tools that it needs and conda provides, each with the package that provides it.
    pub provided: Vec<(Tool, String)>,
    /// The tools that it needs and nothing in the file provides.
    pub missing: Vec<Tool>,
    /// The modules that its `setup.py` imports but that are not installed while pip runs it,
    /// with their projects.
    pub unmet: Vec<(String, PackageName)>,
    /// Whether pip builds it in an isolated environment.
    pub isolated: bool,
    /// The minor versions of Python 3 for which this version has a wheel.
    pub minors: Vec<u64>,
    /// The newest version that has a wheel for the chosen Python.
    pub with_wheel: Option<Version>,
    /// The conda package that provides the project for the chosen Python, with its version;
    /// `None` if it was not found.
    pub conda: Option<(String, String)>,
}

/// Returns the builds of a solution. It blocks, so call it on a thread that may block.
///
/// # Errors
/// [`SolveError`] if an index could not be queried.
pub(super) fn of(
    solution: &Solution,
    pypi: &dyn PypiSource,
    target: &WheelTarget,
    names: &Names,
) -> Result<Vec<Build>, SolveError> {
    let is_source = |package: &&PypiPackage| !package.distribution.support.is_wheel();
    let mut builds = Vec::new();
    for package in solution.pypi.iter().filter(is_source) {
        let shown = pypi.source_build(&package.name, &package.distribution)?;
        let unknown = match pypi.metadata(&package.name, &package.distribution)? {
            MetadataAnswer::NeedsBuild(reason) => Some(reason),
            _ => computed(package, shown.as_deref()),
        };
        let mut build = Build {
            name: package.name.clone(),
            version: package.version.clone(),
            isolated: is_isolated(shown.as_deref(), solution),
            shown,
            unknown,
            provided: Vec::new(),
            missing: Vec::new(),
            unmet: Vec::new(),
            minors: Vec::new(),
            with_wheel: None,
            conda: None,
        };
        build.find_tools(solution);
        build.find_imports(solution, names);
        if build.compiles() {
            build.find_wheels(solution, pypi, target)?;
        }
        builds.push(build);
    }
    Ok(builds)
}

/// Returns why the requirements that the archive lists may not be those that pip will see.
fn computed(package: &PypiPackage, shown: Option<&SourceBuild>) -> Option<String> {
    let is_assumed = package.metadata_source() == Some(MetadataSource::EggInfo);
    let from = shown.filter(|_| is_assumed)?.computed?;
    Some(format!(
        "its setup.py computes them from {from}; the archive lists those of another machine"
    ))
}

impl Build {
    /// Whether the build certainly compiles.
    pub fn compiles(&self) -> bool {
        let shown = self.shown.as_ref();
        shown.is_some_and(|shown| !shown.tools.is_empty() && !shown.optional)
    }

    /// Whether the build compiles if a compiler exists, and succeeds without one otherwise.
    pub fn may_compile(&self) -> bool {
        let shown = self.shown.as_ref();
        shown.is_some_and(|shown| !shown.tools.is_empty() && shown.optional)
    }

    fn find_tools(&mut self, solution: &Solution) {
        let names = || {
            let records = solution.conda.iter();
            records.map(|record| record.package_record.name.as_normalized())
        };
        for &tool in self.shown.iter().flat_map(|shown| &shown.tools) {
            match names().find(|name| provides(name, tool)) {
                Some(name) => self.provided.push((tool, name.to_string())),
                None => self.missing.push(tool),
            }
        }
    }

    fn find_imports(&mut self, solution: &Solution, names: &Names) {
        let imports = self.shown.iter().flat_map(|shown| &shown.imports);
        let is_there = |project: &PackageName| {
            let mut records = solution.conda.iter();
            !self.isolated && records.any(|record| names.pypi_names(record).0.contains(project))
        };
        self.unmet = imports
            .filter(|(_, project)| !is_there(project))
            .cloned()
            .collect();
    }

    fn find_wheels(
        &mut self,
        solution: &Solution,
        pypi: &dyn PypiSource,
        target: &WheelTarget,
    ) -> Result<(), SolveError> {
        let (Some(page), Some(python)) = (pypi.project(&self.name)?, solution.python()) else {
            return Ok(());
        };
        if let Some(release) = page.releases.get(&self.version) {
            // A late patch release represents all patch releases of the minor version.
            let has_wheel =
                |minor: &u64| has_file(release, target, &Version::new([3, *minor, 20]), false);
            self.minors = MINORS.filter(has_wheel).collect();
        }
        let mut newest = page.releases.iter().rev();
        self.with_wheel = newest
            .find(|(version, release)| {
                version.is_stable() && has_file(release, target, &python, false)
            })
            .map(|(version, _)| version.clone());
        Ok(())
    }

    /// Records a conda package that would make the build unnecessary: the newest one for the
    /// chosen Python, preferably of this version.
    pub(super) fn find_conda<'r>(
        &mut self,
        solution: &Solution,
        names: &Names,
        records: impl Iterator<Item = &'r RepoDataRecord>,
    ) {
        let fits = |record: &&RepoDataRecord| {
            names.pypi_names(record).0.contains(&self.name) && fits_python(record, solution)
        };
        let rank = |record: &&RepoDataRecord| {
            let version = &record.package_record.version;
            let is_same = parse::pep::version(&version.as_str()) == Ok(self.version.clone());
            (is_same, version.version().clone())
        };
        let best = records.filter(fits).max_by_key(rank);
        self.conda = best.map(|record| {
            let package = &record.package_record;
            let name = package.name.as_normalized().to_string();
            (name, package.version.as_str().to_string())
        });
    }
}

/// Whether pip can install a file of a release on a Python: a wheel or, with `source`, a
/// source distribution.
pub(super) fn has_file(
    release: &Release,
    target: &WheelTarget,
    python: &Version,
    source: bool,
) -> bool {
    let part = |place: usize| python.release().get(place).copied().unwrap_or(0);
    let fits = |file: &Listed| {
        let required = file.support.requires_python.as_ref();
        !file.is_yanked
            && required.is_none_or(|required| required.contains(python))
            && match &file.support.kind {
                DistributionKind::Wheel(tags) => {
                    target.priority(tags, (part(0), part(1))).is_some()
                }
                DistributionKind::Source => source,
            }
    };
    release.listing().iter().any(fits)
}

/// Whether a record accepts the Python of a solution.
pub(super) fn fits_python(record: &RepoDataRecord, solution: &Solution) -> bool {
    use rattler_conda_types::Matches;
    let depends = record.package_record.depends.iter();
    let mut specs = depends.filter_map(|text| {
        let spec = parse::conda::match_spec(text, ParseMatchSpecOptions::lenient()).ok()?;
        let name = spec.name.as_exact()?.as_normalized();
        matches!(name, "python" | "python_abi").then_some(spec)
    });
    specs.all(|spec| {
        let name = spec.name.as_exact().map(|name| name.as_normalized());
        let chosen = name.and_then(|name| solution.record(name));
        // If nothing requires `python_abi`, the dependency on `python` has the same effect.
        chosen.map_or(name == Some("python_abi"), |chosen| spec.matches(chosen))
    })
}

/// Whether pip builds in an isolated environment, which has only the requirements of the
/// build: always with a `pyproject.toml` (since pip 10); without one since pip 25.3, and since
/// 23.1 if setuptools or wheel is not installed (<https://pip.pypa.io/en/stable/news/>).
fn is_isolated(shown: Option<&SourceBuild>, solution: &Solution) -> bool {
    if shown.is_none_or(|shown| shown.requires.is_some()) {
        return true;
    }
    let pip = solution.pip();
    let can = |ability: PipAbility| pip.as_ref().is_none_or(|pip| ability.is_in(pip));
    let lacks = |name| solution.record(name).is_none();
    can(PipAbility::AlwaysIsolates)
        || (can(PipAbility::IsolatesWithoutSetuptools) && (lacks("setuptools") || lacks("wheel")))
}

/// Whether a conda package provides a tool. Packages such as `compilers` depend on the ones
/// for their platform, such as `gcc_linux-64`.
fn provides(package: &str, tool: Tool) -> bool {
    let begins = |names: &[&str]| {
        names.iter().any(|name| {
            let rest = package.strip_prefix(name);
            rest.is_some_and(|rest| match rest.strip_prefix('_') {
                Some(subdir) => subdir.parse::<Subdir>().is_ok(),
                None => rest.is_empty(),
            })
        })
    };
    match tool {
        Tool::C => begins(&["gcc", "clang", "vs2015", "vs2017", "vs2019", "vs2022"]),
        Tool::Cxx => begins(&["gxx", "clangxx", "vs2015", "vs2017", "vs2019", "vs2022"]),
        Tool::Fortran => begins(&["gfortran", "flang"]),
        Tool::Rust => begins(&["rust"]),
        Tool::CMake => package == "cmake",
        Tool::Mpi => matches!(package, "openmpi" | "mpich" | "impi-devel" | "msmpi"),
        Tool::Cuda => begins(&["cuda-nvcc", "cuda-toolkit", "cudatoolkit-dev", "nvcc"]),
    }
}
