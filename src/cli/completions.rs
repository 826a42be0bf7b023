//! `presolve completions` and `presolve man`: both are made from the table of arguments.

use std::path::{Path, PathBuf};

use clap::{Args, Command, CommandFactory};
use clap_complete::Shell;
use clap_mangen::Man as Page;

use super::{Cli, Output, print_whole};
use presolve_text::{
    diagnostic::{Diagnostic, Failure},
    files::{self, Protected},
};

/// The arguments of `completions`.
#[derive(Debug, Args)]
pub(super) struct Completions {
    /// Shell to complete in
    #[arg(value_name = "SHELL")]
    shell: Shell,
}

/// The arguments of `man`.
#[derive(Debug, Args)]
pub(super) struct Man {
    /// Command to describe; without it, presolve itself
    #[arg(value_name = "COMMAND")]
    command: Option<String>,
    /// Write the pages of all commands into this folder
    #[arg(
        short,
        long = "output",
        value_name = "FOLDER",
        conflicts_with = "command"
    )]
    output_folder: Option<PathBuf>,
}

impl Completions {
    /// Prints the script.
    pub(super) fn run(self) -> Result<(), Failure> {
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut Cli::command(), "presolve", &mut script);
        print_whole(&String::from_utf8_lossy(&script))
    }
}

impl Man {
    /// Prints a page, or writes all of them.
    pub(super) fn run(self, output: &Output) -> Result<(), Failure> {
        let mut presolve = Cli::command();
        presolve.build();
        if let Some(folder) = &self.output_folder {
            let pages: Vec<(PathBuf, Vec<u8>)> = std::iter::once(&presolve)
                .chain(commands(&presolve))
                .map(|command| Ok((folder.join(file_name(command)), page(command)?)))
                .collect::<Result<_, Failure>>()?;
            std::fs::create_dir_all(folder).map_err(|error| no_folder(folder, &error))?;
            for (path, page) in &pages {
                files::write(path, page, Protected::of_force(false))?;
            }
            let count = pages.len();
            output.tell(&format!("Wrote {count} pages to {}", folder.display()));
            return Ok(());
        }
        let command = match &self.command {
            None => &presolve,
            Some(name) => commands(&presolve)
                .find(|command| command.get_name() == name)
                .ok_or_else(|| unknown(name, &presolve))?,
        };
        print_whole(&String::from_utf8_lossy(&page(command)?))
    }
}

/// The commands, without clap's own `help`.
fn commands(presolve: &Command) -> impl Iterator<Item = &Command> {
    let commands = presolve.get_subcommands();
    commands.filter(|command| command.get_name() != "help")
}

fn file_name(command: &Command) -> String {
    format!(
        "{}.1",
        command
            .get_bin_name()
            .unwrap_or("presolve")
            .replace(' ', "-")
    )
}

fn page(command: &Command) -> Result<Vec<u8>, Failure> {
    let mut page = Vec::new();
    let name = file_name(command);
    let title = name.trim_end_matches(".1").to_owned();
    let source = Page::new(command.clone());
    let written = source.title(title.to_uppercase()).render(&mut page);
    written.map_err(|error| unwritable(&error))?;
    Ok(page)
}

fn no_folder(folder: &Path, error: &std::io::Error) -> Failure {
    let message = format!("cannot create the folder `{}`: {error}", folder.display());
    let help = "check the path and its permissions, or name another folder with `-o`";
    Failure::input(Diagnostic::error("output", message).help(help))
}

fn unwritable(error: &std::io::Error) -> Failure {
    let message = format!("the pages cannot be written: {error}");
    Failure::input(Diagnostic::error("output", message))
}

fn unknown(name: &str, presolve: &Command) -> Failure {
    let known: Vec<&str> = commands(presolve).map(Command::get_name).collect();
    let message = format!("unknown command: `{name}`");
    let diagnostic = Diagnostic::error("unknown-command", message);
    Failure::input(diagnostic.help(format!("use one of {}", known.join(", "))))
}
