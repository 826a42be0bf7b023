//! Notices about abilities that the pip of the solution lacks.

use super::Places;
use crate::codes;
use presolve_packages::pypi::pip_abilities::PipAbility;
use presolve_resolve::Resolution;
use presolve_solve::Solution;
use presolve_spec::EnvironmentFile;
use presolve_text::diagnostic::Diagnostic;

/// Returns the notices about an old pip.
pub(super) fn of(
    resolution: &Resolution,
    environment: &EnvironmentFile,
    solution: &Solution,
    places: &Places,
) -> Vec<Diagnostic> {
    let clashes = clashes(resolution, solution);
    let wheels = passed_over(solution, places);
    let options = unknown_options(environment, solution);
    let notices = clashes.into_iter().chain(wheels);
    notices.chain(options.unwrap_or_default()).collect()
}

/// The maximum number of options that are reported. Every report shows the whole line.
const MOST: usize = 10;

/// Reports the options of the pip list that the pip of the solution does not have.
fn unknown_options(environment: &EnvironmentFile, solution: &Solution) -> Option<Vec<Diagnostic>> {
    let pip = solution.pip()?;
    let [major, minor] = *pip.release().first_chunk::<2>()?;
    let options = environment.pip.options.versioned.iter();
    let unknown = options.filter(|option| !option.value.is_of((major, minor)));
    let notices = unknown.take(MOST).map(|option| {
        let name = option.value.name;
        let message = format!("pip {pip} does not have the option `--{name}`, so it stops");
        Diagnostic::warning(codes::UNKNOWN_PIP_OPTION, message)
            .at(option.location.clone(), "")
            .note(format!("only pip {} has it", option.value.pips()))
            .help(format!(
                "declare `{}`, or remove the option",
                option.value.pip_spec()
            ))
    });
    Some(notices.collect())
}

/// Reports requirements that a pip before 20.3 leaves unsatisfied.
fn clashes(resolution: &Resolution, solution: &Solution) -> Option<Diagnostic> {
    let pip = solution.pip().filter(|_| solution.by_legacy_resolver)?;
    let message = if solution.clashes.is_empty() {
        format!("pip {pip} will install packages that a later pip refuses")
    } else {
        format!("pip {pip} will install packages whose requirements conflict")
    };
    let mut notice = Diagnostic::warning(codes::LEGACY_RESOLVER, message);
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
    for line in lines {
        if let Some(place) = &resolution.places[line] {
            notice = notice.at(place.clone(), "");
        }
    }
    let yanked = solution
        .pypi
        .iter()
        .filter(|package| package.distribution.yanked.is_some());
    for package in yanked {
        notice = notice.note(format!("{} {} was yanked", package.name, package.version));
    }
    let versions = PipAbility::Backtracking.versions();
    let notice = notice.note(
        "no set of versions satisfies all requirements, and this pip does not search for one",
    );
    Some(notice.help(format!(
        "relax a line; pip {versions} would refuse the file as it is"
    )))
}

/// Reports the wheels that the pip of the solution is too old for, at the line that requires
/// this pip.
fn passed_over(solution: &Solution, places: &Places) -> Option<Diagnostic> {
    let pip = solution.pip()?;
    let wheels: Vec<_> = solution
        .pypi
        .iter()
        .filter_map(|package| package.wheel_for_other_pip.as_ref())
        .collect();
    if wheels.is_empty() {
        return None;
    }
    let message = format!("pip {pip} builds from source although a later pip could use a wheel");
    let mut notice = Diagnostic::warning(codes::OLD_PIP, message);
    for (wheel, ability) in wheels {
        let versions = ability.versions();
        notice = notice.note(format!("the wheel {wheel} needs pip {versions}"));
    }
    let notice = notice.help("pin a later pip in the conda dependencies");
    Some(places.provided("pip", notice))
}
