//! A YAML or JSON file as values with places. yaml_serde provides the values, tree-sitter
//! the places. If the two disagree, the file is refused.

use std::{borrow::Cow, ops::Range, sync::Arc};

use yaml_serde::Value;

use super::{
    joined, json,
    part::Part,
    places::Places,
    quoted,
    route::{Route, Step},
};
use crate::codes;
use presolve_parse as parse;
use presolve_text::diagnostic::{Diagnostic, Failure, Location};
use presolve_text::source::SourceFile;

/// A parsed YAML or JSON file.
pub struct Tree {
    source: Arc<SourceFile>,
    places: Places,
    /// The value of the document.
    pub root: Value,
}

impl Tree {
    /// Parses a file with one YAML document.
    ///
    /// # Errors
    /// [`Failure::input`] with the place when it is not YAML, or YAML whose places cannot be
    /// determined.
    pub fn parse(source: &Arc<SourceFile>) -> Result<Self, Failure> {
        Self::parse_part(source, &Part::default())
    }

    /// Parses the part of a file that is its conda spec.
    ///
    /// # Errors
    /// As for [`Tree::parse`], and when the part does not exist or depends on the rest.
    pub(crate) fn parse_part(source: &Arc<SourceFile>, part: &Part) -> Result<Self, Failure> {
        if let Some(other) = merge_conflict(source).or_else(|| explicit_file(source)) {
            return Err(Failure::input(other));
        }
        let mut text = part.text(source)?;
        let root = value(source, &text).map_err(Failure::input)?;
        if source.is_json() {
            text = Cow::Owned(json::without_tabs(&text));
        }
        if root.is_null() {
            return Err(Failure::input(
                at(source, codes::EMPTY_FILE, 0..0, "the file is empty", "")
                    .help("a conda environment file has `name`, `channels` and `dependencies`"),
            ));
        }
        let places = parse::guard::guarded(|| {
            let on_one_line = || Places::of(&quoted::on_one_line(&text)?);
            Places::of(&text).or_else(on_one_line)
        });
        let places = places.ok().flatten().ok_or_else(|| {
            let span = 0..source.text().lines().next().map_or(0, str::len);
            Failure::input(
                at(
                    source,
                    codes::UNUSUAL_YAML,
                    span,
                    "the file's YAML is unusual",
                    "",
                )
                .note("it is valid, but the positions of its entries are unknown")
                .help("write it in the plain style of `conda env export`"),
            )
        })?;
        if let Some(tag) = python_tag(source, &places) {
            return Err(Failure::input(tag));
        }
        Ok(Self {
            source: Arc::clone(source),
            places,
            root,
        })
    }

    /// Returns the value below these keys.
    pub fn get(&self, keys: &[&str]) -> Option<&Value> {
        let mut value = &self.root;
        for key in keys {
            value = value.get(*key)?;
        }
        Some(value)
    }

    /// Returns the value at the end of a route.
    pub fn value(&self, route: &Route<'_>) -> Option<&Value> {
        let mut value = &self.root;
        for step in &route.0 {
            value = match step {
                Step::Key(key) => value.get(&**key)?,
                Step::Index(index) => value.get(*index)?,
            };
        }
        Some(value)
    }

    /// The file that was parsed.
    pub fn source(&self) -> &Arc<SourceFile> {
        &self.source
    }

    /// The range of a value; `None` for an absent one (`key:`).
    pub fn span(&self, route: &Route<'_>) -> Option<Range<usize>> {
        let span = self.places.find(route)?.value.clone()?;
        let text = self.source.text().get(span.clone())?;
        Some(span.start..span.start + text.trim_end().len())
    }

    /// Returns the span of a key with its value.
    pub fn entry_span(&self, route: &Route<'_>) -> Option<Range<usize>> {
        Some(self.places.find(route)?.entry.clone())
    }

    /// Returns the span of a key without its value.
    pub fn key_span(&self, route: &Route<'_>) -> Option<Range<usize>> {
        self.places.find(route)?.key.clone()
    }

    /// The place of a value, of its key if there is no value, or the start of the file.
    pub fn location(&self, route: &Route<'_>) -> Location {
        let span = self
            .span(route)
            .or_else(|| self.entry_span(route))
            .unwrap_or(0..0);
        self.at(span)
    }

