use std::collections::HashMap;

use pep508_rs::PackageName;

use crate::rules::{Finder, Parsed, Rule, Safety, TextFix};
use presolve_spec::{EnvironmentFile, PipRequirementKind, change::Change};
use presolve_text::diagnostic::{Diagnostic, Level};

pub(super) static RULE: Rule = Rule {
    name: presolve_spec::codes::SEVERAL_PIP_LISTS,
    level: Level::Error,
    by_default: true,
    finder: Finder::Reading(fix),
    text: include_str!("several_pip_lists.md"),
};

/// The lists are clearly meant to be installed together. If they disagree on a project, pip
/// would reject the merged list.
fn fix(_: &Diagnostic, parsed: &Parsed<'_>) -> Option<TextFix> {
    let environment = parsed.readable?;
    let changes = [Change::MergePipLists];
    let fix = TextFix::of_changes("merge the lists", Safety::Safe, environment, &changes)?;
    let merged = environment.source.with_text(fix.apply());
    let merged = parsed.host.read(&merged, &[]).environment?;
    let safety = if is_consistent(&merged) {
        Safety::Safe
    } else {
        Safety::Unsafe
    };
    Some(TextFix { safety, ..fix })
}

/// Whether the pip list names no project twice in different ways.
fn is_consistent(environment: &EnvironmentFile) -> bool {
    let lines = &environment.pip.requirements;
    let name = |kind: &PipRequirementKind| match kind {
        PipRequirementKind::Named(named) => Some(named.name.clone()),
        PipRequirementKind::Opaque { name, .. } => name.clone(),
    };
    let mut texts: HashMap<PackageName, &str> = HashMap::new();
    lines.iter().all(|line| match name(&line.kind) {
        Some(name) => *texts.entry(name).or_insert(&line.text) == line.text,
        None => true,
    })
}
