//! The lines of a pip list, read as pip reads a requirements file
//! (<https://pip.pypa.io/en/stable/reference/requirements-file-format/>). conda writes each
//! item of the list as a line of such a file.

use std::{
    collections::HashSet,
    ops::Range,
    path::{Path, PathBuf},
    sync::Arc,
};

use pep440_rs::{Operator, Version};
use pep508_rs::VersionOrUrl;

use super::{
    AddedBlock, PipRequirement, PipRequirementKind, PipRequirements, Spanned,
    environment::apply_comment,
    pip_options::{self, PipOption},
    requirement,
    requirements_file::{CommentReader, RequirementsFile},
    variables::{self, Expanded, Syntax},
};
use crate::codes;
use presolve_text::diagnostic::{Diagnostic, Location};
use presolve_text::{
    secrets::{redact, redact_reason},
    source::SourceFile,
};

mod files;
mod lines;
mod options;

use lines::{LogicalLine, logical_lines, other_break};
use options::{OWN_LINE, OfRequirement};

/// Requirement lines with the place of their text.
pub struct PipText {
    /// File that contains the text.
    pub file: Arc<SourceFile>,
    /// The text, unquoted.
    pub text: String,
    /// The range of the text in the file, including quotes.
    pub span: Range<usize>,
    /// The byte offset of the text in the file, if the file contains it unchanged.
    pub verbatim: Option<usize>,
}

/// Shortens a text that is too long for a message.
fn short(text: &str) -> String {
    const LONGEST: usize = 80;
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// How pip uses a requirements file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Role {
    /// `-r`: pip installs its projects.
    Requirement,
    /// `-c`: it only restricts their versions.
    Constraint,
}

/// Collects requirements, options, warnings and errors from the lines of a pip list.
#[derive(Default)]
pub struct PipReader {
    /// Requirements and options read so far.
    pub pip: PipRequirements,
    /// Warnings for unusual lines that pip accepts.
    pub warnings: Vec<Diagnostic>,
    /// Errors for lines that pip refuses.
    pub errors: Vec<Diagnostic>,
    /// The blocks that an earlier `pin` added to requirements files.
    pub added_blocks: Vec<AddedBlock>,
    /// `-r` files get pins in place. Otherwise the file that names them gets the pins.
    pins_in_place: bool,
    /// The folder of the environment file. conda runs pip there, so local projects in `-r`
    /// files are also relative to it.
    folder: PathBuf,
    /// Included files whose text replaces the one on disk.
    pub included: Vec<Arc<SourceFile>>,
    /// The files that were read, to stop at a cycle of includes.
    files: HashSet<(PathBuf, Role)>,
    /// The nesting depth of the current file.
    depth: usize,
    /// A requirement has options for its `setup.py`.
    has_setup_options: bool,
}

/// The maximum number of ignored words that one line reports. Every report shows the whole
/// line.
const MAX_STRAY: usize = 10;

/// The line that is being read, and its surroundings.
struct Context<'a> {
    text: &'a PipText,
    line: LogicalLine,
    role: Role,
    home: Home,
    /// The text has other lines.
    several: bool,
}

/// The file that a line is in.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Home {
    /// The environment file: the line is an item of its pip list.
    Environment,
    /// A command, in which pip replaces no variables.
    Command,
    /// A requirements file that gets pins in place.
    InPlace,
    /// A file that is only read.
    Other,
}

impl Home {
    /// Whether the line is not in a requirements file.
    fn is_item(self) -> bool {
        matches!(self, Self::Environment | Self::Command)
    }
}

impl PipReader {
    /// A reader for requirements files that get pins in place.
    pub fn in_place(included: &[Arc<SourceFile>]) -> Self {
        Self {
            included: included.to_vec(),
            pins_in_place: true,
            ..Self::default()
        }
    }

    /// Reads an item of an environment file's pip list, or an argument of a command in a
    /// Dockerfile.
    pub fn read_item(&mut self, text: &PipText) {
        self.folder = folder_of(&text.file).to_owned();
        let home = match self.pins_in_place {
            true => Home::Command,
            false => Home::Environment,
        };
        self.read_text(text, Role::Requirement, home);
    }

    /// Reads a requirements file that no other file names.
    pub fn read_root(&mut self, file: &Arc<SourceFile>) {
        self.folder = folder_of(file).to_owned();
        let path = file.path();
        let identity = std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        self.files.insert((identity, Role::Requirement));
        self.read_whole(file, Role::Requirement, false);
    }

    fn read_whole(&mut self, file: &Arc<SourceFile>, role: Role, is_included: bool) {
        let length = file.text().len();
        let text = PipText {
            text: file.text().to_owned(),
            file: Arc::clone(file),
            span: 0..length,
            verbatim: Some(0),
        };
        if !self.pins_in_place || role == Role::Constraint {
            return self.read_text(&text, role, Home::Other);
        }
        self.pip.in_place.push(RequirementsFile {
            source: Arc::clone(file),
            is_included,
        });
        self.read_text(&text, role, Home::InPlace);
    }