    /// Returns the first line of a list that is only a `-`.
    pub fn empty_entry(&self, list: &Route<'_>) -> Option<Location> {
        let list = self.location(list);
        let mut start = line_start(self.source.text(), list.span.start);
        for line in self.source.text()[start..list.span.end].split_inclusive('\n') {
            let entry = line.trim_start_matches(' ');
            let indent = line.len() - entry.len();
            if let Some(rest) = entry.strip_prefix('-')
                && (rest.trim().is_empty() || rest.trim_start().starts_with('#'))
            {
                return Some(self.at(start + indent..start + indent + 1));
            }
            start += line.len();
        }
        None
    }

    /// Makes a location in this file.
    pub fn at(&self, span: Range<usize>) -> Location {
        Location {
            file: Arc::clone(&self.source),
            span,
        }
    }

    /// Returns the place of a scalar, and checks that its text there reads as `value`.
    ///
    /// # Errors
    /// A diagnostic when the two parsers disagree.
    pub fn scalar(&self, route: &Route<'_>, value: &Value) -> Result<Location, Diagnostic> {
        let location = self.location(route);
        let there = if self.source.is_json() {
            json::value(location.text()).ok()
        } else {
            yaml_serde::from_str(location.text()).ok()
        };
        let agreed = match (&there, value) {
            // The range does not include the line breaks at the end of a block scalar.
            (Some(Value::String(there)), Value::String(value)) => {
                there.trim_end() == value.trim_end()
            }
            (there, value) => there.as_ref() == Some(value),
        };
        if agreed {
            Ok(location)
        } else {
            Err(self.disagreement(location))
        }
    }

    /// Checks that both parsers find the same number of items in a list.
    ///
    /// # Errors
    /// A diagnostic when the two parsers disagree.
    pub fn check_length(&self, route: &Route<'_>, length: usize) -> Result<(), Diagnostic> {
        let exists = |index: usize| self.places.find(&route.with_key(index)).is_some();
        if exists(length) || (length > 0 && !exists(length - 1)) {
            return Err(self.disagreement(self.location(route)));
        }
        Ok(())
    }

    /// Whether a range is inside a comment.
    pub fn in_comment(&self, span: Range<usize>) -> bool {
        self.places.in_comment(&span)
    }

    fn disagreement(&self, location: Location) -> Diagnostic {
        Diagnostic::error(
            codes::UNUSUAL_YAML,
            "two YAML parsers read this differently",
        )
        .at(location, "")
        .help("write it on one line, without tags, anchors or escapes")
    }
}

/// Makes the route of the value below these keys.
pub fn route<'k>(keys: &[&'k str]) -> Route<'k> {
    let keys = keys.iter().map(|key| Step::from(*key));
    Route(keys.collect())
}

/// Parses the text of a file, or of a part of it at its original offsets.
///
/// # Errors
/// A diagnostic with the place when it is not YAML, or not JSON although the file's name
/// says so.
pub(super) fn value(source: &Arc<SourceFile>, text: &str) -> Result<Value, Diagnostic> {
    if let Some(place) = parse::nesting::too_deep(text) {
        return Err(too_deep(source, place));
    }
    let extension = source.path().extension();
    let is_called_json = extension.is_some_and(|extension| extension == "json");
    if source.is_json() || (is_called_json && !text.trim().is_empty()) {
        return json::value(text).map_err(|error| json_error(source, &error));
    }
    parse::guard::guarded(|| yaml_serde::from_str(text))
        .map_err(|_| too_deep(source, 0))?
        .map_err(|error| syntax_error(source, &error))
}

fn too_deep(source: &Arc<SourceFile>, place: usize) -> Diagnostic {
    let text = source.text();
    // In a text with blanks around a part, `place` may be inside a character of the file.
    let start = if text.is_char_boundary(place) {
        place
    } else {
        0
    };
    let message = "the file is nested too deeply";
    at(
        source,
        codes::INVALID_YAML,
        start..line_end(text, start),
        message,
        "",
    )
    .note(format!(
        "presolve reads up to {} levels",
        parse::nesting::LIMIT
    ))
    .help("check the brackets and the indentation: an environment file has 4 levels")
}

