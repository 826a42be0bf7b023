//! Environment variables in channels and pip lines.
//!
//! Only variables that the user allows are replaced ([`AllowedVariables`]). What still has a
//! variable without a value is read as it is written, so that everything works that needs no
//! network. [`EnvironmentFile::without_value`](crate::EnvironmentFile::without_value) has the
//! errors for everything else.

use std::{borrow::Cow, ops::Range};

use presolve_text::{
    diagnostic::{Diagnostic, Location},
    variables::{ALLOW_ENV, AllowedVariables, NoValue},
};

/// The name of the diagnostic for a variable without a value.
pub const VARIABLE: &str = "variable-without-value";

/// The maximum number of such variables that a file reports. Each report shows a line.
const MOST: usize = 10;

/// The program whose syntax a text has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Syntax {
    /// `$NAME` and `${NAME}`, as Python's `os.path.expandvars` replaces them. conda applies it to
    /// channels (`conda/env/env.py`).
    Conda,
    /// `${NAME}` with capitals, digits and `_` only
    /// (<https://pip.pypa.io/en/stable/reference/requirements-file-format/#using-environment-variables>).
    /// An empty variable counts as unset.
    Pip,
}

/// A text whose variables are replaced by their values.
pub(crate) struct Expanded<'t> {
    /// The text. A variable without a value is left in place.
    pub text: Cow<'t, str>,
    /// The variables without a value.
    pub missing: Vec<Missing>,
}

/// A variable without a value.
pub(crate) struct Missing {
    /// As it is written: `${NAME}`.
    written: String,
    name: String,
    why: NoValue,
}

impl<'t> Expanded<'t> {
    /// A text in which the reading program replaces no variables.
    pub(crate) fn literal(text: &'t str) -> Self {
        Self {
            text: Cow::Borrowed(text),
            missing: Vec::new(),
        }
    }

    /// Whether the text has no variables.
    pub(crate) fn is_plain(&self) -> bool {
        matches!(self.text, Cow::Borrowed(_)) && self.missing.is_empty()
    }
}

/// Replaces the variables that a file may use.
pub(crate) fn expand<'t>(
    text: &'t str,
    syntax: Syntax,
    allowed: &AllowedVariables,
) -> Expanded<'t> {
    let mut expanded = Expanded::literal(text);
    let mut end = 0;
    let mut result = String::new();
    while let Some((place, name)) = next(text, end, syntax) {
        let value = allowed.value(name).and_then(|value| match syntax {
            Syntax::Pip if value.is_empty() => Err(NoValue::Unset),
            _ => Ok(value),
        });
        result.push_str(&text[end..place.start]);
        end = place.end;
        match value {
            Ok(value) => {
                result.push_str(&value);
                expanded.text = Cow::Owned(String::new());
            }
            Err(why) => {
                result.push_str(&text[place.clone()]);
                expanded.missing.push(Missing {
                    written: text[place].to_owned(),
                    name: name.to_owned(),
                    why,
                });
            }
        }
    }
    if let Cow::Owned(text_with_values) = &mut expanded.text {
        result.push_str(&text[end..]);
        *text_with_values = result;
    }
    expanded
}

/// Returns the place and the name of the next variable.
fn next(text: &str, from: usize, syntax: Syntax) -> Option<(Range<usize>, &str)> {
    let dollars = text[from..].match_indices('$');
    let mut variables = dollars.filter_map(|(offset, _)| {
        let start = from + offset;
        let after = &text[start + 1..];
        let name = match after.strip_prefix('{') {
            Some(braced) => &braced[..braced.find('}')?],
            None if syntax == Syntax::Pip => return None,
            None => {
                let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_';
                &after[..after.find(|c| !is_part(c)).unwrap_or(after.len())]
            }
        };
        let is_part = |c: u8| match syntax {
            Syntax::Conda => c.is_ascii_alphanumeric() || c == b'_',
            Syntax::Pip => c.is_ascii_uppercase() || c.is_ascii_digit() || c == b'_',
        };
        let braces = if after.starts_with('{') { 2 } else { 0 };
        let end = start + 1 + name.len() + braces;
        let is_name = !name.is_empty() && name.bytes().all(is_part);
        is_name.then_some((start..end, name))
    });
    variables.next()
}

/// Adds the errors for variables without a value, up to a limit.
pub(crate) fn report(missing: Vec<Missing>, at: &Location, errors: &mut Vec<Diagnostic>) {
    let room = MOST.saturating_sub(errors.len());
    let missing = missing.into_iter().take(room);
    errors.extend(missing.map(|one| one.error(at.clone())));
}

impl Missing {
    /// The error for a use of the variable.
    pub(crate) fn error(self, at: Location) -> Diagnostic {
        let Self { written, name, why } = self;
        let (message, help) = match why {
            NoValue::NotAllowed => (
                format!("`{written}` is not replaced: this file may not use the variable `{name}`"),
                format!(
                    "if you trust this file with its value, run with `--allow-env {name}`, or set `{ALLOW_ENV}={name}`"
                ),
            ),
            NoValue::Unset => (
                format!("`{written}` is not replaced: the variable `{name}` is not set"),
                format!("set `{name}`"),
            ),
            NoValue::OfBuild => (
                format!(
                    "`{written}` has the value of the image build, which presolve does not know"
                ),
                "write the value, or name the index or channel by a flag".to_owned(),
            ),
        };
        Diagnostic::error(VARIABLE, message).at(at, "").help(help)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn expanded(text: &str, syntax: Syntax) -> (String, Vec<String>) {
        let allowed = AllowedVariables::of_user(&["PATH".to_owned(), "NOT_SET_X".to_owned()]);
        let expanded = expand(text, syntax, &allowed);
        let missing = expanded.missing.into_iter();
        let missing = missing.map(|one| format!("{} {:?}", one.name, one.why));
        (expanded.text.into_owned(), missing.collect())
    }

    #[test]
    fn pip_replaces_capitals_in_braces() {
        let path = std::env::var("PATH").expect("is set");
        let (text, missing) = expanded("a${PATH}b/$PATH/${path}/${", Syntax::Pip);
        assert_eq!(text, format!("a{path}b/$PATH/${{path}}/${{"));
        assert_eq!(missing, [""; 0]);
    }

    #[test]
    fn conda_replaces_both_forms() {
        let path = std::env::var("PATH").expect("is set");
        let (text, missing) = expanded("a/$PATH/${PATH}/${{ x }}/$", Syntax::Conda);
        assert_eq!(text, format!("a/{path}/{path}/${{{{ x }}}}/$"));
        assert_eq!(missing, [""; 0]);
    }

    #[test]
    fn a_variable_needs_permission_and_a_value() {
        for syntax in [Syntax::Conda, Syntax::Pip] {
            let (text, missing) = expanded("${HOME}/${NOT_SET_X}", syntax);
            assert_eq!(text, "${HOME}/${NOT_SET_X}");
            assert_eq!(missing, ["HOME NotAllowed", "NOT_SET_X Unset"]);
        }
        let of_build = expand("${PATH}", Syntax::Pip, &AllowedVariables::in_build());
        assert_eq!(of_build.missing[0].why, NoValue::OfBuild);
    }

    /// A value is not searched for variables again.
    #[test]
    fn a_value_is_final() {
        let allowed = AllowedVariables::of_user(&["PATH".to_owned()]);
        let expanded = expand("$${PATH}", Syntax::Conda, &allowed);
        let path = std::env::var("PATH").expect("is set");
        assert_eq!(expanded.text, format!("${path}"));
    }
}