    fn read_text(&mut self, text: &PipText, role: Role, home: Home) {
        if let Some(index) = other_break(&text.text) {
            return self.refuse_break(text, index);
        }
        let lines = logical_lines(&text.text);
        let several = lines.len() > 1;
        let mut comments = CommentReader::new(&text.file);
        for line in lines {
            let before = self.pip.requirements.len();
            self.read_line(&Context {
                text,
                line,
                role,
                home,
                several,
            });
            if home != Home::InPlace {
                continue;
            }
            match &mut self.pip.requirements[before..] {
                [requirement] if Arc::ptr_eq(&requirement.location.file, &text.file) => {
                    apply_comment(requirement, &comments.read(requirement));
                }
                _ => comments.end_block(),
            }
        }
        if home == Home::InPlace {
            self.added_blocks.extend(comments.finish());
        }
    }

    fn refuse_break(&mut self, text: &PipText, index: usize) {
        let character = text.text[index..].chars().next().unwrap_or_default();
        let location = Location {
            file: Arc::clone(&text.file),
            span: match text.verbatim {
                Some(start) => start + index..start + index + character.len_utf8(),
                None => text.span.clone(),
            },
        };
        let message = format!("pip takes U+{:04X} for a line break", u32::from(character));
        self.errors.push(
            Diagnostic::error(codes::INVALID_PIP_REQUIREMENT, message)
                .at(location, "here")
                .note("what comes after it is a requirement of its own, even in a comment")
                .help("remove the character, or replace it with a line break"),
        );
    }

    fn read_line(&mut self, context: &Context<'_>) {
        let line = &context.line.text;
        let options_start = pip_options::begin(line);
        let options = match pip_options::parse(line, options_start) {
            Ok(options) => options,
            Err(bad) => {
                let location = context.locate(bad.span);
                self.errors.push(
                    Diagnostic::error(codes::BAD_PIP_OPTION, redact(&bad.message))
                        .at(location, "")
                        .help(
                            "see https://pip.pypa.io/en/stable/reference/requirements-file-format/",
                        ),
                );
                return;
            }
        };
        for span in options.stray.into_iter().take(MAX_STRAY) {
            let location = context.locate(span);
            self.warnings.push(
                Diagnostic::warning(
                    codes::IGNORED_BY_PIP,
                    format!(
                        "pip ignores `{}` after an option",
                        short(&redact(location.text()))
                    ),
                )
                .at(location, "")
                .help("move it to its own line if it is a requirement, otherwise remove it"),
            );
        }
        for option in &options.options {
            if option.known.since.is_some() || option.known.until.is_some() {
                self.pip.options.versioned.push(Spanned {
                    value: option.known,
                    location: context.locate(option.whole.clone()),
                });
            }
        }
        let requirement = line[..options_start].trim_end();
        if requirement.is_empty() {
            self.read_options(context, options.options);
        } else {
            let options = self.of_requirement(context, options.options);
            self.read_requirement(context, requirement, options);
        }
    }

    fn read_requirement(&mut self, context: &Context<'_>, text: &str, options: OfRequirement) {
        let place = "after a requirement";
        self.warn_of_ignored(context, &options.ignored, place, OWN_LINE);
        let whole = context.locate(0..text.len());
        let expanded = context.expand(text);
        match requirement::parse(&expanded.text, &self.folder) {
            Ok(kind) => {
                if matches!(kind, PipRequirementKind::Named(_)) {
                    variables::report(expanded.missing, &whole, &mut self.pip.without_value);
                } else if expanded.is_plain() {
                    self.warn_of_missing(&kind, text, whole);
                }
                self.push(context, kind, text, options);
            }
            Err(_) if !expanded.missing.is_empty() => {
                variables::report(expanded.missing, &whole, &mut self.errors);
            }
            Err(refusal) if expanded.is_plain() => {
                self.refuse(context.locate(refusal.span.clone()), text, refusal);
            }
            // The reason quotes the values.
            Err(refusal) => self.refuse(whole, text, refusal.of_values()),
        }
    }

    fn read_editable(
        &mut self,
        context: &Context<'_>,
        option: &PipOption,
        mut options: OfRequirement,
    ) {
        let place = "after an editable project";
        self.warn_of_ignored(context, &options.ignored, place, OWN_LINE);
        // `SUPPORTED_OPTIONS_EDITABLE_REQ` of pip.
        let (kept, refused): (Vec<_>, Vec<_>) = std::mem::take(&mut options.kept)
            .into_iter()
            .partition(|option| option.name() == "config-settings");
        self.warn_of_ignored(context, &refused, place, "remove it");
        options.kept = kept;
        let location = context.locate(option.span.clone());
        let value = context.expand(&option.value);
        let text = format!("-e {}", pip_options::quoted(&option.value));
        match requirement::editable(&value.text) {
            Ok(kind) => {
                if value.is_plain() {
                    self.warn_of_missing(&kind, &option.value, location);
                }
                self.push(context, kind, &text, options);
            }
            Err(refusal) if value.is_plain() => self.refuse(location, &text, refusal),
            Err(refusal) => self.refuse(location, &text, refusal.of_values()),
        }
    }

