//! A search for a package in a solution, by any of its names.

use pep508_rs::PackageName;
use rattler_conda_types::{ParseMatchSpecOptions, RepoDataRecord, RepodataRevision, Version};

use super::{
    Asker, Installed,
    newest::{self, Newest},
};
use presolve_parse as parse;
use presolve_registry::conda::names::Names;
pub(super) use presolve_resolve::is_same;
use presolve_solve::{
    Problem, RecordSpec, Solution, SolveError,
    askers::{
        self,
        direct::{self, By, Demand, Wants},
    },
    conflict::{Half, Package},
};

/// A search in a solution.
pub(super) struct Looking<'l> {
    pub problem: &'l Problem<'l>,
    pub solution: &'l Solution,
    pub names: &'l Names,
}

impl Looking<'_> {
    /// Returns the packages that a name refers to: those with this name, otherwise those that
    /// provide a project of this name, otherwise the projects that a conda package of this
    /// name would provide.
    pub(super) fn for_name(&self, name: &str) -> Result<Vec<Installed>, SolveError> {
        let by_name =
            |record: &RepoDataRecord| is_same(record.package_record.name.as_normalized(), name);
        let provides = |record: &RepoDataRecord| {
            let projects = (self.problem.world.pypi_names)(record);
            projects
                .iter()
                .any(|project| is_same(project.as_ref(), name))
        };
        let found = self.installed(&by_name, name)?;
        if !found.is_empty() {
            return Ok(found);
        }
        let found = self.installed(&provides, name)?;
        if !found.is_empty() {
            return Ok(found);
        }
        match self.names.project_of(name) {
            Some(project) => self.installed(&|_| false, project.as_ref()),
            None => Ok(Vec::new()),
        }
    }

    fn installed(
        &self,
        is_record: &dyn Fn(&RepoDataRecord) -> bool,
        project: &str,
    ) -> Result<Vec<Installed>, SolveError> {
        let mut found = Vec::new();
        for record in self
            .solution
            .conda
            .iter()
            .filter(|record| is_record(record))
        {
            found.push(self.record(record)?);
        }
        for package in &self.solution.pypi {
            if is_same(package.name.as_ref(), project) {
                found.push(self.release(&package.name)?);
            }
        }
        Ok(found)
    }

    fn record(&self, record: &RepoDataRecord) -> Result<Installed, SolveError> {
        let (problem, solution) = (self.problem, self.solution);
        let name = record.package_record.name.as_normalized().to_string();
        let demands = direct::of_record(problem.declared, solution, &problem.world, record);
        let package = Package {
            name: name.clone(),
            half: Half::Conda,
        };
        let records = problem.world.subdirs.iter();
        let records = records.flat_map(|subdir| subdir.iter());
        let of_name = |record: &&RepoDataRecord| record.package_record.name.as_normalized() == name;
        let all: Vec<&RepoDataRecord> = records.filter(of_name).collect();
        let mut provides = (problem.world.pypi_names)(record);
        provides.retain(|project| !is_same(project.as_ref(), &name));
        Ok(Installed {
            version: record.package_record.version.as_str().to_string(),
            build: Some(record.package_record.build.to_string()),
            from: problem.world.channel_shown(record.channel.as_deref()),
            provides,
            askers: self.askers(demands, &|wants| versions_left(&all, wants)),
            newest: newest::of(problem, solution, &package)?,
            package,
        })
    }

    fn release(&self, project: &PackageName) -> Result<Installed, SolveError> {
        let (problem, solution) = (self.problem, self.solution);
        let release = solution.release(project).expect("it is in the solution");
        let demands = direct::of_project(problem.declared, solution, &problem.world, project);
        let package = Package {
            name: project.to_string(),
            half: Half::Pypi,
        };
        let page = problem.world.pypi.project(project)?;
        let left = |wants: &Wants| {
            let Wants::Specifiers(text) = wants else {
                return None;
            };
            let specifiers = parse::pep::specifiers(text).ok()?;
            let releases = page.as_ref()?.releases.keys();
            Some(
                releases
                    .filter(|version| specifiers.contains(version))
                    .count(),
            )
        };
        Ok(Installed {
            version: release.version.to_string(),
            build: None,
            from: if release.direct_url {
                "a URL of the pip list".to_string()
            } else {
                "PyPI".to_string()
            },
            provides: Vec::new(),
            askers: self.askers(demands, &left),
            newest: if release.direct_url {
                Newest::default()
            } else {
                newest::of(problem, solution, &package)?
            },
            package,
        })
    }

    fn askers(&self, demands: Vec<Demand>, left: &dyn Fn(&Wants) -> Option<usize>) -> Vec<Asker> {
        let (declared, solution) = (self.problem.declared, self.solution);
        let packages = askers::of_packages(declared, solution);
        let projects = askers::of_projects(declared, solution, self.problem.world.subdir);
        let asker = |demand: Demand| {
            let (version, way) = match &demand.by {
                By::Line(_) => (None, None),
                By::Record(name) => {
                    let record = solution.record(name);
                    let version = record.map(|record| record.package_record.version.to_string());
                    (version, packages.get(name).cloned())
                }
                By::Release(name) => {
                    let release = solution.release(name);
                    let version = release.map(|release| release.version.to_string());
                    (version, projects.get(name).cloned())
                }
            };
            Asker {
                leaves: left(&demand.wants),
                demand,
                version,
                way,
            }
        };
        let mut askers: Vec<Asker> = demands.into_iter().map(asker).collect();
        // Lines first, because the user can change them.
        askers.sort_by_key(|asker| {
            let is_line = matches!(asker.demand.by, By::Line(_));
            (!is_line, asker.leaves.unwrap_or(usize::MAX))
        });
        askers.dedup();
        askers
    }
}

/// Returns how many versions of the records satisfy a requirement; `None` if it cannot be
/// read.
fn versions_left(records: &[&RepoDataRecord], wants: &Wants) -> Option<usize> {
    let fits: Box<dyn Fn(&RepoDataRecord) -> bool> = match wants {
        Wants::Match(text) => {
            let options =
                ParseMatchSpecOptions::lenient().with_repodata_revision(RepodataRevision::V3);
            let spec = parse::conda::match_spec(text, options).ok()?;
            let spec = RecordSpec::new(spec.into_nameless().1).ok()?;
            Box::new(move |record| spec.matches(record))
        }
        Wants::Specifiers(text) => {
            let specifiers = parse::pep::specifiers(text).ok()?;
            Box::new(move |record| {
                let version = parse::pep::version(&record.package_record.version.as_str());
                version.is_ok_and(|version| specifiers.contains(&version))
            })
        }
    };
    let fitting = records.iter().filter(|record| fits(record));
    let versions = fitting.map(|record| record.package_record.version.version());
    let versions: std::collections::BTreeSet<&Version> = versions.collect();
    Some(versions.len())
}
