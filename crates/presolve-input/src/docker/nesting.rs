//! Finds the end of `$(…)`, `${…}`, `$((…))` and backticks, including everything nested in
//! them. A parenthesis in quotes, in a comment, in a here-document or after a pattern of
//! `case` does not end them.
//!
//! The open constructs are on an explicit stack, and each character is read once. No script
//! overflows the call stack, and the time is linear in its length.

use std::ops::Range;

use super::{shell::Heredoc, text::Text};

/// The index after the expansion that begins at a `$`, a backtick, or a parenthesis; `None`
/// if it has no end.
pub(super) fn end(text: &Text, at: usize, is_quoted: bool) -> Option<usize> {
    let mut scanner = Scanner {
        text,
        at,
        open: Vec::new(),
    };
    match text.get(at)? {
        '(' if text.get(at + 1) == Some('(') => scanner.begin(Open::Arithmetic, 2),
        '(' => scanner.begin(Open::commands(), 1),
        _ => scanner.expansion(is_quoted)?,
    }
    while let Some(open) = scanner.open.pop() {
        scanner.step(open)?;
    }
    Some(scanner.at)
}

/// The index after the backtick that closes the one at `at`.
pub(super) fn backtick_end(text: &Text, at: usize) -> Option<usize> {
    escaped_end(text, at + 1, '`')
}

/// The index after the quote that ends `$'…'`. `at` is the index after the first quote.
pub(super) fn escaped_end(text: &Text, mut at: usize, quote: char) -> Option<usize> {
    loop {
        match text.get(at)? {
            '\\' => at += 2,
            c if c == quote => return Some(at + 1),
            _ => at += 1,
        }
    }
}

/// The body of a here-document whose first line begins at `start`, and the index after its
/// last line. Without an end, the body extends to the end of the script, as in a shell.
pub(super) fn body(text: &Text, start: usize, heredoc: &Heredoc) -> (Range<usize>, usize) {
    let mut at = start;
    while at < text.len() {
        let end = text.skip(at, |c| c != '\n');
        let begin = if heredoc.strips_tabs {
            text.skip(at, |c| c == '\t').min(end)
        } else {
            at
        };
        let line = (begin..end).filter_map(|at| text.get(at));
        if line.filter(|c| *c != '\r').eq(heredoc.end.chars()) {
            return (start..at, (end + 1).min(text.len()));
        }
        at = end + 1;
    }
    (start..text.len(), text.len())
}

/// A construct that has begun and not ended.
enum Open {
    /// `$(`, `<(` or `(`.
    Commands(Commands),
    /// `$((` or `((`, or a parenthesis in one.
    Arithmetic,
    Parenthesis,
    /// `${`.
    Braces {
        is_quoted: bool,
    },
    /// `"`.
    Quotes,
}

/// The state inside a list of commands.
struct Commands {
    /// A command can begin here, so a word may be reserved.
    is_start: bool,
    /// A `#` here is part of the word, not a comment.
    in_word: bool,
    /// The number of open `case`s, whose patterns each end with `)`.
    cases: usize,
    /// The here-documents that the current line names.
    heredocs: Vec<Heredoc>,
}

impl Open {
    fn commands() -> Self {
        Self::Commands(Commands {
            is_start: true,
            in_word: false,
            cases: 0,
            heredocs: Vec::new(),
        })
    }
}

/// Words that a command can follow directly.
pub(super) const BEFORE_COMMANDS: [&str; 10] = [
    "if", "then", "elif", "else", "while", "until", "do", "{", "!", "time",
];

struct Scanner<'t> {
    text: &'t Text,
    at: usize,
    open: Vec<Open>,
}

