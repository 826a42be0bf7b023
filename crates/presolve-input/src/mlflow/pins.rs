//! The pins of a model in `requirements.txt` and `python_env.yaml`.
//!
//! The conda file gets its pins from its own host. The other two files get the same versions,
//! each in its own form, so that all three still say the same.

use std::{
    collections::{BTreeMap, HashSet},
    ops::Range,
    path::Path,
    sync::Arc,
};

use pep508_rs::PackageName;
use yaml_serde::Value;

use super::{Model, REQUIREMENTS};
use presolve_spec::{
    PipRequirement, PipRequirementKind,
    edits::Edits,
    host::{CondaFile, Host},
    pin::{PinnedPip, Pins},
    requirement,
    route::route,
    yaml::Tree,
};
use presolve_text::{
    diagnostic::{Diagnostic, Failure, Location},
    source::SourceFile,
};

/// A file of a model with its new text.
pub struct Companion {
    /// The file before.
    pub source: Arc<SourceFile>,
    /// Its text with the pins.
    pub text: String,
    /// The projects that are removed, because the conda file neither names nor needs them.
    pub removed: Vec<PackageName>,
}

/// The comment of a line that the file did not have before.
const ADDED: &str = "# presolve: added";

/// The projects with their extras and the versions to write for pip, in the order of their names.
type Versions<'p> = BTreeMap<&'p PackageName, (String, String)>;

impl Model {
    /// Returns the other files of the model with the pins of its conda file, as far as they
    /// exist. Pinning again changes nothing.
    ///
    /// # Errors
    /// [`Failure::input`] when a file cannot be read, or has no place for the pins.
    pub fn companions(&self, pins: &Pins) -> Result<Vec<Companion>, Failure> {
        if self.is_project() {
            return Ok(Vec::new());
        }
        let versions: Versions<'_> = pins
            .pip
            .iter()
            .map(|pin| (&pin.name, (with_extras(pin), pin.version.to_string())))
            .collect();
        self.check_files()?;
        let declared = self.declared();
        let is_gone = |name: &PackageName| {
            let declared = declared.as_ref();
            !versions.contains_key(name) && declared.is_some_and(|file| !file.declares(name))
        };
        let fence = self.source().fence();
        let mut companions = Vec::new();
        let requirements = self.requirements();
        if fence.has_file(&requirements) {
            let source = self.source().read_named(requirements)?;
            let (text, removed) = self.pinned_requirements(&source, &versions, &is_gone)?;
            companions.push(Companion {
                source,
                text,
                removed,
            });
        }
        let python_env = self.python_env.as_ref();
        if let Some(file) = python_env.filter(|file| fence.has_file(&file.value)) {
            let source = self.source().read_named(&file.value)?;
            let (text, removed) = pinned_python_env(&source, pins, &versions, &is_gone)?;
            companions.push(Companion {
                source,
                text,
                removed,
            });
        }
        Ok(companions)
    }

    /// # Errors
    /// [`Failure::input`] if one file is named twice, so that it would get two sets of pins.
    fn check_files(&self) -> Result<(), Failure> {
        let mut seen = HashSet::new();
        let mut files = self.files().into_iter().filter_map(|file| {
            let real = std::fs::canonicalize(&file).ok()?;
            Some((file, real))
        });
        match files.find(|(_, real)| !seen.insert(real.clone())) {
            None => Ok(()),
            Some((file, _)) => {
                let message = format!("the model names `{}` twice", file.display());
                Err(refused(&self.start(), &message))
            }
        }
    }

