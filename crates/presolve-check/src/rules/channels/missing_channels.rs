use super::written;
use crate::rules::{Finder, Finding, Requirements, Rule, Safety, TextFix};
use presolve_spec::{
    edits::line_break,
    yaml::{self, Tree},
};
use presolve_text::diagnostic::{Level, Location};

pub(super) static RULE: Rule = Rule {
    name: "missing-channels",
    level: Level::Warning,
    by_default: true,
    finder: Finder::File(|subject| subject.in_requirements(find)),
    text: include_str!("missing_channels.md"),
};

fn find(subject: &Requirements<'_>) -> Vec<Finding> {
    let environment = subject.environment;
    let names_packages = environment
        .conda
        .iter()
        .any(|line| line.spec.channel.is_none());
    if !written(subject).is_empty() || !names_packages {
        return Vec::new();
    }
    let Some((tree, key)) = subject.dependencies() else {
        return Vec::new();
    };
    let finding = RULE
        .finding(
            key.clone(),
            "these come from the channels configured on the build machine",
            "the file names no channels",
        )
        .note("conda's default is `defaults`, Anaconda's channels, which are not free for every organisation")
        .help("list the channels below `channels:`, and `nodefaults` as the last one")
        .fix(fix(tree, &key));
    vec![finding]
}

/// Adds `channels`; `None` if the key exists without channels, or the file is in braces.
fn fix(tree: &Tree, dependencies: &Location) -> Option<TextFix> {
    let (text, start) = (dependencies.file.text(), dependencies.span.start);
    let is_block = start == yaml::line_start(text, start);
    let has_key = tree.root.get("channels").is_some();
    let line_break = line_break(text);
    let lines = ["channels:", "  - conda-forge", "  - nodefaults", ""];
    let mut place = dependencies.clone();
    place.span.end = start;
    let title = "take everything from conda-forge";
    (is_block && !has_key)
        .then(|| TextFix::replace(title, Safety::Unsafe, &place, lines.join(line_break)))
}
