//! The known vulnerabilities that begin or end with a new version.

use std::sync::Arc;

use pep508_rs::PackageName;

use super::{Changes, Half, State};
use presolve_config::Settings;
use presolve_parse as parse;
use presolve_registry::{
    conda::names::Names,
    pypi::{advisories::Advisory, osv::Database},
};
use presolve_resolve::{ResolveError, Shared};

/// Adds the vulnerabilities to the changes, if the settings name a database of advisories.
///
/// # Errors
/// As for [`Shared::advisories`].
pub async fn advise(
    changes: &mut Changes,
    settings: &Settings,
    shared: &Shared,
) -> Result<(), ResolveError> {
    let Some(database) = shared.advisories(settings).await? else {
        return Ok(());
    };
    let has_conda = changes
        .packages
        .iter()
        .any(|change| change.half == Half::Conda);
    let names = match has_conda {
        true => shared.names(settings).await?.0,
        false => Arc::new(Names::built_in()),
    };
    for change in &mut changes.packages {
        let projects = projects(change.half, &change.name, &names);
        let known = |state: &Option<State>| advisories(state.as_ref(), &projects, &database);
        let (before, after) = (known(&change.before), known(&change.after));
        change.ended = without(&before, &after);
        change.began = without(&after, &before);
    }
    Ok(())
}

/// Returns the projects of a package. Python has a project of this name, which is not Python.
fn projects(half: Half, name: &str, names: &Names) -> Vec<PackageName> {
    match half {
        Half::Conda if matches!(name, "python" | "python_abi") => Vec::new(),
        Half::Conda => names.projects_of(name),
        Half::Pip => parse::pep::name(name).into_iter().collect(),
    }
}

fn advisories(
    state: Option<&State>,
    projects: &[PackageName],
    database: &Database,
) -> Vec<Advisory> {
    let version = state.and_then(|state| state.version.as_deref());
    let Some(version) = version.and_then(|version| parse::pep::version(version).ok()) else {
        return Vec::new();
    };
    let known = projects
        .iter()
        .flat_map(|project| database.advisories(project, &version));
    known.collect()
}

fn without(advisories: &[Advisory], others: &[Advisory]) -> Vec<Advisory> {
    let advisories = advisories.iter();
    let alone = advisories.filter(|one| !others.iter().any(|other| other.id == one.id));
    alone.cloned().collect()
}
