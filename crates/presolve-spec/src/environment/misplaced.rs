//! Entries that are in the wrong place: commands, options and lines for pip.

use super::Entry;
use crate::{
    codes,
    command::{self, Command, Program},
};
use presolve_text::{diagnostic::Diagnostic, secrets::redact};

/// The maximum number of texts that a help lists.
const MOST: usize = 20;

/// The help for a package that is neither conda's nor pip's.
const INSTALL_IN_IMAGE: &str = "remove the line, and install the package in the image";

/// Returns the error for an entry of the conda dependencies that is a command or names a
/// channel.
pub(super) fn in_conda_list(entry: &Entry) -> Option<Diagnostic> {
    let command = command::parse(&entry.text)?;
    let text = redact(&entry.text);
    let (name, message, help) = match command.program {
        Some(Program::Pip) => (
            codes::PIP_LINE_IN_CONDA_LIST,
            format!("`{text}` is a command for pip, not a match spec"),
            moved(&command.pip, "below `- pip:`"),
        ),
        Some(Program::Other) => (
            codes::INSTALL_COMMAND,
            format!("`{text}` is a command, not a match spec"),
            INSTALL_IN_IMAGE.to_owned(),
        ),
        Some(Program::Conda) => (
            codes::INSTALL_COMMAND,
            format!("`{text}` is a command, not a match spec"),
            written(&command),
        ),
        None => (
            codes::CHANNEL_IN_CONDA_LIST,
            format!("`{text}` has the option `-c`, which a match spec cannot contain"),
            moved(&command.channels, "to `channels`"),
        ),
    };
    Some(refused(entry, name, &message, &help))
}

/// Returns the error for a line of a pip list that is a command.
pub(super) fn in_pip_list(entry: &Entry) -> Option<Diagnostic> {
    let command = command::parse(&entry.text)?;
    let help = match command.program? {
        Program::Pip => written(&command),
        Program::Conda => moved(&command.conda, "to the conda dependencies"),
        Program::Other => INSTALL_IN_IMAGE.to_owned(),
    };
    let message = format!("`{}` is a command, not a requirement", redact(&entry.text));
    Some(refused(entry, codes::INSTALL_COMMAND, &message, &help))
}

fn refused(entry: &Entry, name: &'static str, message: &str, help: &str) -> Diagnostic {
    Diagnostic::error(name, message)
        .at(entry.location.clone(), "")
        .help(help)
}

fn moved(texts: &[String], place: &str) -> String {
    match texts {
        [] => "remove the line".to_owned(),
        _ => format!("move {} {place}", quoted(texts)),
    }
}

/// Describes what to write instead of a command.
fn written(command: &Command) -> String {
    let lines = [&command.conda[..], &command.pip].concat();
    let lines: Vec<String> = lines.iter().map(|line| format!("- {line}")).collect();
    let mut help = match &lines[..] {
        [] => "remove the line".to_owned(),
        lines => format!("write {}", quoted(lines)),
    };
    if !command.channels.is_empty() {
        help += &format!(", and add {} to `channels`", quoted(&command.channels));
    }
    help
}

fn quoted(texts: &[String]) -> String {
    let quoted = texts.iter().take(MOST);
    let quoted = quoted.map(|text| format!("`{}`", redact(text)));
    let quoted = quoted.collect::<Vec<_>>().join(", ");
    match texts.len().saturating_sub(MOST) {
        0 => quoted,
        rest => format!("{quoted} and {rest} more"),
    }
}

/// Whether a text is a requirement or an option for pip.
pub(super) fn is_for_pip(text: &str) -> bool {
    text.contains("git+") || text.contains(" @ ") || text.starts_with('-')
}
