//! The commands of a script, each with its scene: variables, folder, environment, files.

use std::ops::Range;

use super::{
    context::Copies,
    prefix::Prefix,
    shell::{self, Part, Token, Word},
    text::Text,
    variables::Variables,
};

/// The state in which a command runs.
#[derive(Clone)]
pub struct Scene {
    /// The variables of the build and the shell.
    pub variables: Variables,
    /// The working directory in the image.
    pub folder: String,
    /// The environment that an earlier command activated.
    pub active: Option<Prefix>,
    /// The files that were copied from the context.
    pub copies: Copies,
}

/// A command of a script.
pub struct Invocation {
    /// The program and its arguments.
    pub words: Vec<Word>,
    /// The redirections of its input and output.
    pub redirections: Vec<Redirection>,
    /// The state in which it runs.
    pub scene: Scene,
    /// The reason why it may not run, or may run several times.
    pub depends: Option<&'static str>,
    /// The syntax of its arguments.
    pub form: Form,
}

/// The syntax of a command's arguments.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// A line that Docker passes to a shell.
    Line,
    /// A line of a here-document.
    Heredoc,
    /// The strings of a JSON array.
    Exec,
}

/// `>`, `<` or similar, with the name after it.
#[derive(Clone, Debug)]
pub struct Redirection {
    /// The range of the operator.
    pub operator: Range<usize>,
    /// The name of the file.
    pub target: Word,
}

impl Invocation {
    /// A command in exec form, which no shell reads.
    pub fn exec(words: Vec<Word>, scene: Scene) -> Self {
        Self {
            words,
            redirections: Vec::new(),
            scene,
            depends: None,
            form: Form::Exec,
        }
    }

    /// The range from the first word to the last one.
    pub fn span(&self) -> Range<usize> {
        let (first, last) = (self.words.first(), self.words.last());
        first.map_or(0, |word| word.span.start)..last.map_or(0, |word| word.span.end)
    }
}

/// Words that begin a block which may not run. [`ENDS`] are the words that end one.
const BEGINS: [&str; 6] = ["if", "case", "for", "select", "while", "until"];
const ENDS: [&str; 3] = ["fi", "esac", "done"];
/// Words before a command that are not part of it.
const BETWEEN: [&str; 6] = ["then", "else", "elif", "do", "!", "time"];
/// Reasons why a command may not run, or may run several times.
const ON_CONDITION: &str = "it runs only under a condition";
const IN_LOOP: &str = "it is in a loop";
const IN_FUNCTION: &str = "it is in a function";
/// The reason why a command of `ONBUILD` does not run.
pub(super) const ON_BUILD: &str = "`ONBUILD` runs it only in builds that start from this image";
/// Reasons why a command is not a plain command of the line.
const IN_SUBSTITUTION: &str = "it is in the words of another command";
const IN_HEREDOC: &str = "it is in a here-document";
const TOO_DEEP: &str = "presolve does not read commands that are nested this deep";

/// The text before the body of a function.
const FUNCTION: &str = "()";

/// The maximum nesting depth of commands in the words of other commands. Each level parses
/// the text of the one above it again.
const MAX_DEPTH: usize = 8;

/// Returns the commands of a script. `bodies` are the here-documents that its last line names,
/// if their texts are outside the script.
pub(super) fn invocations(
    text: &Text,
    bodies: &[Text],
    scene: Scene,
    form: Form,
) -> Vec<Invocation> {
    let mut reader = Reader::of(scene, form);
    reader.read(text);
    for body in bodies {
        reader.heredoc(body);
    }
    reader.invocations
}

struct Reader {
    scene: Scene,
    /// The number of commands around this script, and the reason that this implies.
    depth: usize,
    within: Option<&'static str>,
    /// The open blocks: the word that began each one, and the reason why the commands in it
    /// and in the blocks around it may not run, or may run several times.
    open: Vec<(String, Option<&'static str>)>,
    /// The operator before the command.
    before: String,
    /// The previous command was a test: `[ -f x ] &&`.
    after_test: bool,
    /// A parenthesis has begun, and nothing follows it yet.
    is_empty_group: bool,
    /// The line runs a shell, which reads the here-documents that the line names.
    runs_shell: bool,
    /// The next command is the first one of a line.
    begins_line: bool,
    form: Form,
    invocations: Vec<Invocation>,
}

/// The words and redirections between two operators.
#[derive(Default)]
struct Simple {
    words: Vec<Word>,
    redirections: Vec<Redirection>,
}

impl Reader {
    fn of(scene: Scene, form: Form) -> Self {
        Self {
            scene,
            depth: 0,
            within: None,
            open: Vec::new(),
            before: String::new(),
            after_test: false,
            is_empty_group: false,
            runs_shell: false,
            begins_line: true,
            form,
            invocations: Vec::new(),
        }
    }

