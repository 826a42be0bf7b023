//! Repairs specifiers of PyPI releases that are invalid by PEP 440.
//!
//! pip before 24.1 reads most of them as "legacy" specifiers, and uv repairs them. pip 24.1
//! and later skip a release with one in `Requires-Dist`, and ignore one in `Requires-Python`
//! (<https://pip.pypa.io/en/stable/news/#v24-1>). This module reads them as intended. The
//! solver accounts for the older pip that a release with one in `Requires-Dist` needs.

use pep440_rs::VersionSpecifiers;
use pep508_rs::{Requirement, VerbatimUrl};
use presolve_parse as parse;

/// Parses specifiers, with a repair if necessary; `None` if they remain invalid.
pub fn specifiers(text: &str) -> Option<VersionSpecifiers> {
    parse::pep::specifiers(text)
        .ok()
        .or_else(|| parse::pep::specifiers(&repaired(text)?).ok())
}

/// Parses a requirement, with a repair if necessary, and returns whether it was repaired. The
/// error is that of the original text.
pub(super) fn requirement(text: &str) -> Result<(Requirement<VerbatimUrl>, bool), String> {
    let error = match parse::pep::requirement(text) {
        Ok(requirement) => return Ok((requirement, false)),
        Err(error) => error,
    };
    let tidy = without_last_comma(text);
    if let Some(requirement) = tidy.and_then(|text| parse::pep::requirement(&text).ok()) {
        return Ok((requirement, false));
    }
    repaired_requirement(text)
        .and_then(|text| parse::pep::requirement(&text).ok())
        .map(|requirement| (requirement, true))
        .ok_or(error.message)
}

/// Removes a trailing comma after the specifiers, which every pip accepts
/// (`_parse_version_many` in packaging/_parser.py).
fn without_last_comma(text: &str) -> Option<String> {
    let (requirement, marker) = match text.split_once(';') {
        Some((requirement, marker)) => (requirement, format!(" ;{marker}")),
        None => (text, String::new()),
    };
    let requirement = requirement.trim_end();
    let (specifiers, end) = match requirement.strip_suffix(')') {
        Some(specifiers) => (specifiers.trim_end(), ")"),
        None => (requirement, ""),
    };
    let specifiers = specifiers.strip_suffix(',')?;
    Some(format!("{specifiers}{end}{marker}"))
}

fn repaired_requirement(text: &str) -> Option<String> {
    let (requirement, marker) = match text.split_once(';') {
        Some((requirement, marker)) => (requirement, Some(marker)),
        None => (text, None),
    };
    let split = requirement.find(['<', '>', '=', '!', '~', '(', ',', '\'', '"'])?;
    let (head, specifiers) = requirement.split_at(split);
    if head.contains('@') {
        return None;
    }
    let specifiers = specifiers
        .trim()
        .trim_start_matches('(')
        .trim_end_matches(')');
    let specifiers = repaired(specifiers)?;
    Some(match marker.map(str::trim) {
        None | Some("") => format!("{head}{specifiers}"),
        Some(marker) => format!("{head}{specifiers}; {marker}"),
    })
}

/// Extracts pairs of operator and version, regardless of superfluous or missing commas, and of
/// quotes.
fn repaired(text: &str) -> Option<String> {
    let is_filler = |c: char| c.is_whitespace() || matches!(c, ',' | '\'' | '"');
    let is_operator = |c: char| matches!(c, '<' | '>' | '=' | '!' | '~');
    let mut clauses = Vec::new();
    let mut rest = text.trim_start_matches(is_filler);
    while !rest.is_empty() {
        let end = rest.find(|c| !is_operator(c))?;
        let (operator, after) = rest.split_at(end);
        let after = after.trim_start_matches(|c: char| c.is_whitespace() || c == '\'' || c == '"');
        let end = after
            .find(|c| is_filler(c) || is_operator(c))
            .unwrap_or(after.len());
        let (version, after) = after.split_at(end);
        if operator.is_empty() || version.is_empty() {
            return None;
        }
        clauses.push(repaired_clause(operator, version));
        rest = after.trim_start_matches(is_filler);
    }
    Some(clauses.join(","))
}

