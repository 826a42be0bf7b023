//! Environment files: their requirements, with places, and the edits that pin or change them.
//!
//! In: a source file. Out: an [`EnvironmentFile`], or the text with pins or changes in it and
//! no other byte touched. A kind of file is a [`host::Host`]. This crate knows only the conda
//! file. It must not depend on channels, package indexes or the other hosts.

use std::{path::PathBuf, sync::Arc};

use pep508_rs::{MarkerTree, PackageName, Requirement, VerbatimUrl};
use rattler_conda_types::{MatchSpec, Subdir};

pub use added_block::AddedBlock;
use controls::{FormatControl, ReleaseControl};
use presolve_text::diagnostic::{Diagnostic, Location};

mod added_block;
pub mod change;
pub mod codes;
pub mod command;
pub mod controls;
pub mod edits;
pub mod environment;
pub mod foreign;
pub mod host;
pub mod joined;
mod json;
pub mod list;
pub mod match_spec;
mod part;
pub mod pin;
mod pin_comment;
mod pinned_header;
pub mod pip_lines;
pub mod pip_options;
mod pip_versions;
mod places;
mod quoted;
pub mod requirement;
pub mod requirements_file;
pub mod route;
pub mod selector;
pub mod variables;
pub mod versions;
pub mod yaml;

/// A value with its place in a file.
#[derive(Clone, Debug)]
pub struct Spanned<T> {
    /// The parsed value.
    pub value: T,
    /// The place of the value in its file.
    pub location: Location,
}

/// A conda environment file as written.
///
/// The keys are those of CEP-24
/// (<https://github.com/conda/ceps/blob/main/cep-0024.md>).
#[derive(Clone, Debug)]
pub struct EnvironmentFile {
    /// The file's text and path.
    pub source: Arc<presolve_text::source::SourceFile>,
    /// The kind of the file, which reads and changes it.
    pub host: Arc<dyn host::Host>,
    /// `name`.
    pub name: Option<Spanned<String>>,
    /// `channels`, as written, including `nodefaults`.
    pub channels: Vec<Spanned<String>>,
    /// The conda entries of `dependencies`, in file order.
    pub conda: Vec<CondaRequirement>,
    /// The Python in the image of a Dockerfile, or the one that installs a requirements file, in
    /// the form of a requirement. It is neither declared nor pinned.
    pub image_python: Option<CondaRequirement>,
    /// The settings name [`image_python`](Self::image_python), not a file.
    pub has_set_python: bool,
    /// The distributions in the image of a Dockerfile. pip keeps those that satisfy what it
    /// installs.
    pub image_packages: Vec<(pep508_rs::PackageName, pep440_rs::Version)>,
    /// The lines of the last `pip:` list of `dependencies`, which is the only one that conda
    /// reads, and those of the files that they include with `-r` and `-c`.
    pub pip: PipRequirements,
    /// `platforms`, the platforms that conda-lock locks for. conda ignores them.
    pub platforms: Vec<Spanned<Subdir>>,
    /// `category`, the category of the packages in a lock file of conda-lock. conda ignores
    /// it.
    pub category: Option<Spanned<String>>,
    /// The platform that an earlier `pin` wrote into the file.
    pub pinned_platform: Option<Spanned<String>>,
    /// The version of Python that an earlier `pin` wrote into a requirements file, which has no
    /// line for it.
    pub pinned_python: Option<Spanned<String>>,
    /// The name of the lock file that an earlier `pin` wrote next to the file, with the packages
    /// that no line declares.
    pub pinned_lock: Option<Spanned<String>>,
    /// The instant from which an earlier `pin` counted the ages of packages back.
    pub pinned_as_of: Option<Spanned<jiff::Timestamp>>,
    /// The entries of `channels` as conda reads them, including those that an earlier `pin`
    /// wrote.
    pub pinned_channels: Vec<String>,
    /// The blocks of lines that an earlier `pin` added.
    pub added_blocks: Vec<AddedBlock>,
    /// Warnings from reading the file: unknown keys, unusual spellings.
    pub warnings: Vec<Diagnostic>,
    /// Errors for variables in channels that have no value.
    pub(crate) channels_without_value: Vec<Diagnostic>,
}

