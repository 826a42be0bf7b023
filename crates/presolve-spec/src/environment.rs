//! Reads conda environment files, with the place of every value, as `conda env create`
//! does (conda/env/env.py, CEP-24).

use std::sync::Arc;

use crate::codes;
use crate::route::{Route, route};
use yaml_serde::Value;

use super::{
    CondaRequirement, EnvironmentFile, PipRequirement, Spanned,
    added_block::BlockReader,
    foreign,
    host::{CondaFile, Host},
    joined, match_spec,
    pin_comment::{LineComment, Origin},
    pinned_header::PinnedHeader,
    pip_lines::{self, PipReader, PipText},
    pip_versions,
    selector::Selector,
    variables::{self, Expanded, Syntax},
    yaml::{self, Tree},
};
use presolve_text::diagnostic::{Diagnostic, Failure, FailureKind, Level, Location};
use presolve_text::{
    secrets::{redact, redact_reason},
    source::SourceFile,
};

mod misplaced;
mod platforms;
mod selected;
mod several;
mod unusual;

/// The keys of an environment file, from CEP-24 and conda/env/env.py.
pub(crate) const KEYS: [&str; 7] = [
    "name",
    "channels",
    "dependencies",
    "prefix",
    "variables",
    "platforms",
    "category",
];

/// A help text with the link to conda's documentation of match specs.
const MATCH_SPECS: &str =
    "see https://docs.conda.io/projects/conda/en/stable/user-guide/concepts/pkg-specs.html";

/// Reads a conda environment file.
///
/// # Errors
/// [`Failure::input`] with every error that conda, pip or a YAML parser would report, each
/// with its place.
pub fn read(source: Arc<SourceFile>) -> Result<EnvironmentFile, Failure> {
    CondaFile::default().read(&source, &[]).complete()
}

/// The readable part of an environment file.
pub struct PartialFile {
    /// The file without its refused entries; `None` if nothing is readable.
    pub environment: Option<EnvironmentFile>,
    /// `None` if the file is not YAML, for example a Dockerfile.
    pub tree: Option<Tree>,
    /// The errors that conda, pip or a YAML parser would also report.
    pub errors: Vec<Diagnostic>,
}

impl PartialFile {
    /// A file with these errors and no readable part.
    pub fn refused(errors: Vec<Diagnostic>) -> Self {
        Self {
            environment: None,
            tree: None,
            errors,
        }
    }

    /// Returns the YAML, even if some entries were refused.
    ///
    /// # Errors
    /// [`Failure::input`] when the file is not YAML.
    pub fn into_tree(self) -> Result<Tree, Failure> {
        self.tree.ok_or(Failure {
            kind: FailureKind::Input,
            diagnostics: self.errors,
        })
    }

    /// Returns the environment file if there were no errors.
    ///
    /// # Errors
    /// [`Failure::input`] with all errors.
    pub fn complete(self) -> Result<EnvironmentFile, Failure> {
        match self.environment {
            Some(environment) if self.errors.is_empty() => Ok(environment),
            _ => Err(Failure {
                kind: FailureKind::Input,
                diagnostics: self.errors,
            }),
        }
    }
}

/// Reads as much of a conda environment file as possible. For the files in `included`, the
/// given text replaces the one on disk.
pub(super) fn reading(
    host: &CondaFile,
    source: &Arc<SourceFile>,
    included: &[Arc<SourceFile>],
) -> PartialFile {
    if let Some(error) = foreign::refusal(source) {
        return PartialFile::refused(vec![error]);
    }
    let tree = match Tree::parse_part(source, &host.part) {
        Ok(tree) => tree,
        Err(failure) => return PartialFile::refused(failure.diagnostics),
    };
    let mut reader = Reader::new(host, &tree);
    reader.pip.included = included.to_vec();
    reader.read_root();
    let (environment, errors) = reader.finish();
    PartialFile {
        environment: Some(environment),
        tree: Some(tree),
        errors,
    }
}

/// One entry of a `dependencies` or `channels` list, in a form that can be edited.
pub(super) struct Entry {
    /// Unquoted.
    pub text: String,
    /// The place of the scalar.
    pub location: Location,
    /// The comment after the scalar on its line.
    pub comment: LineComment,
}

struct Reader<'a> {
    tree: &'a Tree,
    environment: EnvironmentFile,
    pip: PipReader,
    errors: Vec<Diagnostic>,
    pip_lists: Vec<PipList<'a>>,
}

