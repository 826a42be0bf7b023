//! The smallest set of declared lines that cannot be satisfied together, and what each of them
//! demands of the package that they disagree on.

use resolvo::{Interner, VersionSetId};

use super::{Conflict, Missing, ReasonKind, cases};
use crate::{
    attempt::Attempt,
    encode::pool::Name,
    model::{Declared, DeclaredKind, error::SolveError},
};

/// Explains why these lines of an attempt have no solution.
///
/// # Errors
/// The error of the index query that failed, if one did.
pub(crate) fn explain(attempt: &mut Attempt<'_>, lines: &[usize]) -> Result<Conflict, SolveError> {
    let mut lines = by_blame(attempt, lines);
    match minimal(attempt, &[], false, &lines) {
        Ok(core) => of_core(attempt, core),
        // The verdict is valid, but the minimal set of lines is unknown.
        Err(_) => {
            attempt.encoder().check_indexes()?;
            lines.sort_unstable();
            Ok(Conflict {
                lines,
                ..Conflict::default()
            })
        }
    }
}

/// Explains why the lines of a minimal unsolvable set have no solution.
fn of_core(attempt: &Attempt<'_>, mut core: Vec<usize>) -> Result<Conflict, SolveError> {
    core.sort_unstable();
    let (cases, missing) = cases::of(attempt, &core);
    let mut conflict = Conflict {
        lines: core,
        minimal: true,
        ..Conflict::default()
    };
    if attempt.encoder().check_indexes().is_err() {
        // The minimal set is valid, but the facts from the failed index are missing.
        return Ok(conflict);
    }
    conflict.cases = cases;
    add_channels(&mut conflict, attempt.encoder().declared());
    conflict.missing = missing
        .iter()
        .filter_map(|(name, line)| self::missing(name, *line))
        .collect();
    Ok(conflict)
}

/// Explains each line that no candidate satisfies, without a solve.
///
/// # Errors
/// The error of the index query that failed, if one did.
pub(crate) fn of_unmet_lines(
    attempt: &Attempt<'_>,
    lines: &[usize],
) -> Result<Vec<Conflict>, SolveError> {
    let unmet = lines.iter().filter(|line| is_unmet(attempt, **line));
    unmet.map(|&line| of_core(attempt, vec![line])).collect()
}

fn is_unmet(attempt: &Attempt<'_>, line: usize) -> bool {
    let encoder = attempt.encoder();
    let has_none = |set: VersionSetId| {
        let Some(candidates) = encoder.candidates(encoder.version_set_name(set)) else {
            return true;
        };
        let wanted = encoder.terms().set(set);
        let is_excluded = |id| candidates.excluded.iter().any(|(other, _)| *other == id);
        let mut matching = candidates.candidates.iter().copied();
        !matching.any(|id| encoder.is_in(id, wanted) && !is_excluded(id))
    };
    let mut requirements = attempt.lines()[line].iter();
    requirements.any(|requirement| {
        requirement.condition.is_none()
            && encoder
                .sets_of(requirement.requirement)
                .into_iter()
                .all(has_none)
    })
}

/// Adds the lines with a `channel::` that excludes candidates. A channel applies to the whole
/// solve, so the minimal set is found without these lines.
fn add_channels(conflict: &mut Conflict, declared: &[Declared]) {
    let ruled_out = conflict.cases.iter().flat_map(|case| &case.ruled_out);
    let by_channel = ruled_out.filter(|out| out.reason.kind() == ReasonKind::OtherChannel);
    let names: Vec<&str> = by_channel.map(|out| out.package.name.as_str()).collect();
    let requests =
        |line: &Declared| !line.channels.is_empty() && names.iter().any(|name| line.names(name));
    let requesting: Vec<usize> = (0..declared.len())
        .filter(|&line| requests(&declared[line]))
        .collect();
    conflict.lines.extend(requesting);
    conflict.lines.sort_unstable();
    conflict.lines.dedup();
}

fn missing(name: &Name, declared: usize) -> Option<Missing> {
    let (name, conda) = match name {
        Name::Conda(name) | Name::CondaExtra { package: name, .. } => (name.clone(), true),
        Name::Project(name) | Name::ProjectExtra(name, _) => (name.to_string(), false),
        Name::Contents(_) | Name::Ahead(_) => return None,
    };
    Some(Missing {
        name,
        conda,
        declared,
    })
}

/// Sorts the lines by how likely the user is to change them. Of several smallest sets, the one
/// with the earlier lines is found. Python and lines with a version constraint come first.
fn by_blame(attempt: &Attempt<'_>, lines: &[usize]) -> Vec<usize> {
    let declared = attempt.encoder().declared();
    let mut lines = lines.to_vec();
    lines.retain(|&line| !attempt.lines()[line].is_empty());
    lines.sort_by_key(|&line| match &declared[line].kind {
        DeclaredKind::Conda(spec) => {
            let python = spec
                .name
                .as_exact()
                .is_some_and(|name| name.as_normalized() == "python");
            (!python, spec.version.is_none())
        }
        DeclaredKind::Pip(requirement) => (true, requirement.version_or_url.is_none()),
        _ => (true, true),
    });
    lines
}

/// QuickXplain (Junker 2004): returns a minimal subset of `lines` that has no solution
/// together with `background`. All of `lines` together must have none.
pub(crate) fn minimal(
    attempt: &mut Attempt<'_>,
    background: &[usize],
    grown: bool,
    lines: &[usize],
) -> Result<Vec<usize>, SolveError> {
    if grown && !attempt.has_solution(background)? {
        return Ok(Vec::new());
    }
    if lines.len() <= 1 {
        return Ok(lines.to_vec());
    }
    let (first, second) = lines.split_at(lines.len() / 2);
    let with = |more: &[usize]| [background, more].concat();
    let late = minimal(attempt, &with(first), true, second)?;
    let early = minimal(attempt, &with(&late), !late.is_empty(), first)?;
    Ok([early, late].concat())
}
