//! Rejects markers (PEP 508) that pep508_rs cannot handle, before it parses them.
//!
//! pep508_rs recurses once per parenthesis, stores all markers of the process as decision
//! diagrams in one store, and panics on some comparisons while it holds the lock of that
//! store. Such a panic makes every later use of markers fail, so it cannot be caught and must
//! be prevented. The diagram of a marker can grow exponentially with its text; [`Width`]
//! computes an upper bound.

use std::collections::{BTreeMap, BTreeSet};

use super::{Invalid, check_length};

/// Maximum length of a marker, in bytes.
const MAX_LENGTH: usize = 16 * 1024;

/// Maximum length of a quoted value, in bytes: pep508_rs merges the versions of `in '…'` in
/// quadratic time.
const MAX_VALUE: usize = 1024;

/// Maximum depth of parentheses. The deepest marker of a well-known release has 9 levels
/// (SQLAlchemy 2.0, `greenlet`).
const MAX_DEPTH: usize = 32;

/// Maximum number of comparisons in a marker.
const MAX_COMPARISONS: usize = 128;

/// Maximum width of the decision diagram of a marker; wider ones are refused.
const MAX_WIDTH: u64 = 4096;

/// Maximum number of digits in a version component: pep508_rs adds 1 to 64-bit numbers,
/// which have at most 20 digits.
const MAX_DIGITS: usize = 19;

/// The variables that pep508_rs compares as versions (PEP 508).
const VERSIONS: [&str; 3] = [
    "python_version",
    "python_full_version",
    "implementation_version",
];

/// Checks a marker, without the `;` before it. Text that is not a marker passes, because
/// pep508_rs reports a better error.
pub(crate) fn check(text: &str) -> Result<(), Invalid> {
    check_length(text, MAX_LENGTH, "a marker")?;
    let mut checker = Checker::default();
    let mut place = 0;
    while place < text.len() {
        let (token, length) = Token::first_of(&text[place..]);
        checker
            .take(&token)
            .map_err(|message| Invalid::new(message, place..place + length))?;
        place += length;
    }
    checker
        .finish()
        .map_err(|message| Invalid::new(message, 0..text.len()))
}

/// A token of a marker, by the rules of pep508_rs.
enum Token<'t> {
    Open,
    Close,
    Quoted(&'t str),
    /// A variable, `and`, `or`, `in` or `not`.
    Word(&'t str),
    /// A comparison operator, such as `==` or `~=`.
    Operator(&'t str),
    Blank,
    /// Character that is not valid outside quotes.
    Other(char),
}

impl<'t> Token<'t> {
    /// The first token of a non-empty text, and its length in bytes.
    fn first_of(text: &'t str) -> (Self, usize) {
        let run = |of: fn(char) -> bool| text.find(|c| !of(c)).unwrap_or(text.len());
        let first = text.chars().next().unwrap_or(' ');
        let is_word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.');
        let is_operator = |c: char| matches!(c, '<' | '>' | '=' | '!' | '~');
        match first {
            '(' => (Token::Open, 1),
            ')' => (Token::Close, 1),
            '"' | '\'' => match text[1..].find(first) {
                Some(end) => (Token::Quoted(&text[1..=end]), end + 2),
                None => (Token::Quoted(&text[1..]), text.len()),
            },
            _ if is_word(first) => {
                let end = run(is_word);
                (Token::Word(&text[..end]), end)
            }
            _ if is_operator(first) => {
                let end = run(is_operator);
                (Token::Operator(&text[..end]), end)
            }
            _ if first.is_ascii_whitespace() => (Token::Blank, 1),
            other => (Token::Other(other), other.len_utf8()),
        }
    }
}

/// A comparison that is not complete yet.
#[derive(Default)]
struct Comparison<'t> {
    variable: Option<&'t str>,
    value: Option<&'t str>,
    value_is_first: bool,
    is_in: bool,
}

/// Progress through `'x' ~= NAME`.
#[derive(Clone, Copy, Default)]
enum Compatible {
    #[default]
    None,
    /// `'x'`
    Value,
    /// `'x' ~=`
    Operator,
}

#[derive(Default)]
struct Checker<'t> {
    comparisons: usize,
    compatible: Compatible,
    comparison: Comparison<'t>,
    domains: BTreeMap<String, BTreeSet<&'t str>>,
    outer: Vec<Width>,
    width: Width,
}

