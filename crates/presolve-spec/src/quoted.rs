//! Double-quoted scalars that span several lines. In a block mapping, tree-sitter accepts them
//! only if the continued lines are indented deeper than the key, as YAML 1.2 says. libyaml and
//! PyYAML accept any indentation, and PyYAML writes such files.

/// Where the scanner is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Plain,
    Comment,
    Single,
    Double,
}

/// Replaces the line breaks in double-quoted scalars with blanks. Byte offsets stay the same.
/// `None` if there are none, or the text has block scalars, in which quotes mean nothing.
pub(super) fn on_one_line(text: &str) -> Option<String> {
    let mut bytes = text.as_bytes().to_vec();
    let mut state = State::Plain;
    // Whether a quote here would begin a scalar, instead of being a part of one.
    let mut is_start = true;
    let (mut line, mut at) = (0, 0);
    while let Some(&byte) = bytes.get(at) {
        let next = bytes.get(at + 1).copied().unwrap_or(b'\n');
        match (state, byte) {
            (State::Double, b'\\') if !matches!(next, b'\r' | b'\n') => at += 1,
            (State::Double, b'\r' | b'\n') => bytes[at] = b' ',
            (State::Single, b'\'') if next == b'\'' => at += 1,
            (State::Double, b'"') | (State::Single, b'\'') => state = State::Plain,
            (State::Double | State::Single, _) => {}
            (_, b'\n') => {
                if begins_block_scalar(&text[line..at]) {
                    return None;
                }
                (state, is_start, line) = (State::Plain, true, at + 1);
            }
            (State::Comment, _) | (_, b' ' | b'\t' | b'\r') => {}
            (_, b'#') if at == line || bytes[at - 1].is_ascii_whitespace() => {
                state = State::Comment;
            }
            (_, b'"') if is_start => (state, is_start) = (State::Double, false),
            (_, b'\'') if is_start => (state, is_start) = (State::Single, false),
            (_, b':' | b'-' | b'?') => is_start = next.is_ascii_whitespace(),
            (_, byte) => is_start = matches!(byte, b',' | b'[' | b'{'),
        }
        at += 1;
    }
    let changed = String::from_utf8(bytes).ok()?;
    (changed != text).then_some(changed)
}

/// Whether a line ends with the header of a block scalar, such as `key: |-`.
fn begins_block_scalar(line: &str) -> bool {
    let content = line.split(" #").next().unwrap_or(line);
    let last = content.split_whitespace().last().unwrap_or_default();
    let rest = last.strip_prefix(['|', '>']);
    rest.is_some_and(|rest| rest.chars().all(|c| c.is_ascii_digit() || "+-".contains(c)))
}

#[cfg(test)]
mod tests {
    use presolve_text::source::SourceFile;

    use super::*;
    use crate::{route::route, yaml::Tree};

    #[test]
    fn a_continued_scalar_at_the_indentation_of_its_key_has_a_place() {
        let text = "# it's \"so\nname: 'a''b'\nin:\n  prompt: \"One \\\n  word, \\\"no\\\"\n  more: x\"\n  last: [\"a\n  b\", c]\nend: here # \"\n";
        let source = SourceFile::from_text("a.yml", text);
        let tree = Tree::parse(&source).expect("YAML");
        let shown = |route| tree.location(&route).text().to_owned();
        assert_eq!(shown(route!("end")), "here");
        assert_eq!(shown(route!("in", "last", 1)), "c");
        let prompt = shown(route!("in", "prompt"));
        assert!(
            prompt.starts_with("\"One \\\n") && prompt.ends_with("more: x\""),
            "{prompt}"
        );
        let value = tree.value(&route!("in", "prompt"));
        let value = value.and_then(|value| value.as_str());
        assert_eq!(value, Some("One word, \"no\" more: x"));
    }

    #[test]
    fn offsets_stay_the_same_and_other_texts_are_left_alone() {
        let text = "a: \"é\r\n  b\"\r\nc: d\r\n";
        let changed = on_one_line(text).expect("changed");
        assert_eq!(changed.len(), text.len());
        assert_eq!(changed, "a: \"é    b\"\r\nc: d\r\n");
        for other in [
            "a: b\n",
            "a: it's \"so\n  b: c\n",
            "a: |\n  \"b\n  c\"\nd: \"e\n  f\"\n",
            "a: >-\n  b\nd: \"e\n  f\"\n",
            "# \"a\nb: c\n",
            "a: 'x \"y\n  z'\n",
        ] {
            assert_eq!(on_one_line(other), None, "{other}");
        }
    }
}
