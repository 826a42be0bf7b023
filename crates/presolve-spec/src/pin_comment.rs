//! The comment that keeps a declared requirement next to its pin:
//!
//! ```yaml
//! - numpy=1.26.4=py310hb13e2d6_0  # presolve: numpy # the user's comment
//! - libblas=3.9.0=20_openblas  # presolve: added
//! ```
//!
//! The declared text ends at the next ` #`. A text that would not read back unchanged is
//! written as a JSON string.

use jiff::Timestamp;

/// Prefix of comments that presolve writes.
pub(crate) const MARK: &str = "# presolve: ";
/// The channel group that `pin` replaces with its channels.
const DEFAULTS: &str = "defaults";
/// Follows the mark on a line that the user did not declare.
const ADDED: &str = "added";
/// Follows the mark at the top of a pinned file, before the platform.
const PINNED_FOR: &str = "pinned for ";
/// Follows the platform in a requirements file, before the version of Python.
const PYTHON: &str = " with Python ";
/// Follows the platform, before the name of the lock file with the packages that no line declares.
const LOCKED: &str = " locked in ";
/// Follows the platform and the rest, before the instant from which ages were counted back.
const AS_OF: &str = " as of ";
/// Follows the mark in a suppression, which is part of the user's own comment.
const IGNORE: &str = "ignore[";

/// The comment after an entry.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LineComment {
    /// The note of an earlier `presolve pin`.
    pub origin: Option<Origin>,
    /// The user's own comment, including its `#`; empty if there is none.
    pub user: String,
}

/// The source of a pinned line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// A line that the user did not declare.
    Added,
    /// A line that the user declared with this text.
    Declared(String),
}

impl LineComment {
    /// Parses a comment, which is empty or begins with `#`.
    pub fn parse(comment: &str) -> Self {
        let comment = comment.trim_end();
        let user = |text: &str| Self {
            origin: None,
            user: text.to_owned(),
        };
        let Some(text) = comment.strip_prefix(MARK) else {
            return user(comment);
        };
        let (origin, rest) = match json_string(text) {
            Some((declared, rest)) => (Origin::Declared(declared), rest),
            None => {
                let end = text.find(" #").unwrap_or(text.len());
                let (declared, rest) = text.split_at(end);
                if declared.starts_with(IGNORE) || declared.trim().is_empty() {
                    return user(comment);
                }
                let origin = match declared {
                    ADDED => Origin::Added,
                    declared => Origin::Declared(declared.to_owned()),
                };
                (origin, rest)
            }
        };
        Self {
            origin: Some(origin),
            user: rest.trim_start().to_owned(),
        }
    }

    /// Parses the comment next to an entry. If it declares another package than the entry,
    /// the user wrote it, not presolve.
    pub fn beside(entry: &str, comment: &str) -> Self {
        let parsed = Self::parse(comment);
        match &parsed.origin {
            Some(Origin::Declared(declared)) if !same_name(entry, declared) => Self {
                origin: None,
                user: comment.trim_end().to_owned(),
            },
            _ => parsed,
        }
    }

    /// Writes the comment; empty if there is neither a note nor a comment of the user.
    pub fn write(&self) -> String {
        let origin = match &self.origin {
            None => return self.user.clone(),
            Some(Origin::Added) => ADDED.to_owned(),
            Some(Origin::Declared(text)) if reads_back(text) => text.clone(),
            Some(Origin::Declared(text)) => serde_json::Value::String(text.clone()).to_string(),
        };
        if self.user.is_empty() {
            format!("{MARK}{origin}")
        } else {
            format!("{MARK}{origin} {}", self.user)
        }
    }
}

/// Whether two texts begin with the same package name. A channel that replaced `defaults`
/// has another name than the declared one.
fn same_name(entry: &str, declared: &str) -> bool {
    let name = |text: &str| {
        let text = text.trim_start();
        let bare = text.split_once("::").map_or(text, |(_, bare)| bare);
        let end = bare
            .find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-')))
            .unwrap_or(bare.len());
        bare[..end].to_ascii_lowercase().replace(['_', '.'], "-")
    };
    declared == DEFAULTS || name(entry) == name(declared)
}

/// Returns a JSON string at the start of a comment, and the rest of the comment.
fn json_string(text: &str) -> Option<(String, &str)> {
    if !text.starts_with('"') {
        return None;
    }
    let mut values = serde_json::Deserializer::from_str(text).into_iter::<String>();
    let declared = values.next()?.ok()?;
    let rest = &text[values.byte_offset()..];
    (rest.is_empty() || rest.starts_with(" #")).then_some((declared, rest))
}

/// Whether a declared text reads back from a comment unchanged.
fn reads_back(text: &str) -> bool {
    !text.is_empty()
        && text == text.trim()
        && text != ADDED
        && !text.starts_with('"')
        && !text.starts_with(IGNORE)
        && !text.starts_with(PINNED_FOR)
        && !text.contains(" #")
        && !text.contains(char::is_control)
}

