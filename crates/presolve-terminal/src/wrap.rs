//! Wraps text at blanks. Text in backticks stays on one line, because it is copied.

use unicode_width::UnicodeWidthStr;

/// Wraps each line of a text to a width in columns. A word that is wider stays whole.
pub(crate) fn wrap(text: &str, width: usize) -> String {
    let lines: Vec<String> = text
        .split('\n')
        .map(|line| wrap_line(line, width))
        .collect();
    lines.join("\n")
}

fn wrap_line(line: &str, width: usize) -> String {
    let mut wrapped = String::new();
    let mut column = 0;
    for (number, word) in words(line).enumerate() {
        let length = word.width();
        if number > 0 && column + 1 + length > width {
            wrapped.push('\n');
            column = 0;
        } else if number > 0 {
            wrapped.push(' ');
            column += 1;
        }
        wrapped += word;
        column += length;
    }
    wrapped
}

/// Splits a line at blanks outside backticks.
fn words(line: &str) -> impl Iterator<Item = &str> {
    // Without its partner, a backtick is a letter like others.
    let is_paired = line.matches('`').count().is_multiple_of(2);
    let mut is_quoted = false;
    line.split(move |letter| {
        is_quoted ^= letter == '`' && is_paired;
        letter == ' ' && !is_quoted
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_wrapped_at_blanks_outside_backticks() {
        let text = "run `presolve pin -U environment.yml` to renew all of the pins";
        let wrapped = "run\n`presolve pin -U environment.yml`\nto renew all of the\npins";
        assert_eq!(wrap(text, 20), wrapped);
        assert_eq!(wrap(text, 200), text);
        // A backtick without its partner quotes nothing.
        assert_eq!(wrap("ab `c de", 5), "ab `c\nde");
    }

    #[test]
    fn no_text_is_lost() {
        for text in ["", " ", "a  b", "`a b", "é ü 漢字 漢字"] {
            let joined = wrap(text, 4).replace('\n', " ");
            assert_eq!(joined, text, "{text:?}");
        }
    }
}
