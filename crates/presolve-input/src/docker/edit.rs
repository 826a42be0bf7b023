//! Changes of the packages in a Dockerfile's commands. Every other byte stays the same.

use std::{collections::BTreeMap, sync::Arc};

use super::{
    host::DockerHost,
    install::{Action, Install},
    plan::{Contents, Plan},
    script::Form,
    shell::Word,
};
use presolve_spec::{
    CondaRequirement, EnvironmentFile, PipRequirement,
    change::{Change, Changed},
    edits::Edits,
    list::uneditable,
    match_spec,
    pin::{PinnedConda, Pins, conda, pip},
    pip_lines, requirements_file,
};
use presolve_text::diagnostic::{Diagnostic, Failure, Location};

/// Returns the text of a Dockerfile with an answer in the arguments of its commands, and the
/// requirements files that the commands name, pinned in place. Added packages go after the
/// arguments of the last command of conda and of pip; those of pip go into the last requirements
/// file, if there is one. A second call changes nothing.
///
/// # Errors
/// [`Failure::input`] when one argument cannot be replaced alone, or the result would not
/// read back as these pins.
pub(super) fn pin(
    host: &DockerHost,
    environment: &EnvironmentFile,
    pins: &Pins,
) -> Result<Changed, Failure> {
    let plan = host.plan(&environment.source);
    let mut editor = Editor::new(&plan)?;
    let own: BTreeMap<&str, &PinnedConda> =
        pins.conda.iter().map(|pin| (&*pin.name, pin)).collect();
    let mut missing = own.clone();
    for requirement in &environment.conda {
        let name = requirement.spec.name.to_string();
        missing.remove(&*name);
        let at = &requirement.location;
        let (Some(pin), Some((install, word))) = (own.get(&*name), editor.word_at(at)) else {
            continue;
        };
        let pin = bound(install, environment, pins, pin);
        let text = conda::declared(requirement, &pin).text;
        if text != requirement.text {
            editor.replace(install, word, &text)?;
        }
    }
    if let Some(last) = editor
        .last(Install::is_conda)
        .filter(|_| editor.makes_environment())
    {
        let added = missing.into_values();
        let added = added.map(|pin| {
            let pin = bound(last, environment, pins, pin);
            conda::exact(&pin, pin.channel.as_deref())
        });
        editor.append(last, &added.collect::<Vec<_>>());
    }
    pin_pip(environment, pins, &mut editor)?;
    let changed = Changed {
        text: editor.edits.apply(),
        included: requirements_file::pin(environment, pins)?,
    };
    check(host, environment, pins, &plan, &changed)?;
    Ok(changed)
}

fn pin_pip(
    environment: &EnvironmentFile,
    pins: &Pins,
    editor: &mut Editor<'_>,
) -> Result<(), Failure> {
    let lines = environment.pip.requirements.iter();
    for requirement in lines.filter(|requirement| requirement.in_environment) {
        let pin = pins
            .pip
            .iter()
            .find(|pin| pip::name(requirement) == Some(pin.name.as_ref()));
        let word = editor.word_at(&requirement.location);
        let (Some(pin), Some((install, word))) = (pin, word) else {
            continue;
        };
        let is_it = pip_lines::pinned_version(&requirement.kind) == Some(&pin.version);
        if !is_it && pip::takes_version(requirement) {
            editor.replace(install, word, &pip::exact(&requirement.text, pin))?;
        }
    }
    let Some(last) = editor.last(|install| !install.is_conda()) else {
        return Ok(());
    };
    if !environment.pip.in_place.is_empty() {
        return Ok(());
    }
    if pip::in_hash_mode(environment) {
        return Err(uneditable(
            editor.plan.place(last),
            "the requirements have hashes, which command-line arguments cannot have",
            "write all requirements to one file with hashes",
        ));
    }
    let added = pip::undeclared(environment, pins).into_values();
    let added = added.map(|pin| pip::added_line(pin, false));
    editor.append(last, &added.collect::<Vec<_>>());
    Ok(())
}

