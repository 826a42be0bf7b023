//! Fixes: changes that were made to the file and solved.

use std::{collections::HashSet, sync::Arc};

use rattler_conda_types::MatchSpec;

use super::{Edit, EditKind, Fix, Given};
use crate::{
    conda::repodata::Repodata,
    diagnostic::Failure,
    problem::{Conflict, DeclaredKind, Solution, conflict::Half, solve},
    resolve::question::Question,
    spec::{
        EnvironmentFile,
        change::{Change, change},
    },
};

mod elsewhere;
pub(super) mod family;
mod notes;
pub(super) mod requirement;
pub(super) mod search;
mod skipped;

use elsewhere::Elsewhere;
use family::Together;
use search::{Becomes, Proposal};

/// How many fixes are shown.
pub(super) const FIXES: usize = 5;

/// How many changed files are solved to find them.
const SOLVES: usize = 12;

/// Where fixes are looked for.
pub(super) struct Fixing<'q> {
    pub question: &'q Question,
    pub environment: &'q EnvironmentFile,
    pub conflicts: &'q [Conflict],
    /// What has changed in the file already.
    pub before: Option<Edit>,
    /// The records of every name that the file leads to.
    pub repodata: Arc<Repodata>,
    /// The names of conda lines that no channel has.
    pub unknown: &'q [usize],
    /// How many fixes are wanted.
    pub wanted: usize,
}

/// What came of the search for fixes.
#[derive(Default)]
pub(super) struct Found {
    /// How many lines every fix has to change at least.
    pub least_changes: usize,
    /// It was ended by the time limit.
    pub ended: bool,
}