/// Returns the blanks between a scalar and the end of its line, and the comment from `#`
/// on. `None` if there is other text.
pub fn trailing_comment(text: &str, end: usize) -> Option<(Range<usize>, &str)> {
    let rest = text.get(end..)?;
    let line = rest.split(['\n', '\r']).next().unwrap_or_default();
    let comment = line.trim_start_matches([' ', '\t']);
    let valid = comment.is_empty() || (comment.starts_with('#') && comment.len() < line.len());
    valid.then(|| (end..end + line.len(), comment))
}

/// The start of the line that contains an offset.
pub fn line_start(text: &str, offset: usize) -> usize {
    text[..offset].rfind('\n').map_or(0, |newline| newline + 1)
}

/// The end of the line that contains an offset, without its line break.
pub fn line_end(text: &str, offset: usize) -> usize {
    let end = text[offset..]
        .find('\n')
        .map_or(text.len(), |newline| offset + newline);
    if text[offset..end].ends_with('\r') {
        end - 1
    } else {
        end
    }
}

fn at(
    source: &Arc<SourceFile>,
    name: &'static str,
    span: Range<usize>,
    message: &str,
    label: &str,
) -> Diagnostic {
    let location = Location {
        file: Arc::clone(source),
        span,
    };
    Diagnostic::error(name, message.to_owned()).at(location, label)
}

fn json_error(source: &Arc<SourceFile>, error: &serde_json::Error) -> Diagnostic {
    let text = source.text();
    let offset = json::offset(text, error);
    let said = error.to_string();
    let (span, name, message, help) = if said.contains("duplicate entry") {
        (
            json::string_before(text, offset),
            codes::DUPLICATE_KEY,
            "an object has the same key twice",
            "merge the two entries into one",
        )
    } else {
        (
            offset..line_end(text, offset).max(offset),
            codes::INVALID_JSON,
            "this is not valid JSON",
            "check the commas, the brackets and the quotes of this line and the one before",
        )
    };
    at(source, name, span, message, "").note(said).help(help)
}

fn syntax_error(source: &Arc<SourceFile>, error: &yaml_serde::Error) -> Diagnostic {
    let text = source.text();
    let span = error.location().map_or(0..0, |place| {
        let offset = source.offset(place.line(), place.column());
        offset..line_end(text, offset).max(offset)
    });
    let line = &text[line_start(text, span.start)..line_end(text, span.start)];
    let said = error.to_string();
    if let Some(hunk) = diff_hunk(text) {
        let message = "a part of a diff is in the file";
        return at(source, codes::INVALID_YAML, hunk, message, "begins here").help(
            "apply the diff with `git apply`, or remove this line and the `+` and `-` of the diff",
        );
    }
    let (name, message, help) = if is_template(text) {
        (
            codes::TEMPLATE_VALUE,
            "this is a template, not YAML",
            "render the template first, and check the result",
        )
    } else if line.trim_start_matches(' ').starts_with('\t') {
        (
            codes::TAB_INDENTATION,
            "the line is indented with a tab",
            "replace the tab; YAML is indented with spaces",
        )
    } else if said.contains("more than one document") && !has_marker(text) {
        // A plain text after a plain text counts as another document.
        let length = text.lines().next().map_or(0, str::len);
        return not_a_mapping(source, 0..length);
    } else if said.contains("more than one document") {
        (
            codes::SEVERAL_DOCUMENTS,
            "the file has several YAML documents",
            "remove what follows the second `---`; a conda environment file has one document",
        )
    } else if said.contains("duplicate entry") {
        (
            codes::DUPLICATE_KEY,
            "a mapping has the same key twice",
            "merge the two entries into one",
        )
    } else if let Some(better) = joined::in_syntax_error(source, span.start) {
        return better.note(said);
    } else {
        (
            codes::INVALID_YAML,
            "this is not valid YAML",
            "check the indentation and the quotes of this line and the one before",
        )
    };
    at(source, name, span, message, "").note(said).help(help)
}

