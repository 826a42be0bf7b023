//! Suggests existing names that resemble an unknown name.

use std::collections::HashSet;

use rattler_conda_types::PackageName;

use super::MissingName;

/// Minimum similarity of a suggestion, from 0 to 1. Below this value, `strsim` matches names
/// that share only a few letters.
const ALIKE: f64 = 0.8;

/// Length below which names of R packages resemble too many others.
const SHORT: usize = 6;

/// Maximum number of suggestions.
const SUGGESTIONS: usize = 3;

/// An existing name that is similar to an unknown one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suggestion {
    /// Name of the package.
    pub name: PackageName,
    /// Display name of the channel that has it.
    pub channel: String,
}

/// Selects the unmatched names that no channel has, and adds suggestions.
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

/// The names that are most similar to `wanted`, the best first.
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

/// Similarity of two names, from 0 to 1. It ignores separators, which users often confuse
/// (`scikit_learn`), and the prefixes `python-` and `py`, in which PyPI and conda names
/// differ.
fn likeness(wanted: &str, name: &str) -> f64 {
    // R packages are named `r-NAME`, so only another R package is a useful suggestion.
    match (wanted.strip_prefix("r-"), name.strip_prefix("r-")) {
        (Some(wanted), Some(name)) if wanted.len().min(name.len()) < SHORT => {
            return f64::from(u8::from(wanted == name));
        }
        (Some(wanted), Some(name)) => {
            return similarity(wanted, name);
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
    let whole = similarity(wanted, name);
    // Just below 1, so that a one-letter typo in a long name does not rank above the same name
    // with other separators.
    let cores = 0.99 * similarity(&core(wanted), &core(name));
    whole.max(cores)
}

/// Similarity of two texts, from 0 to 1; 0 if their lengths alone make it less than
/// [`ALIKE`], which is so for most of the names of a channel.
fn similarity(a: &str, b: &str) -> f64 {
    let (a_length, b_length) = (a.chars().count(), b.chars().count());
    let (edits, longer) = (a_length.abs_diff(b_length), a_length.max(b_length));
    if longer > 0 && 1.0 - edits as f64 / (longer as f64) < ALIKE {
        return 0.0;
    }
    strsim::normalized_damerau_levenshtein(a, b)
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
    fn the_lengths_rule_out_only_names_that_are_unlike() {
        let names = [
            "",
            "a",
            "numpy",
            "numpyx",
            "numpyxy",
            "nump",
            "num",
            "python-numpy",
        ];
        for (a, b) in names.iter().flat_map(|a| names.map(|b| (*a, b))) {
            let exact = strsim::normalized_damerau_levenshtein(a, b);
            let score = similarity(a, b);
            assert!(score == exact || score == 0.0 && exact < ALIKE, "{a} {b}");
        }
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
