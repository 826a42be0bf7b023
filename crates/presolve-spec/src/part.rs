//! The part of a file that is the conda spec.
//!
//! An Azure ML environment may contain its conda file as the object below `conda_file:`, or
//! below `python` and `condaDependencies`. presolve reads that part as a separate file with
//! blanks for everything around it. All byte offsets stay the same, so places and edits are
//! those of the whole file.

use std::{borrow::Cow, ops::Range, sync::Arc};

use yaml_serde::Value;

use super::{
    route::Route,
    yaml::{self, Tree},
};
use crate::codes;
use presolve_text::diagnostic::{Diagnostic, Failure};
use presolve_text::source::SourceFile;

/// The route from the root of a file to its conda spec; empty if that is the whole file.
#[derive(Clone, Debug, Default)]
pub(crate) struct Part(Arc<Route<'static>>);

impl Part {
    /// The part at the end of a route.
    pub(crate) fn below(route: Route<'static>) -> Self {
        Self(Arc::new(route))
    }

    pub(crate) fn is_whole(&self) -> bool {
        self.0.0.is_empty()
    }

    /// The text of the spec at its original offsets. For most files it is the whole text.
    ///
    /// # Errors
    /// [`Failure::input`] when the part does not exist, or depends on the rest of the file.
    pub(crate) fn text<'s>(&self, source: &'s Arc<SourceFile>) -> Result<Cow<'s, str>, Failure> {
        if self.is_whole() {
            return Ok(Cow::Borrowed(source.text()));
        }
        let around = Tree::parse(source)?;
        let part = blank_around(source.text(), &self.span_in(&around)?);
        // The rest of the file may contain an anchor or a tag that the part depends on.
        let read = yaml::value(source, &part).ok();
        if read.as_ref() == around.value(&self.0) {
            Ok(Cow::Owned(part))
        } else {
            Err(self.torn(&around))
        }
    }

    /// The range of the spec, in bytes: its lines with their comments, or its braces.
    ///
    /// # Errors
    /// [`Failure::input`] when the part does not exist.
    pub(crate) fn span(&self, source: &Arc<SourceFile>) -> Result<Range<usize>, Failure> {
        if self.is_whole() {
            Ok(0..source.text().len())
        } else {
            self.span_in(&Tree::parse(source)?)
        }
    }

    /// The text before and after the spec.
    ///
    /// # Errors
    /// As for [`Part::span`].
    pub(crate) fn around<'s>(&self, source: &'s Arc<SourceFile>) -> Result<[&'s str; 2], Failure> {
        let span = self.span(source)?;
        Ok([&source.text()[..span.start], &source.text()[span.end..]])
    }

    fn span_in(&self, around: &Tree) -> Result<Range<usize>, Failure> {
        let is_mapping = around.value(&self.0).is_some_and(Value::is_mapping);
        let place = (around.key_span(&self.0), around.span(&self.0));
        let (true, (Some(name), Some(value))) = (is_mapping, place) else {
            return Err(self.torn(around));
        };
        // The value of an alias is at its anchor.
        if value.start < name.end {
            return Err(self.torn(around));
        }
        let text = around.source().text();
        if around.source().is_json() || !text[name.end..value.start].contains('\n') {
            return Ok(value);
        }
        // From the line below the key, so that comments before the first entry are included.
        let first = yaml::line_end(text, name.end);
        let start = first + text[first..].find('\n').map_or(0, |end| end + 1);
        if text[value.clone()].starts_with('{') {
            return Ok(start..value.end);
        }
        let indent = value.start - yaml::line_start(text, value.start);
        let end = yaml::line_end(text, value.end);
        Ok(start..end - outdented_comments(&text[start..end], indent))
    }

    fn torn(&self, around: &Tree) -> Failure {
        let location = match around.key_span(&self.0) {
            Some(span) => around.at(span),
            None => around.at(0..0),
        };
        let message = format!(
            "the conda spec below `{}` cannot be read on its own",
            self.0
        );
        Failure::input(
            Diagnostic::error(codes::UNUSUAL_YAML, message)
                .at(location, "")
                .help("write it out, without tags and without aliases to other parts of the file"),
        )
    }
}

