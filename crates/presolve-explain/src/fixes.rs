//! Fixes: changes of the file that were verified by a solve.

use std::{
    collections::HashMap,
    num::NonZero,
    pin::pin,
    sync::Arc,
    time::{Duration, Instant},
};

use futures::{
    StreamExt,
    future::{Either, select},
    stream::FuturesUnordered,
};
use rattler_conda_types::{MatchSpec, PackageName, RepoDataRecord};
use tokio::sync::mpsc;

use super::{Edit, EditKind, Fix, ResultingVersion};
use presolve_packages::intended;
use presolve_parse as parse;
use presolve_registry::conda::repodata::Repodata;
use presolve_resolve::{ResolveError, question::Question};
use presolve_solve::{
    Conflict, DeclaredKind, Problem, Solution, SolveError, conflict::Half, solve,
};
use presolve_spec::{
    EnvironmentFile,
    change::{Change, change},
};

mod candidates;
pub(super) mod family;
mod notes;
mod other_sources;
pub(super) mod requirement;
pub(super) mod search;
mod skipped;

use candidates::{Candidate, Candidates};
use family::FamilyMove;
use other_sources::OtherSources;
use search::{ChangedLine, Proposal, Step};

/// The maximum number of fixes that are shown.
pub(super) const FIXES: usize = 5;

/// The maximum number of changed files that are solved to find fixes.
const SOLVES: usize = 12;

/// The maximum number of other sources that are tried for the lines of one proposal.
const MOST_SOURCES: u32 = 8;

/// The minimum time limit for the search for why a fix skips a version. If the fix itself took
/// longer, the limit is that time.
const WHY_SKIPPED: Duration = Duration::from_secs(10);

/// The input of the search for fixes.
pub(super) struct Fixing<'q> {
    pub question: &'q Question,
    pub environment: &'q EnvironmentFile,
    pub conflicts: &'q [Conflict],
    /// The edit that was applied to the file first, if any.
    pub before: Option<Edit>,
    /// The records of every name that the file may require.
    pub repodata: Arc<Repodata>,
    /// The indices of the conda lines with a name that no channel has.
    pub unknown: &'q [usize],
    /// The number of fixes to find.
    pub wanted: usize,
}

/// The result of the search for fixes.
#[derive(Default)]
pub(super) struct SearchOutcome {
    /// The minimum number of lines that any fix changes.
    pub least_changes: usize,
    /// Whether the time limit stopped the search.
    pub ended: bool,
    /// Whether enough fixes were found.
    enough: bool,
}

/// All records of the names that a file may require, by name.
type ByName<'r> = HashMap<&'r PackageName, Vec<&'r RepoDataRecord>>;

/// The result for each set of edits of a candidate.
type Outcomes = Vec<Result<Option<Fix>, ResolveError>>;

/// The fixes that were reported, and those held back.
#[derive(Default)]
struct Reported {
    /// The number of fixes to find.
    fixes: usize,
    texts: Vec<Vec<String>>,
    /// Fixes with drawbacks, which are reported only if there is nothing better.
    doubtful: Vec<Fix>,
    /// The number of changed files that were solved.
    solves: usize,
    /// Whether a time limit stopped a solve.
    ended: bool,
}

