//! `pin --check`: whether the pins satisfy what the file declares.

use std::time::Instant;

use super::{super::solving, Output, Pin, edit::differs, lock_file, opened::Opened};
use crate::cli::progress::Progress;
use presolve_check::pinned::{compare, contradictions, differences};
use presolve_config::Settings;
use presolve_resolve::{Outcome, Upgrade};
use presolve_spec::{EnvironmentFile, pin};
use presolve_text::diagnostic::{Diagnostic, Failure, FailureKind, Level};
use presolve_words::errors;

impl Pin {
    /// Checks the pins of a file, without a network unless `--solve` is set.
    ///
    /// # Errors
    /// [`FailureKind::Unsolvable`] with the differences, if there are any.
    pub(super) async fn verify(
        &self,
        opened: &Opened,
        of_lock: Vec<Diagnostic>,
        output: &Output,
    ) -> Result<(), Failure> {
        let start = Instant::now();
        let Opened {
            environment,
            settings,
            model,
            ..
        } = opened;
        let mut diagnostics = contradictions(environment, settings);
        diagnostics.extend(of_lock);
        let mut how = "without solving";
        if diagnostics.is_empty() && environment.host.keeps_requirements(&environment.source) {
            match self.compared(environment, settings, output).await? {
                Some(found) => {
                    diagnostics = found;
                    if diagnostics.is_empty() && environment.pinned_lock.is_some() {
                        diagnostics = self.of_sources(environment, settings, output).await?;
                    }
                    how = if self.solve {
                        "by a solve"
                    } else {
                        "by a solve from the cache"
                    };
                }
                None => output.say(&not_compared(environment)),
            }
        } else if diagnostics.is_empty() && self.solve {
            diagnostics.extend(self.rewritten(environment, settings, output).await?);
            how = "by a solve";
        }
        diagnostics.extend(model.iter().flat_map(differences));
        if diagnostics.is_empty() {
            let file = environment.source.path().display();
            let seconds = start.elapsed().as_secs_f64();
            output.tell(&format!(
                "Checked the pins in {file} {how} ({seconds:.1} s)"
            ));
            return Ok(());
        }
        Err(Failure {
            kind: FailureKind::Unsolvable,
            diagnostics: lock_file::stale(environment, diagnostics),
        })
    }

    /// Compares the pins with a solution. `None` if the cache has none.
    async fn compared(
        &self,
        environment: &EnvironmentFile,
        settings: &Settings,
        output: &Output,
    ) -> Result<Option<Vec<Diagnostic>>, Failure> {
        if !self.solve && environment.without_value().next().is_some() {
            return Ok(None);
        }
        let settings = Settings {
            offline: settings.offline || !self.solve,
            ..settings.clone()
        };
        let progress = Progress::new(output.quiet);
        let compared = compare(environment, &settings, &progress.listener()).await;
        progress.finish();
        match compared {
            Ok(compared) => Ok(compared),
            Err(error) => {
                let failure = errors::failure_in(error, environment);
                let is_undecided = failure.kind == FailureKind::Undecided;
                if is_undecided && !self.solve {
                    Ok(None)
                } else {
                    Err(failure)
                }
            }
        }
    }

    /// Compares the URLs and hashes of the lock file with those of the channels and indexes, as
    /// far as the cache has them or `--solve` is set.
    async fn of_sources(
        &self,
        environment: &EnvironmentFile,
        settings: &Settings,
        output: &Output,
    ) -> Result<Vec<Diagnostic>, Failure> {
        let settings = Settings {
            offline: settings.offline || !self.solve,
            ..settings.clone()
        };
        match solving::resolve(environment, &settings, &Upgrade::None, output).await {
            Ok(resolution) => match &resolution.outcome {
                Outcome::Solved(solution) => {
                    lock_file::other_sources(environment, (&resolution, solution))
                }
                Outcome::Unsolvable(_) => Ok(Vec::new()),
            },
            Err(failure) if failure.kind == FailureKind::Undecided && !self.solve => {
                output.say(&sources_not_cached(environment));
                Ok(Vec::new())
            }
            Err(failure) => Err(failure),
        }
    }

    /// Returns a difference if pinning again would change a file that keeps no declared
    /// requirements.
    async fn rewritten(
        &self,
        environment: &EnvironmentFile,
        settings: &Settings,
        output: &Output,
    ) -> Result<Option<Diagnostic>, Failure> {
        let resolution = solving::resolve(environment, settings, &Upgrade::None, output).await?;
        let Outcome::Solved(solution) = &resolution.outcome else {
            return Err(solving::unsolvable(&resolution, environment.source.path()));
        };
        let pinned = pin::pin(environment, &super::pins(settings, &resolution, solution))?;
        let is_changed = pinned.text != environment.source.text() || !pinned.included.is_empty();
        Ok(is_changed.then(|| differs(environment)))
    }
}

/// The note for pins that were only compared with the lines of their file.
fn not_compared(environment: &EnvironmentFile) -> Diagnostic {
    if let Some(error) = environment.without_value().next() {
        let note = Diagnostic {
            level: Level::Note,
            ..error.clone()
        };
        return note.note("the pins are only compared with the lines of their file");
    }
    let file = environment.source.path().display();
    let message = format!(
        "the cache does not have all pins of {file}, so they are only compared with its lines"
    );
    Diagnostic::new(Level::Note, "not-cached", message)
        .help("add `--solve` to ask the channels and indexes")
}

fn sources_not_cached(environment: &EnvironmentFile) -> Diagnostic {
    let file = environment.source.path().display();
    let message = format!(
        "the cache does not have all data of {file}, so the URLs and hashes of its lock file are not compared"
    );
    Diagnostic::new(Level::Note, "not-cached", message)
        .help("add `--solve` to ask the channels and indexes")
}
