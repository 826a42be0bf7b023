//! The flags that commands share: channels, indexes, target and time limit.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use clap::Args;
use rattler_conda_types::Subdir;

use super::values::Priority;
use presolve_config::Flags;
use presolve_text::{
    files::{Fence, Fences},
    variables::AllowedVariables,
};

/// Settings from flags; they take precedence over `presolve.toml`, `.condarc` and pip's
/// configuration.
#[derive(Clone, Debug, Args)]
pub(super) struct SettingsArgs {
    /// Conda platform to solve for, such as linux-64; repeatable with formats that hold several
    /// platforms [default: the platform of the pins, else of this machine]
    #[arg(long = "platform", value_name = "PLATFORM", value_parser = platform)]
    pub platforms: Vec<Subdir>,
    /// Python that installs a requirements file, such as 3.11 [default: that of the Dockerfile next
    /// to it, else of the pins]
    #[arg(long, value_name = "VERSION")]
    python_version: Option<String>,
    /// Virtual package of the target, such as __cuda=12.4; `__cuda=` removes one
    #[arg(long = "virtual-package", value_name = "NAME=VERSION")]
    virtual_packages: Vec<String>,
    /// Python of the image, for a Dockerfile that installs into it with pip
    #[arg(long, value_name = "VERSION")]
    image_python: Option<String>,
    /// Channel to use instead of the file's; repeatable
    #[arg(
        short,
        long = "channel",
        value_name = "CHANNEL",
        help_heading = "Conda"
    )]
    channels: Vec<String>,
    /// URL prefix for bare channel names
    #[arg(long, value_name = "URL", help_heading = "Conda")]
    channel_alias: Option<String>,
    /// Channel priority mode
    #[arg(long, value_name = "MODE", help_heading = "Conda")]
    channel_priority: Option<Priority>,
    /// File or URL of the mapping from conda names to PyPI names
    #[arg(long, value_name = "FILE|URL", help_heading = "Conda")]
    mapping: Option<String>,
    /// Package index to use instead of PyPI: a URL or a folder
    #[arg(short, long, value_name = "URL", help_heading = "PyPI")]
    index_url: Option<String>,
    /// Additional package index; repeatable
    #[arg(long = "extra-index-url", value_name = "URL", help_heading = "PyPI")]
    extra_index_urls: Vec<String>,
    /// Page or folder with links to distributions; repeatable
    #[arg(short, long = "find-links", value_name = "URL", help_heading = "PyPI")]
    find_links: Vec<String>,
    /// Ignore package indexes; use --find-links only
    #[arg(long, help_heading = "PyPI")]
    no_index: bool,
    /// Prefer an older release with a wheel to a newer one without
    #[arg(long, help_heading = "PyPI")]
    prefer_binary: bool,
    /// Use only wheels of these projects, or of :all:; repeatable
    #[arg(long, value_name = "NAMES", help_heading = "PyPI")]
    only_binary: Vec<String>,
    /// Use no wheels of these projects, or of :all:; repeatable
    #[arg(long, value_name = "NAMES", help_heading = "PyPI")]
    no_binary: Vec<String>,
    /// Ignore packages uploaded after this date or RFC 3339 timestamp, or within an age such as
    /// 7d; those without a date are a last resort
    #[arg(long, value_name = "DATE|AGE")]
    exclude_newer: Option<String>,
    /// Another limit for a package; `NAME=false` for none; repeatable
    #[arg(long = "exclude-newer-package", value_name = "NAME=DATE|AGE")]
    exclude_newer_packages: Vec<String>,
    /// Use the cache and local files only
    #[arg(long)]
    offline: bool,
    /// Time limit, such as 90s or 5m [default: explain 5m; check and diagnose 60s per file]
    #[arg(long, value_name = "DURATION", value_parser = duration)]
    timeout: Option<Duration>,
    /// Cache folder
    #[arg(long, value_name = "FOLDER")]
    cache_dir: Option<PathBuf>,
    /// Also read files outside the repository that a file in it refers to
    #[arg(long)]
    pub allow_outside: bool,
    /// Environment variable whose value files may use in URLs and paths; repeatable [default: those
    /// in PRESOLVE_ALLOW_ENV]
    #[arg(long, value_name = "NAME", value_delimiter = ',', value_parser = variable)]
    allow_env: Vec<String>,
}

impl SettingsArgs {
    /// Returns the boundary that references in the file on the command line must not leave.
    pub(super) fn fence(&self, file: &Path) -> Fence {
        self.fences().around(file)
    }

    /// Returns the boundaries of files that are not on the command line.
    pub(super) fn fences(&self) -> Fences {
        Fences {
            allow_outside: self.allow_outside,
            folders: Vec::new(),
            variables: AllowedVariables::of_user(&self.allow_env),
        }
    }
}

fn platform(text: &str) -> Result<Subdir, String> {
    match text.parse() {
        Ok(Subdir::NoArch) => {
            Err("noarch is shared by all platforms, and is not one itself".to_string())
        }
        Ok(subdir) => Ok(subdir),
        Err(_) => Err("a conda platform is something like linux-64 or osx-arm64".to_string()),
    }
}

fn variable(text: &str) -> Result<String, String> {
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_';
    match !text.is_empty() && text.chars().all(is_part) {
        true => Ok(text.to_owned()),
        false => Err("write the name alone, such as TOKEN".to_owned()),
    }
}

pub(super) fn duration(text: &str) -> Result<Duration, String> {
    if let Ok(seconds) = text.parse::<u64>() {
        return Ok(Duration::from_secs(seconds));
    }
    let span: jiff::SignedDuration = text
        .parse()
        .map_err(|_| "a duration is a number with a unit, such as 90s or 5m".to_string())?;
    span.try_into()
        .map_err(|_| "a duration cannot be negative".to_string())
}

impl From<SettingsArgs> for Flags {
    fn from(args: SettingsArgs) -> Self {
        Self {
            channels: args.channels,
            channel_alias: args.channel_alias,
            channel_priority: args.channel_priority.map(|Priority(priority)| priority),
            platform: args.platforms.first().copied(),
            python_version: args.python_version,
            virtual_packages: args.virtual_packages,
            image_python: args.image_python,
            mapping: args.mapping,
            advisories: None,
            index_url: args.index_url,
            extra_index_urls: args.extra_index_urls,
            find_links: args.find_links,
            no_index: args.no_index,
            prefer_binary: args.prefer_binary,
            only_binary: args.only_binary,
            no_binary: args.no_binary,
            exclude_newer: args.exclude_newer,
            exclude_newer_packages: args.exclude_newer_packages,
            offline: args.offline,
            timeout: args.timeout,
            cache_dir: args.cache_dir,
            allow_outside: args.allow_outside,
        }
    }
}
