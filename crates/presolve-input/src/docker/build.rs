//! The effects of a Dockerfile's last stage, and of the stages that it is built on,
//! instruction by instruction.

use std::{collections::BTreeSet, ops::Range, sync::Arc};

use super::{
    context::{Copied, Copies, Copy},
    dockerfile::{Dockerfile, Instruction},
    json,
    prefix::Prefix,
    script::{self, Form, Invocation},
    shell::{self, Unknown, Word},
    text::Text,
    variables::Variables,
};

/// The build of a Dockerfile's image.
pub struct Build {
    /// The image at the start of the chain of stages; `None` if the Dockerfile names none.
    pub base: Option<Base>,
    /// The commands of `RUN`, in order.
    pub commands: Vec<Invocation>,
    /// The files that any stage copies from the context.
    pub copies: Vec<Copied>,
    /// The files whose text is a here-document of `COPY`, each with the place of its name.
    pub written: Vec<(String, Range<usize>)>,
    /// The environment whose programs come first on the `PATH` at the end of the build.
    pub active: Prefix,
}

/// The base image of a stage.
#[derive(Clone, Debug)]
pub struct Base {
    /// The name with variables expanded; `None` if a variable has no known value.
    pub name: Option<String>,
    /// The place of the name.
    pub span: Range<usize>,
    /// The value of `--platform`, such as `linux/amd64`.
    pub platform: Option<String>,
}

/// The state of the build at an instruction.
#[derive(Clone)]
struct State {
    variables: Variables,
    /// The names of the variables that `ARG` set.
    arguments: BTreeSet<String>,
    folder: String,
    /// The environment of every command, from `SHELL ["conda", "run", …]`.
    shell: Option<Prefix>,
    copies: Copies,
}

struct Stage<'d> {
    from: &'d Instruction,
    image: Word,
    name: Option<String>,
    instructions: Vec<&'d Instruction>,
}

impl Build {
    /// Analyses a Dockerfile.
    pub fn of(dockerfile: &Dockerfile) -> Self {
        let (arguments, stages) = stages(dockerfile);
        let globals = globals(dockerfile, &arguments);
        let mut build = Self {
            base: None,
            commands: Vec::new(),
            copies: Vec::new(),
            written: Vec::new(),
            active: Prefix::base(),
        };
        let mut walk = Walk {
            dockerfile,
            globals: &globals,
            build: &mut build,
        };
        let chain = chain(&stages, &globals);
        for stage in &stages {
            if !chain.iter().any(|one| std::ptr::eq(*one, stage)) {
                walk.stage(stage, State::new());
            }
        }
        // The other stages only contribute the files that they copy.
        walk.build.commands.clear();
        walk.build.written.clear();
        let base = chain.last().map(|stage| base(stage, &globals));
        let mut state = State::new();
        if let Some(prefix) = base.as_ref().and_then(Base::active) {
            let path = format!("/opt/conda/envs/{prefix}/bin");
            state.variables.insert("PATH", Some(path));
        }
        let mut triggers = Vec::new();
        for stage in chain.iter().rev() {
            for trigger in &triggers {
                walk.instruction(trigger, &mut state);
            }
            state = walk.stage(stage, state);
            let stored = stage.instructions.iter();
            triggers = stored.filter_map(|stored| stored.trigger()).collect();
        }
        // They are for other builds, which start from this image.
        triggers
            .iter()
            .for_each(|trigger| walk.store(trigger, &state));
        let active = state.shell.clone();
        let active = active.or_else(|| Prefix::on_path(&state.variables));
        build.active = active.unwrap_or_else(Prefix::base);
        build.base = base;
        build
    }
}

impl Base {
    /// The environment that is active in the image. In Azure ML's PyTorch images, that is not
    /// the base one (<https://learn.microsoft.com/azure/machine-learning/resource-azure-container-for-pytorch>).
    fn active(&self) -> Option<&'static str> {
        let name = self.name.as_deref()?;
        name.contains("/aifx/acpt/").then_some("ptca")
    }
}

impl State {
    fn new() -> Self {
        let mut variables = Variables::default();
        variables.insert("PATH", Some(String::new()));
        Self {
            variables,
            arguments: BTreeSet::new(),
            folder: "/".to_owned(),
            shell: None,
            copies: Copies::default(),
        }
    }

    /// A later `ARG` overrides an earlier one, but `ENV` overrides both
    /// (<https://docs.docker.com/reference/dockerfile/#using-arg-variables>).
    fn argument(&mut self, name: String, value: Result<String, Unknown>) {
        if self.arguments.contains(&name) || !self.variables.contains(&name) {
            self.variables.assign(&*name, value);
            self.arguments.insert(name);
        }
    }
}

