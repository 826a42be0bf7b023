//! Where channels and indexes are and how to solve: `.condarc`, pip's
//! configuration, `presolve.toml` beside the file, and flags, the later winning.

use std::{path::PathBuf, time::Duration};

use rattler_conda_types::{NamedChannelOrUrl, Subdir};
use url::Url;

/// How the order of channels binds the solver
/// (<https://docs.conda.io/projects/conda/en/stable/user-guide/tasks/manage-channels.html>).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ChannelPriority {
    /// A package comes from the first channel that has it, or not at all.
    Strict,
    /// Earlier channels are preferred, later ones are a fallback. conda's default.
    #[default]
    Flexible,
    /// The order of channels does not matter.
    Disabled,
}

/// Everything that decides an answer beside the spec itself.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The prefix that a bare channel name stands behind.
    pub channel_alias: Url,
    /// What `defaults` stands for.
    pub default_channels: Vec<NamedChannelOrUrl>,
    /// Channels that have a name of their own: name, URL of the channel.
    pub custom_channels: Vec<(String, Url)>,
    /// Channels that replace those of the file (`--channel`); empty: the file's.
    pub override_channels: Vec<NamedChannelOrUrl>,
    /// How the order of channels binds.
    pub channel_priority: ChannelPriority,
    /// The platform to solve for, where a flag or `presolve.toml` says it.
    pub platform: Option<Subdir>,
    /// Virtual packages from flags and `presolve.toml`, as `__cuda=12.4`.
    pub virtual_packages: Vec<String>,
    /// Where the conda to PyPI name mapping is, if not at its usual address:
    /// a file or a URL.
    pub mapping: Option<String>,
    /// Indexes and options of the pip half from outside the file.
    pub index: crate::pypi::settings::IndexSettings,
    /// Ignore what was uploaded at or after this time, in both halves.
    pub exclude_newer: Option<jiff::Timestamp>,
    /// Answer from the cache and from `file://` only.
    pub offline: bool,
    /// Stop solving after this long.
    pub timeout: Option<Duration>,
    /// The folder of the on-disk cache.
    pub cache_dir: PathBuf,
}
