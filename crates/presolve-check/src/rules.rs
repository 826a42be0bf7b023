//! The rules of `check`: what can be wrong with an environment file.
//!
//! Each rule is a file of its own, with the text that `presolve rule` prints next to it
//! (`missing_channels.rs`, `missing_channels.md`), in the folder of what it is about.
//! [`RULES`] lists them all. A rule names the bad pattern. How it is found differs, and
//! [`Finder`] says how. A rule that looks at files gets each thing that a file is as a
//! [`Subject`], and names the ones that it looks at; a new kind of input is a new subject.
//! All findings are data ([`Finding`]), and how they look is [`presolve_report::findings`]'
//! affair.

use crate::suppression::Comment;
use presolve_spec::{EnvironmentFile, host::Host};
use presolve_text::diagnostic::{Diagnostic, Level, Location};

mod azure;
mod channels;
mod dependencies;
mod docker;
mod file;
mod finding;
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

/// A bad pattern that `check` knows.
pub struct Rule {
    /// Its name in kebab case, which names the bad pattern.
    pub name: &'static str,
    /// How bad it is, if the settings do not say otherwise.
    pub level: Level,
    /// Looked for if nothing is selected.
    pub by_default: bool,
    /// How it is found.
    pub finder: Finder,
    /// What it means, why it is bad, what to do, and where the rule comes from: the
    /// text of `presolve rule`, in Markdown.
    pub text: &'static str,
}

/// A file as its host read it.
pub struct Parsed<'a> {
    /// The host, for fixes after which the file is another one.
    pub host: &'a dyn Host,
    /// The requirements, if nothing was refused.
    pub environment: Option<&'a EnvironmentFile>,
}

/// How the findings of a rule come about.
#[derive(Clone, Copy)]
pub enum Finder {
    /// The reader meets it while it reads the file; its diagnostic has the rule's name.
    /// The function says what fixes it.
    Reading(fn(&Diagnostic, &Parsed<'_>) -> Option<TextFix>),
    /// This looks for it in what a file is. Each rule says which of the subjects it looks at.
    File(fn(&Subject<'_>) -> Vec<Finding>),
    /// Solving the file shows it. [`crate::solving`] knows how.
    Solving,
    /// The package index knows it. [`crate::releases`] asks.
    Index,
    /// It is about the suppressions of findings, and is found when all others are: in
    /// the comments of the file.
    Suppressions(OfComments),
}

/// Looks at the suppressions of a file, given of which rules all findings are there.
type OfComments = fn(&[Comment], looked_for: &dyn Fn(&Rule) -> bool) -> Vec<Finding>;

/// Every rule, in the order in which they are listed: by what they are about.
pub static RULES: &[&[&Rule]] = &[
    file::RULES,
    channels::RULES,
    python::RULES,
    dependencies::RULES,
    pip::RULES,
    security::RULES,
    azure::RULES,
    docker::RULES,
    solving::RULES,
    suppressions::RULES,
];

/// Every rule.
pub fn all() -> impl Iterator<Item = &'static Rule> {
    RULES.iter().flat_map(|group| group.iter().copied())
}

/// The rule of this name.
pub fn by_name(name: &str) -> Option<&'static Rule> {
    all().find(|rule| rule.name == name)
}

/// The rule whose name is nearest to one that does not exist, if any is near.
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

    /// The first paragraph of its text: the bad pattern in one sentence.
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