/// A `pip:` key of the dependencies.
struct PipList<'a> {
    /// The place of the key.
    key: Location,
    /// The index of its entry in the dependencies.
    index: usize,
    items: &'a [Value],
}

impl<'a> Reader<'a> {
    fn new(host: &CondaFile, tree: &'a Tree) -> Self {
        let mut environment = EnvironmentFile::empty(Arc::new(host.clone()), tree.source());
        if let Some(header) = header(tree) {
            environment.pinned_platform = Some(header.platform);
            environment.pinned_lock = header.lock;
            environment.pinned_as_of = header.as_of;
            environment.warnings.extend(header.unreadable);
        }
        Self {
            tree,
            environment,
            pip: PipReader::default(),
            errors: Vec::new(),
            pip_lists: Vec::new(),
        }
    }

    fn finish(mut self) -> (EnvironmentFile, Vec<Diagnostic>) {
        self.errors.append(&mut self.pip.errors);
        self.environment.pip = std::mem::take(&mut self.pip.pip);
        self.environment.warnings.append(&mut self.pip.warnings);
        let blocks = &mut self.environment.added_blocks;
        let empty = BlockReader::empty(self.tree, blocks);
        blocks.extend(empty);
        let (conda, pip) = (&self.environment.conda, &self.environment.pip);
        self.errors.extend(pip_versions::unknown(conda, pip));
        self.warn_of_pip();
        self.warn_of_selectors();
        self.warn_of_versions();
        (self.environment, self.errors)
    }

    fn read_root(&mut self) {
        let Value::Mapping(root) = &self.tree.root else {
            if let Some(missing) = joined::in_root(self.tree.source()) {
                return self.errors.push(missing);
            }
            let place = first_line(self.tree.location(&route!())).span;
            let error = yaml::not_a_mapping(self.tree.source(), place);
            return self.errors.push(error);
        };
        for (key, value) in root {
            match key.as_str() {
                Some("name") => self.read_name(value),
                Some("channels") => self.read_channels(value),
                Some("dependencies") => self.read_dependencies(value),
                Some("prefix") => self.warn_of_key(
                    codes::PREFIX_IN_FILE,
                    "prefix",
                    "`prefix` is a path on the machine that exported the file",
                    "remove it",
                ),
                Some("variables") => {}
                Some("platforms") => self.read_platforms(value),
                Some("category") => self.read_category(value),
                Some("<<") => {
                    let location = self.tree.location(&route!());
                    self.refuse_as(
                        codes::MERGE_KEY,
                        location,
                        "merge keys (`<<`) are not supported",
                        "write the keys out",
                    );
                }
                _ => self.warn_of_unknown(key),
            }
        }
        let is_misspelt = |key: &Value| {
            let nearest = key.as_str().and_then(nearest_key);
            nearest == Some("dependencies")
        };
        if !root.contains_key("dependencies") && !root.keys().any(is_misspelt) {
            let location = first_line(self.tree.at(0..self.tree.source().text().len()));
            self.environment.warnings.push(
                Diagnostic::warning(codes::NO_DEPENDENCIES, "the file has no `dependencies`")
                    .at(location, "")
                    .help("list the packages below `dependencies:`"),
            );
        }
    }

    fn read_name(&mut self, value: &Value) {
        let location = self.tree.location(&route!("name"));
        let value = match value {
            Value::String(name) => name.clone(),
            Value::Null => return,
            Value::Number(_) | Value::Bool(_) => location.text().to_owned(),
            // Azure ML calls conda with `-p`, and conda then ignores the name.
            _ => {
                return self.warn_of_key(
                    codes::MALFORMED_NAME,
                    "name",
                    "`name` is not a string: conda can create the environment only with `-p`",
                    "write a plain name",
                );
            }
        };
        // `PREFIX_NAME_DISALLOWED_CHARS` in conda/base/constants.py.
        let refused = value.chars().find(|c| matches!(c, '/' | ' ' | ':' | '#'));
        if value.contains("{{") {
            let help = "render the template first, or write the name";
            self.warn_of_key(codes::TEMPLATE_VALUE, "name", "`name` is a template", help);
        } else if let Some(refused) = refused {
            let message = format!("`name` contains `{refused}`, which conda rejects");
            let help = "write a plain name of letters, digits, `-`, `_` and `.`";
            self.warn_of_key(codes::MALFORMED_NAME, "name", &message, help);
        }
        self.environment.name = Some(Spanned { value, location });
    }