impl Fixing<'_> {
    /// Looks for fixes and tells each as it is found, the mildest first.
    pub async fn run(&self, found: &mut dyn FnMut(Fix)) -> Result<Found, Failure> {
        let (proposals, ended) = self.proposals().await?;
        let mut answer = Found {
            least_changes: proposals
                .first()
                .map_or(0, |first| first.size() + self.before.iter().len()),
            ended: ended.is_some(),
        };
        let mut told: Vec<Vec<String>> = Vec::new();
        // What works, but not as one would want: told if there is nothing better.
        let mut doubtful: Vec<Fix> = Vec::new();
        let mut mended_elsewhere: Vec<usize> = Vec::new();
        let mut solves = 0;
        'ways: for way in ways(&proposals) {
            if way.drops() && mended_elsewhere.contains(&way.proposal) {
                continue;
            }
            for edits in self.edits(&proposals[way.proposal], way.elsewhere).await {
                if told.len() == self.wanted || solves == SOLVES {
                    break 'ways;
                }
                solves += 1;
                match self.checked(edits).await {
                    Ok(Some(fix)) if told.contains(&fix.files()) => {}
                    Ok(Some(mut fix)) if fix.notes.is_empty() => {
                        if way.elsewhere {
                            mended_elsewhere.push(way.proposal);
                        }
                        told.push(fix.files());
                        self.tell_skipped(&proposals[way.proposal], &mut fix).await;
                        found(fix);
                    }
                    Ok(Some(fix)) => doubtful.push(fix),
                    Ok(None) => {}
                    Err(failure) if failure.is_time_limit() => {
                        answer.ended = true;
                        break 'ways;
                    }
                    // A change that cannot be made or judged is no fix.
                    Err(_) => {}
                }
            }
        }
        let more = self.wanted.saturating_sub(told.len());
        doubtful.into_iter().take(more).for_each(found);
        Ok(answer)
    }

    async fn proposals(&self) -> Result<(Vec<Proposal>, Option<Failure>), Failure> {
        let cores: Vec<Vec<usize>> = self.conflicts.iter().map(|c| c.lines.clone()).collect();
        let places = self.question.places.clone();
        let ask = move |problem: &crate::problem::Problem<'_>| {
            // A constraints file is shared, as a rule, and not this file's to change.
            let can_change = |line: usize| {
                let kind = &problem.declared[line].kind;
                places[line].is_some() && !matches!(kind, DeclaredKind::PipConstraint(_))
            };
            let mut proposals = Vec::new();
            let ended = search::proposals(problem, &cores, &can_change, &mut proposals).err();
            match ended {
                Some(failure) if !failure.is_time_limit() => Err(failure),
                ended => Ok((proposals, ended)),
            }
        };
        self.question.ask(self.repodata.clone(), ask).await
    }

    /// The edits of a proposal, or those that get what its lines ask for from elsewhere.
    async fn edits(&self, proposal: &Proposal, elsewhere: bool) -> Vec<Vec<Edit>> {
        let edits: Option<Vec<Edit>> = proposal.lines.iter().map(|line| self.edit(line)).collect();
        let together = proposal.together.iter();
        let together: Option<Vec<Edit>> = together.map(|moved| self.together(moved)).collect();
        let (Some(edits), Some(together)) = (edits, together) else {
            return Vec::new();
        };
        let with = |edits: Vec<Edit>| [together.clone(), edits].concat();
        if !elsewhere {
            return vec![with(edits)];
        }
        let places = Elsewhere {
            question: self.question,
        };
        let mut instead: Vec<Vec<Edit>> = Vec::new();
        for becomes in &proposal.lines {
            let looked_for = becomes.with.is_none() || proposal.lines.len() == 1;
            let is_unknown = self.unknown.contains(&becomes.line);
            instead.push(match looked_for {
                true => places.edits(becomes.line, is_unknown).await,
                false => Vec::new(),
            });
        }
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

    fn edit(&self, becomes: &Becomes) -> Option<Edit> {
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

    /// The edit that moves a family.
    fn together(&self, moved: &Together) -> Option<Edit> {
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

    /// The fix that these edits are, if the changed file has a solution.
    async fn checked(&self, edits: Vec<Edit>) -> Result<Option<Fix>, Failure> {
        let mut changes: Vec<Change> = Vec::new();
        for change in edits.iter().flat_map(|edit| &edit.changes) {
            if !changes.contains(change) {
                changes.push(change.clone());
            }
        }
        let changed = change(self.environment, &changes)?;
        let environment = changed.read(self.environment)?;
        let question = self.question.changed(&environment).await?;
        let repodata = self.repodata_for(&question).await?;
        let Some(solution) = question.ask(repodata, solve).await? else {
            return Ok(None);
        };
        Ok(Some(Fix {
            gives: self.gives(&edits, &question, &solution),
            notes: notes::of(&solution, &edits),
            edits: self.before.iter().cloned().chain(edits).collect(),
            text: changed.text,
            included: changed.included,
        }))
    }

    /// The records are at hand unless the changed file has names or channels that the
    /// file does not have.
    async fn repodata_for(&self, question: &Question) -> Result<Arc<Repodata>, Failure> {
        let urls = |question: &Question| -> Vec<_> {
            let channels = question.channels.list().iter();
            channels
                .map(|channel| channel.channel.base_url.clone())
                .collect()
        };
        let records = self
            .repodata
            .subdirs
            .iter()
            .flat_map(|subdir| subdir.iter());
        let loaded: HashSet<_> = records.map(|record| &record.package_record.name).collect();
        let specs = question.names_of_specs();
        let known = |spec: &MatchSpec| {
            spec.name
                .as_exact()
                .is_some_and(|name| loaded.contains(name))
        };
        if urls(question) == urls(self.question) && specs.iter().all(known) {
            return Ok(self.repodata.clone());
        }
        question.records(&specs).await.map(Arc::new)
    }

    /// What the lines that change and those of the conflicts get.
    fn gives(&self, edits: &[Edit], question: &Question, solution: &Solution) -> Vec<Given> {
        let of_conflicts = self.conflicts.iter().flat_map(|conflict| &conflict.lines);
        let mut lines: Vec<usize> = of_conflicts.copied().collect();
        lines.extend(edits.iter().flat_map(|edit| edit.lines.iter().copied()));
        lines.sort_unstable();
        lines.dedup();
        let before = self.question.declared();
        let mut given: Vec<Given> = Vec::new();
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
            let found = match conda {
                true => conda_version(solution, &name),
                false => pypi_version(solution, &name),
            };
            if let Some(found) = found.filter(|found| !given.contains(found)) {
                given.push(found);
            }
        }
        given
    }
}

/// A way to mend a file.
struct Way {
    /// The place of the proposal.
    proposal: usize,
    /// What its lines ask for is looked for elsewhere.
    elsewhere: bool,
    lines: usize,
    cost: usize,
}

impl Way {
    fn drops(&self) -> bool {
        !self.elsewhere && self.cost >= search::COST_OF_DROP
    }
}

/// All ways, those that change the fewest lines first, then the mildest.
fn ways(proposals: &[Proposal]) -> Vec<Way> {
    let mut ways = Vec::new();
    for (place, proposal) in proposals.iter().enumerate() {
        let lines = proposal.size();
        let way = |elsewhere, cost| Way {
            proposal: place,
            elsewhere,
            lines,
            cost,
        };
        ways.push(way(false, proposal.cost));
        let gone = proposal
            .lines
            .iter()
            .filter(|line| line.with.is_none())
            .count();
        if gone > 0 {
            let rest = proposal.cost - gone * search::COST_OF_DROP;
            ways.push(way(true, rest + gone * COST_OF_MOVE));
        } else if lines == 1 {
            ways.push(way(true, COST_OF_MOVE));
        }
    }
    ways.sort_by_key(|way| (way.lines, way.cost));
    ways
}

/// What it costs to take a requirement from another place: more than another minor
/// version, less than another major one.
const COST_OF_MOVE: usize = search::COST_OF_MAJOR - 10;

fn conda_version(solution: &Solution, name: &str) -> Option<Given> {
    let record = solution.record(name)?;
    Some(Given {
        name: name.to_string(),
        version: record.package_record.version.to_string(),
        half: Half::Conda,
    })
}

fn pypi_version(solution: &Solution, name: &str) -> Option<Given> {
    if let Some(package) = solution.release(&name.parse().ok()?) {
        return Some(Given {
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
    /// The texts of the files that it changes.
    fn files(&self) -> Vec<String> {
        let included = self.included.iter();
        let texts = included.map(|file| file.after.text().to_string());
        std::iter::once(self.text.clone()).chain(texts).collect()
    }

    /// How many declared lines and channels it changes.
    pub fn size(&self) -> usize {
        self.edits.len()
    }
}
