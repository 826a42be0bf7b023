//! What solving a file finds.

use rattler_conda_types::Subdir;

use super::{Selection, Undecided};
use crate::{
    config::Settings,
    diagnostic::FailureKind,
    report::{notices, unsolvable},
    resolve::{self, Listener, Outcome, Upgrade},
    rules::{self, Finding},
    spec::EnvironmentFile,
};

/// What solving a file for one platform found.
#[derive(Default)]
pub struct Solved {
    /// What is wrong with it.
    pub findings: Vec<Finding>,
    /// What could not be found out.
    pub undecided: Vec<Undecided>,
}

/// Solves a file for the platform of the settings.
pub async fn solve(
    environment: &EnvironmentFile,
    settings: &Settings,
    selection: &Selection,
    listener: &Listener,
) -> Solved {
    let mut solved = Solved::default();
    let resolution = match resolve::resolve(environment, settings, &Upgrade::None, listener).await {
        Ok(resolution) => resolution,
        Err(failure) if failure.kind == FailureKind::Input => {
            solved
                .undecided
                .push(Undecided::of(failure, settings.platform));
            return solved;
        }
        Err(failure) => {
            solved
                .undecided
                .push(Undecided::of(failure, settings.platform));
            return solved;
        }
    };
    let mut diagnostics = notices::of(&resolution, environment);
    if let Outcome::Unsolvable(_) = &resolution.outcome {
        diagnostics.extend(unsolvable::diagnostics(&resolution));
    }
    let findings = diagnostics.into_iter().filter_map(|diagnostic| {
        let rule = rules::by_name(diagnostic.name)?;
        Some(Finding::of(rule, diagnostic, &environment.source))
    });
    solved.findings = selection.apply(findings.collect());
    solved
}

/// The platforms that a file is solved for, each once: those of the command line, else
/// of `[check]`, else the one of the settings.
pub fn platforms(flags: &[Subdir], settings: &[Subdir]) -> Vec<Option<Subdir>> {
    let named = match flags.is_empty() {
        true => settings,
        false => flags,
    };
    let mut platforms: Vec<Option<Subdir>> = Vec::new();
    for platform in named {
        if !platforms.contains(&Some(*platform)) {
            platforms.push(Some(*platform));
        }
    }
    if platforms.is_empty() {
        platforms.push(None);
    }
    platforms
}
