//! An independent check of a solution against all requirements. Only a solution that passes is
//! accepted. It reads the records, files and metadata directly and shares no type or function
//! with the encoding of the problem, so that an error in either becomes visible.

use std::{
    collections::{BTreeSet, HashMap, HashSet, VecDeque},
    time::Duration,
};

use pep440_rs::Version;
use pep508_rs::{
    ExtraName, MarkerEnvironment, PackageName, Requirement, VerbatimUrl, VersionOrUrl,
};
use rattler_conda_types::{
    MatchSpec, MatchSpecCondition, Matches, ParseMatchSpecOptions, RepoDataRecord,
    RepodataRevision, StringMatcher,
};

use crate::model::{
    Declared, DeclaredKind, Problem,
    error::SolveError,
    python::marker_environment,
    solution::{PypiPackage, Solution},
};
use presolve_packages::pypi::{DistributionKind, pip_abilities::PipAbility};
use presolve_parse as parse;

/// The extra time after the deadline for verifying a solution that was found.
const GRACE: Duration = Duration::from_secs(1);

/// Returns the violations of a solution, one sentence each; empty if it is valid.
///
/// # Errors
/// A [`SolveError`] if an index could not be queried.
pub(crate) fn violations(
    problem: &Problem<'_>,
    solution: &Solution,
    overwrite: bool,
) -> Result<Vec<String>, SolveError> {
    let mut walk = Walk::new(problem, solution);
    walk.conda();
    if !overwrite {
        walk.check_sources();
    }
    if problem.has_pip() {
        walk.pip()?;
    }
    Ok(walk.violations)
}

/// Returns the conda packages that no declared conda line leads to.
pub(crate) fn unfounded(problem: &Problem<'_>, solution: &Solution) -> Vec<String> {
    let mut walk = Walk::new(problem, solution);
    walk.conda();
    for name in &problem.world.asked {
        walk.follow(name);
    }
    solution
        .conda
        .iter()
        .map(|record| record.package_record.name.as_normalized())
        .filter(|&name| !walk.reached.contains(name))
        .map(ToString::to_string)
        .collect()
}

struct Walk<'a> {
    problem: &'a Problem<'a>,
    solution: &'a Solution,
    records: HashMap<&'a str, &'a RepoDataRecord>,
    reached: HashSet<&'a str>,
    violations: Vec<String>,
}

impl<'a> Walk<'a> {
    fn new(problem: &'a Problem<'a>, solution: &'a Solution) -> Self {
        let mut walk = Self {
            problem,
            solution,
            records: HashMap::new(),
            reached: HashSet::new(),
            violations: Vec::new(),
        };
        for record in &solution.conda {
            let name = record.package_record.name.as_normalized();
            if walk.records.insert(name, record).is_some() {
                walk.report(format!("{name} is installed twice"));
            }
        }
        walk
    }

    fn report(&mut self, violation: String) {
        self.violations.push(violation);
    }

    fn conda(&mut self) {
        let mut queue = VecDeque::new();
        for declared in self.problem.declared {
            if let DeclaredKind::Conda(spec) = &declared.kind {
                self.require(spec, "the file", &mut queue);
                self.check_channel(declared, spec);
            }
        }
        self.walk(queue);
    }

    /// Follows the dependencies of a package, if the package is installed.
    fn follow(&mut self, name: &str) {
        if let Some((&name, &record)) = self.records.get_key_value(name)
            && self.reached.insert(name)
        {
            self.walk(VecDeque::from([record]));
        }
    }

    fn walk(&mut self, mut queue: VecDeque<&'a RepoDataRecord>) {
        while let Some(record) = queue.pop_front() {
            let package = &record.package_record;
            let by = package.to_string();
            for text in self.depends(record) {
                match parse(text) {
                    Some(spec) => self.require(&spec, &by, &mut queue),
                    None => self.report(format!("{by} requires `{text}`, which cannot be read")),
                }
            }
            for spec in package.constrains.iter().filter_map(|text| parse(text)) {
                let installed = name_of(&spec).is_some_and(|name| self.installed(&name));
                if installed && !self.meets(&spec) {
                    self.report(format!("{by} allows only `{spec}`"));
                }
            }
        }
    }

