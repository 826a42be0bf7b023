//! Writes an answer back into its environment file. Every line becomes exact and keeps the
//! declared requirement in a comment, and no other byte changes. JSON has no comments, so
//! there the pins replace the declared requirements.

use std::{collections::BTreeMap, sync::Arc};

use crate::route::route;
use pep440_rs::Version;
use pep508_rs::{ExtraName, PackageName};

use super::{
    CondaPin, EnvironmentFile,
    change::Changed,
    codes,
    edits::Edits,
    environment,
    host::{CondaFile, Host},
    json,
    list::uneditable,
    yaml::{self, Tree},
};
use presolve_text::{
    diagnostic::{Diagnostic, Failure, Location},
    source::SourceFile,
};

pub use super::pin_comment::Header;

mod added;
mod channels;
pub(crate) mod check;
pub mod conda;
pub(super) mod flow;
pub mod pip;

/// The answer for one platform.
#[derive(Clone, Debug)]
pub struct Pins {
    /// The platform of the pins, such as `linux-64`.
    pub platform: String,
    /// The instant from which ages were counted back; `None` if no limit is an age.
    pub as_of: Option<jiff::Timestamp>,
    /// The channels of the answer, as names or URLs, in order of priority.
    pub channels: Vec<String>,
    /// Every conda package of the answer.
    pub conda: Vec<PinnedConda>,
    /// Every PyPI release of the answer, and every declared project that conda provides.
    pub pip: Vec<PinnedPip>,
    /// The place of the lines that the user did not declare.
    pub added: AddedLines,
    /// The name of the lock file for [`AddedLines::Lock`].
    pub lock: Option<String>,
}

impl Pins {
    pub(crate) fn header(&self) -> Header<'_> {
        Header {
            platform: &self.platform,
            python: None,
            lock: self.lock.as_deref(),
            as_of: self.as_of,
        }
    }
}

/// The place of the lines that the user did not declare.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum AddedLines {
    /// After the declared lines, each with its own comment.
    Inline,
    /// After the declared lines, as one block under one comment.
    #[default]
    Block,
    /// In a lock file next to the file, which has only the declared lines.
    Lock,
}

/// A conda record of the answer.
#[derive(Clone, Debug)]
pub struct PinnedConda {
    /// Normalised.
    pub name: String,
    /// The version as the record writes it.
    pub version: String,
    /// The build string; `None` if any build of the version may be installed.
    pub build: Option<String>,
    /// The channel to write before the name. It is there if the record is not from the first
    /// channel, or another channel has a record with the same name, version and build.
    pub channel: Option<String>,
    /// The hash to write after the build, `sha256=…` or `md5=…`: set if the channel has more
    /// than one record with this name, version and build.
    pub hash: Option<String>,
}

impl PinnedConda {
    /// Whether a pin in a file is the same as this one.
    pub fn is_written_as(&self, written: &CondaPin) -> bool {
        (&written.version, &written.build) == (&self.version, &self.build)
            && (self.hash.is_none() || written.hash == self.hash)
    }
}

/// A PyPI release of the answer.
#[derive(Clone, Debug)]
pub struct PinnedPip {
    /// The name of the project, normalised.
    pub name: PackageName,
    /// The extras to write after the name if the line is added.
    pub extras: Vec<ExtraName>,
    /// The version.
    pub version: Version,
    /// conda provides the project: a declared line is pinned, but none is added.
    pub from_conda: bool,
    /// `sha256:…` of its files, written if the list is in hash mode.
    pub hashes: Vec<String>,
}

/// Returns the text of the file with the answer in it, and those of the requirements files that
/// get pins in their place. If the files already have this answer, nothing changes.
///
/// # Errors
/// [`Failure::input`] when the file has a layout that cannot be edited (aliases, several
/// requirements in one pip item), or when the result would not read back as the same
/// requirements with these pins.
pub fn pin(environment: &EnvironmentFile, pins: &Pins) -> Result<Changed, Failure> {
    environment.host.pin(environment, pins)
}

/// Returns the text of a conda file with the answer in it.
///
/// # Errors
/// As for [`pin`].
pub(super) fn in_conda_file(
    host: &CondaFile,
    environment: &EnvironmentFile,
    pins: &Pins,
) -> Result<String, Failure> {
    check_pip_lists(environment)?;
    check_selectors(environment)?;
    let of_declared = (pins.added == AddedLines::Lock).then(|| of_declared(environment, pins));
    let pins = of_declared.as_ref().unwrap_or(pins);
    let text = flow::to_blocks(
        host,
        &environment.source,
        pins.pip.iter().any(|pin| !pin.from_conda),
    )?;
    let source = environment.source.with_text(text);
    let blocks = host.read(&source, &[]).complete()?;
    let tree = Tree::parse_part(&source, &host.part)?;
    let mut edits = Edits::new(source.text());
    write_header(host, &mut edits, &tree, pins.header())?;
    added::remove_unused_headers(&mut edits, &tree);
    channels::write(&mut edits, &tree, pins)?;
    let added_pip = pip::write(&mut edits, &tree, &blocks, pins)?;
    conda::write(&mut edits, &tree, &blocks, pins, added_pip)?;
    let mut text = edits.apply();
    if source.is_json() {
        text = json::without_stray_commas(&text);
    }
    check::check(host, environment, pins, &text)?;
    Ok(text)
}

