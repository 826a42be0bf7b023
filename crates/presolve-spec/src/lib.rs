//! Environment files: their requirements, with places, and the edits that pin or change them.
//!
//! In: a source file. Out: an [`EnvironmentFile`], or the text with pins or changes in it and no
//! other byte touched. A kind of file is a [`host::Host`]; the conda file is the one that is
//! known here. This crate must never know a channel, an index, or which other hosts there are.

use std::{path::PathBuf, sync::Arc};

use pep508_rs::{MarkerTree, PackageName, Requirement, VerbatimUrl};
use rattler_conda_types::MatchSpec;

use presolve_text::diagnostic::{Diagnostic, Location};

pub mod change;
pub mod codes;
pub mod edits;
pub mod environment;
pub mod host;
mod json;
pub mod list;
pub mod match_spec;
mod part;
pub mod pin;
mod pin_comment;
pub mod pip_lines;
pub mod pip_options;
mod places;
pub mod requirement;
pub mod route;
pub mod yaml;

/// A value with the place that it was read from.
#[derive(Clone, Debug)]
pub struct Spanned<T> {
    /// Parsed value.
    pub value: T,
    /// Position in its file.
    pub location: Location,
}

/// A conda environment file as written.
///
/// The keys are those of CEP-24
/// (<https://github.com/conda/ceps/blob/main/cep-0024.md>).
#[derive(Clone, Debug)]
pub struct EnvironmentFile {
    /// The file.
    pub source: Arc<presolve_text::source::SourceFile>,
    /// How the file is read and changed.
    pub host: Arc<dyn host::Host>,
    /// `name`.
    pub name: Option<Spanned<String>>,
    /// `channels`, as written, `nodefaults` included.
    pub channels: Vec<Spanned<String>>,
    /// The conda entries of `dependencies`, in file order.
    pub conda: Vec<CondaRequirement>,
    /// The Python that the image of a Dockerfile has, in the form of a requirement: given,
    /// and neither asked for nor to be written.
    pub image_python: Option<CondaRequirement>,
    /// The pip lines of every `pip:` block of `dependencies`, in file order,
    /// and those of the files that they name with `-r` and `-c`.
    pub pip: PipRequirements,
    /// The platform that an earlier `pin` wrote into the file.
    pub pinned_platform: Option<Spanned<String>>,
    /// Warnings found while reading (unknown keys, odd spellings).
    pub warnings: Vec<Diagnostic>,
}

/// A conda entry of `dependencies`.
#[derive(Clone, Debug)]
pub struct CondaRequirement {
    /// What the user asks for: the declared requirement, which in a pinned file
    /// stands in the comment of the line.
    pub spec: MatchSpec,
    /// The declared requirement as written.
    pub text: String,
    /// The entry's scalar in the file (not its comment).
    pub location: Location,
    /// Pin that an earlier `presolve pin` wrote on the line.
    pub pin: Option<CondaPin>,
    /// The line was added by an earlier `pin`: it is not a requirement of the
    /// user's, only a preference.
    pub added_by_pin: bool,
}

/// `channel::name=version=build[sha256=…]` as an earlier `pin` wrote it; the
/// channel and the hash where they are needed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CondaPin {
    /// The package's normalised name.
    pub name: String,
    /// The version as the record writes it.
    pub version: String,
    /// The build string.
    pub build: String,
    /// The channel as written.
    pub channel: Option<String>,
    /// `sha256=…` or `md5=…`.
    pub hash: Option<String>,
}

/// Everything that the pip half of a file says.
#[derive(Clone, Debug, Default)]
pub struct PipRequirements {
    /// Requirements to install, in file order.
    pub requirements: Vec<PipRequirement>,
    /// Constraints from `-c` files.
    pub constraints: Vec<PipRequirement>,
    /// Options that concern the whole list.
    pub options: PipOptions,
    /// The files that `-r` and `-c` lines name, be they there or not.
    pub files: Vec<PathBuf>,
}

/// A pip requirement.
#[derive(Clone, Debug)]
pub struct PipRequirement {
    /// Project, URL or path that the line requests.
    pub kind: PipRequirementKind,
    /// The declared requirement as written (without `--hash` and such).
    pub text: String,
    /// The line (not its comment): in the environment file or in a `-r` file.
    pub location: Location,
    /// `--hash` values as written, `sha256:…`.
    pub hashes: Vec<String>,
    /// The other options of the line, which say how pip builds it:
    /// `--config-settings=key=value`.
    pub options: Vec<String>,
    /// The version that an earlier `pin` wrote on the line.
    pub pin: Option<pep440_rs::Version>,
    /// The line was added by an earlier `pin`.
    pub added_by_pin: bool,
    /// The line stands in the environment file itself, not in a `-r` file.
    pub in_environment: bool,
}

/// Project, URL or path that a pip requirement requests.
#[derive(Clone, Debug)]
pub enum PipRequirementKind {
    /// A PEP 508 requirement: a name with extras, specifiers and a marker, or a
    /// name with a direct URL of an archive.
    Named(Box<Requirement<VerbatimUrl>>),
    /// Something whose metadata only foreign code can tell: an editable or
    /// local project, a version control URL, an archive without a name.
    Opaque {
        /// The project's name, where the line tells it (`name @ git+…`, `#egg=`).
        name: Option<PackageName>,
        /// Why it cannot be resolved, for the user: "an editable project".
        reason: &'static str,
        /// Condition under which the line applies.
        marker: MarkerTree,
    },
}

/// pip's options inside a requirements list, as
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
    /// `--pre`.
    pub pre: bool,
    /// `--prefer-binary`.
    pub prefer_binary: bool,
    /// `--only-binary` and `--no-binary`.
    pub formats: FormatControl,
    /// `--require-hashes`.
    pub require_hashes: bool,
    /// Each of them as written, variables and all, with those that do not change
    /// what is chosen: `--extra-index-url https://${TOKEN}@example.com/simple`.
    pub written: Vec<Spanned<String>>,
}

/// Which kinds of distribution pip may use, per project
/// (<https://pip.pypa.io/en/stable/cli/pip_install/#cmdoption-only-binary>).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FormatControl {
    /// Only wheels of every project (`:all:`).
    pub only_binary_all: bool,
    /// No wheels of any project (`:all:`).
    pub no_binary_all: bool,
    /// Only wheels of these projects.
    pub only_binary: Vec<PackageName>,
    /// No wheels of these projects.
    pub no_binary: Vec<PackageName>,
}