/// The number of conda packages that `pin` writes into the Dockerfile. An environment of
/// the base image gets only the packages that the commands name.
pub(super) fn written_conda(plan: &Plan, environment: &EnvironmentFile, pins: usize) -> usize {
    let Ok(editor) = Editor::new(plan) else {
        return pins;
    };
    let lines = environment.conda.iter();
    let is_written = |line: &&CondaRequirement| editor.word_at(&line.location).is_some();
    if editor.makes_environment() {
        pins
    } else {
        lines.filter(is_written).count()
    }
}

/// A pin with its channel, if the command would otherwise use another one.
fn bound(
    install: &Install,
    environment: &EnvironmentFile,
    pins: &Pins,
    pin: &PinnedConda,
) -> PinnedConda {
    let own = install.all("channel").next();
    let own = own.and_then(|argument| argument.value.as_deref().ok());
    let own = own.map_or("defaults", |own| own.split(',').next().unwrap_or(own));
    let first = pins.channels.first();
    let first = first.filter(|first| !environment.channels.is_empty() && *first != own);
    PinnedConda {
        channel: pin.channel.clone().or_else(|| first.cloned()),
        ..pin.clone()
    }
}

/// Returns the text of a Dockerfile with these changes.
///
/// # Errors
/// [`Failure::input`] when a command has no place for a change.
pub(super) fn change(plan: &Plan, changes: &[&Change]) -> Result<String, Failure> {
    let mut editor = Editor::new(plan)?;
    for change in changes {
        editor.make(change)?;
    }
    Ok(editor.edits.apply())
}

struct Editor<'p> {
    plan: &'p Plan,
    installs: Vec<&'p Install>,
    edits: Edits<'p>,
}

impl<'p> Editor<'p> {
    fn new(plan: &'p Plan) -> Result<Self, Failure> {
        let installs = match plan.contents()? {
            Contents::Specs(installs) => installs,
            Contents::CondaFile(_, install) => vec![install],
        };
        Ok(Self {
            plan,
            installs,
            edits: Edits::new(plan.dockerfile.source().text()),
        })
    }

    fn make(&mut self, change: &Change) -> Result<(), Failure> {
        match change {
            Change::Replace { at, with } => {
                let (install, word) = self.word_at(at).ok_or_else(|| self.not_here(at))?;
                self.replace(install, word, with)
            }
            Change::Remove { at } => {
                let (install, word) = self.word_at(at).ok_or_else(|| self.not_here(at))?;
                self.remove(install, word)
            }
            // The options of a command hold for all of its requirements.
            Change::AddPipOption { before, .. } => Err(self.not_here(before)),
            Change::AddConda(text) => self.add(Install::is_conda, text),
            Change::AddPip(text) => self.add(|install| !install.is_conda(), text),
            Change::AddChannel(channel) => {
                let conda: Vec<&Install> = self
                    .installs
                    .iter()
                    .copied()
                    .filter(|install| install.is_conda())
                    .collect();
                for install in conda {
                    self.append_line(install, &["-c".to_owned(), channel.clone()]);
                }
                Ok(())
            }
            // Commands have no pip lists.
            Change::MergePipLists => Ok(()),
        }
    }

    fn add(&mut self, of: impl Fn(&Install) -> bool, text: &str) -> Result<(), Failure> {
        let last = self.last(of).ok_or_else(|| {
            uneditable(
                self.plan.place(self.installs[0]),
                "the Dockerfile has no command to add this to",
                "add the command",
            )
        })?;
        self.append(last, &[text.to_owned()]);
        Ok(())
    }