    fn depends(&self, record: &'a RepoDataRecord) -> Vec<&'a String> {
        let package = &record.package_record;
        let mut depends: Vec<_> = package.depends.iter().collect();
        for (name, extra) in &self.solution.conda_extras {
            if name == package.name.as_normalized() {
                depends.extend(package.extra_depends.get(extra).into_iter().flatten());
            }
        }
        depends
    }

    fn require(&mut self, spec: &MatchSpec, by: &str, queue: &mut VecDeque<&'a RepoDataRecord>) {
        if spec
            .condition
            .as_ref()
            .is_some_and(|condition| !self.holds(condition))
        {
            return;
        }
        if !self.meets(spec) {
            self.report(format!("{by} requires `{spec}`"));
        }
        let Some(name) = name_of(spec) else {
            return;
        };
        if let Some((&name, &record)) = self.records.get_key_value(name.as_str())
            && self.reached.insert(name)
        {
            queue.push_back(record);
        }
    }

    fn holds(&self, condition: &MatchSpecCondition) -> bool {
        match condition {
            MatchSpecCondition::MatchSpec(spec) => self.meets(spec),
            MatchSpecCondition::And(left, right) => self.holds(left) && self.holds(right),
            MatchSpecCondition::Or(left, right) => self.holds(left) || self.holds(right),
        }
    }

    fn installed(&self, name: &str) -> bool {
        let mut virtual_packages = self.problem.world.virtual_packages.iter();
        self.records.contains_key(name)
            || virtual_packages.any(|package| package.name.as_normalized() == name)
    }

    fn meets(&self, spec: &MatchSpec) -> bool {
        let Some(name) = name_of(spec) else {
            return false;
        };
        if let Some(record) = self.records.get(name.as_str()) {
            return has_match(spec, record);
        }
        let mut virtual_packages = self.problem.world.virtual_packages.iter();
        virtual_packages.any(|package| spec.matches(package))
    }

    fn check_channel(&mut self, declared: &Declared, spec: &MatchSpec) {
        let record = name_of(spec).and_then(|name| self.records.get(name.as_str()).copied());
        let channel = record.and_then(|record| record.channel.as_ref());
        if !declared.channels.is_empty()
            && !channel.is_some_and(|channel| declared.channels.contains(channel))
        {
            self.report(format!("`{spec}` comes from another channel"));
        }
    }

    /// Reports the projects that come from both PyPI and conda.
    fn check_sources(&mut self) {
        let solution = self.solution;
        let mut providers: HashMap<PackageName, &str> = HashMap::new();
        for record in &solution.conda {
            for project in (self.problem.world.pypi_names)(record) {
                providers.insert(project, record.package_record.name.as_normalized());
            }
        }
        let releases = solution.pypi.iter().map(|package| &package.name);
        let opaque = solution.opaque.iter().map(|opaque| &opaque.name);
        for project in releases.chain(opaque) {
            if let Some(package) = providers.get(project) {
                self.report(format!(
                    "{project} comes from PyPI and from conda's {package}"
                ));
            }
        }
    }

    fn pip(&mut self) -> Result<(), SolveError> {
        let Some(python) = self.solution.python() else {
            self.report("there is no Python for the pip list".to_string());
            return Ok(());
        };
        self.check_pip(&python);
        let environment = marker_environment(&python, self.problem.world.subdir);
        let mut seen: HashSet<(PackageName, Vec<ExtraName>)> = HashSet::new();
        let mut queue: VecDeque<(PackageName, Vec<ExtraName>)> = VecDeque::new();
        for declared in self.problem.declared {
            if let DeclaredKind::Pip(requirement) = &declared.kind {
                self.require_project(requirement, &environment, &[], "the file", &mut queue);
            }
        }
        let mut reached = BTreeSet::new();
        while let Some((name, extras)) = queue.pop_front() {
            self.problem.world.check_time(GRACE)?;
            reached.insert(name.clone());
            if !seen.insert((name.clone(), extras.clone())) {
                continue;
            }
            let Some(package) = self.solution.release(&name) else {
                continue;
            };
            self.check_file(package, &python);
            let requires = package
                .metadata
                .iter()
                .flat_map(|metadata| &metadata.requires_dist);
            for requirement in requires {
                self.require_project(
                    requirement,
                    &environment,
                    &extras,
                    name.as_ref(),
                    &mut queue,
                );
            }
        }
        for package in &self.solution.pypi {
            // The extras of conda packages are read from metadata that is not in the solution,
            // so this check cannot reach their requirements.
            if !reached.contains(&package.name) && self.solution.provided.is_empty() {
                self.report(format!("nothing requires {} from PyPI", package.name));
            }
        }
        Ok(())
    }

    fn check_pip(&mut self, python: &Version) {
        let Some(pip) = self.solution.pip() else {
            return;
        };
        let release = python.release();
        let minor = (release[0], release.get(1).copied().unwrap_or(0));
        if !PipAbility::of_python(minor).all(|ability| ability.is_in(&pip)) {
            self.report(format!("pip {pip} does not run on Python {python}"));
        }
    }

    fn require_project(
        &mut self,
        requirement: &Requirement<VerbatimUrl>,
        environment: &MarkerEnvironment,
        extras: &[ExtraName],
        by: &str,
        queue: &mut VecDeque<(PackageName, Vec<ExtraName>)>,
    ) {
        if !requirement.marker.evaluate(environment, extras) {
            return;
        }
        if self.is_clash(requirement, by) {
            queue.push_back((requirement.name.clone(), Vec::new()));
            return;
        }
        if !self.meets_project(requirement) {
            self.report(format!("{by} requires `{requirement}` (pip)"));
        }
        let mut wanted = requirement.extras.clone();
        wanted.sort();
        if let Some(package) = self.solution.release(&requirement.name)
            && let Some(extra) = wanted.iter().find(|extra| !package.extras.contains(extra))
        {
            self.report(format!("{by} requires {}[{extra}]", requirement.name));
        }
        queue.push_back((requirement.name.clone(), wanted));
    }

    /// Whether the solution lists this requirement as unsatisfied.
    fn is_clash(&self, requirement: &Requirement<VerbatimUrl>, by: &str) -> bool {
        let mut clashes = self.solution.clashes.iter();
        clashes.any(|clash| clash.project.as_ref() == by && clash.requirement == *requirement)
    }

    fn meets_project(&self, requirement: &Requirement<VerbatimUrl>) -> bool {
        let name = &requirement.name;
        if self
            .solution
            .opaque
            .iter()
            .any(|opaque| opaque.name == *name)
        {
            return true;
        }
        let specifiers = match &requirement.version_or_url {
            Some(VersionOrUrl::VersionSpecifier(specifiers)) => Some(specifiers),
            _ => None,
        };
        if let Some(package) = self.solution.release(name) {
            return specifiers.is_none_or(|specifiers| specifiers.contains(&package.version));
        }
        self.solution.provided.iter().any(|provided| {
            let there = self
                .records
                .get(provided.conda_name.as_str())
                .is_some_and(|record| {
                    record.package_record.version.as_str() == provided.conda_version
                        && (self.problem.world.pypi_names)(record).contains(name)
                });
            provided.project == *name
                && there
                && match (&provided.version, specifiers) {
                    (_, None) => true,
                    (Some(version), Some(specifiers)) => specifiers.contains(version),
                    (None, Some(specifiers)) => specifiers.is_empty(),
                }
        })
    }

    fn check_file(&mut self, package: &PypiPackage, python: &pep440_rs::Version) {
        let file = &package.distribution;
        let release = python.only_release();
        let metadata = package
            .metadata
            .as_ref()
            .and_then(|m| m.requires_python.as_ref());
        for required in file.support.requires_python.iter().chain(metadata) {
            if !required.contains(&release) {
                self.report(format!("{} requires Python {required}", file.filename));
            }
        }
        if let DistributionKind::Wheel(tags) = &file.support.kind {
            let minor = (
                release.release()[0],
                release.release().get(1).copied().unwrap_or(0),
            );
            let target = self.solution.known_to_pip(self.problem.world.target);
            if target.priority(tags, minor).is_none() {
                self.report(format!("{} does not fit Python {python}", file.filename));
            }
        }
        let repaired = package.metadata.as_ref().is_some_and(|m| m.is_repaired);
        let refused = |pip: Version| !PipAbility::LegacySpecifiers.is_in(&pip);
        if repaired && self.solution.pip().is_some_and(refused) {
            self.report(format!("pip does not install {}", file.filename));
        }
    }
}

fn name_of(spec: &MatchSpec) -> Option<String> {
    Some(spec.name.as_exact()?.as_normalized().to_string())
}

fn parse(text: &str) -> Option<MatchSpec> {
    let options = ParseMatchSpecOptions::lenient().with_repodata_revision(RepodataRevision::V3);
    parse::conda::match_spec(text, options).ok()
}

/// Whether a record satisfies a match spec by the rules of CEP 29. rattler ignores the file
/// name and the subdir, and compares licences literally instead of by a glob.
fn has_match(spec: &MatchSpec, record: &RepoDataRecord) -> bool {
    let package = &record.package_record;
    let file_name = spec
        .file_name
        .as_ref()
        .map(|_| record.identifier.to_string());
    let is_glob_of = |glob: &Option<String>, text: Option<&str>| {
        let matches = |glob: StringMatcher| text.is_some_and(|text| glob.matches(text));
        let parsed = glob.as_ref().map(|glob| glob.parse());
        parsed.is_none_or(|glob| glob.is_ok_and(matches))
    };
    let rest = MatchSpec {
        license: None,
        license_family: None,
        ..spec.clone()
    };
    is_glob_of(&spec.file_name, file_name.as_deref())
        && is_glob_of(&spec.subdir, Some(&package.subdir))
        && is_glob_of(&spec.license, package.license.as_deref())
        && is_glob_of(&spec.license_family, package.license_family.as_deref())
        && rest.matches(record)
}