impl EnvironmentFile {
    /// A file without any content.
    pub fn empty(
        host: Arc<dyn host::Host>,
        source: &Arc<presolve_text::source::SourceFile>,
    ) -> Self {
        Self {
            source: Arc::clone(source),
            host,
            name: None,
            channels: Vec::new(),
            conda: Vec::new(),
            image_python: None,
            has_set_python: false,
            image_packages: Vec::new(),
            pip: PipRequirements::default(),
            platforms: Vec::new(),
            category: None,
            pinned_platform: None,
            pinned_python: None,
            pinned_lock: None,
            pinned_as_of: None,
            pinned_channels: Vec::new(),
            added_blocks: Vec::new(),
            warnings: Vec::new(),
            channels_without_value: Vec::new(),
        }
    }

    /// The errors for variables in URLs that have no value, so that nothing may be requested.
    pub fn without_value(&self) -> impl Iterator<Item = &Diagnostic> {
        let channels = self.channels_without_value.iter();
        channels.chain(&self.pip.without_value)
    }

    /// Whether pip installs all packages, into a Python that is already there. Conda packages
    /// only tell which Python and pip that is, and provide no projects.
    pub fn is_for_pip_alone(&self) -> bool {
        self.conda.is_empty() && self.image_python.is_some()
    }

    /// The version of [`image_python`](Self::image_python), such as `3.10`; `None` if it is a
    /// range.
    pub fn image_python_version(&self) -> Option<&str> {
        let text = self.image_python.as_ref()?.text.strip_prefix("python=")?;
        let version = text.trim_start_matches('=');
        let is_plain = |byte: u8| byte.is_ascii_digit() || byte == b'.';
        version.bytes().all(is_plain).then_some(version)
    }
}

/// A conda entry of `dependencies`.
#[derive(Clone, Debug)]
pub struct CondaRequirement {
    /// The declared requirement. In a pinned file, it is in the comment of the line.
    pub spec: MatchSpec,
    /// The declared requirement as written.
    pub text: String,
    /// The entry's scalar in the file (not its comment).
    pub location: Location,
    /// The pin that an earlier `presolve pin` wrote on the line.
    pub pin: Option<CondaPin>,
    /// An earlier `pin` added the line. It is only a preference, not a requirement of the
    /// user.
    pub added_by_pin: bool,
}

/// `channel::name=version=build[sha256=…]` as an earlier `pin` wrote it. The channel and the
/// hash are there only if they are necessary. Without a build it is `channel::name==version`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CondaPin {
    /// The package's normalised name.
    pub name: String,
    /// The version as the record writes it.
    pub version: String,
    /// The build string; `None` if any build of the version may be installed.
    pub build: Option<String>,
    /// The channel as written.
    pub channel: Option<String>,
    /// `sha256=…` or `md5=…`.
    pub hash: Option<String>,
}

impl CondaPin {
    /// Whether a record with this version and build is the pinned one, or one of them.
    pub fn allows(&self, version: &str, build: &str) -> bool {
        self.version == version && self.build.as_ref().is_none_or(|pinned| pinned == build)
    }

    /// The pin without its channel and hash.
    pub fn record(&self) -> String {
        record(&self.name, &self.version, self.build.as_deref())
    }
}

/// Writes `name=version=build`, or `name==version` without a build: conda reads `name=version`
/// as all versions that begin so.
pub(crate) fn record(name: &str, version: &str, build: Option<&str>) -> String {
    match build {
        Some(build) => format!("{name}={version}={build}"),
        None => format!("{name}=={version}"),
    }
}

/// The content of all pip lists of a file.
#[derive(Clone, Debug, Default)]
pub struct PipRequirements {
    /// Requirements to install, in file order.
    pub requirements: Vec<PipRequirement>,
    /// Requirements from `-c` files, which only restrict versions.
    pub constraints: Vec<PipRequirement>,
    /// The options that apply to the whole list.
    pub options: PipOptions,
    /// The files that `-r` and `-c` lines name, even those that do not exist.
    pub files: Vec<PathBuf>,
    /// The requirements files that get pins in place, in the order in which pip reads them.
    pub in_place: Vec<requirements_file::RequirementsFile>,
    /// Errors for variables in URLs that have no value.
    pub(crate) without_value: Vec<Diagnostic>,
}

