//! The conda half without the pip list.

use std::collections::HashSet;

use pep508_rs::PackageName;
use resolvo::SolvableId;

use crate::{
    attempt::Attempt,
    decode::{Decoded, decode},
    encode::rules::Rules,
    model::{Problem, error::SolveError, solution::Solution},
};

/// The best solution of the conda half; `None` if it has none.
///
/// # Errors
/// As for [`solve`](super::solve).
pub(super) fn solution(problem: &Problem<'_>) -> Result<Option<Box<Solution>>, SolveError> {
    let mut attempt = Attempt::new(problem, Rules::default())?;
    let chosen = attempt.run()?;
    chosen.map(|chosen| read(&attempt, &chosen)).transpose()
}

/// The solution that a choice for the conda half alone stands for.
///
/// # Errors
/// [`SolveError::Internal`] if files of PyPI are in it.
pub(super) fn read(
    attempt: &Attempt<'_>,
    chosen: &[SolvableId],
) -> Result<Box<Solution>, SolveError> {
    match decode(attempt.encoder(), chosen) {
        Decoded::Solution(solution) => Ok(solution),
        Decoded::OtherFile => Err(SolveError::unverified("the conda half has files of PyPI")),
    }
}

/// The projects that the conda half of some of the lines provides by itself, by an
/// attempt at the conda half alone; none if it has no solution.
///
/// # Errors
/// As for [`solve`](super::solve).
pub(crate) fn projects_of(
    problem: &Problem<'_>,
    conda: &mut Attempt<'_>,
    lines: &[usize],
) -> Result<HashSet<PackageName>, SolveError> {
    let Some(chosen) = conda.run_with(lines)? else {
        return Ok(HashSet::new());
    };
    Ok(projects(problem, &*read(conda, &chosen)?))
}

/// The projects that the conda half provides by itself.
pub(super) fn projects(problem: &Problem<'_>, conda: &Solution) -> HashSet<PackageName> {
    let names = |record| (problem.world.pypi_names)(record);
    conda.conda.iter().flat_map(names).collect()
}
