//! The direct requirements on a package of a solution: declared lines, `depends` of
//! records and active `Requires-Dist` of releases.

use pep508_rs::{PackageName, Requirement, VerbatimUrl};
use rattler_conda_types::{PackageName as CondaName, RepoDataRecord};

use crate::model::{
    Declared, DeclaredKind, World,
    python::marker_environment,
    solution::{PypiPackage, Solution},
    specifiers,
};

/// A requirement with its author.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Demand {
    /// The author of the requirement.
    pub by: By,
    /// The text of the requirement as written.
    pub requirement: String,
    /// The version constraint of the requirement.
    pub wants: Wants,
}

/// The author of a requirement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum By {
    /// The declared line with this index.
    Line(usize),
    /// The conda package of this name.
    Record(String),
    /// The release of this project.
    Release(PackageName),
}

/// The version constraint of a requirement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wants {
    /// A match spec.
    Match(String),
    /// Version specifiers (PEP 440); empty for every version.
    Specifiers(String),
}

/// Returns the requirements on a conda package, by its name or as a project that it provides.
pub fn of_record(
    declared: &[Declared],
    solution: &Solution,
    world: &World<'_>,
    record: &RepoDataRecord,
) -> Vec<Demand> {
    let name = record.package_record.name.as_normalized();
    let lines = declared.iter().enumerate().filter_map(|(line, declared)| {
        let DeclaredKind::Conda(spec) = &declared.kind else {
            return None;
        };
        declared.names(name).then(|| Demand {
            by: By::Line(line),
            requirement: declared.text.clone(),
            wants: Wants::Match(spec.to_string()),
        })
    });
    let mut found: Vec<Demand> = lines.collect();
    for asker in &solution.conda {
        let by = asker.package_record.name.as_normalized();
        for text in depends(solution, asker) {
            if CondaName::normalized_name_from_matchspec_str(text) == name {
                found.push(Demand {
                    by: By::Record(by.to_string()),
                    requirement: text.clone(),
                    wants: Wants::Match(text.clone()),
                });
            }
        }
    }
    for project in (world.pypi_names)(record) {
        found.extend(of_project(declared, solution, world, &project));
    }
    if name == "python" {
        found.extend(solution.pypi.iter().filter_map(requires_python));
    }
    found
}

fn depends<'s>(solution: &'s Solution, record: &'s RepoDataRecord) -> Vec<&'s String> {
    let package = &record.package_record;
    let of_extras = solution
        .conda_extras
        .iter()
        .filter(|(name, _)| name == package.name.as_normalized())
        .filter_map(|(_, extra)| package.extra_depends.get(extra))
        .flatten();
    package.depends.iter().chain(of_extras).collect()
}

fn requires_python(package: &PypiPackage) -> Option<Demand> {
    let metadata = package.metadata.as_ref()?;
    let specifiers = metadata.requires_python.as_ref()?.to_string();
    Some(Demand {
        by: By::Release(package.name.clone()),
        requirement: format!("python {specifiers}"),
        wants: Wants::Specifiers(specifiers),
    })
}

/// Returns the requirements on a project of the pip half whose markers hold.
pub fn of_project(
    declared: &[Declared],
    solution: &Solution,
    world: &World<'_>,
    project: &PackageName,
) -> Vec<Demand> {
    let Some(python) = solution.python() else {
        return Vec::new();
    };
    let environment = marker_environment(&python, world.subdir);
    let mut found = Vec::new();
    for (line, declared) in declared.iter().enumerate() {
        let wants = match &declared.kind {
            DeclaredKind::Pip(requirement) | DeclaredKind::PipConstraint(requirement)
                if requirement.name == *project
                    && requirement.marker.evaluate(&environment, &[]) =>
            {
                specifiers(requirement)
            }
            DeclaredKind::PipOpaque(Some(name), marker)
                if name == project && marker.evaluate(&environment, &[]) =>
            {
                String::new()
            }
            _ => continue,
        };
        found.push(Demand {
            by: By::Line(line),
            requirement: declared.text.clone(),
            wants: Wants::Specifiers(wants),
        });
    }
    for package in &solution.pypi {
        let holds = |requirement: &&Requirement<VerbatimUrl>| {
            requirement.marker.evaluate(&environment, &package.extras)
        };
        let required = required_of(package, project).filter(holds);
        found.extend(required.map(|requirement| Demand {
            by: By::Release(package.name.clone()),
            requirement: requirement.to_string(),
            wants: Wants::Specifiers(specifiers(requirement)),
        }));
    }
    found
}

/// Returns the inactive requirements of the solution's releases on a project: their markers do
/// not hold, or nothing requires their extras.
pub fn idle(solution: &Solution, project: &PackageName) -> Vec<Demand> {
    let required = solution.pypi.iter().flat_map(|package| {
        let required = required_of(package, project);
        required.map(|requirement| Demand {
            by: By::Release(package.name.clone()),
            requirement: requirement.to_string(),
            wants: Wants::Specifiers(specifiers(requirement)),
        })
    });
    required.collect()
}

fn required_of<'p>(
    package: &'p PypiPackage,
    project: &'p PackageName,
) -> impl Iterator<Item = &'p Requirement<VerbatimUrl>> {
    let metadata = package.metadata.iter();
    let required = metadata.flat_map(|metadata| &metadata.requires_dist);
    required.filter(move |requirement| requirement.name == *project)
}

fn specifiers(requirement: &Requirement<VerbatimUrl>) -> String {
    let specifiers = specifiers::specifiers(requirement);
    specifiers.map(ToString::to_string).unwrap_or_default()
}
