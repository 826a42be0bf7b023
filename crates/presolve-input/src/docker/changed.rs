//! Files that the build writes or changes before a command installs them. Their content is
//! known only to the build.

use std::{collections::HashMap, ops::Range};

use super::{
    context,
    install::{Action, Install},
    options::Argument,
    plan::{Plan, USUAL_CONDA_FILE},
    script::{self, Form, Invocation},
    shell::Word,
    text::Text,
};
use presolve_text::secrets::redact;

/// Options of conda and pip that name a file to read.
const FILES: [&str; 3] = ["file", "requirement", "constraint"];

/// Options with which programs write a file: `pip-compile`, `poetry export`, `curl`, `wget`.
const OUTPUTS: [&str; 7] = [
    "-o",
    "-O",
    "--output",
    "--output-file",
    "--output-document",
    "--out",
    "--report",
];

/// Programs that change the files among their arguments.
const EDITORS: [&str; 5] = ["tee", "patch", "truncate", "ed", "ex"];

/// Programs that write the file that is their last argument.
const COPIERS: [&str; 4] = ["cp", "mv", "install", "ln"];

/// The commands that write each file of the image, in order.
type Writes = HashMap<String, Vec<Range<usize>>>;

impl Plan {
    /// Leaves out the commands that read a file which an earlier command writes or changes.
    pub(super) fn leave_changed(&mut self) {
        let writes = self.writes();
        let changed = self.installs.iter().map(|install| {
            let mut files = self.files_of(install);
            files.find_map(|(name, argument)| {
                let change = self.change(install, name, &writes)?;
                let at = argument.map_or(install.span.clone(), |one| one.word.span.clone());
                Some((at, change, name.to_owned()))
            })
        });
        let changed: Vec<_> = changed.collect();
        for (install, changed) in self.installs.iter_mut().zip(changed) {
            if let Some((at, change, name)) = changed {
                install.leave_changed(at, change, &name);
            }
        }
    }

    /// The files that a command reads, each with the argument that names it.
    fn files_of<'i>(
        &self,
        install: &'i Install,
    ) -> impl Iterator<Item = (&'i str, Option<&'i Argument>)> + use<'i> {
        let named = FILES.iter().flat_map(|option| install.all(option));
        let named = named.filter_map(|one| Some((one.value.as_deref().ok()?, Some(one))));
        let is_unnamed = install.action == Action::FromFile && !install.has("file");
        named.chain(is_unnamed.then_some((USUAL_CONDA_FILE, None)))
    }

    fn writes(&self) -> Writes {
        let text = self.dockerfile.source().text();
        let mut writes = Writes::new();
        for command in &self.build.commands {
            if command.depends == Some(script::ON_BUILD) {
                continue;
            }
            for file in written_by(command, text) {
                writes.entry(file).or_default().push(command.span());
            }
        }
        for (file, span) in &self.build.written {
            writes.entry(file.clone()).or_default().push(span.clone());
        }
        writes
    }

    /// The last step that writes a file between its copy from the context and a command that
    /// reads it.
    fn change(&self, install: &Install, name: &str, writes: &Writes) -> Option<Range<usize>> {
        let scene = &self.build.commands[install.index].scene;
        let file = context::join(&scene.folder, name);
        let writes = writes.get(&file)?;
        let origin = context::origin(&scene.copies, &file, &self.context);
        let since = origin.map_or(0, |origin| origin.at);
        let between = |span: &&Range<usize>| (since..install.span.start).contains(&span.start);
        let between = writes.iter().filter(between);
        between.max_by_key(|span| span.start).cloned()
    }
}

impl Install {
    fn leave_changed(&mut self, at: Range<usize>, change: Range<usize>, name: &str) {
        if self.unread.is_none() {
            let name = redact(name);
            let why =
                format!("an earlier step writes `{name}`, so only the build knows its content");
            self.unread = Some((at, why));
            self.changed_by = Some(change);
        }
    }
}

/// The paths in the image that a command may write. `text` is that of the Dockerfile.
fn written_by(command: &Invocation, text: &str) -> Vec<String> {
    let value = |word: &Word| word.value(&command.scene.variables).unwrap_or_default();
    let redirections = command.redirections.iter();
    let redirections = redirections.filter(|one| text[one.operator.clone()].contains('>'));
    let targets = redirections.map(|one| value(&one.target));
    let words: Vec<String> = command.words.iter().map(value).collect();
    let start = words.iter().position(|word| !is_wrapper(word));
    let named = named(&words[start.unwrap_or(0)..]).into_iter();
    let paths = targets.chain(named).filter(|path| !path.is_empty());
    let paths = paths.map(|path| context::join(&command.scene.folder, &path));
    paths.chain(written_in_quotes(command, &words)).collect()
}

