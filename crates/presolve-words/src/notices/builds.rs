//! Notices about releases that pip builds from source.

use pep440_rs::Operator;
use pep508_rs::VersionOrUrl;

use super::Places;
use crate::codes;
use presolve_packages::pypi::{
    MetadataSource,
    source_build::{Tool, instead_of},
};
use presolve_resolve::{Resolution, builds::Build};
use presolve_solve::{Declared, DeclaredKind, PypiPackage, Solution};
use presolve_text::diagnostic::{Diagnostic, Level};

/// Returns the notices on the source builds of a solution.
pub(super) fn of(resolution: &Resolution, solution: &Solution, places: &Places) -> Vec<Diagnostic> {
    let builds = &resolution.builds;
    let mut notices = Vec::new();
    for build in builds {
        notices.extend(unknown_requirements(build, places));
    }
    for build in builds.iter().filter(|build| build.compiles()) {
        notices.push(compiles(resolution, build, solution, places));
    }
    notices.extend(placeholders(solution, places));
    for build in builds {
        notices.extend(missing_imports(build, solution, places));
    }
    notices.extend(plain(resolution, solution, places));
    notices.extend(assumed(resolution, solution, places));
    notices
}

/// Reports a release whose requirements are unknown before a build.
fn unknown_requirements(build: &Build, places: &Places) -> Option<Diagnostic> {
    let (name, version) = (&build.name, &build.version);
    let reason = build.unknown.as_ref()?;
    let message = format!("the requirements of {name} {version} are known only after a build");
    let notice = Diagnostic::warning(codes::UNKNOWN_REQUIREMENTS, message)
        .note(reason.clone())
        .help("expect pip to install packages for it that the pinned file does not list");
    Some(places.asked(name, notice))
}

/// Reports a release that is compiled during the image build.
fn compiles(
    resolution: &Resolution,
    build: &Build,
    solution: &Solution,
    places: &Places,
) -> Diagnostic {
    let tools: Vec<Tool> = build
        .shown
        .iter()
        .flat_map(|shown| &shown.tools)
        .copied()
        .collect();
    let rule = if tools.contains(&Tool::Mpi) {
        codes::NEEDS_MPI
    } else {
        codes::NEEDS_COMPILER
    };
    let level = if build.missing.is_empty() {
        Level::Note
    } else {
        Level::Warning
    };
    let (name, version) = (&build.name, &build.version);
    let message = format!(
        "pip compiles {name} {version} from source, which needs {}",
        list(&tools)
    );
    let evidence = build.shown.as_ref().map(|shown| shown.evidence.as_str());
    let python = minor_of(solution).unwrap_or_default();
    let package = solution.release(name);
    let wheel = match build.minors.contains(&python) {
        _ if package.is_some_and(|package| package.wheel_for_other_pip.is_some()) => {
            "its wheel needs a different pip".to_string()
        }
        true => "its wheel is excluded by an option or a hash".to_string(),
        false => format!(
            "it has no wheel for Python 3.{python} on {}",
            resolution.subdir
        ),
    };
    let mut notice = Diagnostic::new(level, rule, message)
        .note(format!("{wheel}, and {}", evidence.unwrap_or_default()));
    for (tool, package) in &build.provided {
        notice = notice.note(format!("conda's {package} is {tool}"));
    }
    notice = ways_out(build, python, notice);
    if !build.missing.is_empty() {
        let packages: Vec<&str> = build
            .missing
            .iter()
            .map(|&tool| conda_package(tool))
            .collect();
        notice = notice.help(format!(
            "the image needs {}: add {} to the conda dependencies, or use a base image that has it",
            list(&build.missing),
            quoted(&packages)
        ));
    }
    places.asked(name, notice)
}

/// Adds the ways to avoid a compilation.
fn ways_out(build: &Build, python: u64, mut notice: Diagnostic) -> Diagnostic {
    if let Some((package, version)) = &build.conda {
        notice = notice.help(format!(
            "install conda's {package} {version} for Python 3.{python} instead, which needs no compilation"
        ));
    }
    if let Some(version) = &build.with_wheel {
        let name = &build.name;
        notice = notice.help(format!(
            "use {name} {version}, which has a wheel for Python 3.{python}"
        ));
    }
    if let (Some(first), Some(last)) = (build.minors.first(), build.minors.last()) {
        let pythons = if first == last {
            format!("Python 3.{first}")
        } else {
            format!("Python 3.{first} to 3.{last}")
        };
        notice = notice.help(format!("use {pythons}, for which this version has wheels"));
    }
    notice
}

/// Reports releases of projects whose newest releases refuse to be built.
fn placeholders(solution: &Solution, places: &Places) -> Vec<Diagnostic> {
    let known = solution.pypi.iter().filter_map(|package| {
        let (instead, source) = instead_of(&package.name)?;
        let name = &package.name;
        // A line that requires exactly one version does not need the hint.
        let is_pinned = |line: &Declared| match &line.kind {
            DeclaredKind::Pip(asked) if asked.name == *name => match &asked.version_or_url {
                Some(VersionOrUrl::VersionSpecifier(specifiers)) => {
                    let mut operators = specifiers.iter().map(|one| one.operator());
                    operators.any(|operator| *operator == Operator::Equal)
                }
                _ => false,
            },
            _ => false,
        };
        if places.resolution.declared.iter().any(is_pinned) {
            return None;
        }
        let message = format!("{name} is a placeholder that only points to {instead}");
        let notice = Diagnostic::warning(codes::PLACEHOLDER_PROJECT, message)
            .note(source)
            .help(format!("use {instead} instead"));
        Some(places.asked(name, notice))
    });
    known.collect()
}

