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
const BEGINS: [&str; 5] = ["if", "case", "for", "while", "until"];
const ENDS: [&str; 3] = ["fi", "esac", "done"];
/// Words before a command that are none of it.
const BETWEEN: [&str; 6] = ["then", "else", "elif", "do", "!", "time"];
/// Why a command may not run, or run several times.
const ON_CONDITION: &str = "it runs only under a condition";
const IN_LOOP: &str = "it is in a loop";
const IN_FUNCTION: &str = "it is in a function";

/// The commands of a script.
pub(super) fn invocations(text: &Text, scene: Scene, is_heredoc: bool) -> Vec<Invocation> {
    let mut reader = Reader {
        scene,
        open: Vec::new(),
        before: String::new(),
        after_test: false,
        form: if is_heredoc {
            Form::Heredoc
        } else {
            Form::Line
        },
        invocations: Vec::new(),
    };
    let (mut words, mut redirections) = (Vec::new(), Vec::new());
    let mut redirected: Option<Range<usize>> = None;
    for token in shell::tokens(text) {
        match token {
            Token::Word(word) => match redirected.take() {
                Some(operator) => redirections.push(Redirection {
                    operator,
                    target: word,
                }),
                None => words.push(word),
            },
            Token::Redirection(operator) => redirected = Some(operator),
            Token::Operator(operator) => {
                let command = (
                    std::mem::take(&mut words),
                    std::mem::take(&mut redirections),
                );
                // Lines may end after `&&`.
                let is_continued = operator == "\n" && command.0.is_empty();
                reader.command(command);
                if !is_continued {
                    reader.operator(operator);
                }
            }
        }
    }
    reader.command((words, redirections));
    reader.invocations
}

struct Reader {
    scene: Scene,
    /// What began and has not ended: the word that began it, and why what stands in it may
    /// not run, or run several times.
    open: Vec<(String, Option<&'static str>)>,
    /// The operator before the command.
    before: String,
    /// The command before was a test: `[ -f x ] &&`.
    after_test: bool,
    form: Form,
    invocations: Vec<Invocation>,
}

impl Reader {
    fn command(&mut self, (mut words, redirections): (Vec<Word>, Vec<Redirection>)) {
        let mut begins_loop = false;
        let mut start = 0;
        while let Some(word) = words.get(start).and_then(Word::literal) {
            if BEGINS.contains(&&*word) {
                begins_loop = word == "for" || word == "case";
                let is_loop = matches!(&*word, "for" | "while" | "until");
                let depends = if is_loop { IN_LOOP } else { ON_CONDITION };
                self.open.push((word, Some(depends)));
            } else if word == "function" {
                // `function f {` is `f() {`.
                start += 1;
                ")".clone_into(&mut self.before);
            } else if word == "{" {
                let depends = match &*self.before {
                    ")" => Some(IN_FUNCTION),
                    _ => self.depends(),
                };
                self.begin_group(word, depends);
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
            redirections,
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
            let depends = self.depends();
            return self.begin_group(operator, depends);
        }
        // The patterns of `case` end with one, too.
        if operator == ")" && self.open.last().is_some_and(|(open, _)| open == "(") {
            self.open.pop();
        }
        self.before = operator;
    }

    /// What holds for a group holds for all that stands in it.
    fn begin_group(&mut self, word: String, depends: Option<&'static str>) {
        self.open.push((word, depends));
        self.before.clear();
    }

    fn depends(&self) -> Option<&'static str> {
        let open = self.open.iter().filter_map(|(_, depends)| *depends);
        let is_alternative = self.before == "||" || (self.before == "&&" && self.after_test);
        let mut all = open.chain(is_alternative.then_some(ON_CONDITION));
        let first = all.next()?;
        let is_loop = first == IN_LOOP || all.any(|depends| depends == IN_LOOP);
        Some(if is_loop { IN_LOOP } else { first })
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

/// An environment as it is activated: by name or path.
fn environment(name: &str) -> Prefix {
    match name.contains('/') {
        true => Prefix::at(name),
        false => Prefix::named(name),
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
