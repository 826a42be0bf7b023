//! Distributions of a solution that install the same files.

use std::collections::{BTreeSet, HashMap};

use pep508_rs::PackageName;

use super::Solving;
use crate::rules::{Finding, solving::overlapping_distributions::RULE};
use presolve_explain::words;
use presolve_packages::pypi::overlaps::{self, Family, InstalledFiles, is_needed};
use presolve_registry::pypi::client::Client;
use presolve_resolve::{ResolveError, question::Question};
use presolve_solve::{
    PypiPackage, Solution,
    askers::{self, Asked},
};
use presolve_text::diagnostic::Diagnostic;

/// The maximum number of wheels whose lists of files are fetched. Each costs one or two range
/// requests.
const WHEELS: usize = 24;

/// The maximum number of files that a finding names.
const NAMED: usize = 3;

/// A distribution of the solution.
struct Owner<'a> {
    project: PackageName,
    version: String,
    source: Source<'a>,
}

enum Source<'a> {
    Pip(&'a PypiPackage),
    /// The conda package that provides the project.
    Conda(&'a str),
}

/// Two distributions that may install the same files.
struct Pair<'a> {
    one: &'a Owner<'a>,
    other: &'a Owner<'a>,
    family: Option<&'static Family>,
}

/// Reports the distributions that install the same files with different contents.
///
/// # Errors
/// [`ResolveError`] if the settings are not usable.
pub(super) async fn find(
    solving: Solving<'_>,
    question: &Question,
    solution: &Solution,
) -> Result<Vec<Finding>, ResolveError> {
    let owners = owners(question, solution);
    let pairs = pairs(&owners);
    if pairs.is_empty() {
        return Ok(Vec::new());
    }
    let client = solving.shared.pypi(&question.settings, &question.index)?;
    let files = installed(&client, &pairs).await;
    let places = Places {
        projects: askers::of_projects(question.declared(), solution, question.subdir),
        packages: askers::of_packages(question.declared(), solution),
        question,
    };
    let found = pairs.iter().filter_map(|pair| {
        let diagnostic = pair.diagnostic(&files)?;
        let diagnostic = places.at(pair.one, diagnostic);
        let diagnostic = places.at(pair.other, diagnostic);
        Some(Finding::of(&RULE, diagnostic, &solving.environment.source))
    });
    Ok(found.collect())
}

/// Returns the projects that pip installs, and those that conda packages provide, the declared
/// ones first.
fn owners<'a>(question: &Question, solution: &'a Solution) -> Vec<Owner<'a>> {
    let pip = solution.pypi.iter().map(|release| Owner {
        project: release.name.clone(),
        version: release.version.to_string(),
        source: Source::Pip(release),
    });
    let mut conda = Vec::new();
    for record in &solution.conda {
        let projects = question.names.pypi_names(record).0;
        // pip replaces a package of which it installs a project.
        if projects.iter().any(|name| solution.release(name).is_some()) {
            continue;
        }
        let package = record.package_record.name.as_normalized();
        conda.extend(projects.into_iter().map(|project| Owner {
            project,
            version: record.package_record.version.to_string(),
            source: Source::Conda(package),
        }));
    }
    let is_declared = |owner: &Owner<'_>| match owner.source {
        Source::Pip(_) => true,
        Source::Conda(package) => question.declared().iter().any(|line| line.names(package)),
    };
    conda.sort_by_key(|owner| !is_declared(owner));
    pip.chain(conda).collect()
}