/// Reports a `setup.py` that imports modules which are not installed when pip runs it.
fn missing_imports(build: &Build, solution: &Solution, places: &Places) -> Option<Diagnostic> {
    let (name, version) = (&build.name, &build.version);
    let modules: Vec<&str> = build
        .unmet
        .iter()
        .map(|(module, _)| module.as_str())
        .collect();
    if modules.is_empty() {
        return None;
    }
    let modules = quoted(&modules);
    let message = format!(
        "the build of {name} {version} imports {modules}, which is not installed at that point"
    );
    let pip = solution
        .record("pip")
        .map(|record| record.package_record.version.to_string());
    let pip = pip.unwrap_or_default();
    let mut notice = Diagnostic::warning(codes::MISSING_BUILD_DEPENDENCY, message);
    if build.isolated {
        let requires = build
            .shown
            .as_ref()
            .and_then(|shown| shown.requires.as_ref());
        notice = notice.note(match requires {
            Some(_) => "pip builds it in isolation, with only what its `[build-system]` requires, \
                        which does not include it"
                .to_string(),
            None => format!("it has no `pyproject.toml`, and pip {pip} builds it in isolation"),
        });
        notice = notice.help(
            "install it separately with `--no-build-isolation`, or use a version with a wheel",
        );
    } else {
        let projects: Vec<&str> = build
            .unmet
            .iter()
            .map(|(_, project)| project.as_ref())
            .collect();
        notice = notice
            .note("its `setup.py` runs before pip has installed anything")
            .help(format!(
                "add {} to the conda dependencies",
                quoted(&projects)
            ));
    }
    Some(places.asked(name, notice))
}

/// Reports builds without a sign of compilation, one notice per line.
fn plain(resolution: &Resolution, solution: &Solution, places: &Places) -> Vec<Diagnostic> {
    let python = solution.python().map(|python| python.to_string());
    let python = python.unwrap_or_default();
    let builds = resolution.builds.iter().filter(|build| !build.compiles());
    let notice = |builds: &[&Build]| {
        let message = format!(
            "pip builds from source for Python {python} on {}: {}",
            resolution.subdir,
            named(builds, |_| true),
        );
        let notice = Diagnostic::warning(codes::SOURCE_BUILD, message);
        let notes = shown_of(builds).into_iter();
        notes.fold(notice, Diagnostic::note)
    };
    places.each_line(builds, |build| &build.name, notice)
}

/// Returns facts from the source archives of the builds.
fn shown_of(builds: &[&Build]) -> Vec<String> {
    let shows_nothing = |build: &Build, holds_source: bool| {
        let shown = build.shown.as_ref();
        shown.is_some_and(|shown| shown.tools.is_empty() && shown.source.is_some() == holds_source)
    };
    let notes = [
        (
            named(builds, Build::may_compile),
            "compiled if there is a compiler, otherwise installed without compiling",
        ),
        (
            named(builds, |build| shows_nothing(build, true)),
            "the archive contains sources, but does not show whether they are compiled",
        ),
        (
            named(builds, |build| build.shown.is_none()),
            "the needs of these builds are unknown",
        ),
        (
            named(builds, |build| shows_nothing(build, false)),
            "the archive shows no sign of compilation",
        ),
    ];
    let notes = notes.into_iter().filter(|(names, _)| !names.is_empty());
    notes
        .map(|(names, what)| format!("{what}: {names}"))
        .collect()
}

/// Lists the wanted builds: "a 1.0, b 2.0".
fn named(builds: &[&Build], wanted: impl Fn(&Build) -> bool) -> String {
    let builds = builds.iter().filter(|build| wanted(build));
    let names: Vec<String> = builds
        .map(|build| format!("{} {}", build.name, build.version))
        .collect();
    names.join(", ")
}

/// Reports releases whose requirements are an assumption, one notice per line.
fn assumed(resolution: &Resolution, solution: &Solution, places: &Places) -> Vec<Diagnostic> {
    let is_assumed = |package: &&PypiPackage| {
        let mut builds = resolution.builds.iter();
        let is_unknown = builds.any(|build| build.name == package.name && build.unknown.is_some());
        !is_unknown && package.metadata_source() == Some(MetadataSource::EggInfo)
    };
    let notice = |packages: &[&PypiPackage]| {
        let names = packages.iter();
        let names: Vec<String> = names
            .map(|package| format!("{} {}", package.name, package.version))
            .collect();
        let message = format!("the requirements of {} are assumed", names.join(", "));
        Diagnostic::new(Level::Note, codes::ASSUMED_REQUIREMENTS, message)
            .note("taken from egg-info in the archive, i.e. from a build on another machine")
    };
    let packages = solution.pypi.iter().filter(is_assumed);
    places.each_line(packages, |package| &package.name, notice)
}

fn minor_of(solution: &Solution) -> Option<u64> {
    solution.python()?.release().get(1).copied()
}

/// Returns the conda package of a tool
/// (<https://conda-forge.org/docs/maintainer/knowledge_base/#dep-compilers>).
fn conda_package(tool: Tool) -> &'static str {
    match tool {
        Tool::C => "c-compiler",
        Tool::Cxx => "cxx-compiler",
        Tool::Fortran => "fortran-compiler",
        Tool::Rust => "rust",
        Tool::CMake => "cmake",
        Tool::Mpi => "openmpi",
        Tool::Cuda => "cuda-nvcc",
    }
}

/// Joins items: "a, b and c".
fn list<T: ToString>(items: &[T]) -> String {
    let items: Vec<String> = items.iter().map(ToString::to_string).collect();
    match items.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, rest)) => format!("{} and {last}", rest.join(", ")),
        None => String::new(),
    }
}

fn quoted(names: &[&str]) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    list(&quoted)
}
