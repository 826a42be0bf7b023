//! Filters foreign text for output: text of files, logs, indexes and channels.
//!
//! All output of presolve passes through this module. It masks secrets
//! ([`presolve_text::secrets`]) and makes characters visible that control a terminal or hide
//! text. It also changes lines that a CI runner would execute as a command:
//!
//! - GitHub Actions executes a line that begins with `::` after blanks, and `##[name]`
//!   anywhere in a line
//!   (<https://docs.github.com/actions/reference/workflow-commands-for-github-actions>;
//!   `ActionCommand.cs` of <https://github.com/actions/runner>);
//! - Azure Pipelines executes `##vso[` anywhere in a line, and formats lines with `##[`
//!   (<https://learn.microsoft.com/azure/devops/pipelines/scripts/logging-commands>);
//! - TeamCity executes `##teamcity[`
//!   (<https://www.jetbrains.com/help/teamcity/service-messages.html>).
//!
//! The two .NET runners ignore the characters that Unicode ignores when they compare texts, so
//! such a character does not break up a command.
//!
//! The filter applies to printed output only. Files are written byte for byte. A printed diff
//! or lock file is filtered even if the output is a pipe, because the log of a CI runner reads
//! from a pipe. A text without anything to hide is printed unchanged.

use std::sync::LazyLock;

use anstream::adapter::strip_str;
use regex::Regex;

use presolve_text::secrets;

/// Filters a foreign text for use in a message, a label or a table. Line breaks remain.
pub fn shown(text: &str) -> String {
    without_commands(&visible(&secrets::redact(text)))
}

/// Filters the source lines of a diagnostic. Every character keeps its length in bytes, so
/// spans stay valid. Control characters of one byte are left to the renderer, which shows them
/// as control pictures.
pub fn shown_in_place(text: &str) -> String {
    let masked = secrets::redact_in_place(text);
    if !masked.contains(is_hidden) {
        return masked;
    }
    let mut shown = String::with_capacity(masked.len());
    for c in masked.chars() {
        match (is_hidden(c), c.len_utf8()) {
            (true, 2) => shown.push('¿'),
            (true, 3) => shown.push(char::REPLACEMENT_CHARACTER),
            (true, 4) => shown += "\u{fffd}?",
            _ => shown.push(c),
        }
    }
    shown
}

/// Filters a complete output where styles are shown. The only terminal sequences that pass are
/// the styles of presolve.
///
/// A renderer filters foreign text with [`shown`] before it adds styles, so a style from a
/// file is visible text at this point.
pub fn styled(text: &str) -> String {
    let masked = secrets::redact(text);
    let mut shown = String::with_capacity(masked.len());
    let mut end = 0;
    for style in STYLE.find_iter(&masked) {
        shown += &visible(&masked[end..style.start()]);
        shown += style.as_str();
        end = style.end();
    }
    shown += &visible(&masked[end..]);
    without_commands(&shown)
}

/// Filters a complete output without styles: for a file, a pipe or a plain terminal.
pub fn unstyled(text: &str) -> String {
    shown(&strip_str(text).to_string())
}

/// Filters a printed file in the format of another tool. Its writer already omits secrets, and
/// a mask for a text that resembles a secret would make the file different.
pub fn printed_file(text: &str) -> String {
    without_commands(&visible(text))
}

/// Filters a printed JSON text. Strings keep their meaning, without characters that a terminal
/// or a CI runner interprets. Secrets are masked in all strings except those that an edit
/// writes into a file; the writer omits an edit that contains a secret.
pub fn json(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut keys: Vec<String> = vec![String::new()];
    let mut rest = text;
    while let Some(start) = rest.find(['"', '{', '}']) {
        shown += &rest[..start];
        let token = &rest[start..];
        rest = &token[1..];
        match token.as_bytes()[0] {
            b'{' => keys.push(String::new()),
            b'}' => drop(keys.pop()),
            _ => {
                let length = string_end(token);
                let string = &token[..length];
                rest = &token[length..];
                if rest.trim_start().starts_with(':') {
                    shown += string;
                    if let Some(last) = keys.last_mut() {
                        string[1..length - 1].clone_into(last);
                    }
                } else {
                    shown += &json_string(string, is_edit(&keys));
                }
                continue;
            }
        }
        shown += &token[..1];
    }
    shown + rest
}

