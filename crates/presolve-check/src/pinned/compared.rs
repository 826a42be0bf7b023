//! The pins of a file against a solution that keeps every pin that still fits.

use std::{collections::HashMap, sync::Arc, time::Instant};

use super::{difference, first_line, version};
use crate::solving::pins::{is_there, version_of};
use presolve_config::Settings;
use presolve_packages::pypi::PypiSource;
use presolve_parse as parse;
use presolve_registry::conda::repodata::Repodata;
use presolve_resolve::{
    Listener, ResolveError, Shared, Upgrade, in_time, question::Question, unknown_names,
};
use presolve_solve::{Solution, solve};
use presolve_spec::{
    CondaPin, CondaRequirement, EnvironmentFile, PipRequirement, PipRequirementKind, pin::pip,
};
use presolve_text::diagnostic::{Diagnostic, Location};

/// The maximum number of names in a message.
const MOST: usize = 10;

/// Solves a file, and returns the differences between its pins and the solution. `None` if the
/// settings are offline and the cache does not have all pinned records and releases: then it
/// is older than the pins, and its solution says nothing about them.
///
/// # Errors
/// [`ResolveError`] if the settings do not fit the file, a channel or an index could not be
/// queried, or the time limit passed.
pub async fn compare(
    environment: &EnvironmentFile,
    settings: &Settings,
    listener: &Listener,
) -> Result<Option<Vec<Diagnostic>>, ResolveError> {
    in_time(settings, compare_until(environment, settings, listener)).await
}

async fn compare_until(
    environment: &EnvironmentFile,
    settings: &Settings,
    listener: &Listener,
) -> Result<Option<Vec<Diagnostic>>, ResolveError> {
    let deadline = settings.timeout;
    let deadline = deadline.and_then(|timeout| Instant::now().checked_add(timeout));
    let shared = Shared::new(listener);
    let upgrade = Upgrade::None;
    let question = Question::of(environment, settings, &upgrade, &shared, listener, deadline);
    let question = question.await?;
    let repodata = Arc::new(question.records(&question.specs()).await?);
    if settings.offline && !has_all(environment, &question, &repodata).await {
        return Ok(None);
    }
    question.solving();
    let solution = match unknown_names(question.declared(), &repodata.missing) {
        Some(_) => None,
        None => question.ask(repodata.clone(), solve).await?,
    };
    Ok(Some(match solution {
        Some(solution) => differences(environment, &repodata, &solution),
        None => vec![unsolvable(environment)],
    }))
}

/// Whether the channels and indexes have every pinned record and release.
async fn has_all(environment: &EnvironmentFile, question: &Question, repodata: &Repodata) -> bool {
    let pins = environment
        .conda
        .iter()
        .filter_map(|line| line.pin.as_ref());
    if !are_there(pins, repodata) {
        return false;
    }
    let lines = environment.pip.requirements.iter();
    let pinned = lines
        .filter_map(|line| Some((parse::pep::name(pip::name(line)?).ok()?, line.pin.clone()?)));
    let pinned: Vec<_> = pinned.collect();
    let session = question.session.clone();
    let has_all = move || {
        pinned.iter().all(|(name, version)| {
            let project = session.project(name);
            project.is_ok_and(|project| {
                // conda may provide a project that no index has.
                project.is_none_or(|project| project.releases.contains_key(version))
            })
        })
    };
    tokio::task::spawn_blocking(has_all).await.unwrap_or(false)
}

/// Whether there is a record for each pin. It reads the records once.
fn are_there<'p>(pins: impl Iterator<Item = &'p CondaPin>, repodata: &Repodata) -> bool {
    let mut missing: HashMap<&str, Vec<&CondaPin>> = HashMap::new();
    for pin in pins {
        missing.entry(&pin.name).or_default().push(pin);
    }
    for record in repodata.subdirs.iter().flat_map(|subdir| subdir.iter()) {
        let package = &record.package_record;
        if let Some(pins) = missing.get_mut(package.name.as_normalized()) {
            pins.retain(|pin| !pin.allows(&package.version.as_str(), package.build.as_str()));
        }
    }
    missing.values().all(Vec::is_empty)
}

