//! Pins of an earlier `pin` that are not in the solution.

use pep508_rs::{Requirement, VerbatimUrl};

use crate::rules::{
    Finding,
    solving::outdated_pin::{contradicts, contradicts_pip, finding},
};
use presolve_registry::conda::repodata::Repodata;
use presolve_resolve::question::Question;
use presolve_solve::Solution;
use presolve_spec::{CondaPin, CondaRequirement, EnvironmentFile, PipRequirementKind};

/// Reports the pins that have to change. A solve keeps every pin that still satisfies the
/// requirements, so a pin outside the solution does not. The rule itself finds those that
/// contradict their own line.
pub(super) fn find(
    environment: &EnvironmentFile,
    question: &Question,
    repodata: &Repodata,
    solution: &Solution,
) -> Vec<Finding> {
    let pinned_for = environment.pinned_platform.as_ref();
    // Pins are only valid for their platform.
    if pinned_for.is_none_or(|platform| platform.value != question.subdir.as_str()) {
        return Vec::new();
    }
    let conda = environment
        .conda
        .iter()
        .filter(|line| !contradicts(line))
        .filter_map(|line| of_conda(line, repodata, solution));
    conda.chain(of_pip(environment, solution)).collect()
}

fn of_conda(line: &CondaRequirement, repodata: &Repodata, solution: &Solution) -> Option<Finding> {
    let pin = line.pin.as_ref()?;
    let shown = pin.record();
    let chosen = solution.record(&pin.name);
    let Some(chosen) = chosen.map(|record| &record.package_record) else {
        return line
            .added_by_pin
            .then(|| finding(&line.location, &shown, "nothing requires it any more"));
    };
    if pin.allows(&chosen.version.as_str(), chosen.build.as_str()) {
        return None;
    }
    let label = if is_there(pin, repodata) {
        "it no longer fits the other lines".to_owned()
    } else {
        "no channel has this build now".to_owned()
    };
    Some(finding(&line.location, &shown, label))
}

pub(crate) fn is_there(pin: &CondaPin, repodata: &Repodata) -> bool {
    let mut records = repodata.subdirs.iter().flat_map(|subdir| subdir.iter());
    records.any(|record| {
        let package = &record.package_record;
        package.name.as_normalized() == pin.name
            && pin.allows(&package.version.as_str(), package.build.as_str())
    })
}

fn of_pip<'a>(
    environment: &'a EnvironmentFile,
    solution: &'a Solution,
) -> impl Iterator<Item = Finding> {
    let lines = environment.pip.requirements.iter();
    let lines = lines.filter(|line| !contradicts_pip(line));
    lines.filter_map(|line| {
        let (PipRequirementKind::Named(named), Some(pin)) = (&line.kind, &line.pin) else {
            return None;
        };
        let shown = format!("{}=={pin}", named.name);
        let Some(chosen) = version_of(named, solution) else {
            return line
                .added_by_pin
                .then(|| finding(&line.location, &shown, "nothing requires it any more"));
        };
        if chosen == *pin {
            return None;
        }
        let label = "no index has it now, or it does not fit the other lines";
        Some(finding(&line.location, &shown, label))
    })
}

/// The version of a project in the solution, from conda or PyPI.
pub(crate) fn version_of(
    named: &Requirement<VerbatimUrl>,
    solution: &Solution,
) -> Option<pep440_rs::Version> {
    if let Some(release) = solution.release(&named.name) {
        return Some(release.version.clone());
    }
    let mut provided = solution.provided.iter();
    provided
        .find(|provided| provided.project == named.name)?
        .version
        .clone()
}
