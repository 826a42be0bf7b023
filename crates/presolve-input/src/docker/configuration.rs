//! The configuration of conda and pip that a build sets: the channel priority, pip's options
//! for the pip list of a conda file, and files that presolve does not read.

use std::{ops::Range, path::Path};

use super::{
    install::{Action, Install, Tool},
    pip_variables::{Kind, PipVariable, of_key},
    plan::{Contents, Plan, UNSOLVED},
    variables::Variables,
};
use presolve_target::ChannelPriority;
use presolve_text::diagnostic::{Diagnostic, Level};

/// The names of the configuration files of conda, mamba and pip.
const FILES: [&str; 6] = [
    ".condarc", "condarc", ".mambarc", "pip.conf", "pip.ini", ".pip",
];

impl Plan {
    /// The channel priority of the commands that make the environment: an option of the
    /// command, then a variable, then `conda config`; `None` for conda's default
    /// (<https://docs.conda.io/projects/conda/en/stable/user-guide/configuration/settings.html#channel-priority-set-the-package-selection-strategy>).
    pub(super) fn channel_priority(&self) -> Option<ChannelPriority> {
        self.priority_of(self.first_of_conda()?)
    }

    fn priority_of(&self, install: &Install) -> Option<ChannelPriority> {
        let variables = &self.build.commands[install.index].scene.variables;
        let of_option = || {
            let named = install.all("channel-priority").last();
            let named = named.and_then(|argument| priority(argument.value.as_deref().ok()?));
            let has = |option| install.has(option);
            has("strict-channel-priority")
                .then_some(ChannelPriority::Strict)
                .or(has("no-channel-priority").then_some(ChannelPriority::Disabled))
                .or(named)
        };
        let of_variable = || {
            let names = ["CONDA_CHANNEL_PRIORITY", "MAMBA_CHANNEL_PRIORITY"];
            let mut values = names
                .iter()
                .filter_map(|name| variables.get(name)?.as_deref());
            values.find_map(priority)
        };
        let configured = || {
            let earlier = self.installs.iter().rev();
            let mut earlier = earlier.filter(|one| one.index < install.index);
            earlier.find_map(|one| priority(one.all(SET).last()?.value.as_deref().ok()?))
        };
        of_option().or_else(of_variable).or_else(configured)
    }

    /// pip's options from variables and `pip config`, for the pip list of the conda file that
    /// the Dockerfile installs. Empty for packages in commands, whose reader adds them.
    pub(super) fn pip_options(&self) -> Vec<(String, String)> {
        let Ok(Contents::CondaFile(_, install)) = self.contents() else {
            return Vec::new();
        };
        let known = self.pip_variables(install).into_iter();
        let known = known.filter(is_read);
        known
            .filter_map(|one| Some((one.option.to_owned(), one.value?)))
            .collect()
    }

    /// pip's options for a command: from its variables, and for those without one, from
    /// earlier commands of `pip config set`.
    pub(super) fn pip_variables(&self, install: &Install) -> Vec<PipVariable> {
        let mut known = PipVariable::all(self.variables_of(install));
        let earlier = self.installs.iter().rev();
        let earlier = earlier.filter(|one| one.index < install.index);
        for configured in earlier.filter_map(configured) {
            if known.iter().all(|one| one.option != configured.option) {
                known.push(configured);
            }
        }
        known
    }

    pub(super) fn variables_of(&self, install: &Install) -> &Variables {
        &self.build.commands[install.index].scene.variables
    }

    /// Reports the configuration that presolve does not read.
    pub(super) fn unread_configuration(&self, install: &Install) -> Vec<Diagnostic> {
        let mut unread = self.unread_files();
        if install.action == Action::FromFile {
            let known = self.pip_variables(install).into_iter();
            for variable in known.filter(|one| !is_read(one) && has_effect(one)) {
                let at = self.variable_place(install, &variable);
                let message = format!(
                    "presolve does not apply `{}` to the pip list of a conda file",
                    variable.name()
                );
                unread.push(note(&message).at(self.dockerfile.at(at), ""));
            }
        }
        let others = self.of_prefix(&install.prefix);
        let mut others = others.filter(|one| one.is_conda() && one.action != Action::Channels);
        let chosen = self.channel_priority();
        if let Some(other) = others.find(|one| self.priority_of(one) != chosen) {
            let message = "this command has another channel priority, and presolve uses that of the first one";
            unread.push(note(message).at(self.place(other), ""));
        }
        unread
    }

