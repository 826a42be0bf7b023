use crate::rules::{Confidence, Finder, Finding, Requirements, Rule};
use presolve_spec::{PipRequirement, PipRequirementKind};
use presolve_text::diagnostic::Level;

pub(super) static RULE: Rule = Rule {
    name: "unpinned-vcs",
    level: Level::Warning,
    by_default: true,
    finder: Finder::File(|subject| subject.in_requirements(find)),
    text: include_str!("unpinned_vcs.md"),
};

fn find(subject: &Requirements<'_>) -> Vec<Finding> {
    let lines = subject.environment.pip.requirements.iter();
    lines.filter_map(finding).collect()
}

fn finding(line: &PipRequirement) -> Option<Finding> {
    let PipRequirementKind::Opaque { .. } = &line.kind else {
        return None;
    };
    let (label, confidence) = match revision(&line.text)? {
        None => ("the default branch at that time", Confidence::High),
        Some(revision) if is_fixed(revision) => return None,
        Some(_) => ("a branch name", Confidence::Medium),
    };
    let finding = RULE
        .finding(
            line.location.clone(),
            label,
            "the repository is installed in its state on the day of the build",
        )
        .confidence(confidence)
        .note("a branch moves: the same file gives a different environment after each push")
        .help("add a commit to the URL: `….git@0123abcd…`");
    Some(finding)
}

/// The revision after the `@` of a repository URL, if it has one. The outer `Option` is
/// `None` if the text is not a repository URL.
fn revision(text: &str) -> Option<Option<&str>> {
    let start = ["git+", "hg+", "svn+", "bzr+"]
        .iter()
        .filter_map(|scheme| text.find(scheme))
        .min()?;
    let url = text[start..].split([' ', '#', ';']).next()?;
    let (_, rest) = url.split_once("://")?;
    // The host may follow a user and an `@`.
    let (_, path) = rest.split_once('/')?;
    let revision = path.rsplit_once('@').map(|(_, revision)| revision);
    Some(revision.filter(|revision| !revision.is_empty()))
}

/// Whether a revision looks fixed, by its name: a commit, a tag of a version, or a variable
/// that the build sets.
fn is_fixed(revision: &str) -> bool {
    let is_commit = revision.len() >= 7 && revision.bytes().all(|byte| byte.is_ascii_hexdigit());
    let has_version = revision.contains(|c: char| c.is_ascii_digit()) && revision.contains('.');
    let is_variable = revision.contains('$');
    let is_numbered = revision.bytes().all(|byte| byte.is_ascii_digit());
    is_commit || has_version || is_variable || is_numbered || is_short_tag(revision)
}

/// Whether a revision is a tag such as `v1`.
fn is_short_tag(revision: &str) -> bool {
    let number = revision.strip_prefix('v').unwrap_or_default();
    !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit())
}
