//! Names, versions and requirements by PEP 440, 503 and 508.
//!
//! The texts come from pip lists, requirements files, Dockerfiles, the metadata of releases
//! and the pages of indexes. pep508_rs 0.9.2 panics on a name or an extra that ends in `-`,
//! `_` or `.` before other text, and expands environment variables in URLs. This module
//! rejects such names first. It also reverts the expansion, because the metadata of a release
//! must not read the user's environment.

use std::{fmt, path::Path, str::FromStr};

use pep440_rs::{Version, VersionSpecifiers};
use pep508_rs::{
    ExtraName, MarkerTree, PackageName, Pep508Error, Pep508Url, Requirement, Scheme, VerbatimUrl,
    VersionOrUrl, split_scheme,
};
use url::Url;

use super::{Invalid, check_length, guard::guarded, marker as checked};

/// Maximum length of a requirement or of a list of version specifiers, in bytes. The longest
/// in well-known releases have some hundred bytes.
const MAX_REQUIREMENT: usize = 32 * 1024;

/// Maximum length of a version, in bytes. PyPI accepts at most 512 (`_canonical_version` and
/// its column in pypi/warehouse).
const MAX_VERSION: usize = 512;

/// Maximum length of a name, in bytes: the limit of file names.
const MAX_NAME: usize = 255;

/// Message for a library that fails without a reason.
const UNREADABLE: &str = "it cannot be read";

/// Parses a requirement (PEP 508). Environment variables in its URL are not expanded.
///
/// # Errors
/// Why the text is not a requirement.
pub fn requirement(text: &str) -> Result<Requirement<VerbatimUrl>, Invalid> {
    check_length(text, MAX_REQUIREMENT, "a requirement")?;
    let after_name = check_name_and_extras(text)?;
    let (body, marker_start) = split_marker(text, after_name);
    let marker = match marker_start {
        Some(start) => marker(&text[start..]).map_err(|invalid| invalid.after(start))?,
        None => MarkerTree::TRUE,
    };
    let parsed = guarded(|| Requirement::<UrlAsGiven>::from_str(body))
        .map_err(|_| Invalid::new(UNREADABLE, 0..text.len()))?
        .map_err(|error| placed(body, &error))?;
    let version_or_url = match parsed.version_or_url {
        Some(VersionOrUrl::VersionSpecifier(specifiers)) => {
            check_numbers(&specifiers, body)?;
            Some(VersionOrUrl::VersionSpecifier(specifiers))
        }
        Some(VersionOrUrl::Url(url)) => Some(VersionOrUrl::Url(url.0)),
        None => None,
    };
    Ok(Requirement {
        name: parsed.name,
        extras: parsed.extras,
        version_or_url,
        marker,
        origin: None,
    })
}

/// Parses a marker (PEP 508), without the `;` before it.
///
/// # Errors
/// Why the text is not a marker.
pub fn marker(text: &str) -> Result<MarkerTree, Invalid> {
    checked::check(text)?;
    guarded(|| MarkerTree::from_str(text))
        .map_err(|_| Invalid::new(UNREADABLE, 0..text.len()))?
        .map_err(|error| placed(text, &error))
}

/// Parses the name of a project and normalises it (PEP 503).
///
/// # Errors
/// Why the text is not a name.
pub fn name(text: &str) -> Result<PackageName, Invalid> {
    check_length(text, MAX_NAME, "a name")?;
    PackageName::from_str(text)
        .ok()
        .filter(|name| !name.as_ref().is_empty())
        .ok_or_else(|| not_a_name(text))
}

/// Parses the name of an extra and normalises it (PEP 685).
///
/// # Errors
/// Why the text is not a name.
pub fn extra(text: &str) -> Result<ExtraName, Invalid> {
    check_length(text, MAX_NAME, "a name")?;
    ExtraName::from_str(text)
        .ok()
        .filter(|name| !name.as_ref().is_empty())
        .ok_or_else(|| not_a_name(text))
}

fn not_a_name(text: &str) -> Invalid {
    let message = "a name has letters, digits, `-`, `_` and `.`, and begins and ends with a \
         letter or a digit";
    Invalid::new(message, 0..text.len())
}