impl Scanner<'_> {
    fn begin(&mut self, open: Open, length: usize) {
        self.open.push(open);
        self.at += length;
    }

    fn looks_at(&self, what: &str) -> bool {
        let next = (self.at..).map_while(|at| self.text.get(at));
        next.take(what.chars().count()).eq(what.chars())
    }

    /// Reads the next character in the innermost construct, and puts that back unless it ends.
    /// `None` at the end of the text.
    fn step(&mut self, open: Open) -> Option<()> {
        let character = self.text.get(self.at)?;
        match (open, character) {
            (Open::Commands(commands), _) => return self.in_commands(commands, character),
            (open, '\\') => {
                self.open.push(open);
                self.at += 2;
            }
            (Open::Arithmetic, ')') if self.looks_at("))") => self.at += 2,
            // `$((a); b)`: a group of commands, not arithmetic.
            (Open::Arithmetic, ')') => self.begin(Open::commands(), 1),
            (Open::Parenthesis, ')') | (Open::Braces { .. }, '}') | (Open::Quotes, '"') => {
                self.at += 1;
            }
            (open @ (Open::Arithmetic | Open::Parenthesis), '(') => {
                self.open.push(open);
                self.begin(Open::Parenthesis, 1);
            }
            (open, _) => {
                let is_quoted = matches!(open, Open::Quotes | Open::Braces { is_quoted: true });
                let is_quotes = matches!(open, Open::Quotes);
                self.open.push(open);
                match character {
                    '$' | '`' => self.expansion(is_quoted)?,
                    '"' if !is_quotes => self.begin(Open::Quotes, 1),
                    '\'' if !is_quoted => self.single_quoted()?,
                    _ => self.at += 1,
                }
            }
        }
        Some(())
    }

    /// Opens the construct that begins with `$` or a backtick.
    fn expansion(&mut self, is_quoted: bool) -> Option<()> {
        if self.looks_at("`") {
            self.at = backtick_end(self.text, self.at)?;
        } else if self.looks_at("$((") {
            self.begin(Open::Arithmetic, 3);
        } else if self.looks_at("$(") {
            self.begin(Open::commands(), 2);
        } else if self.looks_at("${") {
            self.begin(Open::Braces { is_quoted }, 2);
        } else if self.looks_at("$'") && !is_quoted {
            self.at = escaped_end(self.text, self.at + 2, '\'')?;
        } else {
            self.at += 1;
        }
        Some(())
    }

    fn single_quoted(&mut self) -> Option<()> {
        let end = self.text.skip(self.at + 1, |c| c != '\'');
        self.at = end + 1;
        self.text.get(end).map(drop)
    }

    fn in_commands(&mut self, mut commands: Commands, character: char) -> Option<()> {
        match character {
            '\n' => {
                self.at += 1;
                for heredoc in commands.heredocs.drain(..) {
                    self.at = body(self.text, self.at, &heredoc).1;
                }
                commands.end_command();
            }
            '#' if !commands.in_word => self.at = self.text.skip(self.at, |c| c != '\n'),
            ')' if commands.cases == 0 => {
                self.at += 1;
                return Some(());
            }
            ';' | '&' | '|' | ')' => {
                self.at += 1;
                commands.end_command();
            }
            '(' => {
                commands.end_command();
                self.open.push(Open::Commands(commands));
                self.begin(Open::commands(), 1);
                return Some(());
            }
            '<' | '>' => return self.redirection(commands),
            c if c.is_whitespace() => {
                self.at += 1;
                commands.in_word = false;
            }
            '\\' if self.looks_at("\\\n") => self.at += 2,
            _ => return self.in_word(commands, character),
        }
        self.open.push(Open::Commands(commands));
        Some(())
    }

    fn redirection(&mut self, mut commands: Commands) -> Option<()> {
        commands.in_word = false;
        let is_process = self.text.get(self.at + 1) == Some('(');
        let is_heredoc = self.looks_at("<<") && !self.looks_at("<<<");
        if is_heredoc {
            self.at += 2;
            commands.heredocs.extend(self.heredoc());
        } else if !is_process {
            self.at += if self.looks_at("<<<") { 3 } else { 1 };
        }
        self.open.push(Open::Commands(commands));
        if is_process {
            self.begin(Open::commands(), 2);
        }
        Some(())
    }

    /// Reads the delimiter of a here-document.
    fn heredoc(&mut self) -> Option<Heredoc> {
        let strips_tabs = self.looks_at("-");
        self.at += usize::from(strips_tabs);
        let start = self.text.skip(self.at, |c| c == ' ' || c == '\t');
        self.at = self.text.skip(start, |c| !is_end_of_word(c));
        let span = self.text.span(start..self.at);
        (start < self.at).then(|| Heredoc::named(self.text, span, strips_tabs))
    }

    fn in_word(&mut self, mut commands: Commands, character: char) -> Option<()> {
        let begins = !std::mem::replace(&mut commands.in_word, true);
        if begins && commands.is_start {
            let word = self.plain_word();
            commands.is_start = BEFORE_COMMANDS.contains(&&*word);
            match &*word {
                "case" => commands.cases += 1,
                "esac" => commands.cases = commands.cases.saturating_sub(1),
                _ => {}
            }
        }
        self.open.push(Open::Commands(commands));
        match character {
            '\\' => self.at += 2,
            '"' => self.begin(Open::Quotes, 1),
            '\'' => self.single_quoted()?,
            '$' | '`' => self.expansion(false)?,
            _ => self.at += 1,
        }
        Some(())
    }

    /// The word that begins here, cut to the length of the longest reserved word.
    fn plain_word(&self) -> String {
        const LONGEST: usize = 6;
        let next = (self.at..).map_while(|at| self.text.get(at));
        let word = next.take(LONGEST).take_while(|c| !is_end_of_word(*c));
        word.collect()
    }
}

impl Commands {
    fn end_command(&mut self) {
        self.is_start = true;
        self.in_word = false;
    }
}

fn is_end_of_word(c: char) -> bool {
    c.is_whitespace() || matches!(c, ';' | '&' | '|' | '(' | ')' | '<' | '>')
}