/// A pip requirement.
#[derive(Clone, Debug)]
pub struct PipRequirement {
    /// The project, URL or path that the line requests.
    pub kind: PipRequirementKind,
    /// The declared requirement as written, without per-line options such as `--hash`.
    pub text: String,
    /// The line without its comment, in the environment file or in a `-r` file.
    pub location: Location,
    /// `--hash` values as written, `sha256:…`.
    pub hashes: Vec<String>,
    /// The other options of the line, which affect its build, such as
    /// `--config-settings=key=value`.
    pub options: Vec<String>,
    /// The options of the line that pip ignores, because they need a line of their own.
    pub ignored_options: Vec<String>,
    /// The options of the line that pip applies to the whole list.
    pub shared_options: Vec<String>,
    /// The version that an earlier `pin` wrote on the line.
    pub pin: Option<pep440_rs::Version>,
    /// The line was added by an earlier `pin`.
    pub added_by_pin: bool,
    /// The line gets a pin in its place: it is in the environment file itself, or in a
    /// requirements file that gets pins.
    pub in_environment: bool,
}

impl PipRequirement {
    /// The path or URL of an editable project, without the quotes of the line; `None` for other
    /// lines.
    pub fn editable(&self) -> Option<String> {
        let value = self.text.strip_prefix("-e ")?;
        let is_opaque = matches!(self.kind, PipRequirementKind::Opaque { .. });
        is_opaque.then(|| pip_options::unquoted(value))
    }

    /// The changes that give each ignored option a line of its own; `None` if there are none,
    /// or too many for a person to have written.
    pub fn with_own_lines(&self) -> Option<Vec<change::Change>> {
        const MOST: usize = 10;
        let moved = self.ignored_options.len() + self.shared_options.len();
        if self.ignored_options.is_empty() || moved > MOST {
            return None;
        }
        let hashes = self.hashes.iter().map(|hash| format!("--hash={hash}"));
        let kept = self.options.iter().cloned().chain(hashes);
        let words: Vec<String> = std::iter::once(self.text.clone()).chain(kept).collect();
        let moved = self.ignored_options.iter().chain(&self.shared_options);
        let options = moved.map(|option| {
            let (before, option) = (self.location.clone(), option.clone());
            change::Change::AddPipOption { before, option }
        });
        let line = change::Change::Replace {
            at: self.location.clone(),
            with: words.join(" "),
        };
        Some(options.chain([line]).collect())
    }
}

/// The project, URL or path that a pip requirement requests.
#[derive(Clone, Debug)]
pub enum PipRequirementKind {
    /// A PEP 508 requirement: a name with extras, specifiers and a marker, or a
    /// name with a direct URL of an archive.
    Named(Box<Requirement<VerbatimUrl>>),
    /// A requirement whose metadata only a build can determine: an editable or local
    /// project, a version control URL, an archive without a name.
    Opaque {
        /// The project's name, if the line contains it (`name @ git+…`, `#egg=`).
        name: Option<PackageName>,
        /// Why it cannot be resolved, for the user: "an editable project".
        reason: &'static str,
        /// The line applies only where this marker is true.
        marker: MarkerTree,
    },
}

/// pip's options in a requirements list, as
/// <https://pip.pypa.io/en/stable/reference/requirements-file-format/> lists them.
#[derive(Clone, Debug, Default)]
pub struct PipOptions {
    /// `--index-url`: the last one wins.
    pub index_url: Option<Spanned<String>>,
    /// `--extra-index-url`, in order.
    pub extra_index_urls: Vec<Spanned<String>>,
    /// `--no-index`.
    pub no_index: bool,
    /// `--find-links`, in order; relative paths are relative to the file.
    pub find_links: Vec<Spanned<String>>,
    /// `--pre`, `--all-releases` and `--only-final`.
    pub releases: ReleaseControl,
    /// `--prefer-binary`.
    pub prefer_binary: bool,
    /// `--only-binary` and `--no-binary`.
    pub formats: FormatControl,
    /// `--require-hashes`.
    pub require_hashes: bool,
    /// Every option as written, with its variables, including those that do not affect the
    /// selection: `--extra-index-url https://${TOKEN}@example.com/simple`.
    pub written: Vec<Spanned<String>>,
    /// The options that not every pip has, wherever they are.
    pub versioned: Vec<Spanned<&'static pip_options::Known>>,
}
