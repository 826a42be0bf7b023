//! Lines without a version whose package another line already provides.

use std::collections::HashSet;

use pep508_rs::VersionOrUrl;

use crate::rules::{Finding, Safety, TextFix, solving::redundant_dependency::RULE};
use presolve_resolve::question::Question;
use presolve_solve::{Declared, DeclaredKind, Solution, askers};
use presolve_spec::{EnvironmentFile, change::Change};

/// Reports the lines whose package is a dependency of another line in the solution.
pub(super) fn find(
    environment: &EnvironmentFile,
    question: &Question,
    solution: &Solution,
) -> Vec<Finding> {
    let declared = question.declared();
    let bare: Vec<Option<String>> = declared.iter().map(bare).collect();
    if bare.iter().all(Option::is_none) {
        return Vec::new();
    }
    let leads_to: Vec<HashSet<String>> = declared
        .iter()
        .map(|line| reached(line, question, solution))
        .collect();
    let pinned = environment.conda.iter().filter(|line| line.pin.is_some());
    let pinned: Vec<_> = pinned.map(|line| &line.location).collect();
    let mut offered = 0;
    let findings = bare.iter().enumerate().filter_map(|(line, name)| {
        let name = name.as_ref()?;
        let at = question.places[line].as_ref()?;
        let is_conda = declared[line].is_conda();
        if pinned.contains(&at) || (!is_conda && !is_from_index(name, solution)) {
            return None;
        }
        let provides = |&other: &usize| {
            let own = name_of(&declared[other]);
            other != line
                && declared[other].is_conda() == is_conda
                && leads_to[other].contains(name)
                // If two lines depend on each other, neither is redundant.
                && own.is_some_and(|own| !leads_to[line].contains(&own))
        };
        let other = (0..declared.len()).find(provides)?;
        let message = format!(
            "`{}` is already required by `{}`",
            declared[line].text, declared[other].text
        );
        offered += 1;
        let change = Change::Remove { at: at.clone() };
        let fix = (offered <= TextFix::MOST).then(|| {
            TextFix::of_changes("remove the line", Safety::Unsafe, environment, &[change])
        });
        let finding = RULE
            .finding(at.clone(), "sets no version", message)
            .help("remove the line, if the code does not use the package itself");
        let finding = match &question.places[other] {
            Some(place) => finding.related(place.clone(), "requires it"),
            None => finding,
        };
        Some(finding.fix(fix.flatten()))
    });
    findings.collect()
}

fn name_of(line: &Declared) -> Option<String> {
    match &line.kind {
        DeclaredKind::Conda(spec) => Some(spec.name.as_exact()?.as_normalized().to_owned()),
        DeclaredKind::Pip(requirement) => Some(requirement.name.to_string()),
        _ => None,
    }
}

/// The name of a line that is a bare name. `python` and `pip` are excluded, because they have
/// their own rules.
fn bare(line: &Declared) -> Option<String> {
    let says_nothing = match &line.kind {
        DeclaredKind::Conda(spec) => {
            let (name, rest) = (**spec).clone().into_nameless();
            let name = name.as_exact().map(|name| name.as_normalized().to_owned());
            rest == Default::default() && !matches!(name.as_deref(), Some("python" | "pip"))
        }
        DeclaredKind::Pip(requirement) => {
            let has_version = match &requirement.version_or_url {
                None => false,
                Some(VersionOrUrl::VersionSpecifier(specifiers)) => !specifiers.is_empty(),
                Some(VersionOrUrl::Url(_)) => true,
            };
            !has_version && requirement.extras.is_empty() && requirement.marker.is_true()
        }
        _ => false,
    };
    says_nothing.then(|| name_of(line)).flatten()
}

fn is_from_index(name: &str, solution: &Solution) -> bool {
    let name = name.parse().ok();
    name.is_some_and(|name| solution.release(&name).is_some())
}

/// Returns the packages that a line depends on in the solution, without its own.
fn reached(line: &Declared, question: &Question, solution: &Solution) -> HashSet<String> {
    let alone = std::slice::from_ref(line);
    let mut reached: HashSet<String> = if line.is_conda() {
        askers::of_packages(alone, solution).into_keys().collect()
    } else {
        askers::of_projects(alone, solution, question.subdir)
            .into_keys()
            .map(|name| name.to_string())
            .collect()
    };
    if let Some(own) = name_of(line) {
        reached.remove(&own);
    }
    reached
}
