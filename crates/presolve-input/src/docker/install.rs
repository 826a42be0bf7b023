//! The commands of conda and pip that change an environment, with all their arguments.

use std::ops::Range;

use super::{
    configuration,
    options::{self, Argument, Parsed},
    pip_variables::PipVariable,
    prefix::Prefix,
    script::{Form, Invocation, conda_run},
    shell::{Part, Unknown, Word},
};
use presolve_text::secrets::redact;

/// The package manager that a command runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tool {
    /// conda or mamba; also micromamba in a command that is not read.
    Conda,
    /// micromamba, which has no default channels.
    Micromamba,
    /// pip.
    Pip,
}

/// The effect of a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// Creates an environment with these packages.
    Create,
    /// Creates an environment from a conda file, or updates one.
    FromFile,
    /// Installs packages into an existing environment.
    Install,
    /// Adds channels for every later command.
    Channels,
    /// Changes the configuration of pip for every later command.
    Configure,
    /// Changes an environment in another way, or in one that presolve cannot analyse.
    Other,
}

/// A command of conda or pip.
#[derive(Clone, Debug)]
pub struct Install {
    /// The package manager that the command runs.
    pub tool: Tool,
    /// The effect of the command.
    pub action: Action,
    /// The environment that the command changes.
    pub prefix: Prefix,
    /// The match specs or requirements among the arguments.
    pub specs: Vec<Argument>,
    /// The options, by their long names without dashes.
    pub options: Vec<(&'static str, Option<Argument>)>,
    /// The place of the whole command.
    pub span: Range<usize>,
    /// The syntax of the arguments: shell line, here-document or JSON array.
    pub form: Form,
    /// The index of the command in [`Build::commands`](super::build::Build::commands).
    pub index: usize,
    /// The place and the reason, if the command cannot be read.
    pub unread: Option<(Range<usize>, String)>,
    /// The place of an earlier command that writes a file which this one reads.
    pub changed_by: Option<Range<usize>>,
    /// The YAML file that is given to `--file` of `conda create`, `install` or `update`. These
    /// read a list of match specs
    /// (<https://docs.conda.io/projects/conda/en/stable/commands/create.html>).
    pub yaml_as_list: Option<Argument>,
}

impl Install {
    /// Reads a command of the build; `None` if it does not run conda or pip.
    pub fn of(invocation: &Invocation, index: usize) -> Option<Self> {
        let values = invocation.words.iter();
        let values = values.map(|word| word.value(&invocation.scene.variables));
        let values: Vec<Result<String, Unknown>> = values.collect();
        let reader = Reader {
            invocation,
            values: &values,
            index,
        };
        let mut install = reader.unread().or_else(|| reader.read())?;
        if install.prefix == Prefix::unknown() {
            install.leave("the `PATH` that it runs with is unknown".to_owned());
        }
        Some(install)
    }

    /// Returns all values of an option.
    pub fn all(&self, name: &str) -> impl Iterator<Item = &Argument> {
        let options = self.options.iter().filter(move |(known, _)| *known == name);
        options.filter_map(|(_, argument)| argument.as_ref())
    }

    /// Whether the command has an option.
    pub fn has(&self, name: &str) -> bool {
        self.options.iter().any(|(known, _)| *known == name)
    }

    /// Whether the tool is conda, mamba or micromamba.
    pub fn is_conda(&self) -> bool {
        self.tool != Tool::Pip
    }
}

/// Options of Python without a value that may precede `-m`
/// (<https://docs.python.org/3/using/cmdline.html>).
const PYTHON: [&str; 4] = ["-u", "-I", "-E", "-s"];

/// Programs that never run their arguments, even if these look like commands.
const SPEAKERS: [&str; 16] = [
    "echo", "printf", "cat", "grep", "sed", "awk", "git", "curl", "wget", "apt-get", "apt", "apk",
    "yum", "dnf", "mkdir", "rm",
];

struct Reader<'r> {
    invocation: &'r Invocation,
    values: &'r [Result<String, Unknown>],
    index: usize,
}

