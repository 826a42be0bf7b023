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
        environment,
    },
};

mod elsewhere;
mod requirement;
mod search;

use elsewhere::Elsewhere;
use search::{Becomes, Proposal};

/// How many fixes are shown.
const FIXES: usize = 5;

/// How many changed files are solved to find them.
const SOLVES: usize = 12;

/// Where fixes are looked for.
pub(super) struct Fixing<'q> {
    pub question: &'q Question,
    pub environment: &'q EnvironmentFile,
    pub conflicts: &'q [Conflict],
    /// The records of every name that the file leads to.
    pub repodata: Arc<Repodata>,
    /// The names of conda lines that no channel has.
    pub unknown: &'q [usize],
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
            least_changes: proposals.first().map_or(0, |first| first.lines.len()),
            ended: ended.is_some(),
        };
        let (mut fixes, mut solves) = (Vec::new(), 0);
        for proposal in &proposals {
            for edits in self.ways(proposal).await {
                if fixes.len() == FIXES || solves == SOLVES {
                    return Ok(answer);
                }
                solves += 1;
                match self.checked(edits).await {
                    Ok(Some(fix)) if !fixes.contains(&fix.text) => {
                        fixes.push(fix.text.clone());
                        found(fix);
                    }
                    Ok(_) => {}
                    Err(failure) if failure.is_time_limit() => {
                        answer.ended = true;
                        return Ok(answer);
                    }
                    // A change that cannot be made or judged is no fix.
                    Err(_) => {}
                }
            }
        }
        Ok(answer)
    }

    async fn proposals(&self) -> Result<(Vec<Proposal>, Option<Failure>), Failure> {
        let cores: Vec<Vec<usize>> = self.conflicts.iter().map(|c| c.lines.clone()).collect();
        let places = self.question.places.clone();
        let environment = self.environment.source.clone();
        let ask = move |problem: &crate::problem::Problem<'_>| {
            let can_change = |line: usize| {
                let place = places[line].as_ref();
                place.is_some_and(|place| Arc::ptr_eq(&place.file, &environment))
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

    /// The edits of a proposal: what goes is looked for elsewhere first.
    async fn ways(&self, proposal: &Proposal) -> Vec<Vec<Edit>> {
        let places = Elsewhere {
            question: self.question,
        };
        let mut kept: Vec<Edit> = Vec::new();
        let mut gone: Vec<(Edit, Vec<Edit>)> = Vec::new();
        for becomes in &proposal.lines {
            let Some(edit) = self.edit(becomes) else {
                return Vec::new();
            };
            match becomes.with {
                Some(_) => kept.push(edit),
                None => {
                    let is_unknown = self.unknown.contains(&becomes.line);
                    gone.push((edit, places.edits(becomes.line, is_unknown).await));
                }
            }
        }
        if gone.is_empty() {
            let mut ways = vec![kept];
            if let [only] = &proposal.lines[..] {
                let elsewhere = places.edits(only.line, false).await;
                ways.extend(elsewhere.into_iter().map(|edit| vec![edit]));
            }
            return ways;
        }
        let with = |of: &dyn Fn(&(Edit, Vec<Edit>)) -> Edit| -> Vec<Edit> {
            let instead = gone.iter().map(of);
            kept.iter().cloned().chain(instead).collect()
        };
        let mut ways = Vec::new();
        if let [(_, elsewhere)] = &gone[..] {
            ways.extend(elsewhere.iter().map(|edit| with(&|_| edit.clone())));
        } else if gone.iter().any(|(_, elsewhere)| !elsewhere.is_empty()) {
            ways.push(with(&|(drop, elsewhere)| {
                elsewhere.first().unwrap_or(drop).clone()
            }));
        }
        ways.push(with(&|(drop, _)| drop.clone()));
        ways
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
            line: Some(becomes.line),
            with,
            changes: vec![change],
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
        let text = change(self.environment, &changes)?;
        let environment = environment::read(self.environment.source.with_text(&*text))?;
        let question = self.question.changed(&environment).await?;
        let repodata = self.repodata_for(&question).await?;
        let Some(solution) = question.ask(repodata, solve).await? else {
            return Ok(None);
        };
        Ok(Some(Fix {
            gives: self.gives(&edits, &question, &solution),
            notes: notes(&solution),
            edits,
            text,
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
            .flat_map(|subdir| &subdir.records);
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
        lines.extend(edits.iter().filter_map(|edit| edit.line));
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

/// What a solution has that a user would not expect.
fn notes(solution: &Solution) -> Vec<String> {
    let mut notes = Vec::new();
    for (project, conda) in &solution.overwritten {
        notes.push(format!("pip would install {project} over conda's {conda}"));
    }
    if solution.by_legacy_resolver {
        notes.push("a pip before 20.3 installs it though it breaks a requirement".to_string());
    }
    notes
}

impl Fix {
    /// How many declared lines and channels it changes.
    pub fn size(&self) -> usize {
        self.edits.len()
    }
}