/// Returns the pairs to examine, the known families first.
fn pairs<'a>(owners: &'a [Owner<'a>]) -> Vec<Pair<'a>> {
    let mut pairs = Vec::new();
    for (place, one) in owners.iter().enumerate() {
        for other in &owners[place + 1..] {
            // conda itself reports two of its packages with the same file.
            let Source::Pip(release) = one.source else {
                continue;
            };
            let is_meant = requires(release, &other.project)
                || matches!(other.source, Source::Pip(other) if requires(other, &one.project));
            let family = overlaps::family(&one.project, &other.project);
            let is_possible = family.is_some()
                || matches!(other.source, Source::Pip(_))
                    && overlaps::are_related(&one.project, &other.project);
            if is_possible && !is_meant && one.project != other.project {
                pairs.push(Pair { one, other, family });
            }
        }
    }
    pairs.sort_by_key(|pair| pair.family.is_none());
    // Several conda packages can provide one project: `libopencv` and `py-opencv`.
    let mut seen = Vec::new();
    pairs.retain(|pair| {
        let (one, folder) = (pair.one, pair.family.map(|family| family.folder));
        let is_conda = matches!(pair.other.source, Source::Conda(_));
        let key = (&one.project, folder);
        let is_new = !is_conda || !seen.contains(&key);
        if is_conda && is_new {
            seen.push(key);
        }
        is_new
    });
    pairs
}

/// Whether a release requires a project itself: its authors know what both install.
fn requires(release: &PypiPackage, project: &PackageName) -> bool {
    let metadata = release.metadata.iter();
    let mut required = metadata.flat_map(|metadata| &metadata.requires_dist);
    required.any(|requirement| requirement.name == *project)
}

/// Returns the files of the wheels of the pairs, as far as they are known.
async fn installed(client: &Client, pairs: &[Pair<'_>]) -> HashMap<PackageName, InstalledFiles> {
    let mut wheels: Vec<&PypiPackage> = Vec::new();
    for pair in pairs {
        let (Source::Pip(one), Source::Pip(other)) = (&pair.one.source, &pair.other.source) else {
            continue;
        };
        let is_new = |wheel: &&PypiPackage| wheels.iter().all(|known| known.name != wheel.name);
        let new: Vec<_> = [*one, *other].into_iter().filter(is_new).collect();
        if wheels.len() + new.len() <= WHEELS {
            wheels.extend(new);
        }
    }
    let files = wheels.into_iter().map(async |wheel| {
        let files = client.files(&wheel.name, &wheel.distribution).await?;
        Some((wheel.name.clone(), files))
    });
    let files = futures::future::join_all(files).await;
    files.into_iter().flatten().collect()
}

impl Pair<'_> {
    /// Returns what is wrong; `None` if no file is known to have different contents.
    fn diagnostic(&self, files: &HashMap<PackageName, InstalledFiles>) -> Option<Diagnostic> {
        let (one, other) = (self.one.words(), self.other.words());
        let both = files
            .get(&self.one.project)
            .zip(files.get(&self.other.project));
        let (message, note) = match (both, self.family) {
            (Some((mine, others)), _) => {
                let clashes = mine.clashes(others);
                // A module of one file is an `__init__.py` alone, as in a namespace.
                let is_clash = |path: &&str| self.family.is_some() || is_needed(path);
                if !clashes.iter().any(is_clash) {
                    return None;
                }
                let count = match clashes.len() {
                    1 => "1 file".to_owned(),
                    count => format!("{count} files"),
                };
                let message = format!("{one} and {other} install {count} with different contents");
                (message, named(&clashes))
            }
            (None, Some(family)) => {
                let Family { folder, source, .. } = family;
                let message = format!("{one} and {other} install the same files");
                (
                    message,
                    format!("both have the folder `{folder}`: {source}"),
                )
            }
            (None, None) => return None,
        };
        let diagnostic = Diagnostic::new(RULE.level, RULE.name, message).note(note);
        let help = "keep one of them: remove or change the line that requires the other";
        Some(diagnostic.help(help))
    }
}

impl Owner<'_> {
    fn words(&self) -> String {
        match self.source {
            Source::Pip(_) => format!("{} {}", self.project, self.version),
            Source::Conda(package) => format!("conda's {package} {}", self.version),
        }
    }
}

fn named(clashes: &BTreeSet<&str>) -> String {
    let shown: Vec<String> = clashes
        .iter()
        .take(NAMED)
        .map(|path| format!("`{path}`"))
        .collect();
    let shown = shown.join(", ");
    match clashes.len().checked_sub(NAMED) {
        None | Some(0) => shown,
        Some(more) => format!("{shown}, and {more} more"),
    }
}

/// The lines that lead to the distributions.
struct Places<'a> {
    projects: HashMap<PackageName, Asked>,
    packages: HashMap<String, Asked>,
    question: &'a Question,
}

impl Places<'_> {
    /// Adds the line that requires a distribution, and the path from it.
    fn at(&self, owner: &Owner<'_>, diagnostic: Diagnostic) -> Diagnostic {
        let asked = match owner.source {
            Source::Pip(_) => self.projects.get(&owner.project),
            Source::Conda(package) => self.packages.get(package),
        };
        let place = asked.and_then(|asked| {
            let place = self.question.places[asked.line].as_ref()?;
            Some((place, words::path(asked)))
        });
        match place {
            Some((place, path)) => {
                let label = path.unwrap_or_else(|| format!("requires {}", owner.words()));
                diagnostic.at(place.clone(), label)
            }
            None => diagnostic,
        }
    }
}
