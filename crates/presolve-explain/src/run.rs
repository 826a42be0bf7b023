//! Explains a file and reports each result as it is found.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use super::{
    Explanation, Fix, GoneBuilds, LeftOut,
    builds::WithoutBuilds,
    cost::{self, Limits},
    fixes::{FIXES, Fixing},
};
use presolve_config::Settings;
use presolve_registry::conda::repodata::Repodata;
pub(crate) use presolve_resolve::{
    Listener, ResolveError, Shared, Upgrade, in_time, question::Question, unknown_names,
};
use presolve_solve::{Conflict, Missing, Solution, explain_all, solve};
use presolve_spec::EnvironmentFile;

/// A receiver of results as soon as they are found.
pub trait ExplainObserver {
    /// Receives a conflict of the file.
    fn conflict(&mut self, so_far: &Explanation, conflict: &Conflict);
    /// Receives the builds that no channel has, if many lines name such builds. The conflicts
    /// that follow are those of the file without these builds.
    fn gone_builds(&mut self, so_far: &Explanation, gone: &GoneBuilds);
    /// Receives a fix.
    fn fix(&mut self, so_far: &Explanation, fix: &Fix);
}

/// Explains a file.
///
/// # Errors
/// [`ResolveError`] if the settings do not fit the file, a channel or an index could not be
/// queried, or the time limit passed before it was known whether there is a solution. If the
/// limit passes later, the result is incomplete instead.
pub async fn explain(
    environment: &EnvironmentFile,
    settings: &Settings,
    limits: Limits,
    listener: &Listener,
    listening: &mut dyn ExplainObserver,
) -> Result<Explanation, ResolveError> {
    let explanation = explain_until(environment, settings, limits, listener, listening);
    in_time(settings, explanation).await
}

async fn explain_until(
    environment: &EnvironmentFile,
    settings: &Settings,
    limits: Limits,
    listener: &Listener,
    listening: &mut dyn ExplainObserver,
) -> Result<Explanation, ResolveError> {
    let deadline = settings
        .timeout
        .and_then(|timeout| Instant::now().checked_add(timeout));
    let mut question = Question::of(
        environment,
        settings,
        &Upgrade::None,
        &Shared::new(listener),
        listener,
        deadline,
    )
    .await?;
    let specs = question.names_of_specs();
    let repodata = Arc::new(question.records(&specs).await?);
    question.solving();
    let unknown = unknown_names(question.declared(), &repodata.missing);
    let mut explanation = Explanation::of(environment, &question, &repodata);
    if unknown.is_none() {
        explanation.solution = question.ask(repodata.clone(), solve).await?;
        if explanation.solution.is_some() {
            cost(&question, &repodata, limits, &mut explanation).await;
            return Ok(explanation);
        }
    }
    let looked_for = Extent::default();
    explain_conflicts(
        environment,
        &mut question,
        &repodata,
        looked_for,
        &mut explanation,
        listening,
    )
    .await?;
    cost(&question, &repodata, limits, &mut explanation).await;
    Ok(explanation)
}

/// The limits of the search if there is no solution.
#[derive(Clone, Copy, Debug)]
pub struct Extent {
    /// The maximum number of fixes.
    pub fixes: usize,
    /// The maximum time after the conflicts are known; `None` for no limit.
    pub time: Option<Duration>,
}

impl Default for Extent {
    fn default() -> Self {
        Self {
            fixes: FIXES,
            time: None,
        }
    }
}

/// Explains a question that has no solution.
///
/// # Errors
/// As for [`explain`].
pub async fn explain_unsolvable(
    environment: &EnvironmentFile,
    mut question: Question,
    looked_for: Extent,
) -> Result<Explanation, ResolveError> {
    let specs = question.names_of_specs();
    let repodata = Arc::new(question.records(&specs).await?);
    let mut explanation = Explanation::of(environment, &question, &repodata);
    explain_conflicts(
        environment,
        &mut question,
        &repodata,
        looked_for,
        &mut explanation,
        &mut Nobody,
    )
    .await?;
    Ok(explanation)
}

/// A receiver that ignores everything.
struct Nobody;

impl ExplainObserver for Nobody {
    fn conflict(&mut self, _: &Explanation, _: &Conflict) {}
    fn gone_builds(&mut self, _: &Explanation, _: &GoneBuilds) {}
    fn fix(&mut self, _: &Explanation, _: &Fix) {}
}

async fn explain_conflicts(
    environment: &EnvironmentFile,
    question: &mut Question,
    repodata: &Arc<Repodata>,
    looked_for: Extent,
    explanation: &mut Explanation,
    listening: &mut dyn ExplainObserver,
) -> Result<(), ResolveError> {
    let unknown = unknown_names(question.declared(), &repodata.missing);
    let unknown: Vec<Missing> = unknown.map_or_else(Vec::new, |unknown| unknown.missing);
    // A failed hint must not fail the run.
    let _ = question.load_mapping().await;
    let without_builds = WithoutBuilds::of(environment, question, repodata).await;
    let (asked, environment, before) = match &without_builds {
        None => (&*question, environment, None),
        Some(without) => {
            explanation.gone_builds = Some(without.gone.clone());
            listening.gone_builds(explanation, &without.gone);
            (
                &without.question,
                &without.environment,
                Some(without.edit()),
            )
        }
    };
    conflicts(asked, repodata, &unknown, explanation, listening).await?;
    let conflicts = explanation.conflicts.clone();
    let unknown: Vec<usize> = unknown.iter().map(|missing| missing.declared).collect();
    let hurried = looked_for.time.map(|time| Instant::now() + time);
    let hurried = hurried.map(|deadline| asked.until(Some(deadline)));
    let fixing = Fixing {
        question: hurried.as_ref().unwrap_or(asked),
        environment,
        conflicts: &conflicts,
        before,
        repodata: repodata.clone(),
        unknown: &unknown,
        wanted: looked_for.fixes,
    };
    fixes(&fixing, explanation, listening).await;
    Ok(())
}