    /// A warning only: `pin` may run on a machine without the project. The build needs it.
    fn warn_of_missing(&mut self, kind: &PipRequirementKind, text: &str, location: Location) {
        if let (PipRequirementKind::Opaque { .. }, Some(message)) = (
            kind,
            requirement::missing_project(text, &self.folder, location.file.fence()),
        ) {
            let warning = Diagnostic::warning(codes::MISSING_PROJECT, redact(&message))
                .at(location, "")
                .help("pip stops at once if the build does not have it");
            self.warnings.push(warning);
        }
    }

    fn refuse(&mut self, location: Location, text: &str, refusal: requirement::Refusal) {
        let message = format!("`{}` is not a pip requirement", redact(text));
        let mut error = Diagnostic::error(refusal.name, message)
            .at(location, redact_reason(&refusal.message, text));
        error.help.extend(refusal.help);
        self.errors.push(error);
    }

    fn push(
        &mut self,
        context: &Context<'_>,
        kind: PipRequirementKind,
        text: &str,
        options: OfRequirement,
    ) {
        let (ignored, shared) = (options.ignored, options.shared);
        let (hashes, options): (Vec<_>, Vec<_>) = options
            .kept
            .into_iter()
            .partition(|option| option.name() == "hash");
        // pip builds every project from source where a requirement has an option for
        // `setup.py`: `check_legacy_setup_py_options` in `pip/_internal/req/req_install.py`.
        let mut for_setup = options.iter();
        if for_setup.any(|option| matches!(option.name(), "global-option" | "install-option")) {
            self.has_setup_options = true;
            self.pip.options.formats.disallow_wheels();
        }
        let location = if context.home.is_item() && !context.several {
            context.whole()
        } else {
            context.locate(0..context.line.text.len())
        };
        let list = match context.role {
            Role::Requirement => &mut self.pip.requirements,
            Role::Constraint => &mut self.pip.constraints,
        };
        list.push(PipRequirement {
            kind,
            text: text.to_owned(),
            location,
            hashes: hashes.into_iter().map(|option| option.value).collect(),
            options: options.iter().map(PipOption::as_written).collect(),
            ignored_options: ignored.iter().map(PipOption::as_written).collect(),
            shared_options: shared,
            pin: None,
            added_by_pin: false,
            in_environment: context.home != Home::Other,
        });
    }
}

impl Context<'_> {
    /// Returns the place of a part of the line, or of the whole text if the file does not
    /// contain the line unchanged.
    fn locate(&self, part: Range<usize>) -> Location {
        match self.text.verbatim {
            Some(start) => {
                let place = self.line.place(part);
                Location {
                    file: Arc::clone(&self.text.file),
                    span: start + place.start..start + place.end,
                }
            }
            None => self.whole(),
        }
    }

    fn whole(&self) -> Location {
        Location {
            file: Arc::clone(&self.text.file),
            span: self.text.span.clone(),
        }
    }

    fn folder(&self) -> &Path {
        folder_of(&self.text.file)
    }

    /// Replaces the variables in a part of the line.
    fn expand<'t>(&self, text: &'t str) -> Expanded<'t> {
        match self.home {
            Home::Command => Expanded::literal(text),
            _ => variables::expand(text, Syntax::Pip, self.text.file.fence().variables()),
        }
    }
}

fn folder_of(file: &SourceFile) -> &Path {
    file.path().parent().unwrap_or(Path::new(""))
}

/// Returns the version of a requirement that allows only one: `==` without a wildcard.
pub fn pinned_version(kind: &PipRequirementKind) -> Option<&Version> {
    let PipRequirementKind::Named(requirement) = kind else {
        return None;
    };
    let Some(VersionOrUrl::VersionSpecifier(specifiers)) = &requirement.version_or_url else {
        return None;
    };
    match specifiers.iter().as_slice() {
        [only] if *only.operator() == Operator::Equal => Some(only.version()),
        _ => None,
    }
}

/// Reads the declared text of a pinned line; `None` if it is for another project.
pub fn declared(text: &str, line: &PipRequirement) -> Option<PipRequirementKind> {
    let allowed = line.location.file.fence().variables();
    let expanded = variables::expand(text, Syntax::Pip, allowed);
    let kind = requirement::parse(&expanded.text, Path::new("")).ok()?;
    match (&kind, &line.kind) {
        (PipRequirementKind::Named(declared), PipRequirementKind::Named(pinned))
            if declared.name == pinned.name =>
        {
            Some(kind)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests;
