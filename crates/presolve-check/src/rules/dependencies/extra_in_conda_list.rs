use crate::rules::{Finder, Finding, Requirements, Rule};
use presolve_spec::CondaRequirement;
use presolve_text::diagnostic::Level;

pub(super) static RULE: Rule = Rule {
    name: "extra-in-conda-list",
    level: Level::Warning,
    by_default: true,
    finder: Finder::File(|subject| subject.in_requirements(find)),
    text: include_str!("extra_in_conda_list.md"),
};

fn find(subject: &Requirements<'_>) -> Vec<Finding> {
    let lines = subject.environment.conda.iter();
    let lines = lines.filter_map(|line| Some((line, extra(line)?)));
    lines.map(|(line, extra)| finding(line, extra)).collect()
}

/// The text in brackets that conda ignores: names without a `=`.
fn extra(line: &CondaRequirement) -> Option<&str> {
    let (before, after) = line.text.split_once('[')?;
    let (extra, _) = after.split_once(']')?;
    let is_names = |c: char| c.is_ascii_alphanumeric() || "-_., ".contains(c);
    let is_extra = !extra.trim().is_empty() && extra.chars().all(is_names);
    (is_extra && !before.contains("://")).then_some(extra)
}

fn finding(line: &CondaRequirement, extra: &str) -> Finding {
    let name = line.spec.name.to_string();
    RULE.finding(
        line.location.clone(),
        "conda drops the brackets",
        format!("`[{extra}]` is a pip extra, which conda packages do not have"),
    )
    .help(format!(
        "list the packages that the extra includes, or move `{name}[{extra}]` to the pip list"
    ))
}