    fn pinned_requirements(
        &self,
        source: &Arc<SourceFile>,
        versions: &Versions<'_>,
        is_gone: &dyn Fn(&PackageName) -> bool,
    ) -> Result<(String, Vec<PackageName>), Failure> {
        let text = format!("dependencies:\n  - pip:\n    - -r {REQUIREMENTS}\n");
        let including = self.source().with_text(text);
        let environment = CondaFile::default().read(&including, &[]).complete()?;
        let lines = &environment.pip.requirements;
        if let Some(other) = lines
            .iter()
            .find(|line| line.location.file.path() != source.path())
        {
            let message = "the requirements of a model are pinned only in one file";
            return Err(refused(&other.location, message));
        }
        let has_options =
            |line: &&PipRequirement| !line.hashes.is_empty() || !line.options.is_empty();
        if let Some(line) = lines.iter().find(has_options) {
            let message = "a line with options cannot get the pin of the conda file";
            return Err(refused(&line.location, message));
        }
        let mut edits = Edits::new(source.text());
        let mut left = versions.clone();
        let mut removed = Vec::new();
        let is_added = |line: &&PipRequirement| is_added(source.text(), &line.location.span);
        // An added line is not needed next to a declared one.
        let (added, declared): (Vec<_>, Vec<_>) = lines.iter().partition(is_added);
        for line in declared.into_iter().chain(added) {
            let PipRequirementKind::Named(requirement) = &line.kind else {
                continue;
            };
            if !is_whole_line(line, requirement.name.as_ref()) {
                let message = "a line that is continued on the next one cannot get the pin";
                return Err(refused(&first_line(source), message));
            }
            let span = &line.location.span;
            let is_first = left.remove(&requirement.name).is_some();
            let pinned = match versions.get(&requirement.name) {
                _ if is_added(&line) && !is_first => {
                    edits.remove_line(span.clone());
                    None
                }
                Some((_, version)) => pinned(&line.kind, line.location.text(), version),
                None if is_gone(&requirement.name) => {
                    edits.remove_line(span.clone());
                    removed.push(requirement.name.clone());
                    None
                }
                None => None,
            };
            if let Some(pinned) = pinned {
                edits.replace(span.clone(), &pinned);
            }
        }
        let line_break = edits.line_break;
        let added = left
            .values()
            .map(|(name, version)| format!("{name}=={version}  {ADDED}{line_break}"));
        let added: String = added.collect();
        let end = source.text().len();
        if !added.is_empty() && !source.text().is_empty() && !source.text().ends_with('\n') {
            edits.insert(end, line_break);
        }
        edits.insert(end, &added);
        Ok((edits.apply(), removed))
    }
}

fn with_extras(pin: &PinnedPip) -> String {
    let extras: Vec<&str> = pin.extras.iter().map(AsRef::as_ref).collect();
    match extras.is_empty() {
        true => pin.name.to_string(),
        false => format!("{}[{}]", pin.name, extras.join(",")),
    }
}

/// Whether the place of a requirement is the requirement, and not the text around it.
fn is_whole_line(line: &PipRequirement, name: &str) -> bool {
    let read = requirement::parse(line.location.text().trim(), Path::new(""));
    let is_it = |kind: PipRequirementKind| matches!(kind, PipRequirementKind::Named(named) if named.name.as_ref() == name);
    !line.location.text().contains('\n') && read.is_ok_and(is_it)
}

fn first_line(source: &Arc<SourceFile>) -> Location {
    Location {
        file: Arc::clone(source),
        span: 0..source.text().lines().next().map_or(0, str::len),
    }
}

/// Whether an earlier pin added the line of a range.
pub(super) fn is_added(text: &str, span: &Range<usize>) -> bool {
    let rest = text.get(span.end..).unwrap_or_default();
    let rest = rest.lines().next().unwrap_or_default();
    rest.trim() == ADDED
}

