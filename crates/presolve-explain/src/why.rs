//! `explain --why NAME`: what requires a package, and why it has this version.
//!
//! To find what prevents a newer version, presolve solves the file again with an additional
//! line that requires one.

use std::sync::Arc;

use pep508_rs::PackageName;
use rattler_conda_types::{ParseMatchSpecOptions, RepoDataRecord};

use presolve_config::Settings;
use presolve_parse as parse;
pub use presolve_registry::conda::repodata::{Repodata, nearest_of};
use presolve_resolve::{
    Listener, ResolveError, Shared, Upgrade, in_time, is_same, question::Question, unknown_names,
};
use presolve_solve::{
    Conflict, Declared, DeclaredKind, Missing, Solution,
    askers::{
        Asked,
        direct::{self, Demand},
    },
    conflict::Package,
    explain_all, solve,
};
use presolve_spec::EnvironmentFile;
use presolve_text::diagnostic::{Diagnostic, Location};

mod looking;
mod newest;

use looking::Looking;
pub use newest::{A_NEWER_ONE, Cause, Newest, Possible, VersionChange};

/// The results for the requested packages.
pub struct Answer {
    /// The declared requirements; lines are referred to by their index in this list.
    pub declared: Vec<Declared>,
    /// The position of each requirement in its file; `None` for those that conda adds by
    /// itself, and for the Python of the settings.
    pub places: Vec<Option<Location>>,
    /// The conflicts, if there is no solution.
    pub conflicts: Vec<Conflict>,
    /// The results, in the order of the requested names.
    pub found: Vec<(String, NameAnswer)>,
    /// The cut-off date: packages that were uploaded later are ignored.
    pub cut_off: Option<jiff::Timestamp>,
    /// Notices collected during the run.
    pub notices: Vec<Diagnostic>,
}

/// The result for one name.
pub enum NameAnswer {
    /// The packages of the solution that the name refers to.
    Installed(Vec<Installed>),
    /// The package exists but is not in the solution.
    Absent {
        /// Requirements of releases in the solution that do not apply here.
        idle: Vec<Demand>,
    },
    /// The package does not exist; the solution has similar names.
    Unknown {
        /// Similar names, nearest first.
        nearest: Vec<String>,
    },
    /// The file has no solution; these chains of the conflicts involve the package.
    Unsolvable {
        /// The indices of the lines that require it.
        lines: Vec<usize>,
        /// The index of the conflict, then of its case and of its chain.
        chains: Vec<(usize, usize, usize)>,
    },
}

/// A package of the solution.
pub struct Installed {
    /// The package or project.
    pub package: Package,
    /// The version in the solution.
    pub version: String,
    /// The build string; `None` for a PyPI project.
    pub build: Option<String>,
    /// The channel or index that provides it.
    pub from: String,
    /// The PyPI projects that it provides under another name.
    pub provides: Vec<PackageName>,
    /// The requirements on it, those that leave the fewest versions first.
    pub askers: Vec<Asker>,
    /// Why it does not have a newer version.
    pub newest: Newest,
}

/// A requirement on a package, with its author.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asker {
    /// The requirement.
    pub demand: Demand,
    /// The version of the package that has the requirement; `None` for a line.
    pub version: Option<String>,
    /// The number of loaded versions that it leaves, if known.
    pub leaves: Option<usize>,
    /// The shortest path from a declared line to the author; `None` for a line.
    pub way: Option<Asked>,
}

/// Explains for each name what requires it, and why it has this version.
///
/// # Errors
/// As for [`super::explain`].
pub async fn why(
    environment: &EnvironmentFile,
    settings: &Settings,
    names: &[String],
    listener: &Listener,
) -> Result<Answer, ResolveError> {
    let upgrade = Upgrade::None;
    why_with(environment, settings, names, &upgrade, listener).await
}

/// As [`why`], for the solution that ignores some pins of the file.
///
/// # Errors
/// As for [`why`].
pub(super) async fn why_with(
    environment: &EnvironmentFile,
    settings: &Settings,
    names: &[String],
    upgrade: &Upgrade,
    listener: &Listener,
) -> Result<Answer, ResolveError> {
    let answer = why_until(environment, settings, names, upgrade, listener);
    in_time(settings, answer).await
}

async fn why_until(
    environment: &EnvironmentFile,
    settings: &Settings,
    names: &[String],
    upgrade: &Upgrade,
    listener: &Listener,
) -> Result<Answer, ResolveError> {
    let deadline = settings
        .timeout
        .and_then(|timeout| std::time::Instant::now().checked_add(timeout));
    let mut question = Question::of(
        environment,
        settings,
        upgrade,
        &Shared::new(listener),
        listener,
        deadline,
    )
    .await?;
    let repodata = Arc::new(question.records(&question.names_of_specs()).await?);
    // Without the mapping, a project is still found by its own name.
    let _ = question.load_mapping().await;
    question.solving();
    let unknown = unknown_names(question.declared(), &repodata.missing);
    let solution = match &unknown {
        Some(_) => None,
        None => question.ask(repodata.clone(), solve).await?,
    };
    let mut answer = Answer {
        declared: question.declared().to_vec(),
        places: question.places.clone(),
        conflicts: Vec::new(),
        found: Vec::new(),
        cut_off: question.cut_offs().all,
        notices: question.notices(),
    };
    let Some(solution) = solution else {
        let unknown: Vec<Missing> = unknown.map_or_else(Vec::new, |found| found.missing);
        answer.conflicts = conflicts(&question, &repodata, unknown).await?;
        let found = names.iter();
        answer.found = found
            .map(|name| (name.clone(), answer.unsolvable(name)))
            .collect();
        return Ok(answer);
    };
    let solution: Arc<Solution> = Arc::from(solution);
    for name in names {
        let found = one(&question, &repodata, &solution, name).await?;
        answer.found.push((name.clone(), found));
    }
    Ok(answer)
}