    /// Returns the last command that satisfies a predicate.
    fn last(&self, of: impl Fn(&Install) -> bool) -> Option<&'p Install> {
        self.installs
            .iter()
            .rev()
            .copied()
            .find(|install| of(install))
    }

    /// Whether the Dockerfile creates the environment, so that nothing else is in it.
    fn makes_environment(&self) -> bool {
        let mut installs = self.installs.iter();
        installs.any(|install| install.action == Action::Create)
    }

    /// Returns the argument at a place, and its command.
    fn word_at(&self, at: &Location) -> Option<(&'p Install, &'p Word)> {
        if !Arc::ptr_eq(&at.file, self.plan.dockerfile.source()) {
            return None;
        }
        self.installs.iter().find_map(|install| {
            let mut specs = install.specs.iter();
            let spec = specs.find(|spec| spec.word.span == at.span)?;
            Some((*install, &spec.word))
        })
    }

    fn not_here(&self, at: &Location) -> Failure {
        uneditable(
            at.clone(),
            "there is no command argument here",
            "change it by hand",
        )
    }

    fn replace(&mut self, install: &Install, word: &Word, with: &str) -> Result<(), Failure> {
        let written = &self.edits.text[word.span.clone()];
        if written.contains('\n') {
            return Err(uneditable(
                self.plan.dockerfile.at(word.span.clone()),
                "this argument spans several lines",
                "write it on one line",
            ));
        }
        let with = quoted(with, written, install.form);
        self.edits.replace(word.span.clone(), &with);
        Ok(())
    }

    /// Removes an argument, and the text between it and the previous one.
    fn remove(&mut self, install: &Install, word: &Word) -> Result<(), Failure> {
        let is_last = install.specs.len() == 1 && install.all("requirement").next().is_none();
        let words = &self.plan.build.commands[install.index].words;
        let before = words
            .iter()
            .rev()
            .find(|other| other.span.end <= word.span.start);
        match before {
            Some(before) if !is_last => {
                self.edits.replace(before.span.end..word.span.end, "");
                Ok(())
            }
            _ => Err(uneditable(
                self.plan.dockerfile.at(word.span.clone()),
                "without this, the command would install nothing",
                "remove the command",
            )),
        }
    }

    /// Adds arguments after the last one of a command, each on its own line.
    fn append(&mut self, install: &Install, added: &[String]) {
        for one in added {
            self.append_line(install, std::slice::from_ref(one));
        }
    }

    /// Adds arguments after the last one of a command, together on one line.
    fn append_line(&mut self, install: &Install, added: &[String]) {
        let added: Vec<String> = added
            .iter()
            .map(|one| quoted(one, "", install.form))
            .collect();
        if install.form == Form::Exec {
            self.edits
                .insert(install.span.end, &format!(", {}", added.join(", ")));
            return;
        }
        let words = &self.plan.build.commands[install.index].words;
        let start = words
            .last()
            .map_or(install.span.start, |word| word.span.start);
        let text = self.edits.text;
        let line = text[..start].rfind('\n').map_or(0, |end| end + 1);
        let before = &text[line..start];
        let indent = &before[..before.len() - before.trim_start().len()];
        let indent = if install.span.start < line {
            indent.to_owned()
        } else {
            format!("{indent}    ")
        };
        let escape = match install.form {
            Form::Heredoc => '\\',
            _ => self.plan.dockerfile.escape,
        };
        let line = format!(
            " {escape}{}{indent}{}",
            self.edits.line_break,
            added.join(" ")
        );
        self.edits.insert(install.span.end, &line);
    }
}

/// Quotes an argument for a command: with the old quotes, or with new ones if the shell
/// would read it differently.
fn quoted(text: &str, before: &str, form: Form) -> String {
    if form == Form::Exec {
        return serde_json::Value::from(text).to_string();
    }
    let is_in = |quote: char| {
        let inside = before
            .strip_prefix(quote)
            .and_then(|rest| rest.strip_suffix(quote));
        inside.is_some_and(|inside| !inside.contains(quote))
    };
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_.=+:/,@%".contains(c);
    if is_in('"') && !text.contains(['"', '$', '`', '\\']) {
        return format!("\"{text}\"");
    }
    if text.chars().all(is_plain) && !is_in('\'') {
        text.to_owned()
    } else {
        format!("'{}'", text.replace('\'', "'\"'\"'"))
    }
}