/// Writes the Python and the projects that `python_env.yaml` lists itself. It usually includes
/// `requirements.txt` instead.
fn pinned_python_env(
    source: &Arc<SourceFile>,
    pins: &Pins,
    versions: &Versions<'_>,
    is_gone: &dyn Fn(&PackageName) -> bool,
) -> Result<(String, Vec<PackageName>), Failure> {
    let tree = Tree::parse(source)?;
    let mut edits = Edits::new(source.text());
    let conda = |name: &str| {
        let mut all = pins.conda.iter();
        all.find(|pin| pin.name == name)
            .map(|pin| pin.version.clone())
    };
    if let (Some(span), Some(version)) = (tree.span(&route!("python")), conda("python")) {
        edits.replace(span.clone(), &quoted_as(&source.text()[span], &version));
    }
    let lists = [("build_dependencies", false), ("dependencies", true)];
    let mut seen = HashSet::new();
    let mut removed = Vec::new();
    for (list, is_whole) in lists {
        let Some(items) = tree.root.get(list).and_then(Value::as_sequence) else {
            continue;
        };
        let mut left = versions.clone();
        let mut includes = false;
        let mut last = None;
        for (index, item) in items.iter().enumerate() {
            let Some(span) = tree.span(&route!(list, index)) else {
                continue;
            };
            if !seen.insert(span.start) {
                let message = "an entry with an alias cannot get the pin of the conda file";
                return Err(refused(&tree.at(span), message));
            }
            let text = item.as_str().unwrap_or_default().trim();
            includes |= text.starts_with('-');
            let kind = requirement::parse(text, Path::new(""));
            let name = kind.as_ref().ok().and_then(name_of);
            if let Some(name) = name.filter(|name| is_whole && is_gone(name)) {
                if lead(source.text(), &span).trim() != "-" {
                    let message = "a list in brackets has a project that the conda file lacks";
                    return Err(refused(&tree.at(span), message));
                }
                edits.remove_line(span);
                removed.push(name.clone());
                continue;
            }
            last = Some(span.clone());
            let Ok(kind) = kind else {
                continue;
            };
            let PipRequirementKind::Named(named) = &kind else {
                continue;
            };
            left.remove(&named.name);
            let version = match is_whole {
                true => versions
                    .get(&named.name)
                    .map(|(_, version)| version.clone()),
                false => conda(named.name.as_ref()),
            };
            let Some(new) = version.and_then(|version| pinned(&kind, text, &version)) else {
                continue;
            };
            // Text that is in the file as it is needs no other quotes with another version.
            let written = &source.text()[span.clone()];
            if new != text && written.matches(text).count() != 1 {
                let message = "a line with escapes cannot get the pin of the conda file";
                return Err(refused(&tree.at(span), message));
            }
            edits.replace(span.clone(), &written.replacen(text, &new, 1));
        }
        if is_whole && last.is_none() && !items.is_empty() {
            let message = "no line of the list would stay";
            return Err(refused(&first_line(source), message));
        }
        // An included file has the others.
        if let Some(last) = last.filter(|_| is_whole && !includes) {
            let text = source.text();
            let lead = lead(text, &last);
            if lead.trim() != "-" {
                if left.is_empty() {
                    continue;
                }
                let message = "a list in brackets has no place for the pins";
                return Err(refused(&tree.at(last), message));
            }
            let end = text[last.end..]
                .find('\n')
                .map_or(text.len(), |at| last.end + at);
            let line_break = edits.line_break;
            let added = left.values();
            let added = added.map(|(name, version)| format!("{line_break}{lead}{name}=={version}"));
            edits.insert(end, &added.collect::<String>());
        }
    }
    Ok((edits.apply(), removed))
}

fn name_of(kind: &PipRequirementKind) -> Option<&PackageName> {
    match kind {
        PipRequirementKind::Named(requirement) => Some(&requirement.name),
        PipRequirementKind::Opaque { .. } => None,
    }
}

/// The text before an entry on its line.
fn lead<'t>(text: &'t str, entry: &Range<usize>) -> &'t str {
    let before = &text[..entry.start];
    &before[before.rfind('\n').map_or(0, |at| at + 1)..]
}

/// Returns a requirement with a version: its name and extras as written, and its marker. `None`
/// for a URL.
fn pinned(kind: &PipRequirementKind, text: &str, version: &str) -> Option<String> {
    let PipRequirementKind::Named(requirement) = kind else {
        return None;
    };
    if let Some(pep508_rs::VersionOrUrl::Url(_)) = requirement.version_or_url {
        return None;
    }
    let (head, marker) = match text.split_once(';') {
        Some((head, marker)) => (head, format!("; {}", marker.trim())),
        None => (text, String::new()),
    };
    let end = match head.find(']') {
        Some(extras) => extras + 1,
        None => head
            .find(|c: char| !(c.is_alphanumeric() || "-_.".contains(c)))
            .unwrap_or(head.len()),
    };
    Some(format!("{}=={version}{marker}", &head[..end]))
}

/// Writes a scalar in the quotes of another one.
fn quoted_as(before: &str, text: &str) -> String {
    match before.chars().next() {
        Some(quote @ ('"' | '\'')) => format!("{quote}{text}{quote}"),
        _ => text.to_owned(),
    }
}

fn refused(at: &Location, message: &str) -> Failure {
    Failure::input(
        Diagnostic::error("unpinnable-model", message)
            .at(at.clone(), "")
            .note("the files of a model are pinned together, or not at all")
            .help("simplify this line, or pin a copy of the conda file outside of the model"),
    )
}
