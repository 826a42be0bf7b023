//! Writes an answer into requirements files. Every line becomes exact and keeps the declared
//! requirement in a comment, and no other byte changes.

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::Range,
    path::Path,
    sync::Arc,
};

use super::{RequirementsFile, after, append};
use crate::{
    EnvironmentFile, PipRequirement,
    added_block::{header, headers_in_text},
    change::Rewritten,
    edits::Edits,
    list::uneditable,
    pin::{AddedLines, Header, PinnedPip, Pins, check, pip},
    pin_comment::{LineComment, Origin},
    pinned_header::PinnedHeader,
    pip_lines, yaml,
};
use presolve_text::{diagnostic::Failure, source::SourceFile};

/// Returns the requirements files of an environment with its pins. The releases that no line
/// declares are in the last file that no other one includes, with the platform in its first
/// comment.
///
/// # Errors
/// [`Failure::input`] when a line cannot be edited.
pub fn pin(environment: &EnvironmentFile, pins: &Pins) -> Result<Vec<Rewritten>, Failure> {
    let files = &environment.pip.in_place;
    let Some(main) = files.iter().rfind(|file| !file.is_included) else {
        return Ok(Vec::new());
    };
    let mut missing = pip::undeclared(environment, pins);
    let (others, mains): (Vec<_>, Vec<_>) = files
        .iter()
        .partition(|file| !Arc::ptr_eq(&file.source, &main.source));
    let mut rewritten = Vec::new();
    // An added line stays in its file, so the other files are first.
    for file in others.into_iter().chain(mains) {
        let editor = Editor::new(environment, file, pins);
        let is_main = Arc::ptr_eq(&file.source, &main.source);
        let text = editor.pinned(&mut missing, is_main)?;
        if text != file.source.text() {
            rewritten.push(Rewritten {
                before: Arc::clone(&file.source),
                after: file.source.with_text(text),
            });
        }
    }
    Ok(rewritten)
}

/// Returns what is wrong with requirements files that were pinned and read again; `None` if they
/// declare the same as before and have these pins.
pub fn problem(
    before: &EnvironmentFile,
    after: &EnvironmentFile,
    pins: &Pins,
) -> Option<&'static str> {
    if before.pip.in_place.is_empty() {
        None
    } else if declared(before) != declared(after) {
        Some("its declared requirements would change")
    } else if before.pip.options.written.len() != after.pip.options.written.len() {
        Some("its options would change")
    } else if !check::pip_is_pinned(after, pins) {
        Some("its PyPI releases would not match the solution")
    } else {
        None
    }
}

/// Returns the declared lines of the requirements files, as written.
fn declared(environment: &EnvironmentFile) -> Vec<(&Path, &str)> {
    let pip = &environment.pip;
    let is_here = |line: &&PipRequirement| {
        let mut files = pip.in_place.iter();
        let is_in_place = files.any(|file| Arc::ptr_eq(&file.source, &line.location.file));
        is_in_place && !line.added_by_pin
    };
    let lines = pip.requirements.iter().filter(is_here);
    lines
        .map(|line| (line.location.file.path(), &*line.text))
        .collect()
}

struct Editor<'e> {
    source: &'e Arc<SourceFile>,
    pins: &'e Pins,
    /// The requirements in this file, in its order.
    lines: Vec<&'e PipRequirement>,
    edits: Edits<'e>,
    hash_mode: bool,
    /// The version of the Python that pip runs on.
    python: Option<String>,
}

impl<'e> Editor<'e> {
    fn new(environment: &'e EnvironmentFile, file: &'e RequirementsFile, pins: &'e Pins) -> Self {
        let source = &file.source;
        let lines = environment.pip.requirements.iter();
        let is_here = |line: &&PipRequirement| {
            line.in_environment && Arc::ptr_eq(&line.location.file, source)
        };
        Self {
            source,
            pins,
            lines: lines.filter(is_here).collect(),
            edits: Edits::new(source.text()),
            hash_mode: pip::in_hash_mode(environment),
            python: python(environment, pins),
        }
    }