    fn read_channels(&mut self, value: &Value) {
        let channels = match value {
            Value::Sequence(channels) => channels,
            Value::Null => return,
            _ => {
                let location = self.tree.location(&route!("channels"));
                return self.refuse(
                    location,
                    "`channels` is not a list",
                    "write each channel as `- name`",
                );
            }
        };
        if self.has_empty_entry(&route!("channels"), channels) {
            return;
        }
        for (index, value) in channels.iter().enumerate() {
            let route = route!("channels", index);
            match self.entry(&route, value) {
                Ok(entry) => self.push_channel(entry),
                Err(error) => self.errors.push(error),
            }
        }
        self.check_length(&route!("channels"), channels.len());
    }

    fn push_channel(&mut self, entry: Entry) {
        let pinned = expanded_channel(&entry.text, self.tree.source());
        self.environment
            .pinned_channels
            .push(pinned.text.into_owned());
        let value = match entry.comment.origin {
            Some(Origin::Added) => return,
            Some(Origin::Declared(declared)) => declared,
            None => entry.text,
        };
        let expanded = expanded_channel(&value, self.tree.source());
        let errors = &mut self.environment.channels_without_value;
        variables::report(expanded.missing, &entry.location, errors);
        self.environment.channels.push(Spanned {
            value: expanded.text.into_owned(),
            location: entry.location,
        });
    }

    fn read_dependencies(&mut self, value: &'a Value) {
        let route = route!("dependencies");
        let Value::Sequence(items) = value else {
            let location = self.tree.location(&route);
            let (name, message) = if value.is_null() {
                (
                    codes::NO_DEPENDENCIES,
                    "`dependencies` is empty, which conda rejects",
                )
            } else {
                (codes::UNEXPECTED_ENTRY, "`dependencies` is not a list")
            };
            let help = "write each package as `- name`, or `[]` for none";
            return self.refuse_as(name, location, message, help);
        };
        // An environment may have variables only.
        let variables = self.tree.root.get("variables");
        if items.is_empty() && variables.is_none_or(Value::is_null) {
            let span = self.tree.key_span(&route);
            let note = Diagnostic::new(
                Level::Note,
                codes::NO_DEPENDENCIES,
                "the file lists no packages",
            );
            let note = note.at(self.tree.at(span.unwrap_or(0..0)), "");
            let note = note.note("conda creates an empty environment");
            let note = note.help("add packages below `dependencies`");
            self.environment.warnings.push(note);
        }
        if self.has_empty_entry(&route, items) {
            return;
        }
        let mut blocks = BlockReader::default();
        for (index, item) in items.iter().enumerate() {
            let route = route.with_key(index);
            match item {
                Value::Mapping(mapping) if !is_template(&self.tree.location(&route)) => {
                    blocks.end();
                    for (key, value) in mapping {
                        self.read_section(index, key, value);
                    }
                }
                item => match self.entry_in(&mut blocks, &route, item) {
                    Ok(entry) => self.push_conda(entry),
                    Err(error) => self.errors.push(error),
                },
            }
        }
        self.environment.added_blocks.append(&mut blocks.blocks);
        self.check_length(&route, items.len());
        self.read_last_pip_list();
    }

    fn push_conda(&mut self, entry: Entry) {
        if let Some(error) = misplaced::in_conda_list(&entry) {
            return self.errors.push(error);
        }
        match conda_requirement(&entry) {
            Ok(requirement) => self.environment.conda.push(requirement),
            Err(reason) => {
                let error = invalid_spec(&entry.text, entry.location.clone(), &reason);
                self.errors.push(error);
            }
        }
    }

    /// Reads a mapping among the dependencies: `pip:`, or an installer that conda does not
    /// have.
    fn read_section(&mut self, index: usize, key: &'a Value, value: &'a Value) {
        let route = route!("dependencies", index);
        if key.as_str() == Some("pip") {
            return self.find_pip_list(index, value);
        }
        let name = key.as_str().unwrap_or_default();
        if let Some(selector) = Selector::of_key(name) {
            return self.read_selected(&route.with_key(name), &selector, value);
        }
        let location = first_line(self.tree.location(&route));
        let help = if let ("conda", Value::String(spec)) = (name, value) {
            format!("write `- {spec}`")
        } else if let Value::String(version) = value {
            format!("for a conda package write `- {name} {version}`")
        } else {
            "use only `pip:` here".to_owned()
        };
        let message = format!("conda has no installer `{}`", redact(name));
        self.refuse(location, &message, &help);
    }