impl<'t> Checker<'t> {
    fn take(&mut self, token: &Token<'t>) -> Result<(), String> {
        if !matches!(token, Token::Blank) {
            self.check_compatible(token)?;
        }
        match *token {
            Token::Blank => {}
            Token::Open if self.outer.len() == MAX_DEPTH => {
                return Err(format!(
                    "the marker has more than {MAX_DEPTH} levels of nested parentheses"
                ));
            }
            Token::Open => self.outer.push(std::mem::take(&mut self.width)),
            Token::Close => {
                self.end_comparison()?;
                let inner = self.width.total();
                self.width = self.outer.pop().unwrap_or_default();
                self.width.factor(inner);
            }
            Token::Word("and") => self.end_comparison()?,
            Token::Word("or") => {
                self.end_comparison()?;
                self.width.end_of_and();
            }
            Token::Word("in") => {
                self.end_if_complete()?;
                self.comparison.is_in = true;
            }
            Token::Word("not") => self.end_if_complete()?,
            Token::Word(variable) => {
                self.end_if_complete()?;
                self.comparison.variable = Some(variable);
            }
            Token::Operator(_) => self.end_if_complete()?,
            Token::Quoted(value) => self.value(value)?,
            Token::Other(other) => {
                return Err(format!("`{other}` is not allowed in a marker"));
            }
        }
        Ok(())
    }

    /// Rejects `'x' ~= NAME` for a variable that is not a version, in any context.
    fn check_compatible(&mut self, token: &Token<'t>) -> Result<(), String> {
        self.compatible = match (self.compatible, token) {
            (Compatible::Operator, Token::Word(name)) if !VERSIONS.contains(name) => {
                return Err(format!("`~=` compares versions, and `{name}` is not one"));
            }
            (_, Token::Quoted(_)) => Compatible::Value,
            (Compatible::Value, Token::Operator("~=")) => Compatible::Operator,
            _ => Compatible::None,
        };
        Ok(())
    }

    fn value(&mut self, value: &'t str) -> Result<(), String> {
        if value.len() > MAX_VALUE {
            return Err(format!(
                "a value in a marker is longer than {MAX_VALUE} bytes"
            ));
        }
        self.end_if_complete()?;
        self.comparison.value_is_first = self.comparison.variable.is_none();
        self.comparison.value = Some(value);
        Ok(())
    }

    /// pep508_rs builds a comparison before it notices that no `and` or `or` joins it to the
    /// next one.
    fn end_if_complete(&mut self) -> Result<(), String> {
        let comparison = &self.comparison;
        if comparison.variable.is_some() && comparison.value.is_some() {
            self.end_comparison()
        } else {
            Ok(())
        }
    }

    /// Counts a comparison, and rejects those on which pep508_rs panics.
    fn end_comparison(&mut self) -> Result<(), String> {
        let comparison = std::mem::take(&mut self.comparison);
        let (Some(variable), Some(value)) = (comparison.variable, comparison.value) else {
            return Ok(());
        };
        self.comparisons += 1;
        if self.comparisons > MAX_COMPARISONS {
            return Err(format!(
                "the marker has more than {MAX_COMPARISONS} comparisons"
            ));
        }
        let is_version = VERSIONS.contains(&variable);
        if is_version && longest_number(value) > MAX_DIGITS {
            return Err(format!(
                "a number in the marker has more than {MAX_DIGITS} digits"
            ));
        }
        if is_version && value.contains('+') {
            return Err("a marker cannot compare a local version (`+…`)".to_owned());
        }
        self.add_to_domain(variable, value, &comparison);
        self.width.factor(1);
        Ok(())
    }

    /// Adds a value to the domain of its variable. `extra`, and `in` on a text, are either
    /// true or false; other comparisons split the range of the variable.
    fn add_to_domain(&mut self, variable: &str, value: &'t str, comparison: &Comparison<'_>) {
        let is_version = VERSIONS.contains(&variable);
        let splits = is_version || (variable != "extra" && !comparison.is_in);
        if splits {
            let values = self.domains.entry(variable.to_owned()).or_default();
            values.extend(value.split_ascii_whitespace());
        } else {
            let order = comparison.value_is_first;
            let key = format!("{variable} {order} {value}");
            self.domains.entry(key).or_default();
        }
    }

