//! The part of a file that is its conda spec.
//!
//! An Azure ML environment may hold its conda file as the object below `conda_file:`, or
//! below `python` and `condaDependencies`. That part is read as a file of its own, with everything around it blanked out: every
//! byte keeps its place, so the places that are found are those of the whole file, and
//! what is edited there is edited in the file.

use std::{borrow::Cow, ops::Range, sync::Arc};

use yaml_serde::Value;

use super::yaml::{self, Tree, route};
use presolve_text::diagnostic::{Diagnostic, Failure};
use presolve_text::source::SourceFile;

/// The text of a file's conda spec, at its place: the whole text of most files.
///
/// # Errors
/// [`Failure::input`] when the part is not there, or means nothing without the rest.
pub(super) fn text(source: &Arc<SourceFile>) -> Result<Cow<'_, str>, Failure> {
    let Some(keys) = source.part() else {
        return Ok(Cow::Borrowed(source.text()));
    };
    let host = Tree::parse(&source.whole())?;
    let span = span_in(&host, keys)?;
    let part = blank_around(source.text(), &span);
    // An alias of an anchor outside, or a tag, would be lost with the rest.
    let read = yaml::value(source, &part).ok();
    match read.as_ref() == host.get(keys) {
        true => Ok(Cow::Owned(part)),
        false => Err(torn(&host, keys)),
    }
}

/// Where a file's conda spec stands, in bytes: its lines with their comments, or its
/// braces.
///
/// # Errors
/// [`Failure::input`] when the part is not there.
pub(super) fn span(source: &Arc<SourceFile>) -> Result<Range<usize>, Failure> {
    match source.part() {
        Some(keys) => span_in(&Tree::parse(&source.whole())?, keys),
        None => Ok(0..source.text().len()),
    }
}

/// What stands before and after a file's conda spec.
///
/// # Errors
/// As for [`span`].
pub(super) fn around(source: &Arc<SourceFile>) -> Result<[&str; 2], Failure> {
    let span = span(source)?;
    Ok([&source.text()[..span.start], &source.text()[span.end..]])
}

fn span_in(host: &Tree, keys: &[&str]) -> Result<Range<usize>, Failure> {
    let is_mapping = host.get(keys).is_some_and(Value::is_mapping);
    let place = (host.key_span(&route(keys)), host.span(&route(keys)));
    let (true, (Some(name), Some(value))) = (is_mapping, place) else {
        return Err(torn(host, keys));
    };
    let text = host.source().text();
    if host.source().is_json() || !text[name.end..value.start].contains('\n') {
        return Ok(value);
    }
    // From the line below the key on, so that comments before the first entry belong to it.
    let first = yaml::line_end(text, name.end);
    let start = first + text[first..].find('\n').map_or(0, |end| end + 1);
    if text[value.clone()].starts_with('{') {
        return Ok(start..value.end);
    }
    let indent = value.start - yaml::line_start(text, value.start);
    let end = yaml::line_end(text, value.end);
    Ok(start..end - outdented_comments(&text[start..end], indent))
}

/// The length of the comments at the end of a block that are indented less than it, which
/// belong to what follows.
fn outdented_comments(block: &str, indent: usize) -> usize {
    let is_outside = |line: &&str| {
        let bare = line.trim_start_matches(' ');
        let is_comment = bare.starts_with('#') && line.len() - bare.len() < indent;
        is_comment || bare.trim().is_empty()
    };
    let lines = block.split_inclusive('\n').rev().take_while(is_outside);
    let cut: usize = lines.map(str::len).sum();
    // Without the line break before them.
    let kept = block[..block.len() - cut].trim_end_matches(['\r', '\n']);
    block.len() - kept.len()
}

/// The text with blanks for everything outside of a range but the line breaks.
fn blank_around(text: &str, span: &Range<usize>) -> String {
    let blanks = |text: &str| -> String {
        let blank = |byte| match byte {
            b'\n' | b'\r' => char::from(byte),
            _ => ' ',
        };
        text.bytes().map(blank).collect()
    };
    [
        blanks(&text[..span.start]),
        text[span.clone()].to_owned(),
        blanks(&text[span.end..]),
    ]
    .concat()
}

fn torn(host: &Tree, keys: &[&str]) -> Failure {
    let location = match host.key_span(&route(keys)) {
        Some(span) => host.at(span),
        None => host.at(0..0),
    };
    let keys = keys.join(".");
    let message = format!("the conda spec below `{keys}` cannot be read on its own");
    Failure::input(
        Diagnostic::error("unusual-yaml", message)
            .at(location, "")
            .help("write it out, without tags and without aliases to other parts of the file"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(host: &str) -> Arc<SourceFile> {
        SourceFile::from_text("e.yml", host).with_part(&["conda_file"])
    }

    #[test]
    fn every_byte_keeps_its_place() {
        let host = "name: é\r\nconda_file: # here\r\n  # its head\r\n  dependencies: # list\r\n  - numpy # ü\r\n# behind\r\nimage: x\r\n";
        let source = part(host);
        let text = text(&source).unwrap();
        assert_eq!(text.len(), host.len());
        let kept = text.trim();
        assert_eq!(
            kept,
            "# its head\r\n  dependencies: # list\r\n  - numpy # ü"
        );
        assert_eq!(text.find(kept), host.find(kept));
        let [before, behind] = around(&source).unwrap();
        assert!(before.ends_with("# here\r\n"));
        assert_eq!(behind, "\r\n# behind\r\nimage: x\r\n");
    }

    #[test]
    fn braces_are_a_part_without_the_rest_of_their_line() {
        let source = part("conda_file: {dependencies: [numpy]} # why\nimage: x\n");
        assert_eq!(text(&source).unwrap().trim(), "{dependencies: [numpy]}");
    }

    #[test]
    fn a_part_may_stand_below_several_keys() {
        let host = "environment:\n  python:\n    condaDependencies:\n      # head\n      dependencies: [numpy]\n  docker: {}\n";
        let keys = &["environment", "python", "condaDependencies"];
        let source = SourceFile::from_text("e.yml", host).with_part(keys);
        let part = text(&source).unwrap();
        assert_eq!(part.trim(), "# head\n      dependencies: [numpy]");
        let host = "{\"python\": {\"condaDependencies\":\n\t{\"dependencies\": []}}, \"name\": \"\\ud83d\\ude00\\/\"}";
        let source =
            SourceFile::from_text("e.json", host).with_part(&["python", "condaDependencies"]);
        assert_eq!(text(&source).unwrap().trim(), "{\"dependencies\": []}");
    }

    #[test]
    fn what_means_nothing_by_itself_is_refused() {
        for host in [
            "x: &a [numpy]\nconda_file:\n  dependencies: *a\n",
            "conda_file: other.yml\n",
            "image: x\n",
        ] {
            let failure = text(&part(host)).expect_err(host);
            assert_eq!(failure.diagnostics[0].name, "unusual-yaml");
        }
    }
}