    fn find_pip_list(&mut self, index: usize, value: &'a Value) {
        let route = route!("dependencies", index, "pip");
        let items = match value {
            Value::Sequence(items) => &items[..],
            Value::Null => &[],
            _ => {
                let help = "write each requirement on its own line as `- name`";
                return self.refuse(self.tree.location(&route), "`pip:` is not a list", help);
            }
        };
        let span = self.tree.key_span(&route);
        let key = span.map_or_else(|| self.tree.location(&route), |span| self.tree.at(span));
        self.pip_lists.push(PipList { key, index, items });
    }

    /// Reads the only pip list that counts: conda puts the entries of `dependencies` into one
    /// dictionary, where a later `pip` replaces an earlier one (`Dependencies.parse` in
    /// conda/env/env.py).
    fn read_last_pip_list(&mut self) {
        let Some(PipList { key, index, items }) = self.pip_lists.last() else {
            return;
        };
        let (items, route) = (*items, route!("dependencies", *index, "pip"));
        if items.is_empty() {
            if several::ignored(&self.pip_lists).next().is_none() {
                let warning = Diagnostic::warning(codes::EMPTY_PIP_LIST, "the pip list is empty");
                self.environment.warnings.push(warning.at(key.clone(), ""));
            }
            return;
        }
        if self.has_empty_entry(&route, items) {
            return;
        }
        let mut blocks = BlockReader::default();
        for (index, item) in items.iter().enumerate() {
            match self.entry_in(&mut blocks, &route.with_key(index), item) {
                Ok(entry) => self.push_pip(&entry),
                Err(error) => self.errors.push(error),
            }
        }
        self.environment.added_blocks.append(&mut blocks.blocks);
        self.check_length(&route, items.len());
    }

    fn push_pip(&mut self, entry: &Entry) {
        if let Some(error) = misplaced::in_pip_list(entry) {
            return self.errors.push(error);
        }
        let file = Arc::clone(self.tree.source());
        let text = PipText {
            verbatim: verbatim(entry),
            text: entry.text.clone(),
            span: entry.location.span.clone(),
            file,
        };
        let before = self.pip.pip.requirements.len();
        self.pip.read_item(&text);
        if let [requirement] = &mut self.pip.pip.requirements[before..]
            && requirement.in_environment
        {
            apply_comment(requirement, &entry.comment);
        }
    }

    /// Reads the next scalar entry of a list that may have a block of added lines.
    fn entry_in(
        &self,
        blocks: &mut BlockReader,
        route: &Route<'_>,
        value: &Value,
    ) -> Result<Entry, Diagnostic> {
        let mut entry = self.entry(route, value)?;
        blocks.read(self.tree, entry.location.span.start, &mut entry.comment);
        Ok(entry)
    }

    /// Reads a scalar entry of a list with its comment.
    fn entry(&self, route: &Route<'_>, value: &Value) -> Result<Entry, Diagnostic> {
        let place = self.tree.location(route);
        let error = |message: &str, help: &str| {
            let location = first_line(place.clone());
            Diagnostic::error(codes::UNEXPECTED_ENTRY, message.to_owned())
                .at(location, "")
                .help(help)
        };
        let text = match value {
            Value::String(text) => text.clone(),
            Value::Number(_) => {
                return Err(error(
                    "expected a name, found a number",
                    "write `name=version`",
                ));
            }
            Value::Bool(_) => {
                return Err(error(
                    "YAML reads this as true or false",
                    "put it in quotes",
                ));
            }
            Value::Null => {
                return Err(error(
                    "the entry is empty",
                    "write a name, or remove the line",
                ));
            }
            Value::Mapping(_) if is_template(&place) => {
                let template = error(
                    "this is a template",
                    "render the template first, or write the version",
                );
                return Err(Diagnostic {
                    name: codes::TEMPLATE_VALUE,
                    ..template
                });
            }
            Value::Mapping(_) => {
                return Err(error(
                    "expected a name, found a mapping",
                    "remove the `:`, or put the entry in quotes",
                ));
            }
            Value::Sequence(_) => {
                return Err(error(
                    "expected a name, found a list",
                    "write one entry per line",
                ));
            }
            Value::Tagged(_) => {
                return Err(error("YAML tags are not supported here", "remove the tag"));
            }
        };
        let location = self.tree.scalar(route, value)?;
        if let Some(error) = joined::in_entry(&location, joined::Kind::of(route)) {
            return Err(error);
        }
        let (file, end) = (self.tree.source().text(), location.span.end);
        let comment = match yaml::trailing_comment(file, end) {
            Some((_, comment)) if !text.contains('\n') => LineComment::beside(&text, comment),
            _ => LineComment::default(),
        };
        Ok(Entry {
            text,
            location,
            comment,
        })
    }

