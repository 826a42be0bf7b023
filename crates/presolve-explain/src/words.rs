//! What the solver says of a conflict, in sentences that all formats for people share.

use presolve_solve::{
    Declared,
    askers::Asked,
    conflict::{Case, Chain, RuledOut},
};

mod nearest;
mod notes;
mod reasons;

pub use nearest::nearest;
pub use notes::note;
pub use reasons::reason;

/// The maximum number of exclusions that are listed.
const REASONS_SHOWN: usize = 4;

/// The maximum number of given packages in a sentence; JSON and the pictures have all.
const GIVEN_SHOWN: usize = 3;

/// Returns a case in sentences, one fact each.
pub fn facts(case: &Case, declared: &[Declared]) -> Vec<String> {
    let mut facts: Vec<String> = Vec::new();
    // What a line requires is visible in the line, so it is not repeated if a reason
    // follows.
    let says_why = !case.ruled_out.is_empty() || case.nearest.is_some();
    let is_plain = |chain: &Chain| chain.links.len() == 1 && chain.given.is_empty();
    let plain = says_why && case.choice.is_none() && case.chains.iter().all(is_plain);
    let is_told = |chain: &&Chain| !(plain && chain.end().versions.is_none());
    for chain in case.chains.iter().filter(is_told) {
        let mut fact = self::chain(chain, declared);
        if let Some(choice) = &case.choice {
            fact = format!("with {choice}: {fact}");
        }
        facts.push(fact);
    }
    let dead_end = case
        .chains
        .iter()
        .any(|chain| chain.leads_to(&case.disputed) && chain.end().versions.is_none());
    if !dead_end {
        facts.push(format!("no {} satisfies all of these", case.disputed));
    }
    let more = case.ruled_out.len().saturating_sub(REASONS_SHOWN);
    facts.extend(case.ruled_out.iter().take(REASONS_SHOWN).map(ruled_out));
    if more > 0 {
        facts.push(format!("and {more} more reasons"));
    }
    facts.extend(case.nearest.as_ref().map(nearest));
    facts.extend(case.notes.iter().map(note));
    facts
}

/// "`tensorflow==2.8.0` (PyPI) needs numpy (conda) 1.20 to 1.26".
pub fn chain(chain: &Chain, declared: &[Declared]) -> String {
    let line = &declared[chain.line];
    let half = if line.is_conda() { "" } else { " (PyPI)" };
    let mut words = format!("`{}`{half}", line.text);
    let (end, between) = chain.links.split_last().expect("a chain is not empty");
    // The first requirement is visible in the line itself.
    for link in between.iter().skip(1) {
        words += &format!(" needs {link}, which");
    }
    words += match between {
        [] => " asks for ",
        _ => " needs ",
    };
    words += &match &end.versions {
        Some(_) => end.to_string(),
        None => {
            let constraint = chain.asked.as_ref().map(|asked| format!(" {asked}"));
            let constraint = constraint.unwrap_or_default();
            format!("{}{constraint}, but no match is available", end.package)
        }
    };
    if let [first, rest @ ..] = &chain.given[..] {
        words += &format!(", given {first}");
        for left in rest.iter().take(GIVEN_SHOWN - 1) {
            words += &format!(" and {left}");
        }
        let more = chain.given.len().saturating_sub(GIVEN_SHOWN);
        if more > 0 {
            words += &format!(" and {more} more");
        }
    }
    words
}

/// "scikit 1.2: it requires Python >=3.8".
pub fn ruled_out(out: &RuledOut) -> String {
    let reason = reason(&out.reason);
    format!("{} {}: {reason}", out.package.name, out.versions)
}

/// "dagster needs grpcio, which needs six"; none if the line itself requires the package.
pub fn path(asked: &Asked) -> Option<String> {
    let (first, rest) = asked.path.split_first()?;
    let rest = rest.join(", which needs ");
    (!rest.is_empty()).then(|| format!("{first} needs {rest}"))
}