impl Fixing<'_> {
    /// Searches for fixes, and reports each as soon as no milder one can follow.
    pub(crate) async fn run(
        &self,
        found: &mut dyn FnMut(Fix),
    ) -> Result<SearchOutcome, ResolveError> {
        let (sender, steps) = mpsc::unbounded_channel();
        let solved = pin!(self.solve_all(steps, found));
        let search = pin!(self.search(sender));
        let (ended, answer) = match select(solved, search).await {
            Either::Left((answer, _)) if answer.enough => (Ok(()), answer),
            Either::Left((answer, search)) => (search.await, answer),
            Either::Right((ended, solved)) => (ended, solved.await),
        };
        match ended {
            Err(failure) if !failure.is_deadline() && answer.least_changes == 0 => Err(failure),
            Err(_) => Ok(SearchOutcome {
                ended: true,
                ..answer
            }),
            Ok(()) => Ok(answer),
        }
    }

    /// Searches for proposals in half of the remaining time. The other half is for solving
    /// them.
    async fn search(&self, found: mpsc::UnboundedSender<Step>) -> Result<(), ResolveError> {
        let cores: Vec<Vec<usize>> = self.conflicts.iter().map(|c| c.lines.clone()).collect();
        let places = self.question.places.clone();
        let ask = move |problem: &Problem<'_>| {
            // A constraints file is usually shared, so this file's fixes must not change it.
            let can_change = |line: usize| {
                let kind = &problem.declared[line].kind;
                places[line].is_some() && !matches!(kind, DeclaredKind::PipConstraint(_))
            };
            // The receiver is gone once enough fixes were found.
            let mut tell = |step| found.send(step).is_ok();
            search::steps(problem, &cores, &can_change, &mut tell)
        };
        let question = self.question.until(self.share(2));
        question.ask(self.repodata.clone(), ask).await
    }

    /// Returns the end of the given fraction of the remaining time, `1 / parts`.
    fn share(&self, parts: u32) -> Option<Instant> {
        let (now, deadline) = (Instant::now(), self.question.deadline()?);
        Some(now + deadline.saturating_duration_since(now) / parts)
    }

    /// Solves the proposals, several at a time, and reports those with a solution.
    async fn solve_all(
        &self,
        mut steps: mpsc::UnboundedReceiver<Step>,
        found: &mut dyn FnMut(Fix),
    ) -> SearchOutcome {
        let known = by_name(&self.repodata);
        let at_once = std::thread::available_parallelism().map_or(1, NonZero::get);
        let mut ways = Candidates::new();
        let mut told = Reported {
            fixes: self.wanted,
            ..Reported::default()
        };
        let mut running = FuturesUnordered::new();
        let mut searching = true;
        loop {
            while !told.is_enough()
                && let Some((way, outcomes)) = ways.tell()
            {
                if told.take(outcomes, found) && way.elsewhere {
                    ways.is_found_elsewhere(&way);
                }
            }
            if told.is_enough() || is_over(self.question) {
                break;
            }
            let limit = at_once.saturating_sub(usize::from(searching)).max(1);
            while running.len() < limit
                && let Some(way) = ways.begin(told.wanted())
            {
                running.push(self.outcomes(way, &known));
            }
            if running.is_empty() && !searching {
                break;
            }
            tokio::select! {
                step = steps.recv(), if searching => match step {
                    Some(Step::Proposal(proposal)) => {
                        let is_mistaken = self.is_mistaken(&proposal);
                        ways.add(proposal, is_mistaken);
                    }
                    Some(Step::Below(changes)) => ways.are_all_below(changes),
                    None => {
                        searching = false;
                        ways.are_all_below(usize::MAX);
                    }
                },
                Some((way, outcomes)) = running.next() => {
                    let is_cut = |outcome: &Result<_, ResolveError>| {
                        outcome.as_ref().is_err_and(ResolveError::is_deadline)
                    };
                    if !way.is_hard && outcomes.iter().any(is_cut) {
                        ways.set_aside(&way);
                    } else {
                        ways.end(&way, outcomes);
                    }
                }
            }
        }
        let least_changes = ways.least_changes();
        let least_changes = least_changes.map_or(0, |least| least + self.before.iter().len());
        if is_over(self.question) {
            told.ended = true;
            for (_, outcomes) in ways.rest() {
                told.take(outcomes, found);
            }
        }
        let (enough, ended) = (told.is_enough(), told.ended);
        let more = told.fixes.saturating_sub(told.texts.len());
        told.doubtful.into_iter().take(more).for_each(found);
        SearchOutcome {
            least_changes,
            ended,
            enough,
        }
    }

    /// Whether the line of a proposal certainly means something else: it has options that pip
    /// ignores there, or a name that stands for another project.
    fn is_mistaken(&self, proposal: &Proposal) -> bool {
        let [line] = &proposal.lines[..] else {
            return false;
        };
        let declared = &self.question.declared()[line.line];
        let DeclaredKind::Pip(requirement) = &declared.kind else {
            return false;
        };
        let mut requirements = self.environment.pip.requirements.iter();
        let ignores = requirements.any(|requirement| {
            let is_it = Some(&requirement.location) == self.question.places[line.line].as_ref();
            is_it && !requirement.ignored_options.is_empty()
        });
        ignores || intended::on_pypi(&requirement.name).is_some()
    }

    /// Returns the result for each set of edits of a candidate.
    async fn outcomes(&self, way: Candidate, known: &ByName<'_>) -> (Candidate, Outcomes) {
        let mut outcomes = Outcomes::new();
        // A slow solve must not delay the others.
        let parts = if way.is_hard { 1 } else { 3 };
        for edits in self.edits(&way.proposal, way.elsewhere, known).await {
            let start = Instant::now();
            let mut outcome = self.checked(edits, self.share(parts), known).await;
            if let Ok(Some(fix)) = &mut outcome
                && fix.notes.is_empty()
                && !way.elsewhere
            {
                let patience = WHY_SKIPPED.max(start.elapsed());
                self.tell_skipped(&way.proposal, fix, patience).await;
            }
            outcomes.push(outcome);
        }
        let is_solved = outcomes
            .iter()
            .any(|outcome| matches!(outcome, Ok(Some(_))));
        if way.elsewhere
            && way.proposal.lines.len() > 1
            && !is_solved
            && let Some(edits) = self.mildest_each(&way.proposal, known).await
        {
            outcomes.push(self.checked(edits, self.share(parts), known).await);
        }
        (way, outcomes)
    }

    /// Returns the edits of a proposal, or with `elsewhere` those that use other sources for
    /// the requirements of its lines.
    async fn edits(
        &self,
        proposal: &Proposal,
        elsewhere: bool,
        known: &ByName<'_>,
    ) -> Vec<Vec<Edit>> {
        let edits: Option<Vec<Edit>> = proposal.lines.iter().map(|line| self.edit(line)).collect();
        let together = proposal.together.iter();
        let together: Option<Vec<Edit>> = together.map(|moved| self.together(moved)).collect();
        let (Some(edits), Some(together)) = (edits, together) else {
            return Vec::new();
        };
        let with = |edits: Vec<Edit>| at_once([together.clone(), edits].concat());
        if !elsewhere {
            return vec![with(edits)];
        }
        let instead = self.instead(proposal, known).await;
        if let [instead] = &instead[..] {
            return instead
                .iter()
                .map(|edit| with(vec![edit.clone()]))
                .collect();
        }
        if instead.iter().all(Vec::is_empty) {
            return Vec::new();
        }
        let first = |(edit, instead): (&Edit, &Vec<Edit>)| instead.first().unwrap_or(edit).clone();
        vec![with(edits.iter().zip(&instead).map(first).collect())]
    }

    /// Returns, for each line of a proposal, the edits that use another source for it.
    async fn instead(&self, proposal: &Proposal, known: &ByName<'_>) -> Vec<Vec<Edit>> {
        let places = OtherSources {
            question: self.question,
            environment: self.environment,
            missing: &self.repodata.missing,
            known,
        };
        let mut instead: Vec<Vec<Edit>> = Vec::new();
        for becomes in &proposal.lines {
            let looked_for = becomes.with.is_none() || proposal.lines.len() == 1;
            let is_unknown = self.unknown.contains(&becomes.line);
            instead.push(if looked_for {
                places.edits(becomes.line, is_unknown).await
            } else {
                Vec::new()
            });
        }
        instead
    }

    /// Returns the edits of a proposal in which each line has the mildest one that solves with
    /// the other lines as proposed. A source that does not solve for one line then does not
    /// affect the others. `None` if no other source solves.
    async fn mildest_each(&self, proposal: &Proposal, known: &ByName<'_>) -> Option<Vec<Edit>> {
        let proposed: Option<Vec<Edit>> =
            proposal.lines.iter().map(|line| self.edit(line)).collect();
        let proposed = proposed?;
        let together = proposal.together.iter().map(|moved| self.together(moved));
        let together: Vec<Edit> = together.collect::<Option<_>>()?;
        let mut chosen = proposed.clone();
        let mut left = MOST_SOURCES;
        for (place, instead) in self.instead(proposal, known).await.iter().enumerate() {
            for edit in instead {
                if left == 0 {
                    break;
                }
                left -= 1;
                let mut edits = proposed.clone();
                edits[place] = edit.clone();
                let edits = at_once([together.clone(), edits].concat());
                let outcome = self.checked(edits, self.share(MOST_SOURCES), known).await;
                if matches!(outcome, Ok(Some(_))) {
                    chosen[place] = edit.clone();
                    break;
                }
            }
        }
        (chosen != proposed).then(|| at_once([together, chosen].concat()))
    }

    fn edit(&self, becomes: &ChangedLine) -> Option<Edit> {
        let at = self.question.places[becomes.line].clone()?;
        let with = becomes.with.as_ref().map(|with| with.text.clone());
        let change = match &with {
            Some(with) => Change::Replace {
                at,
                with: with.clone(),
            },
            None => Change::Remove { at },
        };
        Some(Edit {
            kind: becomes.kind,
            lines: vec![becomes.line],
            with,
            changes: vec![change],
            skipped: None,
        })
    }

    /// Returns the edit that moves a family to another version.
    fn together(&self, moved: &FamilyMove) -> Option<Edit> {
        let changes = moved.lines.iter().map(|(line, with)| {
            Some(Change::Replace {
                at: self.question.places[*line].clone()?,
                with: with.text.clone(),
            })
        });
        Some(Edit {
            kind: EditKind::BumpTogether,
            lines: moved.lines.iter().map(|(line, _)| *line).collect(),
            with: Some(moved.version.clone()),
            changes: changes.collect::<Option<_>>()?,
            skipped: None,
        })
    }

    /// Returns the fix that consists of these edits, if the changed file has a solution.
    async fn checked(
        &self,
        edits: Vec<Edit>,
        deadline: Option<Instant>,
        known: &ByName<'_>,
    ) -> Result<Option<Fix>, ResolveError> {
        let mut changes: Vec<Change> = Vec::new();
        for change in edits.iter().flat_map(|edit| &edit.changes) {
            if !changes.contains(change) {
                changes.push(change.clone());
            }
        }
        let changed = change(self.environment, &changes)?;
        let environment = changed.read(self.environment)?;
        let question = self.question.changed(&environment).await?;
        let question = question.until(deadline);
        let repodata = self.repodata_for(&question, known).await?;
        let Some(solution) = question.ask(repodata, solve).await? else {
            return Ok(None);
        };
        if is_over(&question) {
            // There was no time to find the versions that `pin` would choose.
            return Err(SolveError::DEADLINE.into());
        }
        Ok(Some(Fix {
            gives: self.gives(&edits, &question, &solution),
            notes: notes::of(&solution, &edits),
            edits: self.before.iter().cloned().chain(edits).collect(),
            text: changed.text,
            included: changed.included,
        }))
    }

    /// Returns the loaded records, or loads more if the changed file has names or channels
    /// that the file does not have.
    async fn repodata_for(
        &self,
        question: &Question,
        known: &ByName<'_>,
    ) -> Result<Arc<Repodata>, ResolveError> {
        let urls = |question: &Question| -> Vec<_> {
            let channels = question.channels.list().iter();
            channels
                .map(|channel| channel.channel.base_url.clone())
                .collect()
        };
        let specs = question.names_of_specs();
        let is_known = |spec: &MatchSpec| {
            let name = spec.name.as_exact();
            name.is_some_and(|name| known.contains_key(name))
        };
        if urls(question) == urls(self.question) && specs.iter().all(is_known) {
            return Ok(self.repodata.clone());
        }
        question.records(&specs).await.map(Arc::new)
    }

    /// Returns the resulting versions of the changed lines and of the lines in the conflicts.
    fn gives(
        &self,
        edits: &[Edit],
        question: &Question,
        solution: &Solution,
    ) -> Vec<ResultingVersion> {
        let of_conflicts = self.conflicts.iter().flat_map(|conflict| &conflict.lines);
        let mut lines: Vec<usize> = of_conflicts.copied().collect();
        lines.extend(edits.iter().flat_map(|edit| edit.lines.iter().copied()));
        lines.sort_unstable();
        lines.dedup();
        let before = self.question.declared();
        let mut given: Vec<ResultingVersion> = Vec::new();
        let mut names: Vec<(String, bool)> = Vec::new();
        for line in lines {
            match &before[line].kind {
                DeclaredKind::Conda(spec) => names.push((spec.name.to_string(), true)),
                DeclaredKind::Pip(requirement) => names.push((requirement.name.to_string(), false)),
                _ => {}
            }
        }
        for moved in edits
            .iter()
            .filter(|edit| edit.kind > EditKind::ChangePython)
        {
            let declared = question.declared().iter();
            let with = declared.filter(|line| Some(&line.text) == moved.with.as_ref());
            names.extend(with.filter_map(|line| match &line.kind {
                DeclaredKind::Conda(spec) => Some((spec.name.to_string(), true)),
                DeclaredKind::Pip(requirement) => Some((requirement.name.to_string(), false)),
                _ => None,
            }));
        }
        for (name, conda) in names {
            let found = if conda {
                conda_version(solution, &name)
            } else {
                pypi_version(solution, &name)
            };
            if let Some(found) = found.filter(|found| !given.contains(found)) {
                given.push(found);
            }
        }
        given
    }
}