    /// Refuses a list in which nothing follows a `-`. tree-sitter's tree has no node for such
    /// an item, so no entry of the list has a reliable place.
    fn has_empty_entry(&mut self, route: &Route<'_>, items: &[Value]) -> bool {
        if !items.iter().any(Value::is_null) {
            return false;
        }
        let Some(place) = self.tree.empty_entry(route) else {
            return false;
        };
        self.refuse(
            place,
            "the entry is empty, which conda rejects",
            "write a name, or remove the line",
        );
        true
    }

    fn check_length(&mut self, route: &Route<'_>, length: usize) {
        if let Err(error) = self.tree.check_length(route, length) {
            self.errors.push(error);
        }
    }

    fn refuse(&mut self, location: Location, message: &str, help: &str) {
        self.refuse_as(codes::UNEXPECTED_ENTRY, location, message, help);
    }

    fn refuse_as(&mut self, name: &'static str, location: Location, message: &str, help: &str) {
        let location = first_line(location);
        self.errors
            .push(Diagnostic::error(name, message).at(location, "").help(help));
    }

    fn warn_of_key(&mut self, name: &'static str, key: &str, message: &str, help: &str) {
        let span = self.tree.key_span(&route!(key)).unwrap_or(0..0);
        self.environment.warnings.push(
            Diagnostic::warning(name, message)
                .at(self.tree.at(span), "")
                .help(help),
        );
    }

    fn warn_of_unknown(&mut self, key: &Value) {
        let Some(key) = key.as_str() else {
            let location = first_line(self.tree.location(&route!()));
            let warning = Diagnostic::warning(
                codes::UNKNOWN_KEY,
                "a key is not a string; conda ignores it",
            );
            self.environment.warnings.push(warning.at(location, ""));
            return;
        };
        let message = format!(
            "conda does not know the key `{}` and ignores it",
            redact(key)
        );
        let is_there = |known: &str| self.tree.root.get(known).is_some();
        let (name, help) = match nearest_key(key) {
            _ if key == "pip" => (
                codes::MISPLACED_PIP_LIST,
                "move it into `dependencies`, as `- pip:`".to_owned(),
            ),
            // The file also has the correct key, so this one is not a misspelling of it.
            Some(known) if is_there(known) => (
                codes::UNKNOWN_KEY,
                format!("did you mean `{known}`, which the file also has?"),
            ),
            Some("dependencies") => (
                codes::NO_DEPENDENCIES,
                "did you mean `dependencies`?".to_owned(),
            ),
            Some(known) => (codes::MISSPELT_KEY, format!("did you mean `{known}`?")),
            None => (codes::UNKNOWN_KEY, foreign::help_for_key(key).to_owned()),
        };
        self.warn_of_key(name, key, &message, &help);
    }

    fn warn_of_pip(&mut self) {
        self.environment
            .warnings
            .extend(several::warning(&self.pip_lists));
        let pip_is_declared = self
            .environment
            .conda
            .iter()
            .any(|requirement| requirement.spec.name.to_string() == "pip");
        let mut lists = self.pip_lists.iter();
        let list = lists.find(|list| !list.items.is_empty());
        if let (Some(list), false) = (list, pip_is_declared) {
            let warning =
                Diagnostic::warning(codes::PIP_NOT_DECLARED, "there is a pip list but no `pip`")
                    .at(list.key.clone(), "")
                    .note("conda adds `pip` automatically, with a warning")
                    .help("add `- pip` to the dependencies");
            self.environment.warnings.push(warning);
        }
    }
}

