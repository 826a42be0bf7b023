//! The conda half without the pip list.

use std::{collections::HashSet, sync::Arc};

use pep508_rs::PackageName;
use resolvo::SolvableId;

use crate::{
    attempt::Attempt,
    decode::{Decoded, decode},
    encode::rules::Rules,
    model::{
        DeclaredKind, Problem, error::SolveError, record_facts::CondaLines, solution::Solution,
    },
};

/// Returns the best solution of the conda half; `None` if it has none.
///
/// # Errors
/// As for [`solve`](super::solve).
pub(crate) fn solution(problem: &Problem<'_>) -> Result<Option<Arc<Solution>>, SolveError> {
    problem.world.facts.conda_alone(conda_lines(problem), || {
        let mut attempt = Attempt::new(problem, Rules::default())?;
        let chosen = attempt.run()?;
        let solution = chosen.map(|chosen| read(&attempt, &chosen)).transpose()?;
        Ok(solution.map(Arc::from))
    })
}

fn conda_lines(problem: &Problem<'_>) -> CondaLines {
    let lines = problem.declared.iter();
    let lines = lines.filter_map(|line| match &line.kind {
        DeclaredKind::Conda(spec) => Some(((**spec).clone(), line.channels.clone())),
        _ => None,
    });
    lines.collect()
}

/// Returns the solution of a choice for the conda half alone.
///
/// # Errors
/// [`SolveError::Internal`] if the choice contains files from PyPI.
pub(super) fn read(
    attempt: &Attempt<'_>,
    chosen: &[SolvableId],
) -> Result<Box<Solution>, SolveError> {
    match decode(attempt.encoder(), chosen) {
        Decoded::Solution(solution) => Ok(solution),
        Decoded::OtherFile => Err(SolveError::unverified("the conda half has files of PyPI")),
    }
}

/// Returns the projects that the conda half provides for some of the lines, from an attempt at
/// the conda half alone; empty if it has no solution.
///
/// # Errors
/// As for [`solve`](super::solve).
pub(crate) fn projects_of(
    problem: &Problem<'_>,
    conda: &mut Attempt<'_>,
    lines: &[usize],
) -> Result<HashSet<PackageName>, SolveError> {
    let Some(chosen) = conda.run_with_and(lines, &[])? else {
        return Ok(HashSet::new());
    };
    Ok(projects(problem, &*read(conda, &chosen)?))
}

/// Returns the projects that the conda half provides by itself.
pub(super) fn projects(problem: &Problem<'_>, conda: &Solution) -> HashSet<PackageName> {
    let names = |record| (problem.world.pypi_names)(record);
    conda.conda.iter().flat_map(names).collect()
}