fn unsolvable(environment: &EnvironmentFile) -> Diagnostic {
    let file = environment.source.path().display();
    let message = "the lines of the file have no solution any more";
    Diagnostic::error("stale-pin", message)
        .at(first_line(environment), "")
        .help(format!(
            "run `presolve explain {file}` to see how to fix it"
        ))
}

fn differences(
    environment: &EnvironmentFile,
    repodata: &Repodata,
    solution: &Solution,
) -> Vec<Diagnostic> {
    let conda = environment.conda.iter();
    let conda = conda.filter_map(|line| of_conda(environment, line, repodata, solution));
    let pip = environment.pip.requirements.iter();
    let pip = pip.filter_map(|line| of_pip(environment, line, solution));
    conda
        .chain(pip)
        .chain(missing(environment, solution))
        .collect()
}

fn of_conda(
    environment: &EnvironmentFile,
    line: &CondaRequirement,
    repodata: &Repodata,
    solution: &Solution,
) -> Option<Diagnostic> {
    let pin = line.pin.as_ref()?;
    let chosen = solution.record(&pin.name);
    let Some(chosen) = chosen.map(|record| &record.package_record) else {
        return line
            .added_by_pin
            .then(|| unneeded(environment, &pin.record(), &line.location));
    };
    if pin.allows(&chosen.version.as_str(), chosen.build.as_str()) {
        return None;
    }
    let reason = if is_there(pin, repodata) {
        "no longer fits the other lines"
    } else {
        "is in no channel"
    };
    Some(stale(environment, &pin.record(), reason, &line.location))
}

fn of_pip(
    environment: &EnvironmentFile,
    line: &PipRequirement,
    solution: &Solution,
) -> Option<Diagnostic> {
    let PipRequirementKind::Named(named) = &line.kind else {
        return None;
    };
    let pin = version(line).filter(|_| line.in_environment && pip::takes_version(line))?;
    let shown = format!("{}=={pin}", named.name);
    match version_of(named, solution) {
        None => line
            .added_by_pin
            .then(|| unneeded(environment, &shown, &line.location)),
        Some(chosen) if chosen == *pin => None,
        Some(_) => {
            let reason = "is in no index, or no longer fits the other lines";
            Some(stale(environment, &shown, reason, &line.location))
        }
    }
}

fn unneeded(environment: &EnvironmentFile, pin: &str, at: &Location) -> Diagnostic {
    let message = format!("no line needs the pin `{pin}`");
    difference("unneeded-pin", message, environment).at(at.clone(), "")
}

fn stale(environment: &EnvironmentFile, pin: &str, reason: &str, at: &Location) -> Diagnostic {
    let message = format!("the pin `{pin}` {reason}");
    difference("stale-pin", message, environment).at(at.clone(), "")
}

/// Returns a difference for the packages of the solution that have no pin.
fn missing(environment: &EnvironmentFile, solution: &Solution) -> Option<Diagnostic> {
    let conda = &environment.conda;
    let records = solution.conda.iter().map(|record| &record.package_record);
    let records = records.filter(|record| {
        let name = record.name.as_normalized();
        environment.host.has_conda() && !conda.iter().any(|line| line.spec.name.to_string() == name)
    });
    let records = records.map(|record| {
        format!(
            "`{}={}={}`",
            record.name.as_normalized(),
            record.version,
            record.build
        )
    });
    let lines = &environment.pip.requirements;
    let releases = solution.pypi.iter().filter(|release| !release.direct_url);
    let releases = releases.filter(|release| {
        let is_it = |line: &PipRequirement| {
            line.in_environment && pip::name(line) == Some(release.name.as_ref())
        };
        !lines.iter().any(is_it)
    });
    let releases = releases.map(|release| format!("`{}=={}`", release.name, release.version));
    let missing: Vec<String> = records.chain(releases).collect();
    if missing.is_empty() {
        return None;
    }
    let shown = missing[..missing.len().min(MOST)].join(", ");
    let rest = match missing.len().saturating_sub(MOST) {
        0 => String::new(),
        rest => format!(" and {rest} more"),
    };
    let message = format!("the lines also need {shown}{rest}");
    Some(difference("missing-pin", message, environment).at(first_line(environment), ""))
}
