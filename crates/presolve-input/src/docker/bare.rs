//! A build that runs conda although neither its base image nor an earlier step provides it.

use std::ops::Range;

use super::{
    dockerfile::Instruction,
    install::{Install, Tool},
    plan::Plan,
    script::{self, Invocation},
    shell::{Part, Word},
};

/// Parts of the names of conda's programs, installers and folders.
const NAMES: [&str; 5] = ["conda", "mamba", "miniforge", "mambaforge", "pixi"];

/// Folders that another stage may have installed conda into.
const FOLDERS: [&str; 5] = ["/", "/opt", "/usr/local", "/root", "/home"];

impl Plan {
    /// The first command of conda, if the image is known to have no conda and no earlier step
    /// can have installed it. A step that runs an unknown script can.
    pub fn without_conda(&self) -> Option<&Install> {
        let image = self.image()?;
        let is_there = |install: &&Install| {
            install.tool == Tool::Micromamba && image.value.has_only_micromamba()
        };
        let certain = |install: &&Install| {
            install.is_conda()
                && !is_there(install)
                && self.build.commands[install.index].depends.is_none()
        };
        let first = self.installs.iter().find(certain)?;
        let is_known = image.value.lacks_conda() && !self.may_install_conda(first.span.start);
        is_known.then_some(first)
    }

    /// Whether a base Dockerfile may install conda.
    pub fn may_have_conda(&self) -> bool {
        let lacks = self.image().is_some_and(|image| image.value.lacks_conda());
        !lacks || self.may_install_conda(usize::MAX)
    }

    fn may_install_conda(&self, before: usize) -> bool {
        let is_before = |span: &Range<usize>| span.start < before;
        let mut commands = self.build.commands.iter();
        let mut files = self.dockerfile.instructions.iter();
        commands.any(|command| is_before(&command.span()) && may_install(command))
            || files.any(|one| is_before(&one.span) && may_copy(one))
    }
}

/// Whether a command may install conda: it names conda, or runs a script.
fn may_install(command: &Invocation) -> bool {
    let texts: Vec<String> = command.words.iter().map(text_of).collect();
    let Some(program) = texts.first() else {
        return false;
    };
    let name = program.rsplit('/').next().unwrap_or_default();
    if matches!(name, "conda" | "mamba" | "micromamba") {
        let installs = |text: &String| matches!(text.split('=').next(), Some("conda" | "mamba"));
        return texts[1..].iter().any(installs);
    }
    let reads_script = script::is_shell(&command.words[0]) || matches!(name, "source" | ".");
    let is_script = name.ends_with(".sh") || program.starts_with("./");
    reads_script || is_script || texts.iter().any(|text| names_conda(text))
}

/// The text of a word, with the names of variables and the text of commands.
fn text_of(word: &Word) -> String {
    let parts = word.parts.iter().map(|part| match part {
        Part::Text(text) | Part::Variable { name: text, .. } => text.clone(),
        Part::Commands(text) | Part::Unread(text, _) => text.plain(),
        Part::Computed => String::new(),
    });
    parts.collect()
}

/// Whether an instruction copies conda, or a folder that may contain it.
fn may_copy(instruction: &Instruction) -> bool {
    if !matches!(&*instruction.keyword, "COPY" | "ADD") {
        return false;
    }
    let text = instruction.arguments.plain();
    let mut words = text.split_whitespace();
    let is_tree = |word: &str| FOLDERS.contains(&word.trim_end_matches('/'));
    let copies_tree = instruction.flag("from").is_some() && words.any(is_tree);
    let is_from_conda = instruction.flag("from").is_some_and(names_conda);
    copies_tree || is_from_conda || text.split_whitespace().any(installs_conda)
}

/// Whether a word of `COPY` names conda; `conda.yml` is only a file for it.
fn installs_conda(word: &str) -> bool {
    let is_file = [".yml", ".yaml", ".txt", ".lock"]
        .iter()
        .any(|end| word.ends_with(end));
    !is_file && names_conda(word)
}

fn names_conda(text: &str) -> bool {
    let text = text.to_lowercase();
    NAMES.iter().any(|name| text.contains(name))
}