    fn read(&mut self, text: &Text) {
        let mut simple = Simple::default();
        let mut redirected: Option<Range<usize>> = None;
        for token in shell::tokens(text) {
            match token {
                Token::Word(target) if let Some(operator) = redirected.take() => {
                    simple.redirections.push(Redirection { operator, target });
                }
                Token::Word(word) => simple.words.push(word),
                Token::Redirection(operator) => redirected = Some(operator),
                Token::Body(body) => self.heredoc(&body),
                Token::Operator(operator) => {
                    redirected = None;
                    // A command can continue on the next line after `&&`.
                    let ends_line = operator == "\n";
                    let is_continued = ends_line && simple.words.is_empty();
                    self.command(std::mem::take(&mut simple));
                    self.begins_line |= ends_line;
                    if !is_continued {
                        self.operator(operator);
                    }
                }
            }
        }
        self.command(simple);
    }

    /// Reads a here-document that the last line names: a script if the line runs a shell.
    fn heredoc(&mut self, body: &Text) {
        if self.runs_shell {
            self.within(body, IN_HEREDOC);
        }
    }

    /// Reads the commands inside another one. They are reported but never changed.
    fn within(&mut self, script: &Text, why: &'static str) {
        if self.depth == MAX_DEPTH {
            return self.unread(script.clone(), TOO_DEEP);
        }
        let mut reader = Self {
            depth: self.depth + 1,
            within: Some(why),
            ..Self::of(self.scene.clone(), self.form)
        };
        reader.read(script);
        self.invocations.append(&mut reader.invocations);
    }

    /// Reads the commands in the words of another one, and records its unreadable parts.
    fn words_within(&mut self, simple: &Simple) {
        let targets = simple.redirections.iter().map(|one| &one.target);
        for part in simple
            .words
            .iter()
            .chain(targets)
            .flat_map(|word| &word.parts)
        {
            match part {
                Part::Commands(script) => self.within(script, IN_SUBSTITUTION),
                Part::Unread(script, why) => self.unread(script.clone(), why),
                _ => {}
            }
        }
    }

    fn unread(&mut self, script: Text, why: &'static str) {
        let word = Word {
            span: script.span(0..script.len()),
            parts: vec![Part::Unread(script, why)],
        };
        let unread = Invocation::exec(vec![word], self.scene.clone());
        self.invocations.push(unread);
    }

    fn command(&mut self, simple: Simple) {
        self.words_within(&simple);
        let mut words = simple.words;
        if !words.is_empty() {
            let goes_on = !std::mem::take(&mut self.begins_line);
            self.runs_shell = (goes_on && self.runs_shell) || words.iter().any(is_shell);
            self.is_empty_group = false;
        }
        let mut begins_loop = false;
        let mut start = 0;
        while let Some(word) = words.get(start).and_then(Word::literal) {
            if BEGINS.contains(&&*word) {
                begins_loop = matches!(&*word, "for" | "select" | "case");
                let is_condition = matches!(&*word, "if" | "case");
                let depends = if is_condition { ON_CONDITION } else { IN_LOOP };
                self.begin(word, Some(depends));
            } else if word == "function" {
                // `function f {` is the same as `f() {`.
                start += 1;
                FUNCTION.clone_into(&mut self.before);
            } else if word == "{" {
                self.begin_group(word);
            } else if ENDS.contains(&&*word) || word == "}" {
                self.open.pop();
            } else if !BETWEEN.contains(&&*word) {
                break;
            }
            start += 1;
            if begins_loop {
                return;
            }
        }
        words.drain(..start.min(words.len()));
        let depends = self.depends();
        self.note_test(&words);
        let Some(variables) = self.assign(&mut words) else {
            return;
        };
        self.activate(&words);
        self.invocations.push(Invocation {
            words,
            redirections: simple.redirections,
            scene: Scene {
                variables,
                ..self.scene.clone()
            },
            depends,
            form: self.form,
        });
    }

    /// Handles the operator between two commands.
    fn operator(&mut self, operator: String) {
        if operator == "(" {
            self.begin_group(operator);
            self.is_empty_group = true;
            return;
        }
        let is_function = operator == ")" && std::mem::take(&mut self.is_empty_group);
        // A `)` also ends the patterns of `case`.
        if operator == ")" && self.open.last().is_some_and(|(open, _)| open == "(") {
            self.open.pop();
        }
        self.before = if is_function {
            FUNCTION.to_owned()
        } else {
            operator
        };
    }

    /// Opens a group. The reason before it applies to all commands in it.
    fn begin_group(&mut self, word: String) {
        let depends = match &*self.before {
            FUNCTION => Some(IN_FUNCTION),
            _ => self.depends(),
        };
        self.begin(word, depends);
        self.before.clear();
    }

    fn begin(&mut self, word: String, depends: Option<&'static str>) {
        let depends = both(self.around(), depends);
        self.open.push((word, depends));
    }

    /// The reason that applies inside all open blocks.
    fn around(&self) -> Option<&'static str> {
        self.open
            .last()
            .map_or(self.within, |(_, depends)| *depends)
    }