    /// Reports configuration files that are copied or written.
    fn unread_files(&self) -> Vec<Diagnostic> {
        let is_one = |path: &str| {
            let name = Path::new(path).file_name().unwrap_or_default();
            FILES.iter().any(|known| name == *known)
        };
        let copies = self.build.copies.iter();
        let copied = copies.filter(|one| one.path.as_deref().is_some_and(is_one));
        let text = self.dockerfile.source().text();
        let commands = self.build.commands.iter();
        let written = commands.flat_map(|command| {
            let redirections = command.redirections.iter();
            redirections.filter(|one| {
                let target = one.target.value(&command.scene.variables);
                // A home folder is unknown, but the name of the file is written out.
                let target = target.unwrap_or_else(|_| text[one.target.span.clone()].to_owned());
                text[one.operator.clone()].contains('>') && is_one(&target)
            })
        });
        let copied = copied.map(|one| one.span.clone());
        let places = copied.chain(written.map(|one| one.target.span.clone()));
        let said = places.map(|span| {
            note("presolve does not read this configuration file").at(self.dockerfile.at(span), "")
        });
        said.collect()
    }

    /// The place that sets an option for a command: `pip config`, the command's own line, or
    /// the last `ENV` or `ARG` before it.
    pub(super) fn variable_place(&self, install: &Install, variable: &PipVariable) -> Range<usize> {
        if let Some(place) = &variable.configured_at {
            return place.clone();
        }
        let name = &variable.name();
        let text = self.dockerfile.source().text();
        let instructions = self.dockerfile.instructions.iter();
        let before = instructions.filter(|one| one.span.start < install.span.start);
        let words = before.rev().filter_map(|one| {
            let end = one.span.end.min(install.span.start);
            let is_run = one.span.end > install.span.start;
            let reads = is_run || matches!(&*one.keyword, "ENV" | "ARG");
            let offset = position(&text[one.span.start..end], name)?;
            reads.then_some(one.span.start + offset)
        });
        match words.into_iter().next() {
            Some(start) => {
                let rest = &text[start..];
                let end = rest.find(char::is_whitespace).unwrap_or(rest.len());
                let value = rest[..end].contains('=');
                // In `ENV NAME value`, the value follows a blank.
                let line = rest.lines().next().unwrap_or_default().trim_end();
                start..start + if value { end } else { line.len() }
            }
            None => self.place(install).span,
        }
    }
}

/// The key of an option of `conda config --set channel_priority strict`.
pub(super) const SET: &str = "set-channel-priority";

/// Returns the last position of a name as a whole word.
fn position(text: &str, name: &str) -> Option<usize> {
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let mut places = text.rmatch_indices(name);
    let place = places.find(|(start, _)| {
        let before = text[..*start].chars().next_back();
        let after = text[start + name.len()..].chars().next();
        !before.is_some_and(|c| is_part(c) || c == '$' || c == '{') && !after.is_some_and(is_part)
    });
    place.map(|(start, _)| start)
}

/// Reads the value of `channel_priority`, which was a switch before conda 4.6.
fn priority(text: &str) -> Option<ChannelPriority> {
    match text.to_ascii_lowercase().as_str() {
        "strict" => Some(ChannelPriority::Strict),
        "flexible" | "true" | "yes" => Some(ChannelPriority::Flexible),
        "disabled" | "false" | "no" => Some(ChannelPriority::Disabled),
        _ => None,
    }
}

/// The option that `pip config set global.index-url https://…` sets.
fn configured(install: &Install) -> Option<PipVariable> {
    let is_config = install.tool == Tool::Pip && install.action == Action::Configure;
    let mut values = install.specs.iter().map(|one| one.value.as_deref().ok());
    let (verb, key, value) = (values.next()??, values.next()??, values.next()?);
    let (option, kind) = of_key(key).filter(|_| is_config && verb == "set")?;
    Some(PipVariable {
        option,
        kind,
        value: value.map(str::to_owned),
        configured_at: Some(install.span.clone()),
    })
}

/// Whether an option is one that [`presolve_config`] reads from variables.
fn is_read(variable: &PipVariable) -> bool {
    let Some(value) = variable.value.as_deref() else {
        return false;
    };
    match variable.kind {
        Kind::Source => value.split_whitespace().all(|url| url.contains("://")),
        Kind::Switch => variable.is_on().is_some() && variable.option != "require-hashes",
        Kind::Formats => true,
        Kind::Constraints | Kind::Other | Kind::OtherSwitch => false,
    }
}

fn has_effect(variable: &PipVariable) -> bool {
    let is_switch = matches!(variable.kind, Kind::Switch | Kind::OtherSwitch);
    !is_switch || variable.is_on() != Some(false)
}

fn note(message: &str) -> Diagnostic {
    Diagnostic::new(Level::Note, UNSOLVED, message)
}
