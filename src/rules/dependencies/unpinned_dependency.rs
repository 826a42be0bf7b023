use pep508_rs::VersionOrUrl;

use crate::{
    diagnostic::{Level, Location},
    rules::{Finder, Finding, Rule, Subject},
    spec::{CondaRequirement, PipRequirement, PipRequirementKind},
};

pub(super) static RULE: Rule = Rule {
    name: "unpinned-dependency",
    level: Level::Warning,
    by_default: true,
    finder: Finder::File(find),
    text: include_str!("unpinned_dependency.md"),
};

fn find(subject: &Subject<'_>) -> Vec<Finding> {
    let environment = subject.environment;
    let conda = environment.conda.iter().filter(|line| is_bare(line));
    let pip = environment.pip.requirements.iter();
    let pip = pip.filter(|line| is_bare_project(line));
    let places = conda
        .map(|line| (line.text.as_str(), &line.location))
        .chain(pip.map(|line| (line.text.as_str(), &line.location)));
    places.map(|(text, at)| finding(text, at)).collect()
}

fn finding(text: &str, at: &Location) -> Finding {
    RULE.finding(
        at.clone(),
        "any version",
        format!("`{text}` does not say which version"),
    )
    .help("`presolve pin` writes the versions that work together")
}

/// A name alone. `python` and `pip` have rules of their own.
fn is_bare(line: &CondaRequirement) -> bool {
    let (spec, name) = (&line.spec, line.spec.name.to_string());
    let says_nothing = spec.version.is_none() && spec.build.is_none() && spec.url.is_none();
    says_nothing && line.pin.is_none() && !matches!(name.as_str(), "python" | "pip")
}

fn is_bare_project(line: &PipRequirement) -> bool {
    let PipRequirementKind::Named(requirement) = &line.kind else {
        return false;
    };
    let says_nothing = match &requirement.version_or_url {
        None => true,
        Some(VersionOrUrl::VersionSpecifier(specifiers)) => specifiers.is_empty(),
        Some(VersionOrUrl::Url(_)) => false,
    };
    says_nothing && line.pin.is_none()
}
