//! What a user needs to know about a solution beyond its pins.

use std::collections::{BTreeMap, HashMap};

use pep508_rs::PackageName;

use crate::codes;
use presolve_explain::words;
use presolve_resolve::{Outcome, Resolution};
use presolve_solve::{
    Solution,
    askers::{self, Asked},
    python::marker_environment,
};
use presolve_spec::{EnvironmentFile, PipRequirementKind};
use presolve_text::diagnostic::Diagnostic;

mod builds;
mod cpu_builds;
mod overwrites;
mod pips;
mod undated;

/// The notices of a resolution.
pub fn of(resolution: &Resolution, environment: &EnvironmentFile) -> Vec<Diagnostic> {
    let mut notices = resolution.notices.clone();
    notices.extend(carried_through(resolution, environment));
    if let Outcome::Solved(solution) = &resolution.outcome {
        let places = Places::new(resolution, solution);
        notices.extend(unreadable_urls(&places, environment, solution));
        notices.extend(overwrites::of(resolution, environment, solution, &places));
        notices.extend(pips::of(resolution, environment, solution, &places));
        notices.extend(builds::of(resolution, solution, &places));
        notices.extend(cpu_builds::of(resolution, &places));
        notices.extend(undated::of(resolution, solution));
    }
    notices
}

/// Lines that only a build can resolve.
fn carried_through(resolution: &Resolution, environment: &EnvironmentFile) -> Vec<Diagnostic> {
    let python = match &resolution.outcome {
        Outcome::Solved(solution) => solution.python(),
        Outcome::Unsolvable(_) => None,
    };
    let python = python.map(|python| marker_environment(&python, resolution.subdir));
    let lines = environment
        .pip
        .requirements
        .iter()
        .filter_map(|line| match &line.kind {
            PipRequirementKind::Opaque { marker, .. }
                if python
                    .as_ref()
                    .is_some_and(|python| !marker.evaluate(python, &[])) =>
            {
                None
            }
            PipRequirementKind::Opaque { reason, .. } => {
                let message = format!("this line is left unchanged: it is {reason}");
                let notice = Diagnostic::warning(codes::UNRESOLVABLE_LINE, message)
                    .at(
                        line.location.clone(),
                        "its requirements are known only after a build",
                    )
                    .help(
                        "expect pip to install packages for it that the pinned file does not list",
                    );
                Some(notice)
            }
            PipRequirementKind::Named(_) => None,
        });
    lines.collect()
}

/// URLs whose file name does not identify the distribution.
fn unreadable_urls(
    places: &Places<'_>,
    environment: &EnvironmentFile,
    solution: &Solution,
) -> Vec<Diagnostic> {
    let is_line = |project: &PackageName| {
        environment.pip.requirements.iter().any(|line| {
            matches!(&line.kind, PipRequirementKind::Opaque { name: Some(name), .. } if name == project)
        })
    };
    let unread = solution
        .opaque
        .iter()
        .filter(|opaque| !is_line(&opaque.name));
    let notices = unread.map(|opaque| {
        let message = format!("the URL of {} does not show what it is", opaque.name);
        let notice = Diagnostic::warning(codes::UNRESOLVABLE_LINE, message)
            .help("expect pip to install packages for it that the pinned file does not list");
        places.asked(&opaque.name, notice)
    });
    notices.collect()
}

/// The positions of the lines that require a package of the solution.
struct Places<'a> {
    resolution: &'a Resolution,
    projects: HashMap<PackageName, Asked>,
    packages: HashMap<String, Asked>,
}

impl<'a> Places<'a> {
    fn new(resolution: &'a Resolution, solution: &Solution) -> Self {
        let (declared, subdir) = (&resolution.declared, resolution.subdir);
        Self {
            resolution,
            projects: askers::of_projects(declared, solution, subdir),
            packages: askers::of_packages(declared, solution),
        }
    }

    /// Adds to a notice the line of the pip list that requires a project, and the path from
    /// it.
    fn asked(&self, project: &PackageName, notice: Diagnostic) -> Diagnostic {
        self.at(self.projects.get(project), "", notice)
    }

    /// Returns the conda packages on the path from a line to a package, including the package.
    fn path(&self, package: &str) -> &[String] {
        let asked = self.packages.get(package);
        asked.map_or(&[], |asked| &asked.path)
    }

    /// Adds to a notice the conda line that requires a package, and the path from it.
    fn provided(&self, package: &str, notice: Diagnostic) -> Diagnostic {
        self.at(self.packages.get(package), "conda provides it", notice)
    }

    /// Returns a notice for each line that requires some of these, at that line, in the order
    /// of the lines. Those that no line requires share a notice without a position.
    fn each_line<'t, T: 't>(
        &self,
        those: impl Iterator<Item = &'t T>,
        project: fn(&T) -> &PackageName,
        notice: impl Fn(&[&'t T]) -> Diagnostic,
    ) -> Vec<Diagnostic> {
        let mut lines: BTreeMap<Option<usize>, Vec<&'t T>> = BTreeMap::new();
        for one in those {
            let asked = self.projects.get(project(one));
            let line = asked.map(|asked| asked.line);
            let placed = line.filter(|&line| self.resolution.places[line].is_some());
            lines.entry(placed).or_default().push(one);
        }
        let notices = lines.into_iter().map(|(line, those)| {
            let notice = notice(&those);
            let Some(place) = line.and_then(|line| self.resolution.places[line].as_ref()) else {
                return notice;
            };
            let asked = those
                .iter()
                .filter_map(|one| self.projects.get(project(one)));
            let chains: Vec<String> = asked.filter_map(words::path).collect();
            notice.at(place.clone(), chains.join("; "))
        });
        notices.collect()
    }

    fn at(&self, asked: Option<&Asked>, directly: &str, notice: Diagnostic) -> Diagnostic {
        let Some(asked) = asked else {
            return notice;
        };
        let chain = words::path(asked).unwrap_or_else(|| directly.to_string());
        match &self.resolution.places[asked.line] {
            Some(place) => notice.at(place.clone(), chain),
            None => notice,
        }
    }
}