impl Reported {
    /// Whether enough fixes were found.
    fn is_enough(&self) -> bool {
        self.wanted() == 0
    }

    /// Returns how many more fixes to find.
    fn wanted(&self) -> usize {
        let fixes = self.fixes.saturating_sub(self.texts.len());
        fixes.min(SOLVES.saturating_sub(self.solves))
    }

    /// Reports the fixes among the outcomes; returns whether one of them has no drawback.
    fn take(&mut self, outcomes: Outcomes, found: &mut dyn FnMut(Fix)) -> bool {
        let mut is_good = false;
        for outcome in outcomes {
            self.solves += 1;
            match outcome {
                Ok(Some(fix)) if self.texts.contains(&fix.files()) => {}
                Ok(Some(fix)) if fix.notes.is_empty() && self.texts.len() < self.fixes => {
                    is_good = true;
                    self.texts.push(fix.files());
                    found(fix);
                }
                Ok(Some(fix)) => self.doubtful.push(fix),
                // A change that cannot be made or judged is not a fix.
                Err(failure) => self.ended |= failure.is_deadline(),
                Ok(None) => {}
            }
        }
        is_good
    }
}

/// Merges edits that make the same change for several lines. For example, a channel is added
/// once.
fn at_once(edits: Vec<Edit>) -> Vec<Edit> {
    let mut merged: Vec<Edit> = Vec::new();
    for edit in edits {
        match merged
            .iter_mut()
            .find(|known| known.changes == edit.changes)
        {
            Some(known) => known.lines.extend(edit.lines),
            None => merged.push(edit),
        }
    }
    merged
}

