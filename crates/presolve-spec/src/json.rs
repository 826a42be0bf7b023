//! JSON files. The reader treats them as YAML, but they have no comments, tabs may indent
//! them, and commas separate the entries of their lists.

use std::ops::Range;

use crate::route::route;
use yaml_serde::Value;

use super::{
    edits::{Edits, line_break},
    yaml::{self, Tree},
};

/// Parses a JSON text.
///
/// # Errors
/// Fails when it is not JSON, or an object has a key twice.
pub(super) fn value(text: &str) -> Result<Value, serde_json::Error> {
    serde_json::from_str(text)
}

/// Replaces tabs with blanks, because YAML does not allow tabs as indentation. A tab in a
/// JSON string is written `\t`, so values and byte offsets stay the same.
pub(super) fn without_tabs(text: &str) -> String {
    text.replace('\t', " ")
}

/// The byte offset of an error. serde_json counts lines from 1, and bytes within a line.
pub(super) fn offset(text: &str, error: &serde_json::Error) -> usize {
    let before = error.line().saturating_sub(1);
    let lines = text.split_inclusive('\n').take(before).map(str::len);
    let start: usize = lines.sum();
    let mut offset = (start + error.column().saturating_sub(1)).min(text.len());
    while !text.is_char_boundary(offset) {
        offset -= 1;
    }
    offset
}

/// Returns the last string without escapes that ends at or before a byte.
pub(super) fn string_before(text: &str, offset: usize) -> Range<usize> {
    let quote = |end: usize| text.get(..end)?.rfind('"');
    let end = quote(offset + 1).unwrap_or(offset);
    quote(end).unwrap_or(end)..(end + 1).min(text.len())
}

/// Quotes a text as a JSON string.
pub(super) fn string(text: &str) -> String {
    serde_json::Value::String(text.to_owned()).to_string()
}

/// The layout of an array.
pub(super) struct Array {
    /// The blanks between a comma and the next element.
    gap: String,
}

impl Array {
    /// Reads the layout of an array, whose span includes both brackets.
    pub(crate) fn read(text: &str, span: &Range<usize>) -> Self {
        let inner = inner(text, span);
        let lead = &inner[..inner.len() - inner.trim_start().len()];
        let gap = match lead.rfind('\n') {
            Some(last) => format!("{}{}", line_break(text), &lead[last + 1..]),
            None => blank(text).to_owned(),
        };
        Self { gap }
    }

    /// The text to insert after an element to add another one there.
    pub(crate) fn behind(&self, element: &str) -> String {
        format!(",{}{element}", self.gap)
    }

    /// The text to insert before an element to add another one there.
    pub(crate) fn before(&self, element: &str) -> String {
        format!("{element},{}", self.gap)
    }

    /// An object with a pip list, as an element of this array.
    pub(crate) fn pip_list(&self, text: &str, requirements: &[String]) -> String {
        let (Some(last), unit) = (self.gap.rfind('\n'), unit(text)) else {
            return format!(
                "{{\"pip\":{}{}}}",
                blank(text),
                array(requirements, None, text)
            );
        };
        let (gap, indent) = (&self.gap, &self.gap[last + 1..]);
        let list = array(requirements, Some(&format!("{indent}{unit}")), text);
        format!("{{{gap}{unit}\"pip\": {list}{gap}}}")
    }
}

/// Writes the channels of a file with an empty list or without one.
pub(super) fn write_channels(edits: &mut Edits<'_>, tree: &Tree, channels: &[String]) {
    if tree.root.get("channels").is_some() {
        fill(edits, tree, &route!("channels"), channels);
    } else if let Some(key) = tree.key_span(&route!("dependencies")) {
        let text = edits.text;
        let indent = indentation_alone(text, key.start);
        let list = array(channels, indent, text);
        let gap = match indent {
            Some(indent) => format!("{}{indent}", edits.line_break),
            None => blank(text).to_owned(),
        };
        let entry = format!("\"channels\":{}{list},{gap}", blank(text));
        edits.insert(key.start, &entry);
    }
}

/// Writes entries into an empty list, or in the place of `null`.
pub(super) fn fill(
    edits: &mut Edits<'_>,
    tree: &Tree,
    list: &crate::route::Route<'_>,
    entries: &[String],
) {
    let (Some(span), Some(key)) = (tree.span(list), tree.key_span(list)) else {
        return;
    };
    let indent = has_lines(edits.text).then(|| line_indent(edits.text, key.start));
    let written = array(entries, indent, edits.text);
    edits.replace(span, &written);
}