/// Parses a version (PEP 440).
///
/// # Errors
/// Why the text is not a version.
pub fn version(text: &str) -> Result<Version, Invalid> {
    check_length(text, MAX_VERSION, "a version")?;
    let invalid = |message: String| Invalid::new(message, 0..text.len());
    let version = guarded(|| Version::from_str(text))
        .map_err(|_| invalid(UNREADABLE.to_owned()))?
        .map_err(|error| invalid(error.to_string()))?;
    if has_last_number(&version) {
        Err(invalid(LAST_NUMBER.to_owned()))
    } else {
        Ok(version)
    }
}

/// Parses version specifiers (PEP 440), separated by commas.
///
/// # Errors
/// Why the text is not a list of specifiers.
pub fn specifiers(text: &str) -> Result<VersionSpecifiers, Invalid> {
    check_length(text, MAX_REQUIREMENT, "a list of versions")?;
    let invalid = |message: String| Invalid::new(message, 0..text.len());
    let specifiers = guarded(|| VersionSpecifiers::from_str(text).map_err(|e| e.to_string()))
        .map_err(|_| invalid(UNREADABLE.to_owned()))?
        // After its first line, the error quotes the text.
        .map_err(|error| invalid(error.lines().next().unwrap_or(UNREADABLE).to_owned()))?;
    check_numbers(&specifiers, text)?;
    Ok(specifiers)
}

/// Message for the largest number, to which pep440_rs would have to add 1 for a range.
const LAST_NUMBER: &str = "a number in the version is too large";

fn check_numbers(specifiers: &VersionSpecifiers, text: &str) -> Result<(), Invalid> {
    let mut versions = specifiers.iter().map(|specifier| specifier.version());
    if versions.any(has_last_number) {
        Err(Invalid::new(LAST_NUMBER, 0..text.len()))
    } else {
        Ok(())
    }
}

fn has_last_number(version: &Version) -> bool {
    let numbers = version.release().iter().copied();
    let mut numbers = numbers
        .chain([version.epoch()])
        .chain(version.pre().map(|pre| pre.number))
        .chain(version.post())
        .chain(version.dev());
    numbers.any(|number| number == u64::MAX)
}

/// Checks the ends of a name and its extras. Returns the offset of the byte after them.
fn check_name_and_extras(text: &str) -> Result<usize, Invalid> {
    let start = text.len() - text.trim_start().len();
    let name = name_at(&text[start..]);
    let after_name = start + name.len();
    check_end(name, start, text)?;
    let after_blanks = text.len() - text[after_name..].trim_start().len();
    let Some(extras) = text[after_blanks..].strip_prefix('[') else {
        return Ok(after_blanks);
    };
    let close = extras.find(']').unwrap_or(extras.len());
    let mut place = 0;
    while place < close {
        let extra = name_at(&extras[place..close]);
        check_end(extra, after_blanks + 1 + place, text)?;
        let next = extras[place..].chars().next().map_or(1, char::len_utf8);
        place += extra.len().max(next);
    }
    let behind = (after_blanks + close + 2).min(text.len());
    Ok(text.len() - text[behind..].trim_start().len())
}

/// The longest prefix of characters that are valid in a name.
fn name_at(text: &str) -> &str {
    let is_of_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    let end = text.find(|c| !is_of_name(c)).unwrap_or(text.len());
    &text[..end]
}

fn check_end(name: &str, start: usize, text: &str) -> Result<(), Invalid> {
    let last = name.chars().next_back();
    let Some(last) = last.filter(|last| matches!(last, '-' | '_' | '.')) else {
        return Ok(());
    };
    let end = start + name.len();
    let message = if text[end..].is_empty() {
        format!("a name must end with a letter or a digit, not with `{last}`")
    } else {
        format!("the name `{name}` ends with `{last}` instead of a letter or a digit")
    };
    Err(Invalid::new(message, end - 1..end))
}

/// Splits a requirement from its marker, whose offset is returned. pep508_rs does not take any
/// part of the returned requirement for a marker.
fn split_marker(text: &str, after_name: usize) -> (&str, Option<usize>) {
    let separator = match text[after_name..].strip_prefix('@') {
        // The URL may contain a `;` without a blank before it.
        Some(url) => url.match_indices(';').find_map(|(place, _)| {
            let place = after_name + 1 + place;
            text[..place]
                .ends_with(char::is_whitespace)
                .then_some(place)
        }),
        None => text.find(';'),
    };
    match separator {
        Some(separator) => (&text[..separator], Some(separator + 1)),
        None => (text, None),
    }
}

