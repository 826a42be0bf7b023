//! The exec form of an instruction: its words as a JSON array of strings.

use super::{
    shell::{Part, Word},
    text::Text,
};

/// Returns the words of an array; `None` if the text is not one. Docker then treats it as a
/// shell command (<https://docs.docker.com/reference/dockerfile/#exec-form>).
pub(super) fn words(text: &Text) -> Option<Vec<Word>> {
    let blank = |at| text.skip(at, char::is_whitespace);
    let mut at = blank(0);
    if text.get(at) != Some('[') {
        return None;
    }
    serde_json::from_str::<Vec<String>>(&text.plain()).ok()?;
    let mut words = Vec::new();
    while let Some(character) = text.get(at) {
        if character != '"' {
            at += 1;
            continue;
        }
        let start = at;
        at += 1;
        while text.get(at)? != '"' {
            at += 1 + usize::from(text.get(at) == Some('\\'));
        }
        at += 1;
        let literal: String = (start..at).filter_map(|at| text.get(at)).collect();
        words.push(Word {
            parts: vec![Part::Text(serde_json::from_str(&literal).ok()?)],
            span: text.span(start..at),
        });
    }
    Some(words)
}
