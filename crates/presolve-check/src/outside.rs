//! The places outside its repository that an environment file names: channels, package
//! indexes, link pages and distributions at local paths.
//!
//! presolve never quotes their contents, but a pull request must not use `check` to find out
//! what is on the machine that runs it. Places from flags, variables, `.condarc`, pip's
//! configuration and `presolve.toml` come from the user, not from this file, and are read.

use std::path::{Path, PathBuf};

use pep508_rs::VersionOrUrl;
use rattler_conda_types::NamedChannelOrUrl;
use url::Url;

use presolve_config::{Settings, index::local_path};
use presolve_registry::conda::channels::{Channels, SpecChannel};
use presolve_spec::{EnvironmentFile, PipRequirement, PipRequirementKind};
use presolve_text::{
    diagnostic::{Diagnostic, Location},
    files::Fence,
};

/// The depth of the search for links below a folder: an index has a folder for each project,
/// and a channel one for each subdir.
const DEPTH: usize = 2;

/// Reports each of these places that may not be read.
pub(super) fn named(environment: &EnvironmentFile, settings: &Settings) -> Vec<Diagnostic> {
    let channels = Channels::of_file(environment, settings).ok();
    let channels = channels.as_ref().map(Channels::list).unwrap_or_default();
    let channels = channels.iter().filter_map(channel);
    let options = &environment.pip.options;
    let places = options.index_url.iter();
    let places = places.chain(&options.extra_index_urls);
    let places = places.chain(&options.find_links);
    let places = places.filter_map(|url| Some((local_path(url)?, url.location.clone())));
    let pip = &environment.pip;
    let lines = pip.requirements.iter().chain(&pip.constraints);
    let named = channels.chain(places).chain(lines.filter_map(distribution));
    let fence = environment.source.fence();
    let refused = named.filter_map(|(path, at)| {
        let outside = leads_outside(fence, &path, DEPTH)?;
        let refused = environment.source.refusal(&outside)?;
        Some(refused.at(at, "named here"))
    });
    refused.collect()
}

/// The folder of a channel that the file names by its path or URL; `None` for a bare name,
/// which the settings resolve.
fn channel(channel: &SpecChannel) -> Option<(PathBuf, Location)> {
    let at = channel.location.clone()?;
    let is_name = matches!(channel.explicit.parse(), Ok(NamedChannelOrUrl::Name(_)));
    let climbs = channel.explicit.split('/').any(|part| part == "..");
    if is_name && !climbs {
        return None;
    }
    let url: &Url = channel.channel.base_url.as_ref();
    let path = (url.scheme() == "file").then(|| url.to_file_path().ok())?;
    Some((path?, at))
}

/// The path of a line with a `file:` URL.
fn distribution(line: &PipRequirement) -> Option<(PathBuf, Location)> {
    let PipRequirementKind::Named(requirement) = &line.kind else {
        return None;
    };
    let Some(VersionOrUrl::Url(url)) = &requirement.version_or_url else {
        return None;
    };
    let path = url.to_url().to_file_path().ok()?;
    Some((path, line.location.clone()))
}

/// Returns the path, or the first link below it, that leads out of the fence.
fn leads_outside(fence: &Fence, path: &Path, depth: usize) -> Option<PathBuf> {
    if !fence.admits(path) {
        return Some(path.to_owned());
    }
    if depth == 0 || !path.is_dir() {
        return None;
    }
    let entries = std::fs::read_dir(path).into_iter().flatten().flatten();
    let mut entries = entries.filter(|entry| {
        let kind = entry.file_type();
        kind.is_ok_and(|kind| kind.is_symlink() || kind.is_dir())
    });
    entries.find_map(|entry| leads_outside(fence, &entry.path(), depth - 1))
}