/// Returns the first list whose entries share one line in a file of several lines, and the
/// same list with a line for each.
pub(super) fn first_on_one_line(tree: &Tree) -> Option<(Range<usize>, String)> {
    let text = tree.source().text();
    if !has_lines(text) {
        return None;
    }
    let mut lists = vec![route!("channels"), route!("dependencies")];
    let dependencies = tree.root.get("dependencies").and_then(Value::as_sequence);
    let count = dependencies.map_or(0, Vec::len);
    lists.extend((0..count).map(|index| route!("dependencies", index, "pip")));
    lists.into_iter().find_map(|list| {
        let span = tree.span(&list)?;
        let inner = text[span.clone()]
            .starts_with('[')
            .then(|| inner(text, &span))?;
        let lead = &inner[..inner.len() - inner.trim_start().len()];
        if inner.trim().is_empty() || lead.contains('\n') {
            return None;
        }
        let elements = (0..).map_while(|index| tree.span(&list.with_key(index)));
        let elements: Vec<String> = elements.map(|span| text[span].to_owned()).collect();
        let indent = line_indent(text, span.start);
        Some((span, elements_below(&elements, indent, text)))
    })
}

/// Removes the commas that removed elements leave behind. Valid JSON with some elements cut
/// out becomes valid JSON again.
pub(super) fn without_stray_commas(text: &str) -> String {
    let mut kept = String::with_capacity(text.len());
    // The last significant character, and its offset if it is a comma.
    let (mut last, mut comma) = ('[', 0);
    let (mut in_string, mut escaped) = (false, false);
    for character in text.chars() {
        if in_string {
            kept.push(character);
            in_string = escaped || character != '"';
            escaped = character == '\\' && !escaped;
            continue;
        }
        match character {
            ',' if matches!(last, '[' | '{' | ',') => continue,
            ',' => comma = kept.len(),
            ']' | '}' if last == ',' => drop(kept.remove(comma)),
            _ => in_string = character == '"',
        }
        kept.push(character);
        if !character.is_whitespace() {
            last = character;
        }
    }
    kept
}

/// An array of strings: one per line below a line with this indentation, or all on one line.
fn array(entries: &[String], indent: Option<&str>, text: &str) -> String {
    let strings: Vec<String> = entries.iter().map(|entry| string(entry)).collect();
    match indent {
        Some(indent) => elements_below(&strings, indent, text),
        None => format!("[{}]", strings.join(&format!(",{}", blank(text)))),
    }
}

fn elements_below(elements: &[String], indent: &str, text: &str) -> String {
    let new_line = line_break(text);
    let gap = format!("{new_line}{indent}{}", unit(text));
    let elements = elements.join(&format!(",{gap}"));
    format!("[{gap}{elements}{new_line}{indent}]")
}

fn inner<'t>(text: &'t str, span: &Range<usize>) -> &'t str {
    text.get(span.start + 1..span.end.saturating_sub(1))
        .unwrap_or_default()
}

/// The blank after commas and colons on one line: empty in a minified file.
fn blank(text: &str) -> &'static str {
    if text.contains("\": ") || text.contains("\", ") {
        " "
    } else {
        ""
    }
}

/// Whether the file is more than one line.
fn has_lines(text: &str) -> bool {
    text.trim().contains('\n')
}

/// The unit of indentation, from the first indented line of the file.
fn unit(text: &str) -> &str {
    let lines = text.lines().filter(|line| !line.trim().is_empty());
    let indented = lines.map(indent_of).find(|indent| !indent.is_empty());
    indented.unwrap_or("  ")
}

/// The indentation of the line that contains a byte.
fn line_indent(text: &str, byte: usize) -> &str {
    indent_of(&text[yaml::line_start(text, byte)..])
}

/// The same, if only blanks precede the byte on its line.
fn indentation_alone(text: &str, byte: usize) -> Option<&str> {
    let before = &text[yaml::line_start(text, byte)..byte];
    (has_lines(text) && before.trim().is_empty()).then_some(before)
}

fn indent_of(line: &str) -> &str {
    &line[..line.len() - line.trim_start_matches([' ', '\t']).len()]
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn an_error_is_placed() {
        let text = "{\n  \"é\": 1,\n  \"é\": 2\n}";
        let error = value(text).expect_err("a key twice");
        let span = string_before(text, offset(text, &error));
        assert_eq!((span.start, &text[span]), (15, "\"é\""));
        let error = value("[1,\n2,]").expect_err("a comma too many");
        assert_eq!(offset("[1,\n2,]", &error), 6);
    }

    #[test]
    fn commas_of_what_is_gone_go_too() {
        for (text, kept) in [
            (r#"[ , "a", , "b", ]"#, r#"[  "a",  "b" ]"#),
            (r#"{"x": [,], "y,]": ",,", }"#, r#"{"x": [], "y,]": ",," }"#),
            (r#"["\",", "\\",]"#, r#"["\",", "\\"]"#),
        ] {
            assert_eq!(without_stray_commas(text), kept);
        }
    }

    proptest! {
        #[test]
        fn whatever_elements_are_cut_out_json_remains(cut in proptest::collection::vec(any::<bool>(), 1..8)) {
            let element = |(index, cut): (usize, &bool)| {
                if *cut { String::new() } else { format!("\n  \"{index},\"") }
            };
            let elements: Vec<String> = cut.iter().enumerate().map(element).collect();
            let text = without_stray_commas(&format!("[{}\n]", elements.join(",")));
            let left: Vec<String> = serde_json::from_str(&text).expect("JSON");
            prop_assert_eq!(left.len(), cut.iter().filter(|cut| !**cut).count());
        }
    }
}