async fn conflicts(
    question: &Question,
    repodata: &Arc<Repodata>,
    unknown: Vec<Missing>,
) -> Result<Vec<Conflict>, ResolveError> {
    let out: Vec<usize> = unknown.iter().map(|missing| missing.declared).collect();
    let mut conflicts: Vec<Conflict> = unknown
        .into_iter()
        .map(|missing| Conflict {
            lines: vec![missing.declared],
            minimal: true,
            missing: vec![missing],
            cases: Vec::new(),
        })
        .collect();
    let clashes = question.ask(repodata.clone(), move |problem| {
        let mut found = Vec::new();
        explain_all(problem, &out, &mut |conflict| found.push(conflict))?;
        Ok(found)
    });
    conflicts.extend(clashes.await?);
    Ok(conflicts)
}

async fn one(
    question: &Question,
    repodata: &Arc<Repodata>,
    solution: &Arc<Solution>,
    name: &str,
) -> Result<NameAnswer, ResolveError> {
    let (asked, known) = (name.to_string(), solution.clone());
    let names = question.names.clone();
    let installed = question.ask(repodata.clone(), move |problem| {
        let looking = Looking {
            problem,
            solution: &known,
            names: &names,
        };
        looking.for_name(&asked)
    });
    let installed = installed.await?;
    if !installed.is_empty() {
        return Ok(NameAnswer::Installed(installed));
    }
    let project = parse::pep::name(name).ok();
    let idle = project
        .iter()
        .flat_map(|project| direct::idle(solution, project))
        .collect::<Vec<_>>();
    if !idle.is_empty() || exists(question, repodata, name).await {
        return Ok(NameAnswer::Absent { idle });
    }
    let records = solution.conda.iter();
    let records = records.map(|record| record.package_record.name.as_normalized());
    let releases = solution.pypi.iter().map(|package| package.name.as_ref());
    Ok(NameAnswer::Unknown {
        nearest: nearest_of(name, records.chain(releases)),
    })
}

/// Whether a channel or an index of the file has such a package. One that cannot be queried
/// counts as not having it.
async fn exists(question: &Question, repodata: &Arc<Repodata>, name: &str) -> bool {
    let is_it = |record: &RepoDataRecord| is_same(record.package_record.name.as_normalized(), name);
    if repodata
        .subdirs
        .iter()
        .any(|subdir| subdir.iter().any(is_it))
    {
        return true;
    }
    if let Ok(spec) = parse::conda::match_spec(name, ParseMatchSpecOptions::lenient())
        && let Ok(found) = question.records(&[spec]).await
        && found.subdirs.iter().any(|subdir| subdir.iter().any(is_it))
    {
        return true;
    }
    let Ok(project) = parse::pep::name(name) else {
        return false;
    };
    let page = question.ask(repodata.clone(), move |problem| {
        Ok(problem.world.pypi.project(&project)?)
    });
    page.await.is_ok_and(|page| page.is_some())
}

impl Answer {
    fn unsolvable(&self, name: &str) -> NameAnswer {
        let named = |package: &Package| is_same(&package.name, name);
        let mut chains = Vec::new();
        for (conflict, found) in self.conflicts.iter().enumerate() {
            for (case, found) in found.cases.iter().enumerate() {
                for (chain, found) in found.chains.iter().enumerate() {
                    let passed = found.links.iter().chain(&found.given);
                    if passed.map(|left| &left.package).any(named) {
                        chains.push((conflict, case, chain));
                    }
                }
            }
        }
        let lines = self.declared.iter().enumerate();
        let lines = lines.filter(|(_, line)| asks_for(line, name));
        NameAnswer::Unsolvable {
            lines: lines.map(|(line, _)| line).collect(),
            chains,
        }
    }
}

fn asks_for(line: &Declared, name: &str) -> bool {
    match &line.kind {
        DeclaredKind::Conda(spec) => {
            let own = spec.name.as_exact();
            own.is_some_and(|own| is_same(own.as_normalized(), name))
        }
        DeclaredKind::Pip(requirement) => is_same(requirement.name.as_ref(), name),
        DeclaredKind::PipOpaque(project, _) => {
            let own = project.as_ref();
            own.is_some_and(|own| is_same(own.as_ref(), name))
        }
        // A constraint does not request a package.
        DeclaredKind::PipConstraint(_) => false,
    }
}