/// The first comment of a pinned file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header<'t> {
    /// The platform of the pins.
    pub platform: &'t str,
    /// The version of the Python that the pins are for, if no line of the file says it.
    pub python: Option<&'t str>,
    /// The name of the lock file next to the file that has all packages, if there is one.
    pub lock: Option<&'t str>,
    /// The instant from which the ages of packages were counted back.
    pub as_of: Option<Timestamp>,
}

impl<'t> Header<'t> {
    /// Writes the comment.
    pub fn write(self) -> String {
        format!("{MARK}{PINNED_FOR}{}", self.value())
    }

    /// Writes what follows `pinned for`.
    pub(crate) fn value(self) -> String {
        let python = self.python.map(|python| format!("{PYTHON}{python}"));
        let as_of = self.as_of.map(|as_of| format!("{AS_OF}{as_of}"));
        let lock = self.lock.map(|lock| format!("{LOCKED}{lock}"));
        let rest = [python, lock, as_of].into_iter().flatten();
        std::iter::once(self.platform.to_owned())
            .chain(rest)
            .collect()
    }

    /// Reads a comment. An instant that cannot be read is left out, so that the next pin
    /// replaces the whole comment.
    pub(crate) fn parse(line: &'t str) -> Option<Written<'t>> {
        let value = line
            .strip_prefix(MARK)?
            .strip_prefix(PINNED_FOR)?
            .trim_end();
        let (target, as_of) = match value.split_once(AS_OF) {
            Some((target, as_of)) => (target, Some(as_of)),
            None => (value, None),
        };
        let (target, lock) = match target.split_once(LOCKED) {
            Some((target, lock)) => (target, Some(lock)),
            None => (target, None),
        };
        let (platform, python) = match target.split_once(PYTHON) {
            Some((platform, python)) => (platform, Some(python)),
            None => (target, None),
        };
        let is_one = !platform.is_empty() && !platform.contains(' ');
        let instant = as_of.and_then(|text| text.parse().ok());
        let header = Self {
            platform,
            python,
            lock,
            as_of: instant,
        };
        is_one.then_some(Written {
            header,
            start: MARK.len() + PINNED_FOR.len(),
            unreadable: as_of.filter(|_| instant.is_none()),
        })
    }
}

/// The first comment of a pinned file, as it is written there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Written<'t> {
    /// What it says.
    pub header: Header<'t>,
    /// The byte offset of the platform in the comment.
    pub start: usize,
    /// The text in the place of the instant, if it is not one.
    pub unreadable: Option<&'t str>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_comment_tells_the_declared_text_from_the_users() {
        let comment = LineComment::parse("# presolve: numpy >=1 # why");
        assert_eq!(comment.origin, Some(Origin::Declared("numpy >=1".into())));
        assert_eq!(comment.user, "# why");
        let comment = LineComment::parse("# presolve: added");
        assert_eq!(comment.origin, Some(Origin::Added));
    }

    #[test]
    fn the_users_own_comments_stay_the_users() {
        for text in [
            "",
            "# numpy",
            "#presolve: x",
            "# presolve: ignore[rule] why",
            "# presolve:",
        ] {
            let comment = LineComment::parse(text);
            assert_eq!((comment.origin, &*comment.user), (None, text));
        }
    }

    #[test]
    fn a_header_reads_back() {
        let instants = [None, "2026-11-23T08:00:00Z".parse().ok()];
        for (as_of, python) in instants.into_iter().zip([Some("3.10"), None]) {
            let header = Header {
                platform: "linux-64",
                python,
                lock: python.map(|_| "conda-lock.yml"),
                as_of,
            };
            let written = header.write();
            let read = Header::parse(&written).expect("reads back");
            assert_eq!((read.header, read.start), (header, 23));
            assert_eq!(read.unreadable, None);
        }
        let line = "# presolve: pinned for linux-64 as of 2026-11-23T08:00:00Z";
        assert!(Header::parse(line).is_some_and(|read| read.header.write() == line));
        let read = Header::parse("# presolve: pinned for a as of today").expect("is a header");
        assert_eq!((read.header.as_of, read.unreadable), (None, Some("today")));
        for line in ["# presolve: added", "# presolve: pinned for two words"] {
            assert_eq!(Header::parse(line), None);
        }
    }

    proptest! {
        #[test]
        fn every_comment_reads_back(declared in "\\PC*", user in "(#[ -~]*[!-~])?") {
            let user = LineComment::parse(&user).user;
            let comment = LineComment { origin: Some(Origin::Declared(declared)), user };
            prop_assert_eq!(LineComment::parse(&comment.write()), comment);
        }
    }
}
