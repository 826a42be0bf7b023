//! The rules of `check`: the problems that an environment file can have.
//!
//! Each rule is a file of its own in the folder of its group, next to the text that
//! `presolve rule` prints (`missing_channels.rs`, `missing_channels.md`). [`GROUPS`] lists
//! them all. A rule is named after the problem. [`Finder`] says how it is detected. A rule
//! that checks files gets each aspect of a file as a [`Subject`], and selects the ones that
//! apply to it. A new kind of input is a new subject. Findings are data ([`Finding`]);
//! `presolve_report::findings` formats them.

use std::cell::Cell;

use crate::suppression::Comment;
use presolve_spec::{EnvironmentFile, host::Host};
use presolve_text::{
    diagnostic::{Diagnostic, Level, Location},
    source::SourceFile,
};

mod azure;
mod channels;
mod dependencies;
pub(crate) mod docker;
mod file;
mod finding;
pub(crate) mod mlflow;
mod pip;
mod python;
mod security;
pub(crate) mod solving;
mod subject;
mod suppressions;
#[cfg(test)]
mod tests;

pub(crate) use docker::missing_copy_source::NAME as MISSING_COPY_SOURCE;
pub(crate) use pip::missing_build_tools;

pub use finding::{Confidence, Finding, Safety, TextEdit, TextFix};
pub use security::secrets_in;
pub use subject::{BaseImage, Requirements, Subject};
pub use suppressions::unused_in_settings;

/// A problem that `check` can find.
pub struct Rule {
    /// The name of the problem in kebab case.
    pub name: &'static str,
    /// The default level, which the settings can override.
    pub level: Level,
    /// Checked without an explicit selection.
    pub by_default: bool,
    /// The way in which it is found.
    pub finder: Finder,
    /// The text of `presolve rule`, in Markdown: the meaning, the consequences, the remedy and
    /// the source of the rule.
    pub text: &'static str,
}

/// A file after its host has read it.
pub struct Parsed<'a> {
    /// The host, for fixes that read the changed file again.
    pub host: &'a dyn Host,
    /// The requirements; `None` if the reader refused something.
    pub environment: Option<&'a EnvironmentFile>,
    /// The requirements without what the reader refused; `None` if it could not read any.
    pub readable: Option<&'a EnvironmentFile>,
    /// The number of bytes that fixes may still read again.
    unread: Cell<usize>,
}

/// The maximum number of bytes to read again for the fixes of one file. A fix that moves a line
/// reads the whole file again. The findings beyond it have no fix until others are fixed.
const MAX_READ: usize = 128 * 1024;

impl<'a> Parsed<'a> {
    /// A file for which no fix was computed yet.
    pub fn new(
        host: &'a dyn Host,
        environment: Option<&'a EnvironmentFile>,
        readable: Option<&'a EnvironmentFile>,
    ) -> Self {
        Self {
            host,
            environment,
            readable,
            unread: Cell::new(MAX_READ),
        }
    }

    /// Counts a fix that reads the whole file again; returns whether it may. The first one
    /// always may.
    pub(crate) fn may_read_again(&self, file: &SourceFile) -> bool {
        let left = self.unread.get();
        self.unread.set(left.saturating_sub(file.text().len()));
        left > 0
    }
}

/// The origin of a rule's findings.
#[derive(Clone, Copy)]
pub enum Finder {
    /// The reader reports it with a diagnostic of the rule's name. The function returns its
    /// fix.
    Reading(fn(&Diagnostic, &Parsed<'_>) -> Option<TextFix>),
    /// This function checks the subjects of a file. Each rule selects its subjects.
    File(fn(&Subject<'_>) -> Vec<Finding>),
    /// Solving the file shows it ([`crate::solving`]).
    Solving,
    /// Solving the file shows it, and this function finds what the text already shows.
    TextAndSolving(fn(&Subject<'_>) -> Vec<Finding>),
    /// The package index shows it ([`crate::releases`]).
    Index,
    /// The registry of an image shows it ([`crate::base_images`]).
    Registry,
    /// It is about suppressions in the comments of the file, and is found after all other
    /// findings.
    Suppressions(OfComments),
}

/// Checks the suppressions of a file. `looked_for` says whether all findings of a rule are
/// there.
type OfComments = fn(&[Comment], looked_for: &dyn Fn(&Rule) -> bool) -> Vec<Finding>;

/// Every rule by group, in the order of `presolve rule`.
pub static GROUPS: &[(&str, &[&Rule])] = &[
    ("File", file::RULES),
    ("Channels", channels::RULES),
    ("Python", python::RULES),
    ("Dependencies", dependencies::RULES),
    ("pip", pip::RULES),
    ("Security", security::RULES),
    ("Azure ML", azure::RULES),
    ("Docker", docker::RULES),
    ("MLflow", mlflow::RULES),
    ("Solving", solving::RULES),
    ("Suppressions", suppressions::RULES),
];

/// Returns every rule.
pub fn all() -> impl Iterator<Item = &'static Rule> {
    GROUPS.iter().flat_map(|(_, group)| group.iter().copied())
}

/// Returns the rule with this name.
pub fn by_name(name: &str) -> Option<&'static Rule> {
    all().find(|rule| rule.name == name)
}

/// Returns the rule whose name is most similar to an unknown one, if any is similar enough.
pub fn nearest(name: &str) -> Option<&'static Rule> {
    let likeness = |rule: &&Rule| strsim::jaro_winkler(rule.name, name);
    let scored = all().map(|rule| (likeness(&rule), rule));
    let (score, rule) = scored.max_by(|one, other| one.0.total_cmp(&other.0))?;
    (score > 0.8).then_some(rule)
}

impl Rule {
    /// A finding of this rule at a place.
    pub fn finding(
        &'static self,
        at: Location,
        label: impl Into<String>,
        message: impl Into<String>,
    ) -> Finding {
        let diagnostic = Diagnostic::new(self.level, self.name, message).at(at, label);
        Finding::new(self, diagnostic)
    }

    /// Whether the fix of some findings is known: an example of the text, which is a test, has
    /// one.
    pub fn is_fixable(&self) -> bool {
        let mut lines = self.text.lines();
        lines.any(|line| line.starts_with("```") && line.ends_with(" fixed"))
    }

    /// The first paragraph of the text: the problem in one sentence.
    pub fn summary(&self) -> String {
        let lines = self.text.lines().take_while(|line| !line.is_empty());
        lines.collect::<Vec<_>>().join(" ")
    }
}

impl std::fmt::Debug for Rule {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name)
    }
}

impl PartialEq for Rule {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}
