//! Merges several pip lists into one.

use std::ops::Range;

use yaml_serde::Value;

use super::{Editor, Place, plain};
use crate::{
    list::{remove_element, uneditable},
    yaml,
};
use presolve_text::diagnostic::Failure;

impl<'e> Editor<'e> {
    /// Moves the lines of all pip lists into the last list that has any, with their comments.
    pub(super) fn merge_pip_lists(&mut self) -> Result<(), Failure> {
        let lists = self.pip_lists();
        let is_empty = |place: &&Place| self.items(**place).is_empty();
        let Some(&last) = lists.iter().rev().find(|place| !is_empty(place)) else {
            return Ok(());
        };
        for place in lists {
            if self.tree.source().is_json() {
                if place.route() != last.route() {
                    self.move_elements(place, last)?;
                }
            } else if self.items(place).is_empty() {
                self.remove_key(place)?;
            } else if place.route() != last.route() {
                self.move_lines(place, last)?;
            }
        }
        Ok(())
    }

    fn items(&self, place: Place) -> &[Value] {
        let Place::Pip(index) = place else {
            return &[];
        };
        let items = self.tree.root.get("dependencies");
        let items = items.and_then(|items| items.get(index)?.get("pip")?.as_sequence());
        items.map_or(&[], |items| &items[..])
    }

    /// Moves the elements of one array before the first element of another, and removes the
    /// object around it.
    fn move_elements(&mut self, from: Place, to: Place) -> Result<(), Failure> {
        let (old, new) = (self.list(from)?, self.list(to)?);
        if let Some(first) = new.lines.first() {
            for line in &old.lines {
                new.insert_before(&mut self.edits, first, &plain(&line.text));
            }
        }
        let object = from.route().parent();
        if let Some(object) = object.and_then(|object| self.tree.span(&object)) {
            remove_element(&mut self.edits, object);
        }
        Ok(())
    }

    fn remove_key(&mut self, place: Place) -> Result<(), Failure> {
        let (key, _) = self.key_line(place)?;
        self.edits.remove_line(key);
        Ok(())
    }

    /// The range of the line `- pip:`, and its comment.
    fn key_line(&self, place: Place) -> Result<(Range<usize>, &'e str), Failure> {
        let refused = || {
            let location = self.tree.location(&place.route());
            uneditable(
                location,
                "this pip list cannot be moved",
                "write `- pip:` on a line of its own, and one requirement per line below it",
            )
        };
        let key = self.tree.key_span(&place.route()).ok_or_else(refused)?;
        let text = self.edits.text;
        let line = yaml::line_start(text, key.start)..yaml::line_end(text, key.end);
        let after = text[key.end..].strip_prefix(':').ok_or_else(refused)?;
        let colon = text.len() - after.len();
        let (_, comment) = yaml::trailing_comment(text, colon).ok_or_else(refused)?;
        if text[line.start..key.start].trim() != "-" {
            return Err(refused());
        }
        Ok((line, comment))
    }

    /// Moves the lines of one list before the first line of another.
    fn move_lines(&mut self, from: Place, to: Place) -> Result<(), Failure> {
        let (key, comment) = self.key_line(from)?;
        let (old, new) = (self.list(from)?, self.list(to)?);
        let (text, line_break) = (self.edits.text, self.edits.line_break);
        let indent = |start: usize| {
            let line = &text[yaml::line_start(text, start)..start];
            line.len() - line.trim_start_matches(' ').len()
        };
        let (Some(first), Some(last), Some(target)) =
            (old.lines.first(), old.lines.last(), new.lines.first())
        else {
            return Ok(());
        };
        let (before, after) = (indent(first.span.start), indent(target.span.start));
        let start = (key.end + line_break.len()).min(text.len());
        let end = yaml::line_end(text, last.span.end);
        let mut moved = String::new();
        if !comment.is_empty() {
            moved += &format!("{}{comment}{line_break}", " ".repeat(after));
        }
        for line in text[start..end].lines() {
            let own = line.len() - line.trim_start_matches(' ').len();
            if own < before && !line.trim_start().starts_with('#') && !line.trim().is_empty() {
                return Err(uneditable(
                    self.tree.location(&from.route()),
                    "this pip list cannot be moved",
                    "write each requirement on its own line",
                ));
            }
            let indent = (own + after).saturating_sub(before);
            moved += &" ".repeat(if line.trim().is_empty() { 0 } else { indent });
            moved += line.trim_start_matches(' ').trim_end();
            moved += line_break;
        }
        let place = yaml::line_start(text, target.span.start);
        self.edits.insert(place, &moved);
        self.edits.remove_line(key.start..end);
        Ok(())
    }
}
