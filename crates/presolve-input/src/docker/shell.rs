//! The words of a script as a POSIX shell splits it, each with its place
//! (<https://pubs.opengroup.org/onlinepubs/9799919799/utilities/V3_chap02.html>). Nothing
//! is run: what only running can tell is known to be unknown.

use std::ops::Range;

use super::{text::Text, variables::Variables};

/// A word of a script.
#[derive(Clone, Debug, PartialEq)]
pub struct Word {
    /// What it is made of.
    pub parts: Vec<Part>,
    /// Where it stands, quotes and all.
    pub span: Range<usize>,
}

/// A part of a word.
#[derive(Clone, Debug, PartialEq)]
pub enum Part {
    /// Text as it is.
    Text(String),
    /// The value of a variable.
    Variable {
        /// Its name.
        name: String,
        /// What stands for it if it is not set or empty: `${name:-fallback}`.
        fallback: Option<String>,
        /// It stands between `"`, so its value stays one word.
        is_quoted: bool,
    },
    /// What a command prints, or an expansion that is not worked out.
    Computed,
}

/// Why the value of a word is not known.
#[derive(Clone, Debug, PartialEq)]
pub enum Unknown {
    /// A variable has no value in the file.
    Unset(String),
    /// The value of a variable stands for several words.
    Several(String),
    /// The value of a variable is longer than is read.
    TooLong(String),
    /// Only the build can tell.
    Computed,
}

/// A part of a script.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Token {
    /// A word.
    Word(Word),
    /// `&&`, `;`, `|`, `(` and the like, or the end of a line.
    Operator(String),
    /// `>`, `<` and the like, with its place; the word after it is a file's name.
    Redirection(Range<usize>),
}

/// A here-document that a command names.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Heredoc {
    /// The line that ends it.
    pub end: String,
    /// It is written `<<-`: tabs at the start of its lines do not count.
    pub strips_tabs: bool,
    /// Position where it is named.
    pub span: Range<usize>,
}

impl Word {
    /// Its value.
    ///
    /// # Errors
    /// Why it is not known.
    pub fn value(&self, variables: &Variables) -> Result<String, Unknown> {
        let mut value = String::new();
        for part in &self.parts {
            match part {
                Part::Text(text) => value += text,
                Part::Computed => return Err(Unknown::Computed),
                Part::Variable {
                    name,
                    fallback,
                    is_quoted,
                } => {
                    let known = variables.get(name).cloned().flatten();
                    let known = known.filter(|known| !known.is_empty() || fallback.is_none());
                    let known = known.or_else(|| fallback.clone());
                    let known = known.ok_or_else(|| variables.why_unknown(name))?;
                    if !is_quoted && known.contains([' ', '\t', '\n', '*', '?']) {
                        return Err(Unknown::Several(name.clone()));
                    }
                    variables.expand(&mut value, name, &known)?;
                }
            }
        }
        Ok(value)
    }

    /// The names of the variables in it.
    pub fn variables(&self) -> impl Iterator<Item = &str> {
        self.parts.iter().filter_map(|part| match part {
            Part::Variable { name, .. } => Some(name.as_str()),
            _ => None,
        })
    }

    /// The word as it is written, if it has neither variables nor commands in it.
    pub fn literal(&self) -> Option<String> {
        self.value(&Variables::default()).ok()
    }
}

/// The words of arguments that no shell reads, as those of `ENV`: there are no operators.
pub(super) fn words(text: &Text, escape: char) -> Vec<Word> {
    let mut lexer = Lexer {
        text,
        at: 0,
        escape,
        has_operators: false,
    };
    let mut words = Vec::new();
    while let Some(token) = lexer.token() {
        if let Token::Word(word) = token {
            words.push(word);
        }
    }
    words
}

/// The parts of a script.
pub(super) fn tokens(text: &Text) -> Vec<Token> {
    let mut lexer = Lexer {
        text,
        at: 0,
        escape: '\\',
        has_operators: true,
    };
    std::iter::from_fn(|| lexer.token()).collect()
}