/// Moves `.*` to a valid form: only after `==` and `!=`, and with a dot. A trailing dot is
/// removed.
fn repaired_clause(operator: &str, version: &str) -> String {
    if let Some(prefix) = version.strip_suffix('*') {
        let prefix = prefix.trim_end_matches('.');
        return match operator {
            "==" | "!=" => format!("{operator}{prefix}.*"),
            _ => format!("{operator}{prefix}"),
        };
    }
    let version = version.trim_end_matches('.');
    match (operator, lettered(version)) {
        (">" | ">=", Some(number)) => format!(">{number}"),
        ("<" | "<=", Some(number)) => format!("<={number}"),
        _ => format!("{operator}{version}"),
    }
}

/// The number in a version such as `2011k`, a format that pytz once used. pip's legacy order
/// has it directly after its number, before `2011.1` (`packaging.version.LegacyVersion`, in
/// packaging until 21.3).
fn lettered(version: &str) -> Option<&str> {
    let number = version.strip_suffix(|c: char| c.is_ascii_lowercase())?;
    let is_number = number.ends_with(|c: char| c.is_ascii_digit());
    (is_number && parse::pep::version(version).is_err()).then_some(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn broken_specifiers_are_read_as_meant() {
        let cases = [
            (">=3.6.*", ">=3.6"),
            (">=2.7,!=3.0*,!=3.1*", ">=2.7, !=3.0.*, !=3.1.*"),
            (">=3.6,", ">=3.6"),
            (",>=3.6", ">=3.6"),
            (">=3.6<4", ">=3.6, <4"),
            (">=3.6 <4", ">=3.6, <4"),
            (">= '2.7'", ">=2.7"),
            ("'>=3.6'", ">=3.6"),
            (">=2.7,,!=3.0.*", ">=2.7, !=3.0.*"),
            ("~=3.6.*", "~=3.6"),
            (">=3.", ">=3"),
            (">=2011k", ">2011"),
            ("<2011k,>1.0a", ">1.0a0, <=2011"),
            (">=3.8", ">=3.8"),
        ];
        for (broken, meant) in cases {
            let read = specifiers(broken).map(|specifiers| specifiers.to_string());
            assert_eq!(read.as_deref(), Some(meant), "{broken}");
        }
    }

    #[test]
    fn nonsense_is_not_repaired() {
        for text in ["three", ">=", ">=x.y", "3.6", "==2011k"] {
            assert!(specifiers(text).is_none(), "{text}");
        }
    }

    #[test]
    fn broken_requirements_are_read_as_meant() {
        let cases = [
            ("torch (>=1.9.*)", "torch>=1.9"),
            (
                "numpy>=1.14.*,<2; python_version > '3.6'",
                "numpy>=1.14,<2 ; python_full_version >= '3.7'",
            ),
            ("pytz (>dev0,)", "pytz>dev0"),
            ("a[b]>=1<2", "a[b]>=1,<2"),
            ("pytz (>=2011k)", "pytz>2011"),
        ];
        for (broken, meant) in cases {
            match requirement(broken) {
                Ok((read, repaired)) => {
                    assert_eq!((&*read.to_string(), repaired), (meant, true));
                }
                Err(_) => assert_eq!(broken, "pytz (>dev0,)"),
            }
        }
    }

    #[test]
    fn a_comma_at_the_end_is_no_fault() {
        for (text, meant) in [
            (
                "a>=1,;python_version=='3.6'",
                "a>=1 ; python_full_version == '3.6.*'",
            ),
            ("a (>=1,<2,)", "a>=1,<2"),
            ("a>=1,", "a>=1"),
        ] {
            let (read, repaired) = requirement(text).expect("is read");
            assert_eq!((&*read.to_string(), repaired), (meant, false));
        }
        assert!(requirement("a>=1,,<2").expect("is read").1);
    }

    #[test]
    fn the_error_is_that_of_the_line_as_written() {
        assert!(requirement("a b c").is_err());
        assert!(requirement("a @ ").is_err());
    }
}
