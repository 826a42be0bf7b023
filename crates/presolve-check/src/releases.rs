//! The package index's information on the releases that the pip list pins.

use std::collections::BTreeMap;

use futures::{StreamExt, stream};
use pep440_rs::{Operator, Version};
use pep508_rs::{PackageName, VersionOrUrl};

use super::{Selection, Undecided, solving::Solved};
use crate::rules::{
    Finding,
    solving::{vulnerable_release, yanked_release},
};
use presolve_config::Settings;
use presolve_registry::pypi::{advisories::Advisory, client::Client};
use presolve_resolve::{ResolveError, Shared};
use presolve_spec::{EnvironmentFile, PipRequirement, PipRequirementKind};
use presolve_text::diagnostic::{Diagnostic, Failure, Level, Location};
use presolve_words::errors;

/// The number of concurrent requests for advisories.
const AT_ONCE: usize = 16;

/// The maximum number of vulnerabilities listed per release.
const TOLD: usize = 5;

/// A release that a line pins.
struct Pinned<'a> {
    name: &'a PackageName,
    version: Version,
    at: &'a Location,
}

/// Requests yanked files and advisories for the releases that the pip list pins.
///
/// # Errors
/// A failure if the settings are not usable.
pub async fn find(
    environment: &EnvironmentFile,
    settings: &Settings,
    selection: &Selection,
    shared: &Shared,
) -> Result<Solved, Failure> {
    let mut found = Solved::default();
    let pinned = pinned(environment);
    let is_asked = selection.has(&yanked_release::RULE) || selection.has(&vulnerable_release::RULE);
    // A list with an invalid option already has a finding for it.
    let Ok(index) = settings.index.with_options(&environment.pip.options) else {
        return Ok(found);
    };
    if pinned.is_empty() || !is_asked {
        return Ok(found);
    }
    let client = shared
        .pypi(settings, &index)
        .map_err(|error| errors::failure(error.into()))?;
    let answers = stream::iter(&pinned).map(|release| ask(&client, selection, release));
    let mut answers = answers.buffered(AT_ONCE);
    let mut failed: Option<ResolveError> = None;
    while let Some(answer) = answers.next().await {
        match answer {
            Ok(findings) => found.findings.extend(findings),
            // One reason is enough: it is usually the same for all.
            Err(error) => failed = failed.or(Some(error)),
        }
    }
    match failed {
        Some(_) if settings.offline => found.asides.push(not_cached()),
        Some(error) => found.undecided.push(Undecided::of(
            errors::failure_in(error, environment),
            None,
            &environment.source,
        )),
        None => {}
    }
    found.findings = selection.apply(found.findings);
    Ok(found)
}

fn not_cached() -> Diagnostic {
    let message = "yanked and vulnerable releases were not checked: the run is offline";
    Diagnostic::new(Level::Note, "offline", message)
}

/// Returns the releases of the lines with an exact version, each once.
fn pinned(environment: &EnvironmentFile) -> Vec<Pinned<'_>> {
    let lines = environment.pip.requirements.iter();
    let pinned = lines.filter_map(|line| {
        let PipRequirementKind::Named(named) = &line.kind else {
            return None;
        };
        let release = Pinned {
            name: &named.name,
            version: line.pin.clone().or_else(|| exact(line))?,
            at: &line.location,
        };
        Some(((release.name, release.version.clone()), release))
    });
    let mut each: BTreeMap<(&PackageName, Version), Pinned<'_>> = BTreeMap::new();
    for (key, release) in pinned {
        each.entry(key).or_insert(release);
    }
    each.into_values().collect()
}

/// Returns the version if a line has one `==` specifier and no other.
fn exact(line: &PipRequirement) -> Option<Version> {
    let PipRequirementKind::Named(named) = &line.kind else {
        return None;
    };
    let Some(VersionOrUrl::VersionSpecifier(specifiers)) = &named.version_or_url else {
        return None;
    };
    let mut specifiers = specifiers.iter();
    let only = specifiers.next().filter(|_| specifiers.next().is_none())?;
    (*only.operator() == Operator::Equal).then(|| only.version().clone())
}

async fn ask(
    client: &Client,
    selection: &Selection,
    release: &Pinned<'_>,
) -> Result<Vec<Finding>, ResolveError> {
    let mut findings = Vec::new();
    if selection.has(&yanked_release::RULE)
        && let Some(project) = client.project(release.name).await?
        && let Some(listed) = project.releases.get(&release.version)
    {
        let reasons = listed.files.iter().map(|file| file.yanked.as_deref());
        let reasons: Option<Vec<&str>> = reasons.collect();
        findings.extend(reasons.and_then(|reasons| yanked(release, &reasons)));
    }
    if selection.has(&vulnerable_release::RULE) {
        let advisories = client.advisories(release.name, &release.version).await?;
        findings.extend(vulnerable(release, &advisories));
    }
    Ok(findings)
}

/// The finding for a release whose files are all yanked, for these reasons.
fn yanked(release: &Pinned<'_>, reasons: &[&str]) -> Option<Finding> {
    let reason = reasons.first()?.trim();
    let message = format!(
        "{} {} was withdrawn by its authors",
        release.name, release.version
    );
    let finding = yanked_release::RULE
        .finding(release.at.clone(), "pip installs it anyway", message)
        .help("choose another version");
    Some(match reason {
        "" => finding,
        reason => finding.note(format!("their reason: {reason}")),
    })
}

fn vulnerable(release: &Pinned<'_>, advisories: &[Advisory]) -> Option<Finding> {
    let count = match advisories.len() {
        0 => return None,
        1 => "a known vulnerability".to_owned(),
        count => format!("{count} known vulnerabilities"),
    };
    let message = format!("{} {} has {count}", release.name, release.version);
    let mut finding = vulnerable_release::RULE.finding(release.at.clone(), "", message);
    for advisory in advisories.iter().take(TOLD) {
        finding = finding.note(told(advisory));
    }
    if advisories.len() > TOLD {
        finding = finding.note(format!("and {} more", advisories.len() - TOLD));
    }
    let fixes = advisories
        .iter()
        .map(|advisory| advisory.fixed_after(&release.version));
    let fixed: Vec<&Version> = fixes.flatten().collect();
    Some(match fixed.iter().max() {
        Some(version) if fixed.len() == advisories.len() => finding.help(format!(
            "move to {} {version}, which has none of these",
            release.name
        )),
        Some(version) => finding.help(format!(
            "move to {} {version}, which has fewer; some of these have no known fix",
            release.name
        )),
        None => finding
            .help("check whether the code is affected; no later version is known to fix this"),
    })
}

fn told(advisory: &Advisory) -> String {
    let name = advisory.name();
    let id = if name == advisory.id {
        String::new()
    } else {
        format!(" ({})", advisory.id)
    };
    match advisory.summary.as_str() {
        "" => format!("{name}{id}"),
        summary => format!("{name}{id}: {summary}"),
    }
}