impl Reader<'_> {
    fn read(&self) -> Option<Install> {
        let mut prefix = self.active();
        let Some(mut at) = self.program(0) else {
            return self.hidden();
        };
        let known: Vec<&str> = self
            .values
            .iter()
            .map(|value| value.as_deref().unwrap_or("$"))
            .collect();
        if let Some((named, start)) = conda_run(&known[at..]) {
            prefix = named.unwrap_or(prefix);
            let Some(inner) = self.program(at + start) else {
                return self.hidden();
            };
            at = inner;
        }
        let (path, program) = split(known[at]);
        let verb = known.get(at + 1).copied().unwrap_or_default();
        if let Some(python) = program.strip_prefix("python") {
            let options = known[at + 1..].iter();
            let module = at + 1 + options.take_while(|word| PYTHON.contains(word)).count();
            let is_pip = is_version(python) && known[module..].starts_with(&["-m", "pip"]);
            let prefix = path.and_then(Prefix::of_program).unwrap_or(prefix);
            return if is_pip {
                self.pip(module + 2, prefix)
            } else {
                self.hidden()
            };
        }
        match program {
            "conda" | "mamba" => self.conda(Tool::Conda, at + 1, prefix),
            "micromamba" => self.conda(Tool::Micromamba, at + 1, prefix),
            "uv" | "poetry" | "pipenv" | "pdm"
                if matches!(verb, "install" | "add" | "sync" | "pip") =>
            {
                let why = format!("presolve does not read commands of {program}");
                Some(self.other(Tool::Pip, Prefix::unknown(), &why))
            }
            _ if SPEAKERS.contains(&program) => None,
            _ if program.strip_prefix("pip").is_some_and(is_version) => {
                let prefix = path.and_then(Prefix::of_program).unwrap_or(prefix);
                self.pip(at + 1, prefix)
            }
            _ => self.hidden(),
        }
    }

    /// The command for an unread part of a script, if that installs anything.
    fn unread(&self) -> Option<Install> {
        let [Part::Unread(script, why)] = &self.invocation.words.first()?.parts[..] else {
            return None;
        };
        let tool = installer_in(&script.plain())?;
        Some(self.other(tool, Prefix::unknown(), why))
    }

    /// A command inside an unknown one or inside its quotes: `timeout 600 pip install …`,
    /// `bash -c "conda install …"`. Its environment is also unknown.
    fn hidden(&self) -> Option<Install> {
        let words = self.invocation.words.iter().zip(self.values);
        let texts: Vec<String> = words
            .map(|(word, value)| value.clone().unwrap_or_else(|_| written(word)))
            .collect();
        let plain = || installer(texts.iter().map(String::as_str));
        let quoted = || texts.iter().find_map(|text| installer_in(text));
        let (tool, why) = match plain().or_else(|| self.computed(&texts)) {
            Some(tool) => (tool, "presolve does not know the command that runs it"),
            None => (quoted()?, "presolve does not read commands within quotes"),
        };
        Some(self.other(tool, Prefix::unknown(), why))
    }

    /// Guesses the program of `$(which pip) install …` or `$PIP install …`.
    fn computed(&self, texts: &[String]) -> Option<Tool> {
        let at = self.values.iter().position(Result::is_err)?;
        let is_something = |part: &&Part| **part != Part::Text(String::new());
        let program = self.invocation.words[at].parts.iter().find(is_something)?;
        let program = match program {
            Part::Commands(script) => script.plain(),
            Part::Variable { name, .. } => {
                let value = self.invocation.scene.variables.get(name).cloned().flatten();
                let first = name.split('_').next().unwrap_or_default();
                value.unwrap_or_else(|| first.to_lowercase())
            }
            _ => return None,
        };
        // An installation inside the substitution is reported separately.
        if installer_in(&program).is_some() {
            return None;
        }
        let arguments = texts[at + 1..].iter().map(String::as_str);
        installer(program.split_whitespace().chain(arguments))
    }

    /// The environment of a command that does not name one.
    fn active(&self) -> Prefix {
        let scene = &self.invocation.scene;
        let active = scene.active.clone();
        let active = active.or_else(|| Prefix::on_path(&scene.variables));
        active.unwrap_or_else(Prefix::base)
    }

    /// Returns the index of the program, after wrappers such as `sudo` and `env`.
    fn program(&self, mut at: usize) -> Option<usize> {
        loop {
            let word = self.values.get(at)?.as_deref().ok()?;
            match word {
                "sudo" | "exec" | "command" | "env" | "nohup" => at += 1,
                "-E" | "-H" if at > 0 => at += 1,
                _ if at > 0 && super::script::assignment(&self.invocation.words[at]).is_some() => {
                    at += 1;
                }
                _ => return Some(at),
            }
        }
    }

    fn pip(&self, at: usize, prefix: Prefix) -> Option<Install> {
        let parsed = options::parse(self.rest(at), self.values.get(at..)?, &options::PIP);
        let (verb, parsed) = self.split_verb(at, parsed)?;
        let mut install = match &*verb {
            "install" => self.install(Tool::Pip, Action::Install, prefix, parsed),
            "config" => self.install(Tool::Pip, Action::Configure, prefix, parsed),
            "uninstall" => self.other(
                Tool::Pip,
                prefix,
                "presolve does not work out what `pip uninstall` removes",
            ),
            _ => return None,
        };
        let elsewhere = [
            "target",
            "prefix",
            "root",
            "user",
            "platform",
            "python-version",
            "python",
        ];
        if let Some(option) = elsewhere.into_iter().find(|option| install.has(option)) {
            install.leave(format!(
                "with `--{option}`, it installs for another place, platform or Python"
            ));
        }
        let variables = PipVariable::all(&self.invocation.scene.variables);
        let mut others = variables.iter().filter(|variable| variable.is_other());
        if let Some(other) = others.next().filter(|_| install.action == Action::Install) {
            let name = other.name();
            install.leave(format!("`{name}` changes what it installs, or where"));
        }
        if install.has("no-deps") {
            install.leave("with `--no-deps`, it may break installed packages".to_owned());
        }
        if install.has("dry-run") || install.has("ignore-requires-python") {
            install.leave("its options change how pip installs".to_owned());
        }
        Some(install)
    }

    fn conda(&self, tool: Tool, at: usize, active: Prefix) -> Option<Install> {
        let parsed = options::parse(self.rest(at), self.values.get(at..)?, &options::CONDA);
        let (mut verb, mut parsed) = self.split_verb(at, parsed)?;
        if verb == "env" {
            let (second, rest) = self.split_verb(at + 1, parsed)?;
            (verb, parsed) = (format!("env {second}"), rest);
        }
        // `conda install` uses `CONDA_PREFIX`, whatever comes first on the path.
        let conda_prefix = self
            .invocation
            .scene
            .variables
            .get("CONDA_PREFIX")
            .cloned()
            .flatten();
        let active = conda_prefix.map_or(active, |path| Prefix::at(&path));
        let mut install = match &*verb {
            "create" => self.install(tool, Action::Create, active, parsed),
            "install" => self.install(tool, Action::Install, active, parsed),
            "env create" | "env update" => self.install(tool, Action::FromFile, active, parsed),
            "config" => return self.config(tool, at, active),
            "update" | "upgrade" | "remove" | "uninstall" => {
                let mut install = self.install(tool, Action::Install, active, parsed);
                install.leave(format!(
                    "presolve does not work out what `conda {verb}` changes"
                ));
                install
            }
            _ => return None,
        };
        install.name_prefix();
        let program = self.values[at - 1].as_deref().unwrap_or_default();
        install.find_file(&verb, split(program).1);
        for option in [
            "no-deps",
            "only-deps",
            "download-only",
            "dry-run",
            "clone",
            "revision",
        ] {
            if install.has(option) {
                install.leave(format!("presolve does not work out what `--{option}` does"));
            }
        }
        Some(install)
    }

    /// Reads `conda config --add channels conda-forge`.
    fn config(&self, tool: Tool, at: usize, prefix: Prefix) -> Option<Install> {
        let values = self.values.get(at + 1..)?;
        let of = |index: usize| values.get(index)?.as_deref().ok();
        let adds = (0..values.len()).filter(|index| {
            let adds = matches!(of(*index), Some("--add" | "--append" | "--prepend"));
            adds && of(index + 1) == Some("channels")
        });
        let mut install = self.install(tool, Action::Channels, prefix, Ok(Vec::new()));
        for adds in adds {
            let option = match of(adds) {
                Some("--append") => "append",
                _ => "add",
            };
            let argument = Argument {
                word: self.invocation.words.get(at + adds + 3)?.clone(),
                value: values.get(adds + 2)?.clone(),
            };
            install.options.push((option, Some(argument)));
        }
        let set = (0..values.len()).find(|index| {
            let sets = matches!(of(*index), Some("--set" | "set"));
            sets && of(index + 1) == Some("channel_priority")
        });
        if let Some(set) = set {
            let argument = Argument {
                word: self.invocation.words.get(at + set + 3)?.clone(),
                value: values.get(set + 2)?.clone(),
            };
            install.options.push((configuration::SET, Some(argument)));
        }
        if install.options.is_empty() {
            return None;
        }
        Some(install)
    }

    fn install(&self, tool: Tool, action: Action, prefix: Prefix, parsed: Parse) -> Install {
        let mut install = Install {
            tool,
            action,
            prefix,
            specs: Vec::new(),
            options: Vec::new(),
            span: self.invocation.span(),
            form: self.invocation.form,
            index: self.index,
            unread: None,
            changed_by: None,
            yaml_as_list: None,
        };
        match parsed {
            Ok(parsed) => {
                for one in parsed {
                    match one {
                        Parsed::Argument(argument) => install.specs.push(argument),
                        Parsed::Option(name, value) => install.options.push((name, value)),
                    }
                }
            }
            Err((span, option)) => {
                install.unread = Some((span, format!("unknown option: `{}`", redact(&option))));
            }
        }
        if let Some(depends) = self.invocation.depends {
            install.leave(depends.to_owned());
        }
        install
    }

    fn other(&self, tool: Tool, prefix: Prefix, why: &str) -> Install {
        let mut other = self.install(tool, Action::Other, prefix, Ok(Vec::new()));
        other.leave(why.to_owned());
        other
    }

    /// Splits the first argument that is not an option from the others.
    fn split_verb(&self, at: usize, parsed: Parse) -> Option<(String, Parse)> {
        let mut parsed = match parsed {
            Ok(parsed) => parsed,
            Err(unknown) => {
                let values = self.values.get(at..)?.iter().flatten();
                let verb = values.into_iter().find(|value| !value.starts_with('-'))?;
                return Some((verb.clone(), Err(unknown)));
            }
        };
        let is_verb = |one: &Parsed| matches!(one, Parsed::Argument(_));
        let verb = parsed.iter().position(is_verb)?;
        match parsed.remove(verb) {
            Parsed::Argument(argument) => Some((argument.value.ok()?, Ok(parsed))),
            Parsed::Option(..) => None,
        }
    }

    fn rest(&self, at: usize) -> &[Word] {
        self.invocation.words.get(at..).unwrap_or_default()
    }
}