/// Whether the deadline of a question has passed.
fn is_over(question: &Question) -> bool {
    let deadline = question.deadline();
    deadline.is_some_and(|deadline| deadline <= Instant::now())
}

fn by_name(repodata: &Repodata) -> ByName<'_> {
    let mut known = ByName::new();
    for record in repodata.subdirs.iter().flat_map(|subdir| subdir.iter()) {
        known
            .entry(&record.package_record.name)
            .or_default()
            .push(record);
    }
    known
}

fn conda_version(solution: &Solution, name: &str) -> Option<ResultingVersion> {
    let record = solution.record(name)?;
    Some(ResultingVersion {
        name: name.to_string(),
        version: record.package_record.version.to_string(),
        half: Half::Conda,
    })
}

fn pypi_version(solution: &Solution, name: &str) -> Option<ResultingVersion> {
    if let Some(package) = solution.release(&parse::pep::name(name).ok()?) {
        return Some(ResultingVersion {
            name: name.to_string(),
            version: package.version.to_string(),
            half: Half::Pypi,
        });
    }
    let mut provided = solution.provided.iter();
    let provided = provided.find(|provided| provided.project.as_ref() == name)?;
    conda_version(solution, &provided.conda_name)
}

impl Fix {
    /// Returns the texts of the files that the fix changes.
    fn files(&self) -> Vec<String> {
        let included = self.included.iter();
        let texts = included.map(|file| file.after.text().to_string());
        std::iter::once(self.text.clone()).chain(texts).collect()
    }

    /// Returns the number of declared lines and channels that it changes.
    pub fn size(&self) -> usize {
        self.edits.len()
    }
}