    /// Returns the text with the pins. Takes what it writes from the undeclared releases.
    fn pinned(
        mut self,
        missing: &mut BTreeMap<&'e str, &'e PinnedPip>,
        is_main: bool,
    ) -> Result<String, Failure> {
        let lines = std::mem::take(&mut self.lines).into_iter();
        let (added, declared): (Vec<_>, Vec<_>) = lines.partition(|line| line.added_by_pin);
        for line in declared {
            self.pin_line(line)?;
        }
        let names: BTreeSet<&str> = added.iter().filter_map(|line| pip::name(line)).collect();
        let mut own = BTreeMap::new();
        for (name, pin) in std::mem::take(missing) {
            match is_main || names.contains(name) {
                true => own.insert(name, pin),
                false => missing.insert(name, pin),
            };
        }
        if is_main {
            self.write_header();
        }
        self.write_added(&added, &own)?;
        Ok(self.edits.apply())
    }

    fn pin_line(&mut self, line: &PipRequirement) -> Result<(), Failure> {
        let mut pins = self.pins.pip.iter();
        let pin = pins.find(|pin| pip::name(line) == Some(pin.name.as_ref()));
        let Some(pin) = pin.filter(|_| pip::takes_version(line)) else {
            return Ok(());
        };
        self.check_comment(line)?;
        let span = &line.location.span;
        let is_the_pin = pip_lines::pinned_version(&line.kind) == Some(&pin.version);
        let lacks_hashes = self.hash_mode && line.hashes.is_empty() && !pin.hashes.is_empty();
        let is_written = is_the_pin || line.pin.as_ref() == Some(&pin.version);
        let is_as_declared = is_the_pin && line.pin.is_some();
        if !is_written || lacks_hashes || is_as_declared {
            let content = self.content(line, pin, is_the_pin);
            self.edits.replace(span.clone(), &content);
        }
        let (blanks, comment) = after(self.source.text(), span);
        let old = LineComment::beside(&line.text, comment);
        let new = LineComment {
            origin: (!is_the_pin).then(|| Origin::Declared(line.text.clone())),
            user: old.user,
        };
        let written = new.write();
        if written != comment {
            let place = span.end..span.end + blanks.len() + comment.len();
            let blanks = match (written.is_empty(), blanks.is_empty()) {
                (true, _) => "",
                (false, true) => "  ",
                (false, false) => blanks,
            };
            self.edits.replace(place, &format!("{blanks}{written}"));
        }
        Ok(())
    }

    /// Returns a line with its version, its options and its hashes.
    fn content(&self, line: &PipRequirement, pin: &PinnedPip, is_the_pin: bool) -> String {
        let requirement = match is_the_pin {
            true => line.text.clone(),
            false => pip::exact(&line.text, pin),
        };
        let options = line.options.iter().chain(&line.shared_options);
        let options = options.chain(&line.ignored_options);
        let options: String = options.map(|option| format!(" {option}")).collect();
        let moved = line.pin.as_ref() != Some(&pin.version) && !is_the_pin;
        let hashes = match moved || line.hashes.is_empty() {
            true if self.hash_mode => &pin.hashes,
            true => &Vec::new(),
            false => &line.hashes,
        };
        format!("{requirement}{options}{}", self.hashes(hashes))
    }

    /// Writes each hash on a line of its own, as pip-compile does.
    fn hashes(&self, hashes: &[String]) -> String {
        let line_break = self.edits.line_break;
        let lines = hashes.iter();
        let lines = lines.map(|hash| format!(" \\{line_break}    --hash={hash}"));
        lines.collect()
    }

    /// pip joins lines before it removes comments, so a comment within a continued line hides
    /// the rest of it.
    fn check_comment(&self, line: &PipRequirement) -> Result<(), Failure> {
        let rest = &self.source.text()[line.location.span.end..];
        let rest = rest.split('\n').next().unwrap_or_default().trim_end();
        match rest.ends_with('\\') {
            false => Ok(()),
            true => Err(uneditable(
                line.location.clone(),
                "a comment or an empty line continues this requirement",
                "remove the `\\` at the end of its last line",
            )),
        }
    }

