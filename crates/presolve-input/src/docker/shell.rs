//! The words of a script as a POSIX shell splits it, each with its place
//! (<https://pubs.opengroup.org/onlinepubs/9799919799/utilities/V3_chap02.html>). presolve
//! does not run the script, so results of commands are unknown.

use std::{collections::VecDeque, ops::Range};

use super::{nesting, text::Text, variables::Variables};

/// A word of a script.
#[derive(Clone, Debug, PartialEq)]
pub struct Word {
    /// The parts, in order: text, variables, commands.
    pub parts: Vec<Part>,
    /// The range of the word, with its quotes.
    pub span: Range<usize>,
}

/// A part of a word.
#[derive(Clone, Debug, PartialEq)]
pub enum Part {
    /// Literal text, without quotes.
    Text(String),
    /// The value of a variable.
    Variable {
        /// The name without `$` and braces.
        name: String,
        /// The text to use if the variable is unset or empty: `${name:-fallback}`.
        fallback: Option<String>,
        /// The variable is between `"`, so its value stays one word.
        is_quoted: bool,
    },
    /// A value that only the build can determine.
    Computed,
    /// The same, with commands in it: `$(…)`, backticks.
    Commands(Text),
    /// An unreadable rest of the script, with the reason.
    Unread(Text, &'static str),
}

/// The reason why the rest of a script is not read.
const NO_END: &str = "the quotes or parentheses that begin here do not end";

/// The reason why the value of a word is unknown.
#[derive(Clone, Debug, PartialEq)]
pub enum Unknown {
    /// This variable has no value in the file.
    Unset(String),
    /// The shell splits the value of this variable into several words.
    Several(String),
    /// The value of this variable exceeds the length limit.
    TooLong(String),
    /// Only the build can determine the value.
    Computed,
}

/// A token of a script.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Token {
    /// A word, possibly with variables and commands in it.
    Word(Word),
    /// `&&`, `;`, `|`, `(` and similar, or the end of a line.
    Operator(String),
    /// `>`, `<` and similar, with its place. The next word is the name of a file.
    Redirection(Range<usize>),
    /// The text of the next here-document that an earlier line names.
    Body(Text),
}

/// A here-document that a command names.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Heredoc {
    /// The line that ends it.
    pub end: String,
    /// It is written `<<-`, so tabs at the start of its lines are dropped.
    pub strips_tabs: bool,
    /// The range of the text that names it.
    pub span: Range<usize>,
}

impl Heredoc {
    /// A here-document whose delimiter, with its quotes, is at this range.
    pub(super) fn named(text: &Text, span: Range<usize>, strips_tabs: bool) -> Self {
        Self::of(&text.within(&span), span, strips_tabs)
    }

    fn of(name: &str, span: Range<usize>, strips_tabs: bool) -> Self {
        let is_name = |c: &char| !matches!(c, '"' | '\'' | '\\');
        Self {
            end: name.chars().filter(is_name).collect(),
            strips_tabs,
            span,
        }
    }
}

impl Word {
    /// Returns the value, with variables expanded.
    ///
    /// # Errors
    /// [`Unknown`] with the reason.
    pub fn value(&self, variables: &Variables) -> Result<String, Unknown> {
        let mut value = String::new();
        for part in &self.parts {
            match part {
                Part::Text(text) => value += text,
                Part::Computed | Part::Commands(_) | Part::Unread(..) => {
                    return Err(Unknown::Computed);
                }
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

    /// Returns the names of the variables in the word.
    pub fn variables(&self) -> impl Iterator<Item = &str> {
        self.parts.iter().filter_map(|part| match part {
            Part::Variable { name, .. } => Some(name.as_str()),
            _ => None,
        })
    }

    /// Returns the value of a word without variables and commands.
    pub fn literal(&self) -> Option<String> {
        self.value(&Variables::default()).ok()
    }
}

/// Splits arguments that no shell reads, such as those of `ENV`. They have no operators.
pub(super) fn words(text: &Text, escape: char) -> Vec<Word> {
    let mut lexer = Lexer::of(text, escape, false);
    let mut words = Vec::new();
    while let Some(token) = lexer.token() {
        if let Token::Word(word) = token {
            words.push(word);
        }
    }
    words
}

/// Splits a script into tokens.
pub(super) fn tokens(text: &Text) -> Vec<Token> {
    let mut lexer = Lexer::of(text, '\\', true);
    std::iter::from_fn(|| lexer.token()).collect()
}

/// Returns the here-documents that a line names, as BuildKit finds them: words that begin
/// with `<<`, or with a digit and `<<`.
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
        Some(Heredoc::of(name, word.span, strips_tabs))
    });
    named.collect()
}

