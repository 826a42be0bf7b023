use std::collections::HashMap;

use pep508_rs::PackageName;

use crate::rules::{Confidence, Finder, Finding, Requirements, Rule, Safety, TextFix};
use presolve_registry::conda::names::Names;
use presolve_spec::{
    CondaRequirement, EnvironmentFile, PipRequirement, PipRequirementKind, change::Change,
};
use presolve_text::diagnostic::Level;

pub(super) static RULE: Rule = Rule {
    name: "same-in-conda-and-pip",
    level: Level::Warning,
    by_default: true,
    finder: Finder::File(|subject| subject.in_requirements(find)),
    text: include_str!("same_in_conda_and_pip.md"),
};

fn find(subject: &Requirements<'_>) -> Vec<Finding> {
    let environment = subject.environment;
    let names = Names::built_in();
    let mut provided: HashMap<PackageName, &CondaRequirement> = HashMap::new();
    for line in &environment.conda {
        if let Some(project) = project(&names, &line.spec.name.to_string()) {
            provided.entry(project).or_insert(line);
        }
    }
    let twice = environment.pip.requirements.iter().filter_map(|line| {
        let name = declared_name(line)?;
        let conda = provided.get(name)?;
        Some((finding(name, conda, line), line))
    });
    let findings = twice.enumerate().map(|(index, (finding, line))| {
        let fix = (index < TextFix::MOST).then(|| fix(environment, line));
        finding.fix(fix.flatten())
    });
    findings.collect()
}

/// The project that a conda package provides. `pip` itself has its own rule.
fn project(names: &Names, conda: &str) -> Option<PackageName> {
    let project = names.project_of(conda)?;
    let is_own = |name: &str| name == conda;
    let is_binding = |name: &String| {
        name.starts_with("python-") || name.ends_with("-python") || name.ends_with("-py")
    };
    // If `python-graphviz` provides the project `graphviz`, the package `graphviz` is the
    // library itself.
    let is_library = is_own(project.as_ref())
        && names
            .conda_names(&project)
            .iter()
            .any(|name| !is_own(name) && is_binding(name));
    (!is_library && conda != "pip").then_some(project)
}

/// The project of a line, unless a `pin` has already matched it to conda's version.
fn declared_name(line: &PipRequirement) -> Option<&PackageName> {
    match &line.kind {
        _ if line.pin.is_some() => None,
        PipRequirementKind::Named(requirement) => Some(&requirement.name),
        PipRequirementKind::Opaque { name, .. } => name.as_ref(),
    }
}

fn finding(project: &PackageName, conda: &CondaRequirement, pip: &PipRequirement) -> Finding {
    let package = conda.spec.name.to_string();
    let is_known = package != project.to_string();
    let confidence = if is_known {
        Confidence::High
    } else {
        Confidence::Medium
    };
    RULE.finding(
        pip.location.clone(),
        "pip replaces conda's package",
        format!("`{project}` is requested from both conda and pip"),
    )
    .related(conda.location.clone(), format!("conda's `{package}`"))
    .confidence(confidence)
    .note("conda does not know about the change, and its own packages may not work with pip's version")
    .help("keep one of the two lines: conda's if other conda packages need it")
}

/// Removes a pip line without a version, because conda's line already satisfies it.
fn fix(environment: &EnvironmentFile, pip: &PipRequirement) -> Option<TextFix> {
    let PipRequirementKind::Named(requirement) = &pip.kind else {
        return None;
    };
    let is_bare = requirement.version_or_url.is_none() && requirement.extras.is_empty();
    let change = Change::Remove {
        at: pip.location.clone(),
    };
    let title = format!("remove `{}` from the pip list", requirement.name);
    is_bare.then(|| TextFix::of_changes(title, Safety::Unsafe, environment, &[change]))?
}
