//! The findings from solving a file.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use super::{Selection, Undecided};
use crate::rules::{self, Finding, Parsed, solving as known};
use presolve_config::Settings;
use presolve_explain::{self as explain, Extent};
use presolve_registry::conda::repodata::Repodata;
use presolve_resolve::{
    Listener, ResolveError, Shared, Upgrade, question::Question, unknown_names,
};
use presolve_solve::{Solution, SolveError, solve};
use presolve_spec::EnvironmentFile;
use presolve_text::diagnostic::{Diagnostic, Failure, FailureKind};
use presolve_words::{errors, notices};

mod classic;
mod conflicts;
mod overlaps;
pub(crate) mod pins;
mod redundant;

/// The default time limit for one file, so that it does not block the others. Downloads of
/// repodata do not count, because several files wait for them.
const TIME_LIMIT: Duration = Duration::from_secs(60);

/// The time limit for the search for a change that fixes an unsolvable file. Most are found
/// within seconds, and the finding is also useful without one.
const FIX_TIME: Duration = Duration::from_secs(6);

/// The time that the solver has after the time limit to report its partial result.
const GRACE: Duration = Duration::from_secs(1);

/// A file to solve for the platform of its settings.
#[derive(Clone, Copy)]
pub struct Solving<'a> {
    /// The requirements of the file.
    pub environment: &'a EnvironmentFile,
    /// The settings that apply to the file.
    pub settings: &'a Settings,
    /// The selected rules, which decide on optional work.
    pub selection: &'a Selection,
    /// The data that all files of the run share.
    pub shared: &'a Shared,
    /// Receives the progress.
    pub listener: &'a Listener,
}

/// The result of solving a file for one platform.
#[derive(Default)]
pub struct Solved {
    /// The problems of the file.
    pub findings: Vec<Finding>,
    /// Checks without a result.
    pub undecided: Vec<Undecided>,
    /// Diagnostics about the run rather than the file.
    pub asides: Vec<Diagnostic>,
    /// Why releases were not looked up in advisories, which affects no other rule.
    pub not_looked_up: Option<Diagnostic>,
}