/// The here-documents that a line names, as BuildKit finds them: words that begin with
/// `<<`, or with a digit and `<<`.
pub(super) fn heredocs(line: &Text) -> Vec<Heredoc> {
    let words = words(line, '\\').into_iter();
    let named = words.filter_map(|word| {
        let written = line.within(&word.span);
        let name = written.trim_start_matches(|c: char| c.is_ascii_digit());
        let name = name.strip_prefix("<<")?;
        let strips_tabs = name.starts_with('-');
        let name = name.strip_prefix('-').unwrap_or(name);
        if name.is_empty() || name.contains('<') {
            return None;
        }
        let end: String = name
            .chars()
            .filter(|c| !matches!(c, '"' | '\'' | '\\'))
            .collect();
        Some(Heredoc {
            end,
            strips_tabs,
            span: word.span,
        })
    });
    named.collect()
}

struct Lexer<'t> {
    text: &'t Text,
    at: usize,
    escape: char,
    has_operators: bool,
}

impl Lexer<'_> {
    fn peek(&self) -> Option<char> {
        self.text.get(self.at)
    }

    fn looks_at(&self, what: &str) -> bool {
        let mut index = self.at;
        what.chars().all(|c| {
            index += 1;
            self.text.get(index - 1) == Some(c)
        })
    }

    fn token(&mut self) -> Option<Token> {
        loop {
            let character = self.peek()?;
            if self.has_operators && character == '\n' {
                self.at += 1;
                return Some(Token::Operator("\n".to_owned()));
            }
            if self.has_operators && (self.looks_at("\\\n") || self.looks_at("\\\r\n")) {
                self.at = self.text.skip(self.at + 1, |c| c == '\r') + 1;
            } else if character.is_whitespace() {
                self.at += 1;
            } else if self.has_operators && character == '#' {
                self.at = self.text.skip(self.at, |c| c != '\n');
            } else {
                break;
            }
        }
        if self.has_operators
            && let Some(token) = self.redirection().or_else(|| self.operator())
        {
            return Some(token);
        }
        Some(Token::Word(self.word()))
    }

    fn redirection(&mut self) -> Option<Token> {
        // The number of a file that is redirected: `2>`.
        let number = self.text.skip(self.at, |c| c.is_ascii_digit());
        let begins = |at: usize| matches!(self.text.get(at), Some('<' | '>'));
        let ampersand = self.looks_at("&>").then_some(self.at + 1);
        let start = [number, ampersand.unwrap_or(number)]
            .into_iter()
            .find(|at| begins(*at))?;
        let first = self.text.get(start);
        let mut end = start + 1;
        while self
            .text
            .get(end)
            .is_some_and(|c| Some(c) == first || (c == '-' && end == start + 2))
        {
            end += 1;
        }
        if matches!(self.text.get(end), Some('&' | '|')) {
            end += 1;
        }
        let span = self.text.span(self.at..end);
        self.at = end;
        Some(Token::Redirection(span))
    }

    fn operator(&mut self) -> Option<Token> {
        let operators = ["&&", "||", ";;", "|&", ";", "|", "&", "(", ")"];
        let operator = operators
            .into_iter()
            .find(|operator| self.looks_at(operator))?;
        self.at += operator.len();
        Some(Token::Operator(operator.to_owned()))
    }

    fn word(&mut self) -> Word {
        let start = self.at;
        let mut parts = Vec::new();
        while let Some(character) = self.peek() {
            match character {
                c if c.is_whitespace() => break,
                ';' | '&' | '|' | '(' | ')' | '<' | '>' if self.has_operators => break,
                '\'' => self.single_quoted(&mut parts),
                '"' => self.double_quoted(&mut parts),
                '$' | '`' if character != self.escape => parts.push(self.expansion(false)),
                c if c == self.escape => {
                    self.at += 1;
                    // In a script that is no longer Docker's, the shell continues lines.
                    match self.peek() {
                        Some('\n') if self.has_operators => self.at += 1,
                        Some(escaped) => self.literal(&mut parts, escaped),
                        None => push(&mut parts, character),
                    }
                }
                c => self.literal(&mut parts, c),
            }
        }
        Word {
            parts,
            span: self.text.span(start..self.at),
        }
    }

    fn literal(&mut self, parts: &mut Vec<Part>, character: char) {
        push(parts, character);
        self.at += 1;
    }

    fn single_quoted(&mut self, parts: &mut Vec<Part>) {
        self.at += 1;
        parts.push(Part::Text(String::new()));
        while let Some(character) = self.peek() {
            self.at += 1;
            if character == '\'' {
                return;
            }
            push(parts, character);
        }
        // A quote that does not end is an error to the shell.
        parts.push(Part::Computed);
    }

    fn double_quoted(&mut self, parts: &mut Vec<Part>) {
        self.at += 1;
        parts.push(Part::Text(String::new()));
        while let Some(character) = self.peek() {
            match character {
                '"' => {
                    self.at += 1;
                    return;
                }
                '$' | '`' if character != self.escape => parts.push(self.expansion(true)),
                c if c == self.escape => {
                    self.at += 1;
                    match self.peek() {
                        Some(escaped @ ('"' | '$' | '`' | '\\')) => self.literal(parts, escaped),
                        _ => push(parts, c),
                    }
                }
                c => self.literal(parts, c),
            }
        }
        parts.push(Part::Computed);
    }

    /// What `$` or a backtick begins.
    fn expansion(&mut self, is_quoted: bool) -> Part {
        let begins = self.peek();
        self.at += 1;
        match (begins, self.peek()) {
            (Some('`'), _) => {
                self.at = self.text.skip(self.at, |c| c != '`') + 1;
                Part::Computed
            }
            (_, Some('(')) => {
                self.skip_parentheses();
                Part::Computed
            }
            (_, Some('{')) => {
                let start = self.at + 1;
                self.at = self.text.skip(start, |c| c != '}');
                let inside: String = (start..self.at)
                    .filter_map(|at| self.text.get(at))
                    .collect();
                self.at += 1;
                braced(&inside, is_quoted)
            }
            (_, Some(c)) if c.is_alphabetic() || c == '_' => {
                let start = self.at;
                self.at = self
                    .text
                    .skip(start, |c| c.is_ascii_alphanumeric() || c == '_');
                let name: String = (start..self.at)
                    .filter_map(|at| self.text.get(at))
                    .collect();
                Part::Variable {
                    name,
                    fallback: None,
                    is_quoted,
                }
            }
            (_, Some(c))
                if c.is_ascii_digit() || matches!(c, '?' | '@' | '*' | '#' | '$' | '!') =>
            {
                self.at += 1;
                Part::Computed
            }
            _ => Part::Text("$".to_owned()),
        }
    }

    fn skip_parentheses(&mut self) {
        let mut depth = 0;
        while let Some(character) = self.peek() {
            self.at += 1;
            match character {
                '(' => depth += 1,
                ')' => depth -= 1,
                _ => {}
            }
            if depth == 0 {
                return;
            }
        }
    }
}

/// `${…}` by what stands between the braces.
fn braced(inside: &str, is_quoted: bool) -> Part {
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let end = inside.find(|c| !is_name(c)).unwrap_or(inside.len());
    let (name, rest) = inside.split_at(end);
    let fallback = rest.strip_prefix(":-").or(rest.strip_prefix('-'));
    match fallback {
        _ if name.is_empty() => Part::Computed,
        Some(fallback) if !fallback.contains(['$', '`', '"', '\'']) => Part::Variable {
            name: name.to_owned(),
            fallback: Some(fallback.to_owned()),
            is_quoted,
        },
        None if rest.is_empty() => Part::Variable {
            name: name.to_owned(),
            fallback: None,
            is_quoted,
        },
        _ => Part::Computed,
    }
}

fn push(parts: &mut Vec<Part>, character: char) {
    match parts.last_mut() {
        Some(Part::Text(text)) => text.push(character),
        _ => parts.push(Part::Text(character.to_string())),
    }
}