/// Whether a string is the new text of an edit: `with` in presolve's formats, or the text in
/// SARIF's `insertedContent`.
fn is_edit(keys: &[String]) -> bool {
    match keys {
        [.., parent, key] => key == "with" || parent == "insertedContent",
        _ => false,
    }
}

/// End of the string literal at the start of a JSON text.
fn string_end(text: &str) -> usize {
    let mut is_escaped = true;
    let end = text.bytes().position(|byte| {
        let is_end = byte == b'"' && !is_escaped;
        is_escaped = byte == b'\\' && !is_escaped;
        is_end
    });
    end.map_or(text.len(), |end| end + 1)
}

fn json_string(string: &str, is_edit: bool) -> String {
    let masked = match serde_json::from_str::<String>(string) {
        Ok(text) if !is_edit && secrets::redact(&text) != text => {
            serde_json::Value::from(secrets::redact(&text)).to_string()
        }
        _ => string.to_owned(),
    };
    let mut escaped = String::with_capacity(masked.len());
    let mut last = None;
    for c in masked.chars() {
        match c {
            '#' if last == Some('#') => escaped += "\\u0023",
            c if is_hidden(c) || c == '\u{7f}' => {
                for unit in c.encode_utf16(&mut [0; 2]) {
                    escaped += &format!("\\u{unit:04x}");
                }
            }
            c => escaped.push(c),
        }
        last = Some(c);
    }
    escaped
}

/// Replaces characters that control a terminal or hide text. Line breaks and tabs remain.
pub fn visible(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut characters = text.chars().peekable();
    while let Some(c) = characters.next() {
        match c {
            '\n' | '\t' => shown.push(c),
            '\r' if characters.peek() == Some(&'\n') => shown.push(c),
            // Control pictures, U+2400 to U+2421.
            '\0'..='\u{1f}' => shown.extend(char::from_u32(0x2400 + u32::from(c))),
            '\u{7f}' => shown.push('\u{2421}'),
            c if is_hidden(c) => shown.push(char::REPLACEMENT_CHARACTER),
            c => shown.push(c),
        }
    }
    shown
}

/// Whether a multi-byte character controls a terminal (C1), changes the direction of text
/// (Unicode Standard Annex 9), ends a line, or is invisible (Unicode's
/// `Default_Ignorable_Code_Point`, except the emoji selectors).
fn is_hidden(c: char) -> bool {
    matches!(c,
        '\u{80}'..='\u{9f}' | '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}'..='\u{1160}'
        | '\u{17b4}'..='\u{17b5}' | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}'
        | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{feff}'
        | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{1bca0}'..='\u{1bca3}'
        | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

/// Styles of presolve and its libraries: bold, underlined, or one of the sixteen colours.
/// Styles that hide text or make it blink are excluded.
static STYLE: LazyLock<Regex> = LazyLock::new(|| pattern(r"\x1b\[(?:[014]|[39][0-7])m"));

/// Characters that a runner ignores within a command.
const IGNORED: &str = r"(?:\x1b\[[0-9;]*m|[\x{fffd}\x{fe00}-\x{fe0f}])";

static LINE: LazyLock<Regex> =
    LazyLock::new(|| pattern(&format!(r"(?m)^((?:{IGNORED}|[\s--\n])*):(?:{IGNORED}*:)+")));

static BRACKET: LazyLock<Regex> =
    LazyLock::new(|| pattern(&format!(r"#(?:{IGNORED}|#)*#((?:{IGNORED}|\w)*\[)")));

/// Changes every line that a CI runner would execute as a command.
fn without_commands(text: &str) -> String {
    let text = LINE.replace_all(text, "${1}\u{fffd}:");
    BRACKET.replace_all(&text, "#\u{fffd}${1}").into_owned()
}

fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("the tests compile every pattern")
}

#[cfg(test)]
mod tests {
    use super::*;
    use anstyle::{AnsiColor, Style};