    /// Writes the releases that no line declares in the place of those of the earlier pin, or at
    /// the end.
    fn write_added(
        &mut self,
        old: &[&PipRequirement],
        wanted: &BTreeMap<&str, &PinnedPip>,
    ) -> Result<(), Failure> {
        let text = self.source.text();
        let mut removed: Vec<Range<usize>> = Vec::new();
        let mut comments: BTreeMap<&str, String> = BTreeMap::new();
        for line in old {
            self.check_comment(line)?;
            let (_, comment) = after(text, &line.location.span);
            let user = LineComment::beside(&line.text, comment).user;
            comments.extend(pip::name(line).map(|name| (name, user)));
            removed.push(whole_lines(text, &line.location.span));
        }
        let headers = headers_in_text(text).into_iter();
        removed.extend(headers.map(|(span, _)| whole_lines(text, &span)));
        removed.sort_by_key(|span| span.start);
        let lines = self.added(old, wanted, &comments);
        match removed.first() {
            None if lines.is_empty() => {}
            None => {
                let lines = lines.join(self.edits.line_break);
                append(&mut self.edits, &lines);
            }
            Some(first) => {
                let lines: String = lines
                    .iter()
                    .map(|line| format!("{line}{}", self.edits.line_break))
                    .collect();
                self.edits.insert(first.start, &lines);
            }
        }
        for span in removed {
            self.edits.replace(span, "");
        }
        Ok(())
    }

    /// The lines of the undeclared releases, with their comments.
    fn added(
        &self,
        old: &[&PipRequirement],
        wanted: &BTreeMap<&str, &PinnedPip>,
        comments: &BTreeMap<&str, String>,
    ) -> Vec<String> {
        let is_inline = self.pins.added == AddedLines::Inline;
        let entries = wanted.iter().map(|(name, pin)| {
            let known = old.iter().find(|line| {
                pip::name(line) == Some(*name) && line.pin.as_ref() == Some(&pin.version)
            });
            let hashes = match known {
                Some(known) if self.hash_mode && !known.hashes.is_empty() => &known.hashes,
                _ if self.hash_mode => &pin.hashes,
                _ => &Vec::new(),
            };
            let comment = LineComment {
                origin: is_inline.then_some(Origin::Added),
                user: comments.get(name).cloned().unwrap_or_default(),
            };
            let line = format!("{}{}", pip::added_line(pin, false), self.hashes(hashes));
            match comment.write() {
                comment if comment.is_empty() => line,
                comment => format!("{line}  {comment}"),
            }
        });
        let above = (!is_inline && !wanted.is_empty()).then(|| header(wanted.len()));
        above.into_iter().chain(entries).collect()
    }

    /// Writes the platform and the Python into the first line that may be a comment.
    fn write_header(&mut self) {
        let header = Header {
            python: self.python.as_deref(),
            ..self.pins.header()
        };
        if let Some(old) = PinnedHeader::find(self.source, |_| true) {
            return self.edits.replace(old.value, &header.value());
        }
        let line = format!("{}{}", header.write(), self.edits.line_break);
        self.edits.insert(after_encoding(self.source.text()), &line);
    }
}

/// The offset after the comment that tells pip the encoding, which must be in the first two
/// lines (`auto_decode` of pip).
fn after_encoding(text: &str) -> usize {
    let mut end = 0;
    let mut place = 0;
    for line in text.split_inclusive('\n').take(2) {
        end += line.len();
        let names_encoding = line.contains("coding:") || line.contains("coding=");
        if line.starts_with('#') && names_encoding {
            place = end;
        }
    }
    place
}

/// The lines of a range with their line breaks.
fn whole_lines(text: &str, span: &Range<usize>) -> Range<usize> {
    let start = yaml::line_start(text, span.start);
    let end = text[span.end..].find('\n');
    start..end.map_or(text.len(), |end| span.end + end + 1)
}

/// The version of the Python that pip runs on: the one that was asked for, or of the answer.
fn python(environment: &EnvironmentFile, pins: &Pins) -> Option<String> {
    if let Some(version) = environment.image_python_version() {
        return Some(version.to_owned());
    }
    let mut conda = pins.conda.iter();
    let python = conda.find(|pin| pin.name == "python")?;
    let mut parts = python.version.splitn(3, '.');
    Some(format!("{}.{}", parts.next()?, parts.next()?))
}