/// Arguments, or the place and text of an unknown option.
type Parse = Result<Vec<Parsed>, (Range<usize>, String)>;

impl Install {
    /// Marks the command as unread, for this reason.
    fn leave(&mut self, why: String) {
        self.unread.get_or_insert((self.span.clone(), why));
    }

    /// Sets the environment from `-n` or `-p`.
    fn name_prefix(&mut self) {
        let named = self.all("prefix").chain(self.all("name")).next().cloned();
        let Some(argument) = named else { return };
        match &argument.value {
            Ok(value) if value.contains('/') => self.prefix = Prefix::at(value),
            Ok(value) => self.prefix = Prefix::named(value),
            Err(unknown) => {
                let why = options::say(unknown);
                self.unread = Some((argument.word.span.clone(), why));
            }
        }
    }

    /// Treats `micromamba create -f environment.yml` as `conda env create`. conda itself does
    /// not read YAML there, but the file is what was meant.
    fn find_file(&mut self, verb: &str, program: &str) {
        let is_yaml = |argument: &&Argument| {
            let value = argument.value.as_deref().unwrap_or_default();
            value.ends_with(".yml") || value.ends_with(".yaml")
        };
        let Some(file) = self.all("file").find(is_yaml).cloned() else {
            return;
        };
        self.action = Action::FromFile;
        let takes_yaml = verb.starts_with("env ") || self.has("environment-specifier");
        self.yaml_as_list = (program == "conda" && !takes_yaml).then_some(file);
    }
}