/// Returns the pins of the packages that the file declares. A lock file has the others.
fn of_declared(environment: &EnvironmentFile, pins: &Pins) -> Pins {
    let conda = pins.conda.iter().filter(|pin| {
        let mut lines = environment.conda.iter().filter(|line| !line.added_by_pin);
        lines.any(|line| line.spec.name.to_string() == pin.name)
    });
    let undeclared = pip::undeclared(environment, pins);
    let pip = pins.pip.iter();
    let pip = pip.filter(|pin| !undeclared.contains_key(pin.name.as_ref()));
    Pins {
        conda: conda.cloned().collect(),
        pip: pip.cloned().collect(),
        ..pins.clone()
    }
}

/// Checks that a file has requirements. Callers do this before they solve.
///
/// # Errors
/// [`Failure::input`] when it has none.
pub fn check_asks(environment: &EnvironmentFile) -> Result<(), Failure> {
    if !environment.conda.is_empty() || !environment.pip.requirements.is_empty() {
        return Ok(());
    }
    let source = &environment.source;
    let location = Location {
        file: Arc::clone(source),
        span: 0..source.text().lines().next().map_or(0, str::len),
    };
    Err(Failure::input(
        Diagnostic::error("nothing-to-pin", "the file lists no packages")
            .at(location, "")
            .help(environment.host.how_to_list()),
    ))
}

/// Checks that the file has one pip list. Callers do this before they solve.
///
/// # Errors
/// [`Failure::input`] when it has several, of which conda reads only the last one.
pub fn check_pip_lists(environment: &EnvironmentFile) -> Result<(), Failure> {
    let message = "a file with several pip lists cannot be pinned";
    let help = "merge them with `presolve check --fix`";
    refuse(environment, codes::SEVERAL_PIP_LISTS, message, help)
}

/// Checks that conda reads every line of the dependencies.
fn check_selectors(environment: &EnvironmentFile) -> Result<(), Failure> {
    let message = "a file with selectors of micromamba cannot be pinned for conda";
    let help = "write one file for each platform, or use `--format conda-lock`";
    refuse(environment, codes::PLATFORM_SELECTOR, message, help)
}

/// Refuses a file with a warning of this name.
fn refuse(
    environment: &EnvironmentFile,
    name: &'static str,
    message: &str,
    help: &str,
) -> Result<(), Failure> {
    let mut warnings = environment.warnings.iter();
    let Some(warning) = warnings.find(|warning| warning.name == name) else {
        return Ok(());
    };
    let mut error = Diagnostic::error(name, message).help(help);
    error.labels.clone_from(&warning.labels);
    Err(Failure::input(error))
}

/// Checks that pins can be written into a file. Callers do this before they solve.
///
/// # Errors
/// [`Failure::input`] when the file's layout has no place for a line per package.
pub fn check_place(environment: &EnvironmentFile) -> Result<(), Failure> {
    check_selectors(environment)?;
    environment.host.check_place(&environment.source)
}

/// Checks that a conda file is not one flow mapping (`{…}`).
///
/// # Errors
/// As for [`check_place`].
pub(super) fn check_place_in_conda_file(
    host: &CondaFile,
    source: &Arc<SourceFile>,
) -> Result<(), Failure> {
    if source.is_json() {
        return Ok(());
    }
    let part = host.part.span(source)?;
    let text = &source.text()[part.clone()];
    let start = part.start + text.len() - text.trim_start().len();
    if source.text()[start..].starts_with('{') {
        let location = Location {
            file: Arc::clone(source),
            span: start..start + 1,
        };
        return Err(uneditable(
            location,
            "the whole spec is in braces, so there is no line per package to hold its pin",
            "write it in the style of `conda env export`, or pin a copy in that style",
        ));
    }
    Ok(())
}

/// Writes the platform and the instant of the pins as a comment in the first line that may be one. For a
/// spec that is a part of its file, this is the part's first line.
fn write_header(
    host: &CondaFile,
    edits: &mut Edits<'_>,
    tree: &Tree,
    header: Header<'_>,
) -> Result<(), Failure> {
    if tree.source().is_json() {
        return Ok(());
    }
    if let Some(old) = environment::header(tree) {
        edits.replace(old.value, &header.value());
        return Ok(());
    }
    let (text, header) = (edits.text, header.write());
    if !host.part.is_whole() {
        let first = tree.location(&route!()).span.start;
        let indent = &text[yaml::line_start(text, first)..first];
        let header = format!("{indent}{header}{}", edits.line_break);
        edits.insert(host.part.span(tree.source())?.start, &header);
        return Ok(());
    }
    let mut start = 0;
    let mut place = 0;
    for (index, line) in text.split_inclusive('\n').enumerate() {
        let ends_the_head = line.trim_end() == "---";
        start += line.len();
        if ends_the_head || (index == 0 && line.starts_with("#!")) {
            place = start;
        }
        if ends_the_head || !(line.starts_with(['#', '%']) || line.trim().is_empty()) {
            break;
        }
    }
    edits.insert(place, &format!("{header}{}", edits.line_break));
    Ok(())
}

/// Returns the conda pins by name.
fn by_name(pins: &Pins) -> BTreeMap<&str, &PinnedConda> {
    pins.conda.iter().map(|pin| (&*pin.name, pin)).collect()
}

#[cfg(test)]
mod tests;