impl Solving<'_> {
    /// Solves the file.
    ///
    /// # Errors
    /// A failure if the settings are unusable. Questions about the file that have no answer
    /// are in the result.
    pub async fn run(self) -> Result<Solved, Failure> {
        let deadline = self.settings.timeout.and_then(ahead);
        let answer = match self.settings.timeout {
            None => self.answer(deadline).await,
            Some(limit) => in_time(limit, self.answer(deadline)).await,
        };
        match answer {
            Ok(findings) => Ok(Solved {
                findings: self.selection.apply(findings),
                ..Solved::default()
            }),
            Err(error) => self.failed(error),
        }
    }

    async fn answer(self, deadline: Option<Instant>) -> Result<Vec<Finding>, ResolveError> {
        let question = Question::of(
            self.environment,
            self.settings,
            &Upgrade::None,
            self.shared,
            self.listener,
            deadline,
        );
        let question = question.await?;
        let repodata = Arc::new(question.records(&question.specs()).await?);
        let Some(end) = ahead(TIME_LIMIT).filter(|_| deadline.is_none()) else {
            return self.verdict(question, repodata).await;
        };
        in_time(
            TIME_LIMIT,
            self.verdict(question.until(Some(end)), repodata),
        )
        .await
    }

    async fn verdict(
        self,
        question: Question,
        repodata: Arc<Repodata>,
    ) -> Result<Vec<Finding>, ResolveError> {
        question.solving();
        let solution = match unknown_names(question.declared(), &repodata.missing) {
            Some(_) => None,
            None => question.ask(repodata.clone(), solve).await?,
        };
        match solution {
            Some(solution) => self.solvable(question, repodata, solution).await,
            None => self.unsolvable(question).await,
        }
    }

    async fn solvable(
        self,
        question: Question,
        repodata: Arc<Repodata>,
        solution: Box<Solution>,
    ) -> Result<Vec<Finding>, ResolveError> {
        let mut findings = Vec::new();
        if self.selection.has(&known::outdated_pin::RULE) {
            findings.extend(pins::find(
                self.environment,
                &question,
                &repodata,
                &solution,
            ));
        }
        if self.selection.has(&known::redundant_dependency::RULE) {
            findings.extend(redundant::find(self.environment, &question, &solution));
        }
        if self.selection.has(&known::classic_solver_limit::RULE) {
            findings.extend(classic::find(&question, &repodata, &solution).await);
        }
        if self.selection.has(&known::overlapping_distributions::RULE) {
            findings.extend(overlaps::find(self, &question, &solution).await?);
        }
        let resolution = question.solved(&repodata, solution).await?;
        let notices = notices::of(&resolution, self.environment);
        findings.extend(
            notices
                .into_iter()
                .filter_map(|notice| self.noticed(notice)),
        );
        Ok(findings)
    }

    /// The finding for a notice of a solution. The notice's level overrides that of the rule:
    /// a build whose compiler a conda line provides is only worth a note.
    fn noticed(&self, notice: Diagnostic) -> Option<Finding> {
        let (rule, level) = (rules::by_name(notice.name)?, notice.level);
        Some(Finding::of(rule, notice, &self.environment.source).level(level))
    }

    async fn unsolvable(self, question: Question) -> Result<Vec<Finding>, ResolveError> {
        let subdir = question.subdir;
        let looked_for = Extent {
            fixes: 1,
            time: Some(FIX_TIME),
        };
        match explain::explain_unsolvable(self.environment, question, looked_for).await {
            Ok(explanation) => Ok(conflicts::findings(&explanation, &self.environment.source)),
            // The first solve has already shown that there is no solution.
            Err(error) if error.is_deadline() => Ok(vec![conflicts::unexplained(
                subdir,
                &self.environment.source,
            )]),
            Err(error) => Err(error),
        }
    }

    /// Turns a failure into a finding, a question without an answer, or the end of the run.
    fn failed(&self, error: ResolveError) -> Result<Solved, Failure> {
        let (is_refused, is_deadline) = (error.is_refused(), error.is_deadline());
        let failure = errors::failure_in(error, self.environment);
        let source = &self.environment.source;
        let environment = Some(self.environment);
        let parsed = Parsed::new(&*self.environment.host, environment, environment);
        let mut solved = Solved::default();
        match failure.kind {
            FailureKind::Input if !is_refused => {
                if failure.diagnostics.iter().all(|one| one.labels.is_empty()) {
                    return Err(failure);
                }
                let (mut found, mut rest) = (Vec::new(), Vec::new());
                for diagnostic in failure.diagnostics {
                    match rules::by_name(diagnostic.name) {
                        Some(rule) => {
                            found.push(Finding::of_reader(rule, diagnostic, source, &parsed));
                        }
                        None => rest.push(diagnostic),
                    }
                }
                solved.findings = self.selection.apply(found);
                if !rest.is_empty() {
                    solved.undecided.push(Undecided {
                        platform: self.settings.platform,
                        diagnostics: rest,
                    });
                }
            }
            _ if self.settings.offline && !is_deadline => {
                solved.asides.push(not_cached());
            }
            _ => {
                let undecided = Undecided::of(failure, self.settings.platform, source);
                solved.undecided.push(undecided);
            }
        }
        Ok(solved)
    }
}

/// The note for a run that is limited to the cache, which lacks the data for this file.
fn not_cached() -> Diagnostic {
    let message = "not solved: the run is offline, and the cache does not have the required data";
    Diagnostic::new(presolve_text::diagnostic::Level::Note, "offline", message)
        .help("run once without `--offline` to fill the cache")
}

fn ahead(limit: Duration) -> Option<Instant> {
    Instant::now().checked_add(limit)
}

/// The solver stops at the deadline itself and can then report its partial result. This limit
/// is for a network that does not respond.
async fn in_time<A>(
    limit: Duration,
    answer: impl Future<Output = Result<A, ResolveError>>,
) -> Result<A, ResolveError> {
    tokio::time::timeout(limit.saturating_add(GRACE), answer)
        .await
        .unwrap_or_else(|_| Err(SolveError::DEADLINE.into()))
}