/// The paths that the script of `bash -c "…"` may write.
fn written_in_quotes(command: &Invocation, words: &[String]) -> Vec<String> {
    let runs_shell = command.words.first().is_some_and(script::is_shell);
    let is_option = |word: &String| word.starts_with('-') && word.ends_with('c');
    let option = words.iter().position(is_option).filter(|_| runs_shell);
    let Some(script) = option.and_then(|option| words.get(option + 1)) else {
        return Vec::new();
    };
    let text = Text::of(script, 0..script.len());
    let commands = script::invocations(&text, &[], command.scene.clone(), Form::Line);
    let plain = commands.iter().filter(|inner| !is_nested(inner));
    plain.flat_map(|inner| written_by(inner, script)).collect()
}

/// Whether a script runs another shell, which is not followed.
fn is_nested(command: &Invocation) -> bool {
    command.words.first().is_some_and(script::is_shell)
}

/// Whether a word precedes the program that it runs.
fn is_wrapper(word: &str) -> bool {
    matches!(word, "sudo" | "env" | "command" | "exec" | "-E" | "-H")
}

/// The arguments of a program that name the files which it writes.
fn named(words: &[String]) -> Vec<String> {
    let Some((program, arguments)) = words.split_first() else {
        return Vec::new();
    };
    let program = program.rsplit('/').next().unwrap_or_default();
    let plain = || {
        arguments
            .iter()
            .filter(|one| !one.starts_with('-'))
            .cloned()
    };
    let edits_in_place = || arguments.iter().any(|argument| is_in_place(argument));
    match program {
        "sed" if edits_in_place() && !only_ends_lines(arguments) => plain().collect(),
        "perl" | "gawk" | "awk" if edits_in_place() => plain().collect(),
        _ if EDITORS.contains(&program) => plain().collect(),
        _ if COPIERS.contains(&program) => copied(&plain().collect::<Vec<_>>()),
        "curl" | "wget" => [downloaded(program, arguments), outputs(arguments)].concat(),
        "dd" => {
            let files = arguments.iter().filter_map(|one| one.strip_prefix("of="));
            files.map(str::to_owned).collect()
        }
        _ => outputs(arguments),
    }
}

/// Whether an argument is an option to edit files in place: `-i`, `-pi.bak`, `--in-place`.
fn is_in_place(argument: &str) -> bool {
    let letters = argument.strip_prefix('-').unwrap_or_default();
    let letters = letters.split('.').next().unwrap_or_default();
    let is_short = !letters.starts_with('-') && letters.contains('i') && letters.len() <= 4;
    is_short || argument.starts_with("--in-place")
}

/// Whether `sed` only changes the ends of lines, which pip and conda read in any form.
fn only_ends_lines(arguments: &[String]) -> bool {
    let mut scripts = arguments
        .iter()
        .filter(|argument| argument.starts_with("s/"));
    let ends = ["s/\\r$//", "s/\\r//", "s/\\r$//g", "s/\\r//g"];
    scripts.clone().next().is_some() && scripts.all(|script| ends.contains(&script.as_str()))
}

/// The target of `cp`, `mv` or similar, and the paths of its sources if that is a folder.
fn copied(arguments: &[String]) -> Vec<String> {
    let Some((target, sources)) = arguments.split_last() else {
        return Vec::new();
    };
    let names = sources
        .iter()
        .filter_map(|source| source.rsplit('/').next());
    let inside = names.map(|name| format!("{target}/{name}"));
    std::iter::once(target.clone()).chain(inside).collect()
}

/// The names under which `curl -O` and `wget` save URLs.
fn downloaded(program: &str, arguments: &[String]) -> Vec<String> {
    let keeps = |argument: &String| argument.starts_with('-') && argument.ends_with('O');
    let keeps_name = program == "wget" || arguments.iter().any(keeps);
    let urls = arguments.iter().filter(|argument| argument.contains("://"));
    let names = urls.filter_map(|url| url.split(['?', '#']).next()?.rsplit('/').next());
    names.filter(|_| keeps_name).map(str::to_owned).collect()
}

/// The values of options for the output.
fn outputs(arguments: &[String]) -> Vec<String> {
    let pairs = arguments.iter().zip(arguments.iter().skip(1));
    let pairs = pairs.map(|(option, value)| (option.as_str(), value.as_str()));
    let glued = arguments
        .iter()
        .filter_map(|argument| argument.split_once('='));
    let outputs = pairs
        .chain(glued)
        .filter(|(option, _)| OUTPUTS.contains(option));
    outputs.map(|(_, value)| value.to_owned()).collect()
}