/// Converts an error of pep508_rs. Its span may be within a character, so it is moved to
/// boundaries.
fn placed<T: Pep508Url>(text: &str, error: &Pep508Error<T>) -> Invalid {
    let end = error.start.saturating_add(error.len.max(1));
    let message = error.message.to_string();
    let first_line = message.lines().next().unwrap_or(UNREADABLE);
    let invalid = Invalid::new(first_line, error.start..end);
    Invalid {
        span: invalid.span_in(text),
        ..invalid
    }
}

/// A URL as written. The type of pep508_rs would replace `${NAME}` by the variable of the
/// environment.
#[derive(Debug)]
struct UrlAsGiven(VerbatimUrl);

impl fmt::Display for UrlAsGiven {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Why pip does not accept a URL.
#[derive(Debug, thiserror::Error)]
enum UrlError {
    #[error(transparent)]
    Url(#[from] url::ParseError),
    #[error("not a URL with a scheme that pip supports")]
    Scheme,
}

impl Pep508Url for UrlAsGiven {
    type Err = UrlError;

    fn parse_url(text: &str, _folder: Option<&Path>) -> Result<Self, Self::Err> {
        split_scheme(text)
            .and_then(|(scheme, _)| Scheme::parse(scheme))
            .ok_or(UrlError::Scheme)?;
        let url = Url::parse(text)?;
        Ok(Self(VerbatimUrl::from_url(url).with_given(text)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requirements_are_read() {
        for (text, meaning) in [
            ("numpy", "numpy"),
            (
                " NumPy_x [a.b, c] >=1,<2 ; python_version<'3.9'",
                "numpy-x[a-b,c]>=1,<2 ; python_full_version < '3.9'",
            ),
            ("a (>=1)", "a>=1"),
            (
                "a @ https://h/a;b.whl ; os_name == 'x'",
                "a @ https://h/a;b.whl ; os_name == 'x'",
            ),
            ("a[]", "a"),
        ] {
            let read = requirement(text).map(|read| read.to_string());
            assert_eq!(read.as_deref(), Ok(meaning), "{text}");
        }
    }

    #[test]
    fn a_url_is_kept_as_it_is_written() {
        let read = requirement("a @ https://h/${PATH}/a.whl").expect("reads");
        let Some(VersionOrUrl::Url(url)) = read.version_or_url else {
            panic!("is a URL");
        };
        assert_eq!(url.given(), Some("https://h/${PATH}/a.whl"));
        assert_eq!(url.to_string(), "https://h/$%7BPATH%7D/a.whl");
    }

    #[test]
    fn what_pep508_rs_panics_on_is_an_error_with_its_place() {
        for (text, blamed) in [
            ("numpy->=1", "-"),
            ("numpy-==1.0", "-"),
            ("numpy_*", "_"),
            ("numpy-[a]", "-"),
            ("numpy. ", "."),
            ("a[b-]", "-"),
            ("a[b, c_ ]", "_"),
            ("a[b-", "-"),
            ("a; 'x' ~= os_name", " 'x' ~= os_name"),
            ("a; os_name == 'x' é", "é"),
            ("a[é]", "é"),
            ("a[b é]", "é"),
        ] {
            let invalid = requirement(text).expect_err(text);
            assert!(
                invalid.span.end <= text.len() && text.is_char_boundary(invalid.span.start),
                "{text}: {invalid:?}"
            );
            assert!(
                blamed.contains(&text[invalid.span.clone()]) || blamed.is_empty(),
                "{text}: {invalid:?}"
            );
        }
        // Markers still work after the panic.
        assert!(marker("os_name == 'x'").is_ok());
    }

    #[test]
    fn numbers_that_cannot_grow_are_refused() {
        let last = u64::MAX;
        for text in [
            format!("=={last}.*"),
            format!("~=1.{last}"),
            format!(">{last}.dev{last}"),
        ] {
            assert!(specifiers(&text).is_err(), "{text}");
            assert!(requirement(&format!("a{text}")).is_err(), "{text}");
        }
        assert!(version(&last.to_string()).is_err());
        assert!(version("20240101123456").is_ok());
        assert!(version(&"1.".repeat(5000)).is_err());
    }

    #[test]
    fn names_begin_and_end_with_a_letter_or_a_digit() {
        assert_eq!(name("A_b.c").expect("reads").to_string(), "a-b-c");
        for text in ["", "-a", "a-", "a b", "é", &"a".repeat(300)] {
            assert!(name(text).is_err(), "{text}");
            assert!(extra(text).is_err(), "{text}");
        }
    }
}
