//! The text of a requirement, split so that its version can be replaced and the rest stays.

use pep508_rs::{Requirement, VerbatimUrl, VersionOrUrl};

use presolve_parse as parse;
use presolve_solve::{Declared, DeclaredKind};
use presolve_spec::match_spec;

/// A requirement whose version can be replaced.
#[derive(Clone, Debug)]
pub(crate) struct Parts<'d> {
    declared: &'d Declared,
    /// The name, with its channel or its extras.
    head: &'d str,
    /// The version constraint.
    asked: Constraint<'d>,
    /// The marker of a pip line, from its `;` on.
    tail: &'d str,
}

/// A version constraint as written.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Constraint<'d> {
    /// Any version.
    Any,
    /// One version or version prefix: operator, version, and `.*`.
    One {
        operator: &'d str,
        version: &'d str,
        star: &'d str,
        /// Whether a conda spec has a build string.
        build: bool,
    },
    /// Lower and upper bounds.
    Bounds(Vec<(&'d str, &'d str)>),
    /// A constraint that is not parsed further.
    Other,
}

/// The operators of a conda spec or a PEP 440 specifier. An operator precedes its own
/// prefixes.
const OPERATORS: [&str; 9] = ["===", "==", "~=", "!=", ">=", "<=", ">", "<", "="];

impl<'d> Parts<'d> {
    /// Splits a line; `None` for a URL, an opaque line or a constraint.
    pub(crate) fn of(declared: &'d Declared) -> Option<Self> {
        let text = declared.text.trim();
        let is_conda = match &declared.kind {
            DeclaredKind::Conda(spec) if spec.url.is_none() && spec.condition.is_none() => true,
            DeclaredKind::Pip(requirement) if !is_url(requirement) => false,
            _ => return None,
        };
        let (body, tail) = match text.find(';').filter(|_| !is_conda) {
            Some(at) => (text[..at].trim_end(), &text[at..]),
            None => (text, ""),
        };
        let start = body.rfind("::").map_or(0, |at| at + 2);
        let is_name = |c: char| c.is_alphanumeric() || matches!(c, '.' | '_' | '-');
        let mut end = body[start..]
            .find(|c: char| !is_name(c))
            .map_or(body.len(), |at| start + at);
        if !is_conda && body[end..].trim_start().starts_with('[') {
            end += body[end..].find(']')? + 1;
        }
        let (head, rest) = body.split_at(end);
        Some(Self {
            declared,
            head,
            asked: Constraint::read(rest.trim(), is_conda),
            tail,
        })
    }

    /// Returns the required version or version prefix, if the constraint is of this form.
    pub(crate) fn version(&self) -> Option<&'d str> {
        match self.asked {
            Constraint::One { version, .. } => Some(version),
            _ => None,
        }
    }

    /// Returns the version if no other version satisfies the constraint.
    pub(crate) fn exact_version(&self) -> Option<&'d str> {
        match self.asked {
            Constraint::One {
                operator: "" | "=" | "==" | "===",
                version,
                star: "",
                ..
            } => Some(version),
            _ => None,
        }
    }

    /// Whether every version satisfies the constraint.
    pub(crate) fn is_open(&self) -> bool {
        self.asked == Constraint::Any
    }

    /// Returns the line without a version constraint.
    pub(crate) fn any(&self) -> Option<Declared> {
        self.with("")
    }

    /// Returns the line with a version range, both ends included.
    pub(crate) fn between(&self, lowest: &str, highest: &str) -> Option<Declared> {
        if lowest == highest {
            self.with(&format!("=={lowest}"))
        } else {
            self.with(&format!(">={lowest},<={highest}"))
        }
    }

    /// Returns the line without its build string.
    pub(crate) fn without_build(&self) -> Option<Declared> {
        match self.asked {
            Constraint::One {
                operator,
                version,
                star,
                build: true,
            } => self.with(&written(operator, version, star)),
            _ => None,
        }
    }

    /// Returns the line in the same form, with a constraint that allows this version.
    pub(crate) fn moved_to(&self, version: &str) -> Option<Declared> {
        match &self.asked {
            Constraint::Any | Constraint::Other => self.between(version, version),
            Constraint::One {
                operator,
                version: before,
                star,
                ..
            } => {
                // Python is written with its minor version.
                if self.declared.is_conda() && self.declared.names("python") {
                    return self.with(&written("=", &beginning(version, 2), ""));
                }
                let parts = before.split('.').count();
                // An exact version remains exact.
                let version = match operator {
                    &"==" | &"===" | &"~=" if star.is_empty() => version.to_string(),
                    &"" if star.is_empty() => version.to_string(),
                    _ => beginning(version, parts),
                };
                self.with(&written(operator, &version, star))
            }
            Constraint::Bounds(bounds) => {
                let (bounds, moved) = moved(bounds, version);
                moved.then(|| self.with(&bounds)).flatten()
            }
        }
    }

    fn with(&self, version: &str) -> Option<Declared> {
        let text = if version.starts_with(|c: char| c.is_ascii_digit()) {
            format!("{} {version}{}", self.head, self.tail)
        } else {
            format!("{}{version}{}", self.head, self.tail)
        };
        let kind = match &self.declared.kind {
            DeclaredKind::Conda(before) => {
                let mut spec = match_spec::parse(&text).ok()?;
                // Keep the channel, which was resolved with the settings.
                spec.channel.clone_from(&before.channel);
                DeclaredKind::Conda(Box::new(spec))
            }
            _ => DeclaredKind::Pip(Box::new(parse::pep::requirement(&text).ok()?)),
        };
        Some(Declared {
            text,
            kind,
            channels: self.declared.channels.clone(),
            // The hashes belong to the previous version.
            hashes: Vec::new(),
        })
    }
}

