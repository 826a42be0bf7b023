//! Match specs, versions and build strings of conda, parsed by rattler.

use std::str::FromStr;

use rattler_conda_types::{MatchSpec, ParseMatchSpecOptions, StringMatcher, Version};

use super::{Invalid, check_length, guard::guarded};

/// Maximum length of a match spec, in bytes. The longest in conda-forge, with lists of
/// excluded versions, have some hundred bytes.
const MAX_SPEC: usize = 8 * 1024;

/// Maximum length of a version, in bytes. rattler needs about 200 bytes of memory per byte.
const MAX_VERSION: usize = 512;

/// Maximum number of parentheses in a match spec, because the parser recurses into each.
const MAX_PARENTHESES: usize = 32;

/// Parses a match spec.
///
/// # Errors
/// Why the text is not a match spec.
pub fn match_spec(
    text: &str,
    options: impl Into<ParseMatchSpecOptions>,
) -> Result<MatchSpec, Invalid> {
    check_length(text, MAX_SPEC, "a match spec")?;
    let invalid = |message: String| Invalid::new(message, 0..text.len());
    if text.matches('(').count() > MAX_PARENTHESES {
        let message = format!("a match spec has at most {MAX_PARENTHESES} parentheses");
        return Err(invalid(message));
    }
    let options = options.into();
    guarded(|| MatchSpec::from_str(text, options))
        .map_err(|_| invalid("it cannot be read".to_owned()))?
        .map_err(|error| invalid(error.to_string()))
}

/// Parses a conda version.
///
/// # Errors
/// Why the text is not a version.
pub fn version(text: &str) -> Result<Version, Invalid> {
    check_length(text, MAX_VERSION, "a version")?;
    let invalid = |message: String| Invalid::new(message, 0..text.len());
    guarded(|| Version::from_str(text))
        .map_err(|_| invalid("it cannot be read".to_owned()))?
        .map_err(|error| invalid(error.to_string()))
}

/// Parses a build string, or a pattern for build strings.
///
/// # Errors
/// Why the text is neither.
pub fn build(text: &str) -> Result<StringMatcher, Invalid> {
    check_length(text, MAX_SPEC, "a build string")?;
    let invalid = |message: String| Invalid::new(message, 0..text.len());
    guarded(|| StringMatcher::from_str(text))
        .map_err(|_| invalid("it cannot be read".to_owned()))?
        .map_err(|error| invalid(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hostile_texts_are_refused_at_once() {
        let deep = format!("x {}1{}", "(".repeat(3000), ")".repeat(3000));
        let long = format!("x=={}", "1.".repeat(5_000_000));
        for text in [&*deep, &long] {
            assert!(match_spec(text, ParseMatchSpecOptions::lenient()).is_err());
        }
        assert!(version(&"1.".repeat(5_000_000)).is_err());
        assert!(version("1.2.3").is_ok());
    }
}
