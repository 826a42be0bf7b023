//! The comment that keeps a declared requirement beside its pin:
//!
//! ```yaml
//! - numpy=1.26.4=py310hb13e2d6_0  # presolve: numpy # the user's comment
//! - libblas=3.9.0=20_openblas  # presolve: added
//! ```
//!
//! The declared text ends at the next ` #`; a text that would not read back
//! that way is written as a JSON string.

/// Prefix of comments that presolve writes.
const MARK: &str = "# presolve: ";
/// The group of channels that a pinned file spells out.
const DEFAULTS: &str = "defaults";
/// What follows the mark on a line that nobody declared.
const ADDED: &str = "added";
/// What follows the mark at the head of a pinned file.
const PINNED_FOR: &str = "pinned for ";
/// What follows the mark when it silences a rule and is the user's own.
const IGNORE: &str = "ignore[";

/// The comment after an entry.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LineComment {
    /// Note of an earlier `presolve pin`.
    pub origin: Option<Origin>,
    /// The user's own comment from its `#` on; empty when there is none.
    pub user: String,
}

/// Source of a pinned line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// Nobody declared it.
    Added,
    /// Declared by the user as this text.
    Declared(String),
}

impl LineComment {
    /// Reads a comment, which begins with `#` (or is empty).
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

    /// Reads the comment beside an entry. A declared requirement of another package
    /// than the entry's is not a note of presolve's but the user's own text.
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

    /// Writes the comment; empty when it says nothing.
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

/// Whether two texts begin with the same package name. A channel that replaced
/// `defaults` is called otherwise than it was declared.
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

/// A JSON string at the head of a comment, and what follows it.
fn json_string(text: &str) -> Option<(String, &str)> {
    if !text.starts_with('"') {
        return None;
    }
    let mut values = serde_json::Deserializer::from_str(text).into_iter::<String>();
    let declared = values.next()?.ok()?;
    let rest = &text[values.byte_offset()..];
    (rest.is_empty() || rest.starts_with(" #")).then_some((declared, rest))
}

/// Whether a declared text reads back from a comment as it is.
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

/// The line that says what platform a file is pinned for.
pub fn header(platform: &str) -> String {
    format!("{MARK}{PINNED_FOR}{platform}")
}

/// The platform of a [`header`] line, and where it stands in the line.
pub(crate) fn parse_header(line: &str) -> Option<(usize, &str)> {
    let platform = line
        .strip_prefix(MARK)?
        .strip_prefix(PINNED_FOR)?
        .trim_end();
    let start = MARK.len() + PINNED_FOR.len();
    (!platform.is_empty() && !platform.contains(' ')).then_some((start, platform))
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
    fn a_header_names_its_platform() {
        assert_eq!(parse_header(&header("linux-64")), Some((23, "linux-64")));
        assert_eq!(parse_header("# presolve: added"), None);
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