    fn depends(&self) -> Option<&'static str> {
        let is_alternative = self.before == "||" || (self.before == "&&" && self.after_test);
        both(self.around(), is_alternative.then_some(ON_CONDITION))
    }

    /// Records a test. Every command that follows it with `&&` depends on it.
    fn note_test(&mut self, words: &[Word]) {
        let Some(first) = words.first() else { return };
        let first = first.literal();
        let is_test = matches!(first.as_deref(), Some("[" | "[[" | "test"));
        self.after_test = is_test || (self.after_test && self.before == "&&");
    }

    /// Removes the assignments before a command, and returns its variables. `None` if there is
    /// no command: the assignments then apply from here on.
    fn assign(&mut self, words: &mut Vec<Word>) -> Option<Variables> {
        let first = words.first().and_then(Word::literal);
        let exports = first.is_some_and(|word| word == "export");
        let start = usize::from(exports);
        let assigned = words[start.min(words.len())..].iter().map_while(assignment);
        let assigned: Vec<(String, Word)> = assigned.collect();
        let end = start + assigned.len();
        let mut variables = self.scene.variables.clone();
        for (name, value) in assigned {
            let value = value.value(&variables);
            variables.assign(name, value);
        }
        if exports || end == words.len() {
            self.scene.variables = variables;
            return None;
        }
        words.drain(..end);
        // The shell expands the words before it assigns the variables.
        for name in words.iter().flat_map(Word::variables) {
            variables.take_from(&self.scene.variables, name);
        }
        Some(variables)
    }

    /// Handles `conda activate x` and `source activate x`.
    fn activate(&mut self, words: &[Word]) {
        let values = words.iter().map(|word| word.value(&self.scene.variables));
        let values: Vec<String> = values.map_while(Result::ok).collect();
        let values: Vec<&str> = values.iter().map(String::as_str).collect();
        match values[..] {
            ["cd", folder] => self.scene.folder = super::context::join(&self.scene.folder, folder),
            ["conda" | "mamba" | "micromamba", "activate", name]
            | ["source" | ".", "activate", name] => self.scene.active = Some(environment(name)),
            ["source" | ".", program, name] if program.ends_with("/bin/activate") => {
                self.scene.active = Some(environment(name));
            }
            ["source" | ".", program] if program.ends_with("/bin/activate") => {
                self.scene.active = Prefix::of_program(program);
            }
            _ => {}
        }
    }
}

/// Whether a word is the name of a shell, which reads scripts: `/bin/bash`.
pub(super) fn is_shell(word: &Word) -> bool {
    let program = word.literal().unwrap_or_default();
    let name = program.rsplit('/').next().unwrap_or_default();
    matches!(name, "sh" | "bash" | "dash" | "zsh")
}

/// Combines two reasons: the outer one, except that an inner loop takes precedence.
fn both(outer: Option<&'static str>, inner: Option<&'static str>) -> Option<&'static str> {
    match inner {
        Some(IN_LOOP) => inner,
        _ => outer.or(inner),
    }
}

/// The environment that `activate` names, by name or path.
fn environment(name: &str) -> Prefix {
    if name.contains('/') {
        Prefix::at(name)
    } else {
        Prefix::named(name)
    }
}

/// Splits a word `NAME=value`.
pub(super) fn assignment(word: &Word) -> Option<(String, Word)> {
    let Some(Part::Text(first)) = word.parts.first() else {
        return None;
    };
    let (name, value) = first.split_once('=')?;
    let mut parts = word.parts.clone();
    parts[0] = Part::Text(value.to_owned());
    let value = Word {
        parts,
        span: word.span.clone(),
    };
    is_name(name).then(|| (name.to_owned(), value))
}

/// Whether a text can be the name of a variable. Docker also allows dots.
fn is_name(name: &str) -> bool {
    let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.');
    let begins = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    begins && name.chars().all(is_part)
}

/// Returns the environment that `conda run` names, and the index of the command's first word.
pub(super) fn conda_run(words: &[&str]) -> Option<(Option<Prefix>, usize)> {
    let program = words.first()?.rsplit('/').next()?;
    if !matches!(program, "conda" | "mamba" | "micromamba") || words.get(1) != Some(&"run") {
        return None;
    }
    let (mut at, mut prefix) = (2, None);
    while let Some(word) = words.get(at).filter(|word| word.starts_with('-')) {
        let value = words.get(at + 1).copied().unwrap_or_default();
        at += 1;
        match *word {
            "-n" | "--name" => (prefix, at) = (Some(Prefix::named(value)), at + 1),
            "-p" | "--prefix" => (prefix, at) = (Some(Prefix::at(value)), at + 1),
            "--cwd" | "-r" | "--root-prefix" | "-e" | "--env" => at += 1,
            _ => {
                let name = word.strip_prefix("--name=").or(word.strip_prefix("-n="));
                prefix = name.map(Prefix::named).or(prefix);
                prefix = word.strip_prefix("--prefix=").map(Prefix::at).or(prefix);
            }
        }
    }
    Some((prefix, at))
}