    fn finish(mut self) -> Result<(), String> {
        self.end_comparison()?;
        // Unclosed parentheses: pep508_rs rejects them, but only after it has built their
        // content.
        while let Some(outer) = self.outer.pop() {
            let inner = std::mem::replace(&mut self.width, outer).total();
            self.width.factor(inner);
        }
        let paths = self.domains.values().fold(1_u64, |paths, values| {
            // Two values (true and false), or the compared values and the gaps around them.
            let edges = 2 * values.len() + 1;
            paths.saturating_mul(edges.max(2) as u64)
        });
        if self.width.total().min(paths) > MAX_WIDTH {
            return Err("the marker combines too many comparisons".to_owned());
        }
        Ok(())
    }
}

/// An upper bound of the number of different remainders that a marker can have after some of
/// its variables are known. It bounds the width of the decision diagram for every variable
/// order.
///
/// A comparison has one remainder: itself, until it is decided. For several joined terms, each
/// can be at any of its remainders, or the whole is decided.
struct Width {
    or: u64,
    or_terms: u32,
    and: u64,
    and_terms: u32,
}

impl Default for Width {
    fn default() -> Self {
        Self {
            or: 1,
            or_terms: 0,
            and: 1,
            and_terms: 0,
        }
    }
}

impl Width {
    /// Adds an operand of `and`.
    fn factor(&mut self, width: u64) {
        self.and = self.and.saturating_mul(width);
        self.and_terms += 1;
    }

    /// Adds the finished `and` term to the operands of `or`.
    fn end_of_and(&mut self) {
        let decided = u64::from(self.and_terms > 1);
        self.or = self.or.saturating_mul(self.and.saturating_add(decided));
        self.or_terms += 1;
        (self.and, self.and_terms) = (1, 0);
    }

    fn total(&mut self) -> u64 {
        self.end_of_and();
        self.or.saturating_add(u64::from(self.or_terms > 1))
    }
}

fn longest_number(text: &str) -> usize {
    let numbers = text.split(|c: char| !c.is_ascii_digit());
    numbers.map(str::len).max().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markers_of_real_releases_pass() {
        let greenlet = "platform_machine == \"aarch64\" or (platform_machine == \"ppc64le\" or \
            (platform_machine == \"x86_64\" or (platform_machine == \"amd64\" or \
            (platform_machine == \"AMD64\" or (platform_machine == \"win32\" or \
            platform_machine == \"WIN32\")))))";
        let extras: Vec<_> = (0..60).map(|n| format!("extra == 'e{n}'")).collect();
        let systems: Vec<_> = ["3.8", "3.9", "3.10", "3.11", "3.12"]
            .iter()
            .flat_map(|python| {
                ["linux", "darwin", "win32"].map(|system| {
                    format!("(python_version == '{python}' and sys_platform == '{system}' and platform_machine != 'arm64')")
                })
            })
            .collect();
        for marker in [
            greenlet,
            &extras.join(" or "),
            &systems.join(" or "),
            "python_version in '2.7 3.6' and 'nux' in sys_platform",
            "os_name == 'é'",
            "'3.8' ~= python_version and os_name ~= 'x'",
        ] {
            assert_eq!(check(marker), Ok(()), "{marker}");
        }
    }

    #[test]
    fn what_pep508_rs_cannot_take_is_refused() {
        let deep = format!("{}os_name == 'a'{}", "(".repeat(3000), ")".repeat(3000));
        let long = vec!["os_name == 'a'"; 5000].join(" or ");
        let wide: Vec<_> = (0..30)
            .map(|n| format!("'{n}' in os_name and extra == '{n}'"))
            .collect();
        for marker in [
            &*deep,
            &long,
            &wide.join(" or "),
            &format!("({}", wide.join(" or ")),
            "'x' ~= os_name",
            "'x' ~= extra and os_name == 'a'",
            "python_version > '3.18446744073709551615'",
            "python_full_version not in '3.7+a' and python_full_version > '3'",
            "os_name == 'a' é",
            "'x' ~= os_name 'y' == os_name",
            "'x' ~= os_name == 'y'",
            "'x' ~= os_name in 'y'",
            "os_name == 'x' ~= os_name",
            "os_name == 'a'\u{a0}and os_name == 'b'",
        ] {
            assert!(check(marker).is_err(), "{marker:.60}");
        }
    }
}
