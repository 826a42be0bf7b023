//! The entries of a list, with their places and comments.

use yaml_serde::Value;

use super::{Reader, first_line, is_template};
use crate::{
    added_block::BlockReader, codes, joined, pin_comment::LineComment, route::Route, yaml,
};
use presolve_text::diagnostic::{Diagnostic, Location};

/// One entry of a `dependencies` or `channels` list, in a form that can be edited.
pub(in crate::environment) struct Entry {
    /// Unquoted.
    pub text: String,
    /// The place of the scalar.
    pub location: Location,
    /// The comment after the scalar on its line.
    pub comment: LineComment,
}

impl Reader<'_> {
    /// Reads the next scalar entry of a list that may have a block of added lines.
    pub(super) fn entry_in(
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
    pub(super) fn entry(&self, route: &Route<'_>, value: &Value) -> Result<Entry, Diagnostic> {
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
    pub(super) fn has_empty_entry(&mut self, route: &Route<'_>, items: &[Value]) -> bool {
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

    pub(super) fn check_length(&mut self, route: &Route<'_>, length: usize) {
        if let Err(error) = self.tree.check_length(route, length) {
            self.errors.push(error);
        }
    }
}
