//! The reason for a package of a solution: the shortest path from a declared line.

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};

use pep508_rs::{ExtraName, MarkerEnvironment, PackageName};
use rattler_conda_types::Subdir;

use crate::model::{
    Declared, DeclaredKind, python::marker_environment, record::depends_on, solution::Solution,
};

pub mod direct;

/// The path from a declared line to a required package.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// The index of the line among the declared requirements.
    pub line: usize,
    /// The package that the line requires, then each further package on the path, down to the
    /// required package itself.
    pub path: Vec<String>,
}

impl Asked {
    /// Returns the path to a package that the last one of this path requires.
    fn before(&self, package: String) -> Self {
        Self {
            line: self.line,
            path: self.path.iter().cloned().chain([package]).collect(),
        }
    }

    /// Whether the line itself requires it.
    pub fn is_direct(&self) -> bool {
        self.path.len() < 2
    }
}

/// Returns the shortest path to each project of the pip half.
pub fn of_projects(
    declared: &[Declared],
    solution: &Solution,
    subdir: Subdir,
) -> HashMap<PackageName, Asked> {
    let mut found: HashMap<PackageName, Asked> = HashMap::new();
    let Some(python) = solution.python() else {
        return found;
    };
    let environment = marker_environment(&python, subdir);
    let mut queue: VecDeque<(PackageName, Vec<ExtraName>)> = VecDeque::new();
    for (line, declared) in declared.iter().enumerate() {
        let Some((name, extras)) = named_project(declared, &environment) else {
            continue;
        };
        let path = vec![name.to_string()];
        found.entry(name.clone()).or_insert(Asked { line, path });
        queue.push_back((name, extras));
    }
    let mut seen: BTreeMap<PackageName, BTreeSet<ExtraName>> = BTreeMap::new();
    while let Some((name, extras)) = queue.pop_front() {
        let known = seen.entry(name.clone());
        let is_new = matches!(known, std::collections::btree_map::Entry::Vacant(_));
        let known = known.or_default();
        // The dependencies of the known extras were followed earlier.
        let extras: Vec<ExtraName> = extras
            .into_iter()
            .filter(|extra| !known.contains(extra))
            .collect();
        if !is_new && extras.is_empty() {
            continue;
        }
        known.extend(extras.iter().cloned());
        let metadata = solution
            .release(&name)
            .and_then(|package| package.metadata.as_ref());
        for requirement in metadata.iter().flat_map(|metadata| &metadata.requires_dist) {
            if !requirement.marker.evaluate(&environment, &extras) {
                continue;
            }
            if !found.contains_key(&requirement.name) {
                let path = found[&name].before(requirement.name.to_string());
                found.insert(requirement.name.clone(), path);
            }
            queue.push_back((requirement.name.clone(), requirement.extras.clone()));
        }
    }
    found
}

/// Returns the project that a line of the pip list installs on a python, with its extras.
fn named_project(
    declared: &Declared,
    environment: &MarkerEnvironment,
) -> Option<(PackageName, Vec<ExtraName>)> {
    match &declared.kind {
        DeclaredKind::Pip(requirement) if requirement.marker.evaluate(environment, &[]) => {
            Some((requirement.name.clone(), requirement.extras.clone()))
        }
        DeclaredKind::PipOpaque(Some(name), marker) if marker.evaluate(environment, &[]) => {
            Some((name.clone(), Vec::new()))
        }
        _ => None,
    }
}

/// Returns the shortest path to each package of the conda half.
pub fn of_packages(declared: &[Declared], solution: &Solution) -> HashMap<String, Asked> {
    let mut found: HashMap<String, Asked> = HashMap::new();
    let mut queue = VecDeque::new();
    for (line, declared) in declared.iter().enumerate() {
        if let DeclaredKind::Conda(spec) = &declared.kind
            && let Some(name) = spec.name.as_exact()
        {
            let name = name.as_normalized().to_string();
            let path = vec![name.clone()];
            if found.insert(name.clone(), Asked { line, path }).is_none() {
                queue.push_back(name);
            }
        }
    }
    while let Some(name) = queue.pop_front() {
        let Some(record) = solution.record(&name) else {
            continue;
        };
        for required in depends_on(record) {
            if found.contains_key(required.as_ref()) {
                continue;
            }
            let path = found[&name].before(required.to_string());
            found.insert(required.to_string(), path);
            queue.push_back(required.into_owned());
        }
    }
    found
}
