//! Notices about packages that both conda and pip have: pip replaces them, would replace
//! them without pins, or may fail to uninstall them.

use std::cmp::Ordering;

use pep440_rs::Version;
use pep508_rs::PackageName;
use rattler_conda_types::RepoDataRecord;

use super::Places;
use crate::codes;
use presolve_parse as parse;
use presolve_registry::conda::{
    names::NameSource,
    uninstallable::{self, Uninstallable},
};
use presolve_resolve::{Resolution, overtaken::Overtaken};
use presolve_solve::{ProvidedCandidate, Solution};
use presolve_spec::{EnvironmentFile, PipRequirementKind};
use presolve_text::diagnostic::{Diagnostic, Level};

/// Returns the notices about packages that both conda and pip have.
pub(super) fn of(
    resolution: &Resolution,
    environment: &EnvironmentFile,
    solution: &Solution,
    places: &Places<'_>,
) -> Vec<Diagnostic> {
    let mut notices = Vec::new();
    for (project, package) in &solution.overwritten {
        let Some(record) = solution.record(package) else {
            continue;
        };
        notices.push(overwritten(resolution, solution, project, record, places));
        notices.extend(cannot_uninstall(solution, project, record, places));
    }
    let upgraded = resolution.overtaken.iter();
    let upgraded =
        upgraded.filter(|overtaken| !is_pinned(environment, &overtaken.provided.project));
    notices.extend(upgraded.map(|overtaken| upgrade(resolution, solution, overtaken, places)));
    notices.extend(named_by_table(resolution, solution, places));
    notices
}

/// Returns the verb for what pip does to an installed version.
fn verb(before: Option<&Version>, after: Option<&Version>) -> &'static str {
    match before.zip(after).map(|(before, after)| after.cmp(before)) {
        Some(Ordering::Greater) => "upgrades",
        Some(Ordering::Less) => "downgrades",
        _ => "replaces",
    }
}

fn overwritten(
    resolution: &Resolution,
    solution: &Solution,
    project: &PackageName,
    record: &RepoDataRecord,
    places: &Places<'_>,
) -> Diagnostic {
    let package = &record.package_record;
    let provided: Option<Version> = parse::pep::version(&package.version.as_str()).ok();
    let release = solution.release(project).map(|release| &release.version);
    let verb = verb(provided.as_ref(), release);
    let (name, version) = (package.name.as_normalized(), &package.version);
    let message = match release {
        Some(release) => {
            format!("pip {verb} conda's {name} {version}: it installs {project} {release}")
        }
        None => format!("pip {verb} conda's {name} {version} with what this line installs"),
    };
    let notice = Diagnostic::warning(codes::PIP_OVERWRITES_CONDA, message);
    let mut notice = places.provided(name, places.asked(project, notice));
    if release.is_some() {
        notice = notice.note("no versions with known requirements satisfy both conda and pip");
    }
    if let Some(source) = source_of(resolution, project, record) {
        notice = notice.note(source);
    }
    notice.help("relax a line: conda packages built against the replaced one may break")
}

fn cannot_uninstall(
    solution: &Solution,
    project: &PackageName,
    record: &RepoDataRecord,
    places: &Places<'_>,
) -> Option<Diagnostic> {
    let row = uninstallable(solution, record)?;
    let package = &record.package_record;
    let (name, version) = (package.name.as_normalized(), &package.version);
    let message = format!("pip may fail to uninstall conda's {name} {version}");
    let notice = Diagnostic::warning(codes::PIP_CANNOT_UNINSTALL, message);
    let notice = places.provided(name, places.asked(project, notice));
    Some(
        notice
            .note(format!("{}: {}", row.reason, row.source))
            .help("use the same version in both lists, or install the project with pip only"),
    )
}

fn uninstallable(solution: &Solution, record: &RepoDataRecord) -> Option<Uninstallable> {
    let pip = solution.record("pip");
    let pip = pip.map(|pip| pip.package_record.version.version());
    uninstallable::reason(&record.package_record, pip)
}

/// Reports a line that pip would upgrade if it were not pinned.
fn upgrade(
    resolution: &Resolution,
    solution: &Solution,
    overtaken: &Overtaken,
    places: &Places<'_>,
) -> Diagnostic {
    let provided = &overtaken.provided;
    let (package, version) = (&provided.conda_name, &provided.conda_version);
    let message = format!(
        "without pins, pip upgrades conda's {package} {version}: it installs {} {}",
        provided.project, overtaken.newest
    );
    let mut notice = Diagnostic::warning(codes::PIP_UPGRADES_CONDA, message);
    if let Some(place) = &resolution.places[overtaken.line] {
        notice = notice.at(place.clone(), "conda runs `pip install -U`");
    }
    notice = places.provided(package, notice);
    let record = solution.record(package);
    if let Some(row) = record.and_then(|record| uninstallable(solution, record)) {
        notice = notice.note(format!(
            "pip may fail to uninstall it: {}: {}",
            row.reason, row.source
        ));
    }
    notice.help("use the pinned file, which keeps conda's version, or remove this line")
}

/// Whether an earlier `pin` wrote the version of a project into the pip list.
fn is_pinned(environment: &EnvironmentFile, project: &PackageName) -> bool {
    environment.pip.requirements.iter().any(|line| {
        line.pin.is_some()
            && matches!(&line.kind, PipRequirementKind::Named(named) if named.name == *project)
    })
}

/// Reports the projects that count as provided by conda only because of presolve's own table,
/// one notice per line.
fn named_by_table(
    resolution: &Resolution,
    solution: &Solution,
    places: &Places<'_>,
) -> Vec<Diagnostic> {
    let by_table = solution.provided.iter().filter(|provided| {
        let record = solution.record(&provided.conda_name);
        let source = record.map(|record| resolution.names.pypi_names(record).1);
        let is_renamed = provided.project.as_ref() != provided.conda_name;
        source == Some(NameSource::BuiltIn) && is_renamed
    });
    let notice = |provided: &[&ProvidedCandidate]| {
        let named = provided.iter();
        let named: Vec<String> = named
            .map(|one| format!("{} by conda's {}", one.project, one.conda_name))
            .collect();
        let message = format!("these projects count as provided: {}", named.join(", "));
        Diagnostic::new(Level::Note, codes::NAME_BY_TABLE, message)
            .note(format!(
                "{}, because no channel or published mapping has them",
                NameSource::BuiltIn
            ))
            .help("if that is wrong, give a mapping with `--mapping`")
    };
    places.each_line(by_table, |provided| &provided.project, notice)
}

/// Returns why a package counts as a project with another name.
fn source_of(
    resolution: &Resolution,
    project: &PackageName,
    record: &RepoDataRecord,
) -> Option<String> {
    let name = record.package_record.name.as_normalized();
    let (_, source) = resolution.names.pypi_names(record);
    let is_renamed = name != project.as_ref();
    is_renamed.then(|| format!("conda's {name} provides {project}, {source}"))
}