/// The length of the comments at the end of a block that are indented less than it. They
/// belong to the text after the block.
fn outdented_comments(block: &str, indent: usize) -> usize {
    let is_outside = |line: &&str| {
        let bare = line.trim_start_matches(' ');
        let is_comment = bare.starts_with('#') && line.len() - bare.len() < indent;
        is_comment || bare.trim().is_empty()
    };
    let lines = block.split_inclusive('\n').rev().take_while(is_outside);
    let cut: usize = lines.map(str::len).sum();
    // The line break before them does not belong to the block either.
    let kept = block[..block.len() - cut].trim_end_matches(['\r', '\n']);
    block.len() - kept.len()
}

/// Replaces everything outside a range with blanks, except line breaks.
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::route::route;

    fn conda_file() -> Part {
        Part::below(route!("conda_file"))
    }

    fn file(text: &str) -> Arc<SourceFile> {
        SourceFile::from_text("e.yml", text)
    }

    #[test]
    fn every_byte_keeps_its_place() {
        let host = "name: é\r\nconda_file: # here\r\n  # its head\r\n  dependencies: # list\r\n  - numpy # ü\r\n# behind\r\nimage: x\r\n";
        let source = file(host);
        let text = conda_file().text(&source).unwrap();
        assert_eq!(text.len(), host.len());
        let kept = text.trim();
        assert_eq!(
            kept,
            "# its head\r\n  dependencies: # list\r\n  - numpy # ü"
        );
        assert_eq!(text.find(kept), host.find(kept));
        let [before, behind] = conda_file().around(&source).unwrap();
        assert!(before.ends_with("# here\r\n"));
        assert_eq!(behind, "\r\n# behind\r\nimage: x\r\n");
    }

    #[test]
    fn braces_are_a_part_without_the_rest_of_their_line() {
        let source = file("conda_file: {dependencies: [numpy]} # why\nimage: x\n");
        let text = conda_file().text(&source).unwrap();
        assert_eq!(text.trim(), "{dependencies: [numpy]}");
    }

    #[test]
    fn a_part_may_stand_below_several_keys() {
        let host = "environment:\n  python:\n    condaDependencies:\n      # head\n      dependencies: [numpy]\n  docker: {}\n";
        let part = Part::below(route!("environment", "python", "condaDependencies"));
        let source = file(host);
        let text = part.text(&source).unwrap();
        assert_eq!(text.trim(), "# head\n      dependencies: [numpy]");
        let host = "{\"python\": {\"condaDependencies\":\n\t{\"dependencies\": []}}, \"name\": \"\\ud83d\\ude00\\/\"}";
        let part = Part::below(route!("python", "condaDependencies"));
        let source = SourceFile::from_text("e.json", host);
        let text = part.text(&source).unwrap();
        assert_eq!(text.trim(), "{\"dependencies\": []}");
    }

    #[test]
    fn a_part_may_stand_in_a_list_or_at_an_anchor() {
        let text = "a:\n  - b: &e\n      conda_file:\n        dependencies: [numpy]\nc: *e\n";
        let source = file(text);
        let listed = Part::below(route!("a", 0, "b", "conda_file"));
        let aliased = Part::below(route!("c", "conda_file"));
        for part in [listed, aliased] {
            assert_eq!(part.text(&source).unwrap().trim(), "dependencies: [numpy]");
        }
    }

    #[test]
    fn what_means_nothing_by_itself_is_refused() {
        for host in [
            "x: &a [numpy]\nconda_file:\n  dependencies: *a\n",
            "x: &a {dependencies: [numpy]}\nconda_file: *a\n",
            "conda_file: other.yml\n",
            "image: x\n",
        ] {
            let failure = conda_file().text(&file(host)).expect_err(host);
            assert_eq!(failure.diagnostics[0].name, "unusual-yaml");
        }
    }
}