fn is_url(requirement: &Requirement<VerbatimUrl>) -> bool {
    matches!(requirement.version_or_url, Some(VersionOrUrl::Url(_)))
}

impl<'d> Constraint<'d> {
    fn read(text: &'d str, is_conda: bool) -> Self {
        let bare = text.trim_start_matches('(').trim_end_matches(')').trim();
        if bare.is_empty() || bare == "*" {
            return Self::Any;
        }
        if bare.contains(['|', '[', '^', '$']) {
            return Self::Other;
        }
        let bounds: Vec<(&str, &str)> = bare
            .split(',')
            .map(|bound| operator(bound.trim()))
            .collect();
        match bounds[..] {
            [(sign, version)] if matches!(sign, "" | "=" | "==" | "===" | "~=") => {
                let separators: &[char] = if is_conda { &['=', ' '] } else { &[] };
                let (version, build) = match version.split_once(separators) {
                    Some((version, build)) => (version, !build.trim().is_empty()),
                    None => (version, false),
                };
                let bare = version.trim_end_matches('*').trim_end_matches('.');
                Self::One {
                    operator: sign,
                    version: bare,
                    star: &version[bare.len()..],
                    build,
                }
            }
            _ if bounds.iter().all(|(sign, _)| !sign.is_empty()) => Self::Bounds(bounds),
            _ => Self::Other,
        }
    }
}

fn operator(bound: &str) -> (&str, &str) {
    let sign = OPERATORS.iter().find(|sign| bound.starts_with(**sign));
    let length = sign.map_or(0, |sign| sign.len());
    (&bound[..length], bound[length..].trim())
}

fn written(operator: &str, version: &str, star: &str) -> String {
    format!("{operator}{version}{star}")
}

/// Returns the first parts of a version: `1.2` for `1.2.3` and 2.
pub(crate) fn beginning(version: &str, parts: usize) -> String {
    let parts: Vec<&str> = version.split('.').take(parts).collect();
    parts.join(".")
}

/// Moves the bounds that exclude a version to that version; returns whether any was moved.
fn moved(bounds: &[(&str, &str)], version: &str) -> (String, bool) {
    let Ok(target) = parse::conda::version(version) else {
        return (String::new(), false);
    };
    let mut written = Vec::new();
    let mut moved = false;
    for &(sign, bound) in bounds {
        let limit = bound
            .trim_end_matches(".*")
            .parse::<rattler_conda_types::Version>();
        let Ok(limit) = limit else {
            return (String::new(), false);
        };
        match sign {
            ">=" | ">" if target < limit || (sign == ">" && target == limit) => {
                moved = true;
                written.push(format!(">={}", beginning(version, 2)));
            }
            "<=" | "<" if target > limit || (sign == "<" && target == limit) => {
                moved = true;
                written.push(format!("<={version}"));
            }
            // The version may be the one excluded by `!=`, or outside a fixed series.
            "!=" if target == limit => moved = true,
            "==" | "=" | "~=" => return (String::new(), false),
            _ => written.push(format!("{sign}{bound}")),
        }
    }
    (written.join(","), moved)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn conda(text: &str) -> Declared {
        Declared {
            text: text.to_string(),
            kind: DeclaredKind::Conda(Box::new(match_spec::parse(text).expect("a spec"))),
            channels: Vec::new(),
            hashes: Vec::new(),
        }
    }

    fn pip(text: &str) -> Declared {
        Declared {
            text: text.to_string(),
            kind: DeclaredKind::Pip(Box::new(text.parse().expect("a requirement"))),
            channels: Vec::new(),
            hashes: Vec::new(),
        }
    }

    fn moved_to(line: &Declared, version: &str) -> Option<String> {
        Some(Parts::of(line)?.moved_to(version)?.text)
    }

    #[test]
    fn a_version_is_written_as_the_one_before() {
        let to = |text: &str| moved_to(&conda(text), "1.21.6");
        assert_eq!(to("numpy=1.19").as_deref(), Some("numpy=1.21"));
        assert_eq!(to("numpy=1.19.2").as_deref(), Some("numpy=1.21.6"));
        assert_eq!(to("numpy 1.19.*").as_deref(), Some("numpy 1.21.*"));
        assert_eq!(to("numpy==1.19").as_deref(), Some("numpy==1.21.6"));
        assert_eq!(to("numpy=1.19.2=py38_0").as_deref(), Some("numpy=1.21.6"));
        assert_eq!(
            to("conda-forge::numpy>=1.22,<2").as_deref(),
            Some("conda-forge::numpy>=1.21,<2")
        );
        assert_eq!(
            moved_to(&conda("python==3.8"), "3.8.20").as_deref(),
            Some("python=3.8")
        );
        assert_eq!(to("numpy<1.20").as_deref(), Some("numpy<=1.21.6"));
        let to = |text: &str| moved_to(&pip(text), "1.21.6");
        assert_eq!(to("numpy[x]==1.19.2").as_deref(), Some("numpy[x]==1.21.6"));
        assert_eq!(
            to("numpy~=1.19.2 ; python_version > '3'").as_deref(),
            Some("numpy~=1.21.6; python_version > '3'")
        );
        assert_eq!(to("numpy==1.19.*").as_deref(), Some("numpy==1.21.*"));
        assert_eq!(to("numpy!=1.21.6,>1").as_deref(), Some("numpy>1"));
    }

    #[test]
    fn what_cannot_be_taken_apart_is_left() {
        assert!(Parts::of(&pip("foo @ https://example.com/foo-1.0.tar.gz")).is_none());
        let either = conda("numpy=1.19|=1.20");
        let parts = Parts::of(&either).expect("a name");
        assert_eq!(parts.version(), None);
        assert_eq!(parts.any().expect("a name").text, "numpy");
    }
}