    #[test]
    fn what_steers_a_terminal_is_shown_as_a_character() {
        assert_eq!(shown("a\u{1b}[31mb\u{7}\u{7f}\rc"), "a␛[31mb␇␡␍c");
        assert_eq!(shown("a\u{9b}31m\u{202e}b\u{200b}c"), "a�31m�b�c");
        assert_eq!(shown("a\n\tb 蛇 é 👍"), "a\n\tb 蛇 é 👍");
        assert_eq!(shown("\u{1b}[1ma"), "␛[1ma");
        assert_eq!(shown("a\r\nb"), "a\r\nb");
    }

    #[test]
    fn of_all_sequences_the_styles_of_presolve_alone_pass() {
        let bold = Style::new().bold();
        let red = AnsiColor::BrightRed.on_default().underline();
        let own = format!("{bold}a{bold:#} {red}b{red:#}");
        assert_eq!(styled(&own), own);
        assert_eq!(unstyled(&own), "a b");
        for foreign in [
            "[2J",
            "[5m",
            "[8m",
            "[7;31m",
            "[38;5;1m",
            "[100m",
            "]0;t\u{7}",
        ] {
            let text = format!("a\u{1b}{foreign}b");
            assert!(!styled(&text).contains('\u{1b}'), "{foreign}");
            assert!(!unstyled(&text).contains('\u{1b}'), "{foreign}");
        }
    }

    #[test]
    fn a_place_in_a_filtered_text_stays_where_it_was() {
        for text in [
            "a\u{85}b",
            "a\u{202e}b",
            "a\u{e0041}b",
            "https://u:p4ss@h/",
            "a\u{1b}b",
        ] {
            assert_eq!(shown_in_place(text).len(), text.len(), "{text:?}");
        }
        assert_eq!(shown_in_place("a\u{9b}b\u{202e}"), "a¿b�");
    }

    #[test]
    fn no_line_is_a_command_of_a_runner() {
        for text in [
            "::set-output name=a::b",
            "a\n  ::add-mask::x",
            "\u{a0}::error::x",
            "\u{1b}[0m::error::x",
            "\u{fe0f}:\u{fe0f}:error::x",
            ":::error::x",
            "a ##vso[task.complete]",
            "a ###vso[task.complete]",
            "a ##VSO[x]",
            "##[error]x",
            "##\u{ad}[error]x",
            "##teamcity[x]",
        ] {
            for shown in [shown(text), styled(text), unstyled(text)] {
                let plain = strip_str(&shown).to_string();
                let plain = plain.replace(['\u{fffd}', '\u{fe0f}'], "").to_lowercase();
                let begins = plain
                    .lines()
                    .any(|line| line.trim_start().starts_with("::"));
                assert!(!begins, "{shown:?}");
                let has = |command: &str| plain.contains(command);
                assert!(
                    !has("##vso[") && !has("##[") && !has("##teamcity["),
                    "{shown:?}"
                );
            }
        }
        for text in [
            "a::b",
            "conda-forge::numpy",
            "# a ## b",
            "## [x](y)",
            "issue ##12",
        ] {
            assert_eq!(shown(text), text);
        }
    }

    #[test]
    fn json_keeps_its_meaning_without_what_a_terminal_or_a_runner_heeds() {
        let value = serde_json::json!({
            "a": "##vso[x]\u{9b}\u{202e}\u{7f}\u{e0041}",
            "b": { "c": ["https://u:p4ss@h/", "\"q\" \\ {}"] },
            "with": "https://u:p4ss@h/",
            "insertedContent": { "text": "https://u:p4ss@h/" },
        });
        let shown = json(&format!("{value:#}"));
        assert!(shown.is_ascii() && !shown.contains("##vso["), "{shown}");
        let read: serde_json::Value = serde_json::from_str(&shown).expect("JSON");
        assert_eq!(read["a"], value["a"]);
        assert_eq!(read["b"]["c"][0], "https://****@h/");
        assert_eq!(read["b"]["c"][1], value["b"]["c"][1]);
        assert_eq!(read["with"], value["with"]);
        assert_eq!(read["insertedContent"], value["insertedContent"]);
    }
}
