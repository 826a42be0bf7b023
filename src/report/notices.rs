//! What a user has to know of a solution beside its pins.

use pep508_rs::PackageName;

use crate::{
    diagnostic::{Diagnostic, Location},
    problem::{DeclaredKind, Solution, python::marker_environment},
    pypi::{DistributionKind, MetadataSource, pip_abilities::PipAbility},
    resolve::{Outcome, Resolution},
    spec::{EnvironmentFile, PipRequirementKind},
};

/// The notices of a resolution.
pub fn of(resolution: &Resolution, environment: &EnvironmentFile) -> Vec<Diagnostic> {
    let mut notices = resolution.notices.clone();
    notices.extend(carried_through(resolution, environment));
    if let Outcome::Solved(solution) = &resolution.outcome {
        notices.extend(unreadable_urls(resolution, environment, solution));
        notices.extend(overwritten(resolution, solution));
        notices.extend(clashes(resolution, solution));
        notices.extend(unknown_requirements(resolution, solution));
        notices.extend(source_builds(resolution, solution));
    }
    notices
}

/// Lines that only foreign code can resolve.
fn carried_through(resolution: &Resolution, environment: &EnvironmentFile) -> Vec<Diagnostic> {
    let python = match &resolution.outcome {
        Outcome::Solved(solution) => solution.python(),
        Outcome::Unsolvable(_) => None,
    };
    let python = python.map(|python| marker_environment(&python, resolution.subdir));
    let lines = environment
        .pip
        .requirements
        .iter()
        .filter_map(|line| match &line.kind {
            PipRequirementKind::Opaque { marker, .. }
                if python
                    .as_ref()
                    .is_some_and(|python| !marker.evaluate(python, &[])) =>
            {
                None
            }
            PipRequirementKind::Opaque { reason, .. } => {
                let message = format!("this line is carried through as it is: it is {reason}");
                let notice = Diagnostic::warning("unresolvable-line", message)
                    .at(
                        line.location.clone(),
                        "what it requires is not known before the build",
                    )
                    .help("what pip will install for it is not in the pinned file");
                Some(notice)
            }
            PipRequirementKind::Named(_) => None,
        });
    lines.collect()
}

/// URLs whose file name does not tell what they are.
fn unreadable_urls(
    resolution: &Resolution,
    environment: &EnvironmentFile,
    solution: &Solution,
) -> Vec<Diagnostic> {
    let is_line = |project: &PackageName| {
        environment.pip.requirements.iter().any(|line| {
            matches!(&line.kind, PipRequirementKind::Opaque { name: Some(name), .. } if name == project)
        })
    };
    let unread = solution
        .opaque
        .iter()
        .filter(|opaque| !is_line(&opaque.name));
    let notices = unread.map(|opaque| {
        let message = format!("what {} is cannot be told from its URL", opaque.name);
        let notice = Diagnostic::warning("unresolvable-line", message)
            .help("what pip will install for it is not in the pinned file");
        place_of(resolution, &opaque.name, notice)
    });
    notices.collect()
}

fn overwritten(resolution: &Resolution, solution: &Solution) -> Vec<Diagnostic> {
    let notices = solution.overwritten.iter().map(|(project, package)| {
        let release = solution
            .release(project)
            .map(|release| release.version.to_string());
        let record = solution
            .record(package)
            .map(|record| &record.package_record.version);
        let brought = record.map(ToString::to_string).unwrap_or_default();
        let message = format!(
            "pip will install {project} {} over {package} {brought} from conda",
            release.unwrap_or_default()
        );
        let notice = Diagnostic::warning("pip-overwrites-conda", message)
            .note("no choice of versions whose requirements are known lets both halves have what they ask for")
            .help("the conda packages built against the replaced one may break: relax a line");
        place_of(resolution, project, notice)
    });
    notices.collect()
}

