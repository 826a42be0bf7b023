//! Versions that conda accepts although no release has them: placeholders such as `1.x`, and
//! words such as `latest`.
//!
//! conda orders any letters in a version (`VersionOrder` in conda/models/version.py). No
//! record of conda-forge, bioconda, pytorch, nvidia or pkgs/main has a version or build of
//! the words below, or one of the placeholders as a part of its version (checked on 29
//! November 2026).

use rattler_conda_types::MatchSpec;

/// A version of a match spec that no release has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unusual {
    /// The part as written, such as `3.x`.
    pub part: String,
    /// The match spec that was clearly meant.
    pub meant: Option<String>,
}

/// Words that people write in the place of a version or a build.
const WORDS: [&str; 14] = [
    "above", "and", "any", "current", "default", "higher", "later", "latest", "most", "newer",
    "newest", "or", "recent", "stable",
];

/// What follows "or" or "and" if a version is a lower bound.
const NEWER: [&str; 8] = [
    "above", "greater", "higher", "later", "more", "newer", "over", "up",
];

/// Placeholders for a number of a version.
const PLACEHOLDERS: [&str; 7] = ["x", "xx", "y", "yy", "z", "zz", "n"];

/// Returns the version or build of a match spec that no release has.
pub fn unusual(spec: &MatchSpec, text: &str) -> Option<Unusual> {
    let is_python = spec.name.to_string() == "python";
    let versions = spec.version.as_ref().map(ToString::to_string);
    let versions = versions.unwrap_or_default();
    if versions.starts_with('^') {
        return None;
    }
    let atoms: Vec<&str> = versions.split([',', '|']).map(bare).collect();
    let is_odd =
        |atom: &str| is_placeholder(atom) || is_word(atom) || is_python && !is_of_python(atom);
    if let Some(&atom) = atoms.iter().find(|atom| is_odd(atom)) {
        let is_alone = atoms.len() == 1 && spec.build.is_none() && !text.contains(['[', ':']);
        return Some(Unusual {
            part: atom.to_owned(),
            meant: is_alone.then(|| without_placeholders(text, atom)).flatten(),
        });
    }
    let build = spec.build.as_ref()?.to_string();
    // A build of python has a number: `0_73_pypy`, `h12debd9_0_cpython`.
    let has_no_number = !build.contains(|c: char| c.is_ascii_digit() || "*^".contains(c));
    let is_odd = build.contains(' ') || is_word(&build) || is_python && has_no_number;
    is_odd.then(|| Unusual {
        meant: or_newer(text, &versions, &build),
        part: build,
    })
}

/// The match spec for "1.2 or newer", as people write it after a version.
fn or_newer(text: &str, version: &str, build: &str) -> Option<String> {
    let (join, rest) = build.split_once(' ')?;
    let name = text.split([' ', '=']).next()?;
    let version = version.strip_prefix("==")?;
    let is_bound = matches!(join, "or" | "and") && NEWER.contains(&rest);
    is_bound.then(|| format!("{name}>={version}"))
}

/// The version without its operator and its star.
fn bare(atom: &str) -> &str {
    let version = atom.trim_matches(['(', ')', ' ']);
    let version = version.trim_start_matches(['=', '<', '>', '!', '~', ' ']);
    let version = version.strip_suffix('*').unwrap_or(version);
    version.strip_suffix('.').unwrap_or(version)
}

fn is_placeholder(version: &str) -> bool {
    let lower = version.to_ascii_lowercase();
    let mut segments = lower.split(['.', '-', '_']);
    segments.any(|segment| PLACEHOLDERS.contains(&segment))
}

fn is_word(text: &str) -> bool {
    WORDS.contains(&text.to_ascii_lowercase().as_str())
}

/// Whether a release of Python can have this version: numbers, and the end of a pre-release
/// (<https://devguide.python.org/developer-workflow/development-cycle/>).
fn is_of_python(version: &str) -> bool {
    let end = version.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.');
    let ends = ["a", "b", "rc", "alpha", "beta", "c", "dev", "_dev", ".dev"];
    let end = end.trim_end_matches(|c: char| c.is_ascii_digit());
    version.is_empty() || end.is_empty() || ends.contains(&end)
}

/// The match spec with the numbers before the first placeholder: `python=3` for
/// `python=3.x.y`. A bound has another meaning without the rest, so it has none.
fn without_placeholders(text: &str, version: &str) -> Option<String> {
    let name = text.split([' ', '=', '<', '>', '!', '~']).next()?;
    let rest = text[name.len()..].trim();
    let written = rest.trim_start_matches(['=', ' ']);
    let written = written.strip_suffix(".*").unwrap_or(written);
    // conda reads versions in lower case.
    let is_equal = written.eq_ignore_ascii_case(version);
    let numbers = version.split('.');
    let numbers = numbers.take_while(|number| number.parse::<u64>().is_ok());
    let numbers: Vec<&str> = numbers.collect();
    if !is_equal || !is_placeholder(version) {
        return None;
    }
    Some(match &numbers[..] {
        [] => name.to_owned(),
        numbers => format!("{name}={}", numbers.join(".")),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::match_spec;

    fn shown(text: &str) -> String {
        let spec = match match_spec::parse(text) {
            Ok(spec) => spec,
            Err(error) => return format!("! {error}"),
        };
        match unusual(&spec, text) {
            Some(found) => format!("{} -> {}", found.part, found.meant.unwrap_or_default()),
            None => String::new(),
        }
    }

    #[test]
    fn placeholders_and_words_are_not_versions() {
        for (text, found) in [
            ("python=3.x", "3.x -> python=3"),
            ("python=3.x.y", "3.x.y -> python=3"),
            ("python 3.10.X", "3.10.x -> python=3.10"),
            ("python==3.9.x", "3.9.x -> python=3.9"),
            ("python=x.y.z", "x.y.z -> python"),
            ("python >=3.x,<4", "3.x -> "),
            ("python=py38", "py38 -> "),
            ("python=three", "three -> "),
            ("python 3.8 or", "or -> "),
            ("numpy=1.x", "1.x -> numpy=1"),
            ("numpy=1.26.x", "1.26.x -> numpy=1.26"),
            ("numpy=latest", "latest -> "),
            ("numpy 1.26 or", "or -> "),
            ("numpy 1.26 or so", "or so -> "),
            ("python 3.8 or so", "or so -> "),
            ("python 3.8 or newer", "or newer -> python>=3.8"),
            ("numpy 1.20 and up", "and up -> numpy>=1.20"),
        ] {
            assert_eq!(shown(text), found, "{text}");
        }
        for text in [
            "python",
            "python=3.8",
            "python=3.8.*",
            "python >=3.8,<3.12",
            "python 3.6|3.7",
            "python=3.13.0rc1",
            "python=3.12.0a5=h1_0_cpython",
            "python=3.9=*_cpython",
            "python ~=3.8",
            "python!=3.9.0",
            "python=3*",
            "openssl=1.1.1w",
            "jpeg=9e",
            "tzdata=2021a",
            "anaconda=custom",
            "blas=*=mkl",
            "r-base=4.x86",
            "xz",
            "x264=1!157.2=h7b_0",
        ] {
            assert_eq!(shown(text), "", "{text}");
        }
    }
}
