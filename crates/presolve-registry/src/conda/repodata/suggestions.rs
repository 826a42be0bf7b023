//! Names that are near to one that does not exist.

use std::collections::HashSet;

use rattler_conda_types::PackageName;

use super::MissingName;

/// How alike two names must be to be worth suggesting, from 0 to 1. Lower than
/// this, `strsim` finds names that only share a few letters.
const ALIKE: f64 = 0.8;

/// Names of R that are shorter than this are like many others.
const SHORT: usize = 6;

/// More than this many are no help.
const SUGGESTIONS: usize = 3;

/// A name that exists.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suggestion {
    /// The name.
    pub name: PackageName,
    /// The channel that has it, as the user knows it.
    pub channel: String,
}

/// Of the names that no record matched, those that no channel knows at all,
/// with the nearest that are known.
pub(super) fn missing_names(
    unmatched: Vec<PackageName>,
    known: &[(String, Vec<PackageName>)],
) -> Vec<MissingName> {
    let exists = |name: &PackageName| known.iter().any(|(_, names)| names.contains(name));
    unmatched
        .into_iter()
        .filter(|name| !exists(name))
        .map(|name| MissingName {
            suggestions: nearest(&name, known),
            name,
        })
        .collect()
}

/// Of some names, those nearest to one that is not among them.
pub fn nearest_of<'n>(wanted: &str, names: impl IntoIterator<Item = &'n str>) -> Vec<String> {
    let mut near: Vec<(f64, &str)> = names
        .into_iter()
        .map(|name| (likeness(wanted, name), name))
        .filter(|(score, _)| *score >= ALIKE)
        .collect();
    near.sort_by(|(left, a), (right, b)| right.total_cmp(left).then_with(|| a.cmp(b)));
    near.dedup();
    near.truncate(SUGGESTIONS);
    near.into_iter().map(|(_, name)| name.to_string()).collect()
}

fn nearest(wanted: &PackageName, known: &[(String, Vec<PackageName>)]) -> Vec<Suggestion> {
    let mut seen = HashSet::new();
    let mut near: Vec<(f64, Suggestion)> = Vec::new();
    for (channel, names) in known {
        for name in names {
            let score = likeness(wanted.as_normalized(), name.as_normalized());
            if score >= ALIKE && seen.insert(name) {
                let suggestion = Suggestion {
                    name: name.clone(),
                    channel: channel.clone(),
                };
                near.push((score, suggestion));
            }
        }
    }
    near.sort_by(|(left, a), (right, b)| {
        right
            .total_cmp(left)
            .then_with(|| a.name.as_normalized().cmp(b.name.as_normalized()))
    });
    near.truncate(SUGGESTIONS);
    near.into_iter().map(|(_, suggestion)| suggestion).collect()
}

/// How alike two names are, from 0 to 1. Blind to the separators, which people
/// mix up most (`scikit_learn`), and to the `python-` and `py` that PyPI names
/// and conda names differ in.
fn likeness(wanted: &str, name: &str) -> f64 {
    // Packages of R are named by rule: `r-` and a name that is only like one of R.
    match (wanted.strip_prefix("r-"), name.strip_prefix("r-")) {
        (Some(wanted), Some(name)) if wanted.len().min(name.len()) < SHORT => {
            return f64::from(u8::from(wanted == name));
        }
        (Some(wanted), Some(name)) => {
            return strsim::normalized_damerau_levenshtein(wanted, name);
        }
        (None, None) => {}
        _ => return 0.0,
    }
    let core = |name: &str| {
        let name = name.replace(['_', '.'], "-");
        let stripped = name
            .strip_prefix("python-")
            .or_else(|| name.strip_suffix("-python"))
            .unwrap_or(&name);
        stripped.replace('-', "")
    };
    let whole = strsim::normalized_damerau_levenshtein(wanted, name);
    // Just below a perfect hit, so that a real typo of one letter in a long
    // name does not outrank the same name with other separators.
    let cores = 0.99 * strsim::normalized_damerau_levenshtein(&core(wanted), &core(name));
    whole.max(cores)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known(names: &[&str]) -> Vec<(String, Vec<PackageName>)> {
        let names = names
            .iter()
            .map(|name| PackageName::new_unchecked(*name))
            .collect();
        vec![("conda-forge".to_owned(), names)]
    }

    fn suggested(wanted: &str, names: &[&str]) -> Vec<String> {
        nearest(&PackageName::new_unchecked(wanted), &known(names))
            .into_iter()
            .map(|suggestion| suggestion.name.as_source().to_owned())
            .collect()
    }

    #[test]
    fn a_typo_finds_its_name() {
        assert_eq!(
            suggested("nunpy", &["numpy", "scipy", "numba"]),
            ["numpy"],
            "scipy and numba are too far away"
        );
    }

    #[test]
    fn other_separators_come_first() {
        assert_eq!(
            suggested("scikit_learn", &["scikit-learn", "scikit-learn-x"])[0],
            "scikit-learn"
        );
    }

    #[test]
    fn a_pypi_name_finds_the_conda_name() {
        assert_eq!(
            suggested("python-dateutils", &["dateutils", "pandas"]),
            ["dateutils"]
        );
    }

    #[test]
    fn a_name_that_exists_in_another_version_is_not_missing() {
        let names = vec![PackageName::new_unchecked("numpy")];
        assert!(missing_names(names, &known(&["numpy"])).is_empty());
    }
}
