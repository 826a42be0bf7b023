//! Files that take conda's classic solver too long.

use std::sync::Arc;

use crate::rules::{Confidence, Finding, solving::classic_solver_limit::RULE};
use presolve_explain::{
    self as explain,
    cost::{Cost, Verdict},
};
use presolve_registry::conda::repodata::Repodata;
use presolve_resolve::question::Question;
use presolve_solve::Solution;
use presolve_words::cost;

/// The number of remedies in a finding, those with the largest effect.
const REMEDIES: usize = 2;

/// The finding for a file that has a solution. Without one, the conflict comes first.
pub(super) async fn find(
    question: &Question,
    repodata: &Arc<Repodata>,
    solution: &Solution,
) -> Option<Finding> {
    let limits = question.settings.check.limits();
    let cost = explain::predicted(question, repodata, limits, Some(solution)).await?;
    let exceeds = matches!(
        cost.prediction.verdict,
        Verdict::TimesOut | Verdict::RunsOutOfMemory
    );
    exceeds.then(|| finding(question, &cost)).flatten()
}

/// Places the finding at the line that leads to the most records.
fn finding(question: &Question, cost: &Cost) -> Option<Finding> {
    let places = cost.lines.iter().filter_map(|line| {
        let place = question.places[line.declared].as_ref()?;
        Some((line.reach.records, place))
    });
    let (records, at) = places.max_by_key(|(records, _)| *records)?;
    let label = format!("leads to {records} records, more than any other line");
    let mut finding = RULE
        .finding(at.clone(), label, cost::verdict(cost))
        .confidence(Confidence::Medium)
        .note(cost::range(cost).trim());
    for remedy in cost.remedies.iter().take(REMEDIES) {
        finding = finding.help(format!(
            "{}: then about {}",
            cost::change(cost, &remedy.change),
            cost::seconds(remedy.prediction.cpu_seconds)
        ));
    }
    Some(finding)
}