async fn conflicts(
    question: &Question,
    repodata: &Arc<Repodata>,
    unknown: &[Missing],
    explanation: &mut Explanation,
    listening: &mut dyn ExplainObserver,
) -> Result<(), ResolveError> {
    for missing in unknown {
        let conflict = Conflict {
            lines: vec![missing.declared],
            minimal: true,
            missing: vec![missing.clone()],
            cases: Vec::new(),
        };
        listening.conflict(explanation, &conflict);
        explanation.conflicts.push(conflict);
    }
    let (sender, mut receiver) = tokio::sync::mpsc::unbounded_channel();
    let out: Vec<usize> = unknown.iter().map(|missing| missing.declared).collect();
    let ask = question.ask(repodata.clone(), move |problem| {
        explain_all(problem, &out, &mut |conflict| _ = sender.send(conflict))
    });
    let hear = async {
        while let Some(conflict) = receiver.recv().await {
            listening.conflict(explanation, &conflict);
            explanation.conflicts.push(conflict);
        }
    };
    let (ended, ()) = tokio::join!(ask, hear);
    let minimal = explanation
        .conflicts
        .iter()
        .all(|conflict| conflict.minimal);
    match ended {
        Err(failure) if explanation.conflicts.is_empty() && explanation.gone_builds.is_none() => {
            return Err(failure);
        }
        Err(failure) => explanation.leave_out(LeftOut::Conflicts, failure),
        Ok(()) if !minimal => explanation.left_out.push(LeftOut::Conflicts),
        Ok(()) => {}
    }
    Ok(())
}

async fn fixes(
    fixing: &Fixing<'_>,
    explanation: &mut Explanation,
    listening: &mut dyn ExplainObserver,
) {
    if !explanation.left_out.is_empty() {
        explanation.left_out.push(LeftOut::Fixes);
        return;
    }
    let mut found = Vec::new();
    let ended = fixing
        .run(&mut |fix| {
            listening.fix(explanation, &fix);
            found.push(fix);
        })
        .await;
    explanation.fixes = found;
    match ended {
        Err(failure) => explanation.leave_out(LeftOut::Fixes, failure),
        Ok(ended) => {
            // A channel that several lines need counts as one change.
            let sizes = explanation.fixes.iter().map(Fix::size);
            let least = sizes.chain([ended.least_changes]).min();
            explanation.least_changes = least.unwrap_or_default();
            if ended.ended {
                explanation.left_out.push(LeftOut::Fixes);
            }
        }
    }
}

/// The time limit of the prediction, which is not the main result.
const COST_LIMIT: Duration = Duration::from_secs(10);

async fn cost(
    question: &Question,
    repodata: &Arc<Repodata>,
    limits: Limits,
    explanation: &mut Explanation,
) {
    // If the prediction fails, it is left out. The other results stay valid.
    let solution = explanation.solution.as_deref();
    explanation.cost = predicted(question, repodata, limits, solution).await;
    if explanation.cost.as_ref().is_none_or(|cost| !cost.complete) {
        explanation.left_out.push(LeftOut::Cost);
    }
}

/// Predicts the cost of conda's classic solver for a question with this solution, or
/// without one.
pub async fn predicted(
    question: &Question,
    repodata: &Arc<Repodata>,
    limits: Limits,
    solution: Option<&Solution>,
) -> Option<cost::Cost> {
    let soon = Instant::now() + COST_LIMIT;
    let deadline = question
        .deadline()
        .map_or(soon, |deadline| deadline.min(soon));
    let repodata = question.with_constrained(Repodata::clone(repodata)).await;
    let question = question.clone();
    let solution = solution.map(|found| found.conda.clone());
    let predicted = tokio::task::spawn_blocking(move || {
        let asked = cost::Question {
            subdirs: &repodata.subdirs,
            origins: &repodata.origins,
            channel_bytes: repodata.bytes,
            channel_priority: question.settings.channel_priority,
            virtual_packages: &question.virtual_packages,
            declared: question.declared(),
            solution: solution.as_deref(),
        };
        cost::predict(&asked, limits, Some(deadline))
    });
    predicted.await.ok()
}

impl Explanation {
    /// Records that a result is missing because of an error. Other results stay valid.
    fn leave_out(&mut self, what: LeftOut, error: ResolveError) {
        self.left_out.push(what);
        if !error.is_deadline() {
            self.errors.push(error);
        }
    }

    fn of(environment: &EnvironmentFile, question: &Question, repodata: &Repodata) -> Self {
        Self {
            subdir: question.subdir,
            virtual_packages: question.virtual_packages.clone(),
            channels: question.channels.list().to_vec(),
            channel_priority: question.settings.channel_priority,
            file: environment.source.clone(),
            declared: question.declared().to_vec(),
            places: question.places.clone(),
            missing: repodata.missing.clone(),
            solution: None,
            gone_builds: None,
            conflicts: Vec::new(),
            fixes: Vec::new(),
            least_changes: 0,
            cost: None,
            left_out: Vec::new(),
            errors: Vec::new(),
            notices: question.notices(),
        }
    }
}
