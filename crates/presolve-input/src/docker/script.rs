//! The commands of a script, each with what holds where it stands.

use std::ops::Range;

use super::{
    context::Copies,
    prefix::Prefix,
    shell::{self, Part, Token, Word},
    text::Text,
    variables::Variables,
};

/// What holds where a command stands.
#[derive(Clone)]
pub struct Scene {
    /// The variables.
    pub variables: Variables,
    /// The working folder in the image.
    pub folder: String,
    /// The environment that was activated, if one was.
    pub active: Option<Prefix>,
    /// The files of the context that are there.
    pub copies: Copies,
}

/// A command.
pub struct Invocation {
    /// The program and its arguments.
    pub words: Vec<Word>,
    /// What its output or input is redirected to.
    pub redirections: Vec<Redirection>,
    /// What holds there.
    pub scene: Scene,
    /// Why it may not run, or run several times.
    pub depends: Option<&'static str>,
    /// How arguments are written.
    pub form: Form,
}

/// How the arguments of a command are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// As a line that Docker gives to a shell.
    Line,
    /// As a line of a here-document.
    Heredoc,
    /// As strings of a JSON array.
    Exec,
}

/// `>`, `<` and the like with the name after it.
#[derive(Clone, Debug)]
pub struct Redirection {
    /// Where the operator stands.
    pub operator: Range<usize>,
    /// The file.
    pub target: Word,
}

impl Invocation {
    /// A command that no shell reads.
    pub fn exec(words: Vec<Word>, scene: Scene) -> Self {
        Self {
            words,
            redirections: Vec::new(),
            scene,
            depends: None,
            form: Form::Exec,
        }
    }

    /// Position of the whole command.
    pub fn span(&self) -> Range<usize> {
        let (first, last) = (self.words.first(), self.words.last());
        first.map_or(0, |word| word.span.start)..last.map_or(0, |word| word.span.end)
    }
}

/// Words that begin what may not run, and those that end it.
const BEGINS: [&str; 6] = ["if", "case", "for", "select", "while", "until"];
const ENDS: [&str; 3] = ["fi", "esac", "done"];
/// Words before a command that are none of it.
const BETWEEN: [&str; 6] = ["then", "else", "elif", "do", "!", "time"];
/// Why a command may not run, or run several times.
const ON_CONDITION: &str = "it runs only under a condition";
const IN_LOOP: &str = "it is in a loop";
const IN_FUNCTION: &str = "it is in a function";
/// Why a command is not what the line is about.
const IN_SUBSTITUTION: &str = "it is in the words of another command";
const IN_HEREDOC: &str = "it is in a here-document";
const TOO_DEEP: &str = "presolve does not read commands that are nested this deep";

/// What stands before the body of a function.
const FUNCTION: &str = "()";

/// How deep commands may stand in the words of others. Each floor is read again from the
/// text of the one above.
const MAX_DEPTH: usize = 8;

/// The commands of a script. `bodies` are the here-documents that its last line names,
/// where they stand outside of it.
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
    /// How many commands this script stands in, and what that means for those in it.
    depth: usize,
    within: Option<&'static str>,
    /// What began and has not ended: the word that began it, and why what stands in it, and
    /// in all around it, may not run, or run several times.
    open: Vec<(String, Option<&'static str>)>,
    /// The operator before the command.
    before: String,
    /// The command before was a test: `[ -f x ] &&`.
    after_test: bool,
    /// A parenthesis began, and nothing stands in it yet.
    is_empty_group: bool,
    /// A shell runs on this line, which reads the here-documents that are named there.
    runs_shell: bool,
    /// The next command begins a line.
    begins_line: bool,
    form: Form,
    invocations: Vec<Invocation>,
}

/// What stands between two operators.
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
                    // Lines may end behind `&&`.
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

    /// The text of a here-document that the last line names: a script where a shell runs.
    fn heredoc(&mut self, body: &Text) {
        if self.runs_shell {
            self.within(body, IN_HEREDOC);
        }
    }

    /// Reads the commands that stand in another one, which are told of and never changed.
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

    /// The commands in the words of one, and what could not be read of it.
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
                // `function f {` is `f() {`.
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

    /// What stands between one command and the next.
    fn operator(&mut self, operator: String) {
        if operator == "(" {
            self.begin_group(operator);
            self.is_empty_group = true;
            return;
        }
        let is_function = operator == ")" && std::mem::take(&mut self.is_empty_group);
        // The patterns of `case` end with one, too.
        if operator == ")" && self.open.last().is_some_and(|(open, _)| open == "(") {
            self.open.pop();
        }
        self.before = if is_function {
            FUNCTION.to_owned()
        } else {
            operator
        };
    }

    /// What holds for a group holds for all that stands in it.
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

    /// What holds for all that has begun.
    fn around(&self) -> Option<&'static str> {
        self.open
            .last()
            .map_or(self.within, |(_, depends)| *depends)
    }

    fn depends(&self) -> Option<&'static str> {
        let is_alternative = self.before == "||" || (self.before == "&&" && self.after_test);
        both(self.around(), is_alternative.then_some(ON_CONDITION))
    }

    /// All that `&&` leads to from a test on depends on it.
    fn note_test(&mut self, words: &[Word]) {
        let Some(first) = words.first() else { return };
        let first = first.literal();
        let is_test = matches!(first.as_deref(), Some("[" | "[[" | "test"));
        self.after_test = is_test || (self.after_test && self.before == "&&");
    }

    /// Takes the assignments before a command away, and gives the variables that hold for
    /// it. None if nothing else is there: then they hold from here on.
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
        // The shell expands the words before it assigns.
        for name in words.iter().flat_map(Word::variables) {
            variables.take_from(&self.scene.variables, name);
        }
        Some(variables)
    }

    /// `conda activate x`, `source activate x`.
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

/// Of two reasons the outer one, but a loop is the stronger one.
fn both(outer: Option<&'static str>, inner: Option<&'static str>) -> Option<&'static str> {
    match inner {
        Some(IN_LOOP) => inner,
        _ => outer.or(inner),
    }
}

/// An environment as it is activated: by name or path.
fn environment(name: &str) -> Prefix {
    if name.contains('/') {
        Prefix::at(name)
    } else {
        Prefix::named(name)
    }
}

/// `NAME=value` of a word.
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

/// Whether a text can be the name of a variable. Docker takes dots, too.
fn is_name(name: &str) -> bool {
    let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.');
    let begins = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    begins && name.chars().all(is_part)
}

/// The environment that `conda run` names, and at which of the words the command begins.
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