/// The tool of an installation command, if these are the words of one.
fn installer<'w>(words: impl Iterator<Item = &'w str>) -> Option<Tool> {
    let mut tool = None;
    for word in words {
        let (_, program) = split(word.strip_prefix("-m").unwrap_or(word));
        match program {
            "install" | "create" | "update" if tool.is_some() => return tool,
            "conda" | "mamba" | "micromamba" => tool = Some(Tool::Conda),
            _ if program.strip_prefix("pip").is_some_and(is_version) => tool = Some(Tool::Pip),
            _ => {}
        }
    }
    None
}

/// The tool of the first installation command in a script.
fn installer_in(script: &str) -> Option<Tool> {
    let is_between = |c: char| c.is_whitespace() || "\"'`(){}$".contains(c);
    let mut commands = script.split([';', '&', '|', '\n']);
    commands.find_map(|command| installer(command.split(is_between)))
}

/// The literal text of a word, with `$` for each unknown part.
fn written(word: &Word) -> String {
    let parts = word.parts.iter().map(|part| match part {
        Part::Text(text) => text.as_str(),
        _ => "$",
    });
    parts.collect()
}

/// Splits a program into its path, if it has one, and its name.
fn split(program: &str) -> (Option<&str>, &str) {
    match program.rsplit_once('/') {
        Some((_, name)) => (Some(program), name),
        None => (None, program),
    }
}

/// Whether a suffix of a program's name is a version: empty, `3`, `3.10`.
fn is_version(text: &str) -> bool {
    text.chars().all(|c| c.is_ascii_digit() || c == '.')
}