/// Returns the known key that an unknown one probably means: it differs in capitals, or, if
/// it is long enough, in one or two letters.
pub fn nearest_key(key: &str) -> Option<&'static str> {
    let distance = |known: &str| strsim::damerau_levenshtein(known, &key.to_lowercase());
    let scored = KEYS.iter().map(|known| (distance(known), *known));
    let (distance, nearest) = scored.min()?;
    (distance <= 2 && distance * 3 <= nearest.len()).then_some(nearest)
}

fn conda_requirement(entry: &Entry) -> Result<CondaRequirement, String> {
    let pin = match_spec::parse_pin(&entry.text);
    let (text, pin, added_by_pin) = match (&entry.comment.origin, pin) {
        (Some(Origin::Added), Some(pin)) => (&entry.text, Some(pin), true),
        (Some(Origin::Declared(declared)), Some(pin))
            if match_spec::parse(declared).is_ok_and(|spec| spec.name.to_string() == pin.name) =>
        {
            (declared, Some(pin), false)
        }
        // Not a pin any more: the user has edited the line.
        _ => (&entry.text, None, false),
    };
    Ok(CondaRequirement {
        spec: match_spec::parse(text)?,
        text: text.clone(),
        location: entry.location.clone(),
        pin,
        added_by_pin,
    })
}

/// Replaces the variables in a channel of a file.
pub(super) fn expanded_channel<'t>(text: &'t str, file: &SourceFile) -> Expanded<'t> {
    variables::expand(text, Syntax::Conda, file.fence().variables())
}

/// Restores the declared requirement of a pinned pip line from its comment.
pub(crate) fn apply_comment(requirement: &mut PipRequirement, comment: &LineComment) {
    let Some(pin) = pip_lines::pinned_version(&requirement.kind).cloned() else {
        return;
    };
    match &comment.origin {
        Some(Origin::Added) => {
            requirement.pin = Some(pin);
            requirement.added_by_pin = true;
        }
        Some(Origin::Declared(declared)) => {
            if let Some(kind) = pip_lines::declared(declared, requirement) {
                requirement.kind = kind;
                requirement.text.clone_from(declared);
                requirement.pin = Some(pin);
            }
        }
        None => {}
    }
}

/// Returns the byte offset of the entry's text, if the file contains it unchanged.
fn verbatim(entry: &Entry) -> Option<usize> {
    let span = entry.location.span.clone();
    let offset = entry.location.text().find(&entry.text)?;
    (offset <= 1).then_some(span.start + offset)
}

/// YAML reads `{{ name }}` without quotes as a mapping.
fn is_template(location: &Location) -> bool {
    location.text().starts_with("{{") || location.text().starts_with("{%")
}

/// Returns the error for a text that is not a match spec.
pub fn invalid_spec(text: &str, at: Location, reason: &str) -> Diagnostic {
    let message = format!("`{}` is not a match spec", redact(text));
    let (name, help) = refused_spec(text);
    Diagnostic::error(name, message)
        .at(at, redact_reason(reason, text))
        .help(help)
}

/// Classifies a text that is not a match spec: the diagnostic's name and its help.
fn refused_spec(text: &str) -> (&'static str, String) {
    let is_for_pip = misplaced::is_for_pip(text);
    let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    let end = text.find(|c| !is_name(c)).unwrap_or(text.len());
    let (name, help) = if text.contains("{{") || text.contains("{%") {
        (
            codes::TEMPLATE_VALUE,
            "the file is a template: render it first",
        )
    } else if is_for_pip {
        (
            codes::PIP_LINE_IN_CONDA_LIST,
            "move this line below `- pip:`; it is a requirement for pip",
        )
    } else if text[..end].eq_ignore_ascii_case("python") {
        (codes::MALFORMED_PYTHON_VERSION, MATCH_SPECS)
    } else {
        (codes::INVALID_MATCH_SPEC, MATCH_SPECS)
    };
    match match_spec::intended(text) {
        Some(meant) => (name, format!("write `{}`", redact(&meant))),
        None => (name, help.to_owned()),
    }
}

/// Shortens a place to its first line, so that a message does not show a whole block.
fn first_line(mut location: Location) -> Location {
    let length = location.text().lines().next().map_or(0, str::len);
    location.span.end = location.span.start + length;
    location
}

/// The comment of an earlier `pin` on the file as a whole.
pub(super) fn header(tree: &Tree) -> Option<PinnedHeader> {
    PinnedHeader::find(tree.source(), |at| tree.in_comment(at..at + 1))
}

#[cfg(test)]
mod tests;
