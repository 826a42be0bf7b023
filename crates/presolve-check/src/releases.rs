//! The information of package indexes and advisory databases on the releases that a file pins.

use super::{Selection, Undecided, solving::Solved};
use crate::rules::{
    Finding,
    solving::{vulnerable_release, yanked_release},
};
use futures::{StreamExt, stream};
use pinned::Pinned;
use presolve_config::Settings;
use presolve_registry::pypi::client::Client;
use presolve_resolve::{ResolveError, Shared};
use presolve_spec::EnvironmentFile;
use presolve_text::diagnostic::{Diagnostic, Failure, FailureKind, Level};
use presolve_words::errors;

pub(crate) mod pinned;
mod vulnerable;

/// The number of concurrent requests.
const AT_ONCE: usize = 16;

/// Requests yanked files of the releases that the pip list pins, and advisories for those that
/// either list pins.
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
    // A list with an invalid option already has a finding for it.
    let Ok(index) = settings.index.with_options(&environment.pip.options) else {
        return Ok(found);
    };
    let client = shared
        .pypi(settings, &index)
        .map_err(|error| errors::failure(error.into()))?;
    let mut failed = None;
    if selection.has(&yanked_release::RULE) {
        let pinned = pinned::in_pip_list(environment);
        let answers = stream::iter(&pinned).map(|release| yanked(&client, release));
        let mut answers = answers.buffered(AT_ONCE);
        while let Some(answer) = answers.next().await {
            match answer {
                Ok(finding) => found.findings.extend(finding),
                // One reason is enough: it is usually the same for all.
                Err(error) => failed = failed.or(Some(error)),
            }
        }
    }
    if selection.has(&vulnerable_release::RULE) {
        let asked = vulnerable::Asked {
            environment,
            settings,
            selection,
            shared,
        };
        match asked.find(&client, &mut found).await {
            Ok(()) => {}
            Err(error) => failed = failed.or(Some(error)),
        }
    }
    if let Some(error) = failed {
        fail(error, environment, settings, &mut found)?;
    }
    found.findings = selection.apply(found.findings);
    Ok(found)
}

/// Adds an error to the result, unless it is one of the settings.
fn fail(
    error: ResolveError,
    environment: &EnvironmentFile,
    settings: &Settings,
    found: &mut Solved,
) -> Result<(), Failure> {
    let failure = errors::failure_in(error, environment);
    if failure.kind == FailureKind::Input {
        return Err(failure);
    }
    if settings.offline {
        found.asides.push(not_cached());
        return Ok(());
    }
    let undecided = Undecided::of(failure, None, &environment.source);
    found.undecided.push(undecided);
    Ok(())
}

fn not_cached() -> Diagnostic {
    let message = "yanked and vulnerable releases were not checked: the run is offline";
    Diagnostic::new(Level::Note, "offline", message)
}

/// Returns the finding for a release whose files are all yanked.
async fn yanked(client: &Client, release: &Pinned<'_>) -> Result<Option<Finding>, ResolveError> {
    let Some(project) = client.project(&release.name).await? else {
        return Ok(None);
    };
    let listed = project.releases.get(&release.version);
    let files = listed.into_iter().flat_map(|listed| listed.files());
    let reasons: Option<Vec<&str>> = files.map(|file| file.yanked.as_deref()).collect();
    let reasons = reasons.unwrap_or_default();
    let Some(reason) = reasons.first() else {
        return Ok(None);
    };
    let message = format!(
        "{} {} was withdrawn by its authors",
        release.name, release.version
    );
    let finding = yanked_release::RULE
        .finding(release.at.clone(), "pip installs it anyway", message)
        .help("choose another version");
    Ok(Some(match reason.trim() {
        "" => finding,
        reason => finding.note(format!("their reason: {reason}")),
    }))
}