/// Splits the instructions into the `ARG`s before the first stage, and the stages.
fn stages(dockerfile: &Dockerfile) -> (Vec<&Instruction>, Vec<Stage<'_>>) {
    let (mut arguments, mut stages) = (Vec::new(), Vec::<Stage<'_>>::new());
    for instruction in &dockerfile.instructions {
        if instruction.keyword == "FROM" {
            let mut words = shell::words(&instruction.arguments, dockerfile.escape).into_iter();
            let Some(image) = words.next() else { continue };
            let is_as = words.next().and_then(|word| word.literal());
            let is_as = is_as.is_some_and(|word| word.eq_ignore_ascii_case("as"));
            let name = words
                .next()
                .filter(|_| is_as)
                .and_then(|word| word.literal());
            stages.push(Stage {
                from: instruction,
                image,
                name,
                instructions: Vec::new(),
            });
        } else if let Some(stage) = stages.last_mut() {
            stage.instructions.push(instruction);
        } else if instruction.keyword == "ARG" {
            arguments.push(instruction);
        }
    }
    (arguments, stages)
}

/// Returns the values of the `ARG`s before the first stage.
fn globals(dockerfile: &Dockerfile, arguments: &[&Instruction]) -> Variables {
    let mut globals = Variables::default();
    for instruction in arguments {
        for (name, value) in assignments(instruction, dockerfile.escape, &globals) {
            match value {
                Some(value) => globals.assign(name, value),
                None => globals.insert(name, None),
            }
        }
    }
    globals
}

/// Returns the last stage, the one that it is built on, and so on.
fn chain<'s, 'd>(stages: &'s [Stage<'d>], globals: &Variables) -> Vec<&'s Stage<'d>> {
    let mut chain = Vec::new();
    let mut end = stages.len();
    while let Some(stage) = stages[..end].last() {
        chain.push(stage);
        let Ok(image) = stage.image.value(globals) else {
            break;
        };
        let is_named = |stage: &Stage<'_>| {
            let name = stage.name.as_ref();
            name.is_some_and(|name| name.eq_ignore_ascii_case(&image))
        };
        match stages[..end - 1].iter().rposition(is_named) {
            Some(position) => end = position + 1,
            None => break,
        }
    }
    chain
}

fn base(stage: &Stage<'_>, globals: &Variables) -> Base {
    Base {
        name: stage.image.value(globals).ok(),
        span: stage.image.span.clone(),
        platform: stage.from.flag("platform").map(str::to_owned),
    }
}

/// The `NAME=value` pairs of `ARG` and `ENV`, and the older `ENV NAME value`. The value is
/// `None` for a bare name.
fn assignments(
    instruction: &Instruction,
    escape: char,
    variables: &Variables,
) -> Vec<(String, Option<Result<String, Unknown>>)> {
    let words = shell::words(&instruction.arguments, escape);
    let is_old = instruction.keyword == "ENV"
        && words.first().is_some_and(|word| {
            let first = word.literal();
            first.is_some_and(|first| !first.contains('='))
        });
    let value = |word: &Word| {
        word.value(variables).or_else(|unknown| match unknown {
            // Docker does not split values into words.
            Unknown::Several(name) => {
                let value = variables.get(&name).cloned().flatten();
                value.ok_or(Unknown::Several(name))
            }
            other => Err(other),
        })
    };
    if is_old {
        let name = words[0].literal().unwrap_or_default();
        let values: Result<Vec<String>, Unknown> = words[1..].iter().map(value).collect();
        return vec![(name, Some(values.map(|values| values.join(" "))))];
    }
    let pairs = words
        .iter()
        .filter_map(|word| match script::assignment(word) {
            Some((name, rest)) => Some((name, Some(value(&rest)))),
            None => Some((word.literal()?, None)),
        });
    pairs.collect()
}

struct Walk<'w> {
    dockerfile: &'w Dockerfile,
    globals: &'w Variables,
    build: &'w mut Build,
}