/// Reads the result back. Every package of the answer must be there, and every other
/// command must be unchanged.
fn check(
    host: &DockerHost,
    before: &EnvironmentFile,
    pins: &Pins,
    plan: &Plan,
    changed: &Changed,
) -> Result<(), Failure> {
    let source = before.source.with_text(&*changed.text);
    let after = changed.read(before).map_err(|mut failure| {
        failure
            .diagnostics
            .insert(0, broken("it could not be read back"));
        failure
    })?;
    let new_plan = host.plan(&source);
    let problem = if other_commands(plan) != other_commands(&new_plan) {
        Some("another command would change")
    } else if !conda_is_pinned(&after, pins, &new_plan) {
        Some("its conda packages would not match the solution")
    } else if !pip_is_pinned(&after, pins) {
        Some("its PyPI releases would not match the solution")
    } else {
        requirements_file::problem(before, &after, pins)
    };
    match problem {
        Some(problem) => Err(Failure::input(broken(problem))),
        None => Ok(()),
    }
}

fn broken(problem: &str) -> Diagnostic {
    let message = format!("the pins cannot be written into this file: {problem}");
    Diagnostic::error("pin-not-written", message)
        .note("the file was not changed")
        .help("write one conda command and one pip command, and report this as a bug in presolve")
}

/// Returns every instruction and command, without the packages of the pinned ones.
fn other_commands(plan: &Plan) -> Vec<String> {
    let contents = plan.contents();
    let pinned = match &contents {
        Ok(Contents::Specs(installs)) => &installs[..],
        _ => &[],
    };
    let text = plan.dockerfile.source().text();
    let keywords = plan
        .dockerfile
        .instructions
        .iter()
        .map(|one| one.keyword.clone());
    let commands = plan
        .build
        .commands
        .iter()
        .enumerate()
        .map(|(index, command)| {
            let specs = pinned.iter().filter(|install| install.index == index);
            let specs: Vec<&Word> = specs
                .flat_map(|install| install.specs.iter().map(|spec| &spec.word))
                .collect();
            let words = command.words.iter().filter(|word| !specs.contains(word));
            let words: Vec<&str> = words.map(|word| &text[word.span.clone()]).collect();
            words.join(" ")
        });
    keywords.chain(commands).collect()
}

fn conda_is_pinned(environment: &EnvironmentFile, pins: &Pins, plan: &Plan) -> bool {
    let Ok(editor) = Editor::new(plan) else {
        return false;
    };
    let is_exact = |pin: &PinnedConda| {
        let mut lines = environment
            .conda
            .iter()
            .filter(|line| line.spec.name.to_string() == pin.name);
        let is_it = |line: &CondaRequirement| {
            let is_kept = line.spec.url.is_some() || editor.word_at(&line.location).is_none();
            let written = match_spec::parse_pin(&line.text);
            is_kept || written.is_some_and(|written| pin.is_written_as(&written))
        };
        match lines.next() {
            Some(first) => is_it(first) && lines.all(is_it),
            None => !editor.makes_environment(),
        }
    };
    pins.conda.iter().all(is_exact)
}

fn pip_is_pinned(environment: &EnvironmentFile, pins: &Pins) -> bool {
    let lines = environment.pip.requirements.iter();
    let mut named = lines.filter(|line| line.in_environment && pip::takes_version(line));
    let is_exact = |line: &PipRequirement| {
        let pin = pins
            .pip
            .iter()
            .find(|pin| pip::name(line) == Some(pin.name.as_ref()));
        pin.is_none_or(|pin| {
            let written = line.pin.as_ref();
            written.or(pip_lines::pinned_version(&line.kind)) == Some(&pin.version)
        })
    };
    // Those of a requirements file are checked with the file.
    let has_all = || pip::undeclared(environment, pins).is_empty();
    named.all(is_exact) && (!environment.pip.in_place.is_empty() || has_all())
}
