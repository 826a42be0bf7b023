//! Measures the nesting depth of a YAML or JSON text without parsing it.
//!
//! The YAML parsers recurse once per level, and the one that locates values takes time
//! quadratic in the depth.

/// Maximum depth of YAML and JSON. Environment files have 4 levels, Azure ML definitions about
/// 8. The limit of serde_json is 128.
pub const LIMIT: usize = 64;

/// Offset of the first byte that is nested deeper than [`LIMIT`]; `None` if there is none.
///
/// Brackets count everywhere except in quotes and comments, and indented blocks count by their
/// indentation. Text that only resembles nesting, such as brackets in a block scalar, also
/// counts: no useful text has that many.
pub fn too_deep(text: &str) -> Option<usize> {
    brackets_too_deep(text).or_else(|| blocks_too_deep(text))
}

fn brackets_too_deep(text: &str) -> Option<usize> {
    let mut depth = 0_usize;
    let bytes = text.as_bytes();
    let mut place = 0;
    while let Some(&byte) = bytes.get(place) {
        let is_start = place
            .checked_sub(1)
            .is_none_or(|before| b" \t\r\n,:[{".contains(&bytes[before]));
        match byte {
            b'[' | b'{' => {
                depth += 1;
                if depth > LIMIT {
                    return Some(place);
                }
            }
            b']' | b'}' => depth = depth.saturating_sub(1),
            b'"' | b'\'' if is_start => place = quote_end(bytes, place),
            b'#' if is_start => {
                place += bytes[place..].iter().take_while(|&&b| b != b'\n').count();
            }
            _ => {}
        }
        place += 1;
    }
    None
}

/// Offset of the quote that closes the string at `start`, or `start` if the quote is never
/// closed and therefore does not begin a string.
fn quote_end(bytes: &[u8], start: usize) -> usize {
    let quote = bytes[start];
    let mut place = start + 1;
    while let Some(&byte) = bytes.get(place) {
        match byte {
            b'\\' if quote == b'"' => place += 1,
            _ if byte == quote => return place,
            _ => {}
        }
        place += 1;
    }
    start
}

/// Finds blocks that are nested too deeply. Each level is indented further than its parent, or
/// is one more `- ` or `? ` on the same line.
fn blocks_too_deep(text: &str) -> Option<usize> {
    let mut levels: Vec<usize> = Vec::new();
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let content = line.trim_start_matches(' ');
        let mut indent = line.len() - content.len();
        if content.trim().is_empty() || content.starts_with('#') {
            start += line.len();
            continue;
        }
        while levels.last().is_some_and(|&level| level >= indent) {
            levels.pop();
        }
        levels.push(indent);
        let mut rest = content;
        while let Some(inner) = ["- ", "? ", ": "]
            .iter()
            .find_map(|mark| rest.strip_prefix(mark))
        {
            let trimmed = inner.trim_start_matches(' ');
            indent += rest.len() - trimmed.len();
            levels.push(indent);
            rest = trimmed;
            if levels.len() > LIMIT {
                return Some(start + indent);
            }
        }
        if levels.len() > LIMIT {
            return Some(start + indent);
        }
        start += line.len();
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_of_use_are_not_deep() {
        let flat = "a: [b, {c: d}]\nlist:\n  - x: \"[[[\"  # [[[[\n".repeat(500);
        assert_eq!(too_deep(&flat), None);
        let lists = "- a\n".repeat(1000);
        assert_eq!(too_deep(&lists), None);
        let quoted = format!("a: '{}'\nb: \"{}\"\n", "[".repeat(500), "{".repeat(500));
        assert_eq!(too_deep(&quoted), None);
    }

    #[test]
    fn every_kind_of_nesting_is_seen() {
        assert_eq!(too_deep(&"[".repeat(100_000)), Some(LIMIT));
        assert_eq!(too_deep(&"{a: ".repeat(100_000)), Some(4 * LIMIT));
        // An unclosed quote does not hide brackets.
        assert!(too_deep(&format!("a: 'x\n{}", "[".repeat(100))).is_some());
        assert!(too_deep(&format!("a: it's\n{}", "[".repeat(100))).is_some());
        assert!(too_deep(&"- ".repeat(100)).is_some());
        let blocks: String = (0..100).map(|n| format!("{}a:\n", " ".repeat(n))).collect();
        assert!(too_deep(&blocks).is_some());
    }
}