impl Walk<'_> {
    fn stage(&mut self, stage: &Stage<'_>, before: State) -> State {
        let mut state = before;
        for instruction in &stage.instructions {
            self.instruction(instruction, &mut state);
        }
        state
    }

    fn instruction(&mut self, instruction: &Instruction, state: &mut State) {
        let escape = self.dockerfile.escape;
        match &*instruction.keyword {
            "ARG" => {
                for (name, value) in assignments(instruction, escape, &state.variables) {
                    if value.is_none() && state.arguments.contains(&name) {
                        continue;
                    }
                    let global = || {
                        let known = self.globals.get(&name).cloned().flatten();
                        known.ok_or_else(|| self.globals.why_unknown(&name))
                    };
                    let value = value.unwrap_or_else(global);
                    state.argument(name, value);
                }
            }
            "ENV" => {
                let pairs = assignments(instruction, escape, &state.variables);
                for (name, value) in pairs {
                    state.arguments.remove(&name);
                    match value {
                        Some(value) => state.variables.assign(name, value),
                        None => state.variables.insert(name, None),
                    }
                }
            }
            "WORKDIR" => {
                let words = shell::words(&instruction.arguments, escape);
                let folder = words
                    .first()
                    .and_then(|word| word.value(&state.variables).ok());
                state.folder = super::context::join(&state.folder, &folder.unwrap_or_default());
            }
            "SHELL" => state.shell = shell_prefix(instruction),
            "COPY" | "ADD" => self.copy(instruction, state),
            "RUN" => self.run(instruction, state),
            _ => {}
        }
    }

    /// Adds the commands of a trigger that this build does not run.
    fn store(&mut self, trigger: &Instruction, state: &State) {
        let before = self.build.commands.len();
        if trigger.keyword == "RUN" {
            self.run(trigger, state);
        }
        for command in &mut self.build.commands[before..] {
            command.depends = Some(script::ON_BUILD);
        }
    }

    fn copy(&mut self, instruction: &Instruction, state: &mut State) {
        let words = json::words(&instruction.arguments);
        let mut words =
            words.unwrap_or_else(|| shell::words(&instruction.arguments, self.dockerfile.escape));
        self.cut_comment(&mut words);
        let Some((target, sources)) = words.split_last() else {
            return;
        };
        if instruction.flag("from").is_some() {
            return;
        }
        let named = shell::heredocs(&instruction.arguments);
        let is_text = |word: &&Word| named.iter().any(|heredoc| heredoc.span == word.span);
        let (texts, sources): (Vec<&Word>, Vec<&Word>) = sources.iter().partition(is_text);
        let target = target.value(&state.variables).ok();
        let end_of = |word: &&Word| named.iter().find(|heredoc| heredoc.span == word.span);
        for (name, target) in texts.iter().filter_map(end_of).zip(target.iter().cycle()) {
            let is_file = !is_folder(target) && texts.len() + sources.len() == 1;
            let folder = super::context::join(&state.folder, target);
            let file = super::context::join(&folder, if is_file { "" } else { &name.end });
            self.build.written.push((file, name.span.clone()));
        }
        for source in &sources {
            let path = source.value(&state.variables).ok();
            let copied = Copied {
                path: path.clone(),
                span: source.span.clone(),
                is_comment: false,
            };
            self.build.copies.push(copied);
            if let (Some(path), Some(target)) = (path, &target) {
                let into_folder = is_folder(target) || sources.len() > 1;
                let target = super::context::join(&state.folder, target);
                let copy = Copy::new(&path, &target, into_folder, instruction.span.start);
                state.copies.push_front_mut(Arc::new(copy));
            }
        }
    }

    /// Docker has no comments after arguments.
    fn cut_comment(&mut self, words: &mut Vec<Word>) {
        let text = self.dockerfile.source().text();
        let begins = |word: &Word| text[word.span.clone()].starts_with('#');
        let Some(start) = words.iter().position(begins) else {
            return;
        };
        let comment = words.split_off(start);
        let end = comment.last().map_or(0, |word| word.span.end);
        self.build.copies.push(Copied {
            path: None,
            span: comment[0].span.start..end,
            is_comment: true,
        });
    }

    fn run(&mut self, instruction: &Instruction, state: &State) {
        let mut copies = state.copies.clone();
        let mounts = instruction.flags.iter().filter(|flag| flag.name == "mount");
        let at = instruction.span.start;
        for copy in mounts.filter_map(|mount| Copy::of_mount(&mount.value, at)) {
            copies.push_front_mut(Arc::new(copy));
        }
        let scene = script::Scene {
            variables: state.variables.clone(),
            folder: state.folder.clone(),
            active: state.shell.clone(),
            copies,
        };
        if let Some(words) = json::words(&instruction.arguments) {
            self.build.commands.push(Invocation::exec(words, scene));
            return;
        }
        let (line, bodies) = (&instruction.arguments, &instruction.heredocs);
        let names = shell::heredocs(line);
        let is_script = match names.first() {
            Some(first) => first.span.start == line.start(0) || runs_a_shell(line),
            None => false,
        };
        let commands = &mut self.build.commands;
        if !is_script {
            commands.extend(script::invocations(line, bodies, scene, Form::Line));
            return;
        }
        for text in bodies {
            let scene = scene.clone();
            commands.extend(script::invocations(text, &[], scene, Form::Heredoc));
        }
        // The commands on the line itself: `bash <<EOF && …`.
        commands.extend(script::invocations(line, &[], scene, Form::Line));
    }
}

/// Whether the spelling of a `COPY` target shows that it is a folder.
fn is_folder(target: &str) -> bool {
    target.ends_with('/') || target.ends_with("/.") || target == "." || target == ".."
}

/// Whether a line passes its here-document to a shell: `bash -e <<EOF`.
fn runs_a_shell(line: &Text) -> bool {
    let words = shell::words(line, '\\');
    words.first().is_some_and(script::is_shell)
}

/// Returns the environment in which `SHELL ["conda", "run", "-n", "x", "/bin/bash", "-c"]`
/// runs commands.
fn shell_prefix(instruction: &Instruction) -> Option<Prefix> {
    let words = json::words(&instruction.arguments)?;
    let words: Vec<String> = words.iter().filter_map(Word::literal).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    script::conda_run(&words).and_then(|(prefix, _)| prefix)
}