/// Requirements that a pip before 20.3 leaves unmet.
fn clashes(resolution: &Resolution, solution: &Solution) -> Option<Diagnostic> {
    let pip = solution.pip().filter(|_| solution.by_legacy_resolver)?;
    let message = if solution.clashes.is_empty() {
        format!("pip {pip} will install what a later one refuses")
    } else {
        format!("pip {pip} will install packages whose requirements clash")
    };
    let mut notice = Diagnostic::warning("legacy-resolver", message);
    let mut lines = Vec::new();
    for clash in &solution.clashes {
        let (project, version) = (&clash.project, &clash.version);
        let (other, installed) = (&clash.requirement.name, &clash.installed);
        if !lines.contains(&clash.line) {
            lines.push(clash.line);
        }
        notice = notice.note(format!(
            "{project} {version} requires `{}`, and {other} {installed} is installed",
            clash.requirement
        ));
    }
    for place in lines
        .iter()
        .filter_map(|&line| resolution.places[line].as_ref())
    {
        notice = notice.at(place.clone(), "");
    }
    let yanked = solution
        .pypi
        .iter()
        .filter(|package| package.distribution.yanked.is_some());
    for package in yanked {
        notice = notice.note(format!("{} {} was yanked", package.name, package.version));
    }
    let versions = PipAbility::Backtracking.versions();
    Some(
        notice
            .note(
                "no choice of versions meets all requirements, and this pip does not look for one",
            )
            .help(format!(
                "relax a line; pip {versions} would refuse the file as it is"
            )),
    )
}

/// Releases whose requirements only a build can tell.
fn unknown_requirements(resolution: &Resolution, solution: &Solution) -> Vec<Diagnostic> {
    let unknown = solution
        .pypi
        .iter()
        .filter(|package| package.metadata.is_none());
    let notices = unknown.map(|package| {
        let (name, version) = (&package.name, &package.version);
        let message = format!("what {name} {version} requires is known only after its build");
        let notice = Diagnostic::warning("unknown-requirements", message)
            .note(format!(
                "{} has no static metadata",
                package.distribution.filename
            ))
            .help("what pip will install for it is not in the pinned file");
        place_of(resolution, name, notice)
    });
    notices.collect()
}

/// Releases without a wheel: they are built while the image is.
fn source_builds(resolution: &Resolution, solution: &Solution) -> Option<Diagnostic> {
    let sources = solution.pypi.iter().filter(|package| {
        matches!(package.distribution.kind, DistributionKind::Source) && package.metadata.is_some()
    });
    let mut names = Vec::new();
    let mut assumed = Vec::new();
    for package in sources {
        let name = format!("{} {}", package.name, package.version);
        if package.metadata_source() == Some(MetadataSource::EggInfo) {
            assumed.push(name.clone());
        }
        names.push(name);
    }
    if names.is_empty() {
        return None;
    }
    let python = solution
        .python()
        .map(|python| python.to_string())
        .unwrap_or_default();
    let message = format!(
        "pip builds from source for Python {python} on {}: {}",
        resolution.subdir,
        names.join(", ")
    );
    let mut notice = Diagnostic::warning("source-build", message)
        .help("the image needs what their builds need, such as a compiler");
    if !assumed.is_empty() {
        notice = notice.note(format!(
            "their requirements are read from the egg-info in the archive, an assumption: {}",
            assumed.join(", ")
        ));
    }
    Some(with_other_pip(resolution, solution, notice))
}

/// Names the wheels that the pip of the solution is too old for, and the line that
/// asks for this pip.
fn with_other_pip(
    resolution: &Resolution,
    solution: &Solution,
    mut notice: Diagnostic,
) -> Diagnostic {
    let Some(pip) = solution.pip() else {
        return notice;
    };
    let mut passed_over = false;
    for package in &solution.pypi {
        if let Some((wheel, ability)) = &package.wheel_for_other_pip {
            passed_over = true;
            let versions = ability.versions();
            notice = notice.note(format!(
                "the wheel {wheel} needs pip {versions}, and pip {pip} is installed"
            ));
        }
    }
    let lines = resolution.declared.iter().zip(&resolution.places);
    let mut lines = lines.filter(|(line, _)| line.is_conda() && line.names("pip"));
    match lines.find_map(|(_, place)| place.as_ref()) {
        Some(place) if passed_over => notice.at(place.clone(), "this pip does not take the wheels"),
        _ => notice,
    }
}

fn place_of(resolution: &Resolution, project: &PackageName, notice: Diagnostic) -> Diagnostic {
    let place: Option<&Location> =
        resolution
            .declared
            .iter()
            .zip(&resolution.places)
            .find_map(|(line, place)| match &line.kind {
                DeclaredKind::Pip(requirement) if requirement.name == *project => place.as_ref(),
                _ => None,
            });
    match place {
        Some(place) => notice.at(place.clone(), String::new()),
        None => notice,
    }
}