struct Lexer<'t> {
    text: &'t Text,
    at: usize,
    escape: char,
    has_operators: bool,
    /// A command can begin here.
    is_start: bool,
    /// Between `[[` and `]]`, where the shell's operators do not apply.
    in_test: bool,
    /// The next word is the delimiter of a here-document; `true` if that strips tabs.
    names_heredoc: Option<bool>,
    /// The here-documents that this line names.
    heredocs: Vec<Heredoc>,
    /// The texts of here-documents that the lexer has passed.
    bodies: VecDeque<Text>,
    /// The remaining number of checks whether `((` is arithmetic.
    tries: usize,
}

/// The maximum number of times that `((` may begin two groups. Each check may read the rest
/// of the script, and real scripts do not contain this.
const MAX_TRIES: usize = 16;

impl<'t> Lexer<'t> {
    fn of(text: &'t Text, escape: char, has_operators: bool) -> Self {
        Self {
            text,
            at: 0,
            escape,
            has_operators,
            is_start: true,
            in_test: false,
            names_heredoc: None,
            heredocs: Vec::new(),
            bodies: VecDeque::new(),
            tries: MAX_TRIES,
        }
    }

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
        if let Some(body) = self.bodies.pop_front() {
            return Some(Token::Body(body));
        }
        loop {
            let character = self.peek()?;
            if self.has_operators && character == '\n' {
                return Some(self.end_line());
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
            && !self.in_test
            && let Some(token) = self.redirection().or_else(|| self.operator())
        {
            return Some(token);
        }
        let word = if self.in_test {
            self.word_of_test()
        } else {
            self.word()
        };
        if self.has_operators {
            self.note_word(&word);
        }
        Some(Token::Word(word))
    }

    /// Ends a line, and skips the here-documents below it that the line names.
    fn end_line(&mut self) -> Token {
        self.at += 1;
        for heredoc in self.heredocs.drain(..) {
            let (body, behind) = nesting::body(self.text, self.at, &heredoc);
            self.bodies.push_back(self.text.part(body));
            self.at = behind;
        }
        self.begin_command();
        Token::Operator("\n".to_owned())
    }

    fn begin_command(&mut self) {
        self.is_start = true;
        self.in_test = false;
        self.names_heredoc = None;
    }

    /// Updates the state that a word implies for the words after it.
    fn note_word(&mut self, word: &Word) {
        if let Some(strips_tabs) = self.names_heredoc.take() {
            let heredoc = Heredoc::named(self.text, word.span.clone(), strips_tabs);
            return self.heredocs.push(heredoc);
        }
        let text = match &word.parts[..] {
            [Part::Text(text)] => text.as_str(),
            _ => "",
        };
        self.in_test = (self.in_test && text != "]]") || (self.is_start && text == "[[");
        self.is_start &= nesting::BEFORE_COMMANDS.contains(&text);
    }

    /// A word between `[[` and `]]`. Operators are words there.
    fn word_of_test(&mut self) -> Word {
        let start = self.at;
        let is_operator = |c: char| matches!(c, ';' | '&' | '|' | '(' | ')' | '<' | '>');
        let end = self.text.skip(start, is_operator);
        if end == start {
            return self.word();
        }
        self.at = end;
        let operator = (start..end).filter_map(|at| self.text.get(at)).collect();
        Word {
            parts: vec![Part::Text(operator)],
            span: self.text.span(start..end),
        }
    }

    fn redirection(&mut self) -> Option<Token> {
        // The file descriptor before the operator: `2>`.
        let number = self.text.skip(self.at, |c| c.is_ascii_digit());
        let begins = |at: usize| matches!(self.text.get(at), Some('<' | '>'));
        let ampersand = self.looks_at("&>").then_some(self.at + 1);
        let start = [number, ampersand.unwrap_or(number)]
            .into_iter()
            .find(|at| begins(*at))?;
        // `<(…)` is a word.
        if start == self.at && self.text.get(start + 1) == Some('(') {
            return None;
        }
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
        let operator: String = (start..end).filter_map(|at| self.text.get(at)).collect();
        self.at = end;
        self.names_heredoc = match &*operator {
            "<<" => Some(false),
            "<<-" => Some(true),
            _ => None,
        };
        Some(Token::Redirection(span))
    }

    fn operator(&mut self) -> Option<Token> {
        let operators = ["&&", "||", ";;", "|&", ";", "|", "&", "(", ")"];
        let operator = operators
            .into_iter()
            .find(|operator| self.looks_at(operator))?;
        // `((i++))` is a word.
        if self.is_start && self.looks_at("((") && self.is_arithmetic() {
            return None;
        }
        self.begin_command();
        self.at += operator.len();
        Some(Token::Operator(operator.to_owned()))
    }

    /// Whether `((` ends with `))` and is not two groups of commands.
    fn is_arithmetic(&mut self) -> bool {
        if self.tries == 0 {
            return false;
        }
        let closes = |at: usize| self.text.get(at) == Some(')');
        let end = nesting::end(self.text, self.at, false);
        let is_it = end.is_some_and(|end| closes(end - 1) && closes(end - 2));
        self.tries -= usize::from(!is_it);
        is_it
    }

    fn word(&mut self) -> Word {
        let start = self.at;
        let mut parts = Vec::new();
        while let Some(character) = self.peek() {
            match character {
                c if c.is_whitespace() => break,
                '(' if self.has_operators && self.begins_list(start, &parts) => {
                    parts.push(self.nested(1, false));
                }
                '<' | '>' if self.has_operators && self.text.get(self.at + 1) == Some('(') => {
                    self.at += 1;
                    parts.push(self.nested(1, false));
                }
                ';' | '&' | '|' | '(' | ')' | '<' | '>' if self.has_operators => break,
                '\'' => self.single_quoted(&mut parts),
                '"' => self.double_quoted(&mut parts),
                '$' | '`' if character != self.escape => parts.push(self.expansion(false)),
                c if c == self.escape => {
                    self.at += 1;
                    // In a script, `\` continues a line whatever Docker's escape is.
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

    /// Whether a parenthesis is part of the word: `((1 + 2))`, `list=(a b)`.
    fn begins_list(&self, start: usize, parts: &[Part]) -> bool {
        match parts {
            [] => self.at == start && self.looks_at("(("),
            [Part::Text(text)] => text.ends_with('='),
            _ => false,
        }
    }

    /// The nested construct that begins here, without `margin` characters at each side.
    fn nested(&mut self, margin: usize, is_quoted: bool) -> Part {
        let start = self.at;
        let Some(end) = nesting::end(self.text, start, is_quoted) else {
            return self.rest();
        };
        self.at = end;
        Part::Commands(self.text.part(start + margin..end - 1))
    }

    /// The rest of a script, in which a construct does not end.
    fn rest(&mut self) -> Part {
        let start = std::mem::replace(&mut self.at, self.text.len());
        Part::Unread(self.text.from(start), NO_END)
    }

    fn literal(&mut self, parts: &mut Vec<Part>, character: char) {
        push(parts, character);
        self.at += 1;
    }

    fn single_quoted(&mut self, parts: &mut Vec<Part>) {
        let start = self.at + 1;
        let end = self.text.skip(start, |c| c != '\'');
        if self.text.get(end).is_none() {
            return parts.push(self.rest());
        }
        parts.push(Part::Text(String::new()));
        while self.at + 1 < end {
            self.at += 1;
            self.peek().into_iter().for_each(|c| push(parts, c));
        }
        self.at = end + 1;
    }

    fn double_quoted(&mut self, parts: &mut Vec<Part>) {
        let start = self.at;
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
        if !matches!(parts.last(), Some(Part::Unread(..))) {
            self.at = start;
            parts.push(self.rest());
        }
    }

    /// The expansion that begins with `$` or a backtick.
    fn expansion(&mut self, is_quoted: bool) -> Part {
        match (self.peek(), self.text.get(self.at + 1)) {
            (Some('`'), _) => self.nested(1, is_quoted),
            (_, Some('(')) => self.nested(2, is_quoted),
            (_, Some('{')) => match self.nested(2, is_quoted) {
                Part::Commands(inside) => braced(inside, is_quoted),
                unread => unread,
            },
            (_, Some('\'')) if !is_quoted && self.has_operators => self.escaped(),
            (_, Some(c)) if c.is_alphabetic() || c == '_' => {
                let start = self.at + 1;
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
                self.at += 2;
                Part::Computed
            }
            _ => {
                self.at += 1;
                Part::Text("$".to_owned())
            }
        }
    }

    /// `$'…'`, in which a backslash may precede a quote.
    fn escaped(&mut self) -> Part {
        let start = self.at + 2;
        let Some(end) = nesting::escaped_end(self.text, start, '\'') else {
            return self.rest();
        };
        self.at = end;
        let inside = self.text.part(start..end - 1).plain();
        if inside.contains('\\') {
            Part::Computed
        } else {
            Part::Text(inside)
        }
    }
}

/// `${…}`, from the text between the braces.
fn braced(script: Text, is_quoted: bool) -> Part {
    let inside = script.plain();
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let end = inside.find(|c| !is_name(c)).unwrap_or(inside.len());
    let (name, rest) = inside.split_at(end);
    let fallback = rest.strip_prefix(":-").or(rest.strip_prefix('-'));
    match fallback {
        // The text after the name may run commands.
        _ if inside.contains("$(") || inside.contains('`') => Part::Commands(script),
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
