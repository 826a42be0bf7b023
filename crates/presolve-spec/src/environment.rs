//! Reads conda environment files, with the place of every value, as `conda env create`
//! does (conda/env/env.py, CEP-24).

use std::sync::Arc;

use crate::codes;
use crate::route::route;
use yaml_serde::Value;

use super::{
    CondaRequirement, EnvironmentFile, Spanned,
    added_block::BlockReader,
    foreign,
    host::{CondaFile, Host},
    joined, match_spec,
    pin_comment::Origin,
    pinned_header::PinnedHeader,
    pip_lines::PipReader,
    pip_versions,
    selector::Selector,
    variables::{self, Expanded, Syntax},
    yaml::{self, Tree},
};
use presolve_text::diagnostic::{Diagnostic, Failure, Level, Location};
use presolve_text::{
    secrets::{redact, redact_reason},
    source::SourceFile,
};

mod entries;
mod misplaced;
mod partial;
mod pip_list;
mod platforms;
mod selected;
mod several;
mod unusual;

use entries::Entry;
pub use partial::PartialFile;
use pip_list::PipList;
pub(crate) use pip_list::apply_comment;

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

struct Reader<'a> {
    tree: &'a Tree,
    environment: EnvironmentFile,
    pip: PipReader,
    errors: Vec<Diagnostic>,
    pip_lists: Vec<PipList<'a>>,
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
