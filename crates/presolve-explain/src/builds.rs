//! Builds that no channel has: `conda env export` wrote them on another platform, or so long
//! ago that the channels have removed them since.
//!
//! Each such line is a separate conflict, but all have the same cause, so they are reported as
//! one finding. Other conflicts are searched in the file without these builds, but with the
//! versions.

use std::{collections::HashMap, time::Duration};

use rattler_conda_types::{MatchSpec, Matches, RepoDataRecord, StringMatcher, Subdir};

use super::{Edit, EditKind, fixes::requirement::Parts};
use presolve_registry::conda::repodata::Repodata;
use presolve_resolve::question::Question;
use presolve_solve::{Declared, DeclaredKind};
use presolve_spec::{
    EnvironmentFile,
    change::{Change, change},
};
use presolve_text::diagnostic::Location;

/// The minimum number of such lines to report them as one finding.
const MANY: usize = 4;

/// The number of builds that are searched for on other platforms.
const SAMPLE: usize = 8;

/// The time limit of that search. It explains the finding, but does not change it.
const LIMIT: Duration = Duration::from_secs(5);

/// The platforms that files are usually exported on.
const OTHERS: [Subdir; 5] = [
    Subdir::Osx64,
    Subdir::OsxArm64,
    Subdir::Win64,
    Subdir::Linux64,
    Subdir::LinuxAarch64,
];

/// Lines that name builds which no channel has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GoneBuilds {
    /// The indices of the lines among the declared requirements.
    pub lines: Vec<usize>,
    /// The platform for which the channels have most of the sampled builds; `None` if there
    /// are none.
    pub found_for: Option<Subdir>,
}

/// A file without the builds that no channel has. The indices of its declared requirements are
/// unchanged.
pub(super) struct WithoutBuilds {
    pub gone: GoneBuilds,
    pub environment: EnvironmentFile,
    pub question: Question,
}

impl WithoutBuilds {
    /// Removes the builds, if there are many of them.
    pub(crate) async fn of(
        environment: &EnvironmentFile,
        question: &Question,
        repodata: &Repodata,
    ) -> Option<Self> {
        let mut lines = gone(question.declared(), repodata);
        let mut changes = Vec::new();
        lines.retain(|&line| {
            let place = question.places[line].as_ref();
            let change = place.and_then(|at| without(&question.declared()[line], at));
            changes.extend(change.clone());
            change.is_some()
        });
        if lines.len() < MANY {
            return None;
        }
        // A file that cannot be edited keeps its builds.
        let changed = change(environment, &changes).ok()?;
        let environment = changed.read(environment).ok()?;
        let changed = question.changed(&environment).await.ok()?;
        let found_for = found_for(question, &lines);
        let found_for = tokio::time::timeout(LIMIT, found_for).await;
        Some(Self {
            gone: GoneBuilds {
                lines,
                found_for: found_for.ok().flatten(),
            },
            environment,
            question: changed,
        })
    }

    /// The edit that removes the builds.
    pub(crate) fn edit(&self) -> Edit {
        Edit {
            kind: EditKind::DropBuilds,
            lines: self.gone.lines.clone(),
            with: None,
            // Further changes start from the file that already has these.
            changes: Vec::new(),
            skipped: None,
        }
    }
}

/// Returns the lines that name a missing build of an existing package.
fn gone(declared: &[Declared], repodata: &Repodata) -> Vec<usize> {
    let mut by_name: HashMap<&str, Vec<&RepoDataRecord>> = HashMap::new();
    for record in repodata.subdirs.iter().flat_map(|subdir| subdir.iter()) {
        let name = record.package_record.name.as_normalized();
        by_name.entry(name).or_default().push(record);
    }
    let is_gone = |line: &Declared| {
        let spec = one_build(line)?;
        let records = by_name.get(spec.name.as_exact()?.as_normalized())?;
        Some(!records.iter().any(|record| spec.matches(*record)))
    };
    let lines = declared.iter().enumerate();
    lines
        .filter(|(_, line)| is_gone(line) == Some(true))
        .map(|(line, _)| line)
        .collect()
}

/// Returns the spec of a line that names one build of a version.
fn one_build(line: &Declared) -> Option<&MatchSpec> {
    match &line.kind {
        DeclaredKind::Conda(spec) => {
            let is_one = matches!(spec.build, Some(StringMatcher::Exact(_)));
            (is_one && spec.version.is_some()).then_some(spec)
        }
        _ => None,
    }
}

fn without(line: &Declared, at: &Location) -> Option<Change> {
    Some(Change::Replace {
        at: at.clone(),
        with: Parts::of(line)?.without_build()?.text,
    })
}

/// Returns the platform for which the channels have most of these builds. A channel that
/// cannot be queried counts as having none.
async fn found_for(question: &Question, lines: &[usize]) -> Option<Subdir> {
    let sample = lines.iter().step_by(lines.len().div_ceil(SAMPLE));
    let specs = sample.filter_map(|&line| one_build(&question.declared()[line]));
    let specs: Vec<MatchSpec> = specs.cloned().collect();
    for subdir in OTHERS {
        if subdir == question.subdir {
            continue;
        }
        let Ok(records) = question.records_for(subdir, &specs).await else {
            continue;
        };
        let is_there = |spec: &&MatchSpec| records.iter().any(|record| spec.matches(record));
        if 2 * specs.iter().filter(is_there).count() > specs.len() {
            return Some(subdir);
        }
    }
    None
}