/// The error for a file that is not a mapping.
pub(super) fn not_a_mapping(source: &Arc<SourceFile>, span: Range<usize>) -> Diagnostic {
    let message = "the file is not a mapping of keys to values";
    at(source, codes::NOT_AN_ENVIRONMENT, span, message, "")
        .help("a conda environment file has `name`, `channels` and `dependencies`")
}

/// The header of a part of a diff: `@@ -1,4 +1,5 @@`
/// (<https://www.gnu.org/software/diffutils/manual/html_node/Detailed-Unified.html>).
fn diff_hunk(text: &str) -> Option<Range<usize>> {
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let header = line.trim_start().strip_prefix("@@ -");
        let ranges = header.and_then(|header| header.split(" @@").next());
        let ranges = ranges.and_then(|ranges| ranges.split_once(" +"));
        let is_range = |range: &str| {
            let mut numbers = range.split(',');
            numbers.all(|number| !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit()))
        };
        if ranges.is_some_and(|(old, new)| is_range(old) && is_range(new)) {
            return Some(start..start + line.trim_end().len());
        }
        start += line.len();
    }
    None
}

/// Whether a line begins or ends a YAML document.
fn has_marker(text: &str) -> bool {
    let mut lines = text.lines();
    lines.any(|line| line.starts_with("---") || line.starts_with("..."))
}

/// Whether a text has template marks outside its comments.
fn is_template(text: &str) -> bool {
    let mut lines = text.lines().map(|line| line.trim_start());
    lines.any(|line| !line.starts_with('#') && (line.contains("{{") || line.contains("{%")))
}

/// Detects a list of package URLs by its mark. conda accepts such a list with `--file`
/// instead of an environment file (conda/misc.py, `explicit`).
fn explicit_file(source: &Arc<SourceFile>) -> Option<Diagnostic> {
    let text = source.text();
    let is_comment = |line: &str| line.trim().is_empty() || line.starts_with('#');
    let start: usize = text
        .split_inclusive('\n')
        .take_while(|line| is_comment(line))
        .map(str::len)
        .sum();
    let line = text[start..].lines().next()?.trim_end();
    (line == "@EXPLICIT").then(|| {
        let message = "this is a list of package URLs, not an environment file";
        at(
            source,
            codes::EXPLICIT_FILE,
            start..start + line.len(),
            message,
            "",
        )
        .note("it is already solved: conda downloads what it lists, without a solve")
        .help("install it with `conda create --name NAME --file FILE`")
    })
}

/// Returns the first marker of an unresolved merge if the markers of both sides are there.
fn merge_conflict(source: &Arc<SourceFile>) -> Option<Diagnostic> {
    let text = source.text();
    let place = |marker: &str| {
        let mut start = 0;
        for line in text.split_inclusive('\n') {
            if line.trim_end().starts_with(marker) {
                return Some(start..start + line.trim_end().len());
            }
            start += line.len();
        }
        None
    };
    let (ours, theirs) = (place("<<<<<<<")?, place(">>>>>>>")?);
    let second = Location {
        file: Arc::clone(source),
        span: theirs,
    };
    Some(
        at(
            source,
            codes::MERGE_CONFLICT,
            ours,
            "a merge conflict is left in the file",
            "begins here",
        )
        .at(second, "ends here")
        .help("resolve the conflict and remove its markers"),
    )
}

/// Returns the first tag of a Python type. `conda env export` wrote such tags in 2016. conda
/// refuses them since it loads YAML safely.
fn python_tag(source: &Arc<SourceFile>, places: &Places) -> Option<Diagnostic> {
    let text = source.text();
    let tags = text.match_indices("!!python/");
    let mut starts = tags.map(|(start, _)| start);
    let start = starts.find(|&start| !places.in_comment(&(start..start + 1)))?;
    let length = text[start..]
        .find(char::is_whitespace)
        .unwrap_or(text.len() - start);
    let tag = &text[start..start + length];
    let message = format!("`{tag}` is a Python tag, which conda does not read");
    let error = at(
        source,
        codes::PYTHON_TAG,
        start..start + length,
        &message,
        "",
    );
    Some(error.help("remove the tag; lists and strings need none"))
}
