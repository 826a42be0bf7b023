//! The environment that a Dockerfile makes, and the sources of its packages.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use super::{
    Dockerfile,
    build::Build,
    context::{self, Copied, Origin},
    ignore::{self, Ignore},
    install::{Action, Install},
    options::{self, Argument},
    prefix::Prefix,
    variables::Variables,
};
use crate::azure::definition::{is_template, names_environment};
use crate::codes;
use presolve_config::image::Images;
use presolve_spec::{Spanned, yaml::Tree};
use presolve_target::{Image, ImageTarget, Provided};
use presolve_text::{
    diagnostic::{Diagnostic, Failure, FailureKind, Level, Location},
    secrets::redact,
    source::SourceFile,
};

/// The name of the diagnostic for an installation that presolve cannot analyse.
pub const UNSOLVED: &str = codes::UNSOLVED_INSTALL;

/// The conda file of a command that does not name one
/// (<https://docs.conda.io/projects/conda/en/stable/commands/env/create.html>).
pub(super) const USUAL_CONDA_FILE: &str = "environment.yml";

/// A Dockerfile with its analysis and its context.
pub struct Plan {
    /// The instructions of the Dockerfile.
    pub dockerfile: Dockerfile,
    /// The effects of these instructions.
    pub build: Build,
    /// The commands of conda and pip, in all environments.
    pub installs: Vec<Install>,
    /// The folder that is the build context.
    pub context: PathBuf,
    /// The files of the folder that are not in the context.
    ignore: Ignore,
    /// What the settings say about the base image.
    provided: Provided,
}

/// The source of the packages in a Dockerfile's environment.
pub enum Contents<'p> {
    /// A conda file in the context: its path, and the command that installs it.
    CondaFile(PathBuf, &'p Install),
    /// The packages that these commands name directly and in requirements files.
    Specs(Vec<&'p Install>),
}

impl Plan {
    /// Reads as much of a Dockerfile as possible, with this folder as its context.
    pub fn of(source: &Arc<SourceFile>, context: &Path) -> Self {
        let dockerfile = Dockerfile::read(source);
        let build = Build::of(&dockerfile);
        let commands = build.commands.iter().enumerate();
        let installs = commands.filter_map(|(index, command)| Install::of(command, index));
        let mut plan = Self {
            installs: installs.collect(),
            dockerfile,
            build,
            context: context.to_owned(),
            ignore: Ignore::of(source, context),
            provided: Provided::default(),
        };
        plan.name_prefixes();
        plan.leave_changed();
        plan
    }

    /// The same plan with what the settings say about its base image.
    pub fn with(self, images: &Images) -> Self {
        let image = self.image().map(|image| image.value);
        Self {
            provided: images.provided(image.as_ref()),
            ..self
        }
    }

    /// What the settings say about the base image, whose name may be unknown.
    pub(super) fn image_provides(&self) -> &Provided {
        &self.provided
    }

    /// Returns the base image.
    pub fn image(&self) -> Option<Spanned<Image>> {
        let base = self.build.base.as_ref()?;
        let name = base.name.as_deref().filter(|name| *name != "scratch")?;
        if names_environment(name) {
            return None;
        }
        Some(Spanned {
            value: Image {
                provided: self.provided.clone(),
                ..Image::parse(name)
            },
            location: self.dockerfile.at(base.span.clone()),
        })
    }

    /// The place of a base image whose name is that of an Azure ML environment.
    pub fn environment_as_image(&self) -> Option<Location> {
        let base = self.build.base.as_ref()?;
        let is_one = names_environment(base.name.as_deref()?);
        is_one.then(|| self.image_place())
    }

    /// Returns the platform and virtual packages of the build machine.
    pub fn target(&self) -> ImageTarget {
        let target = self
            .image()
            .map_or_else(ImageTarget::unknown, |image| image.value.target());
        let platform = self
            .build
            .base
            .as_ref()
            .and_then(|base| base.platform.as_deref());
        let target = match platform {
            Some(platform) => target.on(platform),
            None => target,
        };
        let target = ImageTarget {
            in_dockerfile: true,
            channel_priority: self.channel_priority(),
            pip: self.pip_options(),
            ..target
        };
        match self.first_of_conda() {
            Some(install) => {
                overridden(target, &self.build.commands[install.index].scene.variables)
            }
            None => target,
        }
    }

    /// The command of conda that creates the environment, or the first one that changes it.
    pub(super) fn first_of_conda(&self) -> Option<&Install> {
        let prefix = self.prefix().ok()?;
        let solves = |install: &&Install| {
            let is_solved = !matches!(install.action, Action::Other | Action::Channels);
            install.is_conda() && is_solved && install.unread.is_none()
        };
        self.of_prefix(&prefix).find(solves)
    }

    /// The place of the base image's name, or the first line if the Dockerfile names none.
    pub fn image_place(&self) -> Location {
        let base = self.build.base.as_ref();
        base.map_or_else(
            || self.dockerfile.start(),
            |base| self.dockerfile.at(base.span.clone()),
        )
    }

    /// The commands that change an environment.
    pub fn of_prefix(&self, prefix: &Prefix) -> impl Iterator<Item = &Install> {
        self.installs
            .iter()
            .filter(move |install| install.prefix == *prefix)
    }

    /// The environment that the Dockerfile makes. If it makes several, this is the one that is
    /// active at the end of the build.
    ///
    /// # Errors
    /// [`Failure::input`] when it has no such environment, or several candidates.
    pub fn prefix(&self) -> Result<Prefix, Failure> {
        let makes = |install: &&Install| {
            matches!(install.action, Action::Create | Action::FromFile) && install.unread.is_none()
        };
        let fills = |install: &&Install| install.installs_anything();
        for prefixes in [
            prefixes(self.installs.iter().filter(makes)),
            prefixes(self.installs.iter().filter(fills)),
        ] {
            match &prefixes[..] {
                [] => {}
                [(prefix, _)] => return Ok((*prefix).clone()),
                _ if prefixes
                    .iter()
                    .any(|(prefix, _)| **prefix == self.build.active) =>
                {
                    return Ok(self.build.active.clone());
                }
                [(first, one), (second, other), ..] => {
                    let error = Diagnostic::error(
                        UNSOLVED,
                        "the Dockerfile installs into several environments, and none of them is active in the end",
                    );
                    let error = error.at(self.place(one), format!("into `{first}`"));
                    return Err(Failure::input(
                        error
                            .at(self.place(other), format!("into `{second}`"))
                            .help("put the intended one first on the `PATH`"),
                    ));
                }
            }
        }
        Err(self.nothing())
    }

    /// The source of the packages in the Dockerfile's environment.
    ///
    /// # Errors
    /// [`Failure::input`] when presolve cannot determine it, or it is not one problem.
    pub fn contents(&self) -> Result<Contents<'_>, Failure> {
        if !self.dockerfile.errors.is_empty() {
            return Err(Failure {
                kind: FailureKind::Input,
                diagnostics: self.dockerfile.errors.clone(),
            });
        }
        let prefix = self.prefix()?;
        let read = |install: &&Install| install.unread.is_none();
        let is_file = |install: &&Install| install.action == Action::FromFile;
        let files: Vec<&Install> = self
            .of_prefix(&prefix)
            .filter(read)
            .filter(is_file)
            .collect();
        let fills = |install: &&Install| install.installs_anything();
        let specs: Vec<&Install> = self.of_prefix(&prefix).filter(fills).collect();
        match (&files[..], &specs[..]) {
            ([file], []) => self
                .conda_file(file)
                .map(|path| Contents::CondaFile(path, file)),
            ([first, second, ..], _) => Err(self.torn(
                first,
                "installs a conda file",
                second,
                "and another conda file",
            )),
            ([file], [specs, ..]) => {
                Err(self.torn(file, "installs a conda file", specs, "and other packages"))
            }
            ([], []) => Err(self.nothing()),
            ([], _) => Ok(Contents::Specs(specs)),
        }
    }

    /// Whether the Dockerfile runs conda.
    pub fn runs_conda(&self) -> bool {
        self.installs.iter().any(Install::is_conda)
    }

    /// Reports what is not read: commands on the environment, and other environments.
    pub fn left(&self, prefix: &Prefix) -> Vec<Diagnostic> {
        let is_of =
            |install: &&Install| install.prefix == *prefix || install.prefix == Prefix::unknown();
        let mut left = self.left_of(self.installs.iter().filter(is_of));
        let from_file = |install: &&Install| install.action == Action::FromFile;
        if *prefix == Prefix::base()
            && let Some(update) = self.of_prefix(prefix).find(from_file)
        {
            let message = "the packages in the base environment of the image are unknown";
            let note = Diagnostic::new(Level::Note, "base-of-image", message);
            left.push(note.at(self.place(update), "adds to it"));
        }
        if let Some(first) = self.of_prefix(prefix).find(|one| one.unread.is_none()) {
            left.extend(self.unread_configuration(first));
        }
        let fills = |install: &&Install| install.prefix != *prefix && install.installs_anything();
        if let Some(other) = self.installs.iter().find(fills) {
            let message = format!("only the environment `{prefix}` is checked");
            let at = format!("installs into `{}`", other.prefix);
            let note = Diagnostic::new(Level::Note, "other-environment", message);
            left.push(note.at(self.place(other), at));
        }
        left
    }

    /// Returns a warning for each of these commands that presolve does not read.
    pub fn left_of<'i>(&self, installs: impl Iterator<Item = &'i Install>) -> Vec<Diagnostic> {
        let left = installs.filter_map(|install| {
            let (span, why) = install.unread.as_ref()?;
            let at = self
                .dockerfile
                .at(first_line(&self.dockerfile, span.clone()));
            let left = Diagnostic::warning(UNSOLVED, "presolve leaves this command out");
            let left = left.at(at, "").note(why.clone());
            let change = install.changed_by.clone();
            let change = change.map(|span| first_line(&self.dockerfile, span));
            Some(match change {
                Some(change) => left.at(self.dockerfile.at(change), "writes it"),
                None => left,
            })
        });
        left.collect()
    }

    /// Returns the path of a file in the image, from the working directory, if the context has
    /// it.
    pub fn origin(&self, install: &Install, file: &str) -> Option<PathBuf> {
        let origin = self.provided(install, file)?;
        let path = origin.path.to_string_lossy();
        let is_excluded = self.ignore.excluding(&path, false).is_some();
        (!is_excluded).then(|| context::within(&self.context, &origin.path))
    }

    /// The origin of a file in the image, even if `.dockerignore` excludes it.
    fn provided(&self, install: &Install, file: &str) -> Option<Origin> {
        let scene = &self.build.commands[install.index].scene;
        let file = context::join(&scene.folder, file);
        context::origin(&scene.copies, &file, &self.context)
    }

    /// The line of `.dockerignore` that keeps a file of the image out of the context.
    pub fn excluded_origin(&self, install: &Install, file: &str) -> Option<Location> {
        let origin = self.provided(install, file)?;
        let excluding = self.ignore.excluding(&origin.path.to_string_lossy(), false);
        excluding.cloned()
    }

    /// The context's conda and requirements files that commands name, relative to the working
    /// directory. They are all possible sources of a copy, even those that do not exist.
    pub fn named_files(&self) -> Vec<PathBuf> {
        let mut files = Vec::new();
        for install in &self.installs {
            let scene = &self.build.commands[install.index].scene;
            let options = ["file", "requirement", "constraint"];
            let named = options.iter().flat_map(|option| install.all(option));
            let named = named.filter_map(|argument| argument.value.as_deref().ok());
            let is_unnamed = install.action == Action::FromFile && !install.has("file");
            for name in named.chain(is_unnamed.then_some(USUAL_CONDA_FILE)) {
                let name = context::join(&scene.folder, name);
                let origins = context::origins(&scene.copies, &name, &self.context);
                files.extend(origins.map(|path| context::within(&self.context, path)));
            }
        }
        files
    }

    /// The files that decide what is in the context, even those that do not exist.
    pub fn ignore_files(&self) -> [PathBuf; 2] {
        ignore::files(self.dockerfile.source(), &self.context)
    }

    /// Returns the path of a source that the context lacks; `None` if it has the source, or
    /// presolve cannot determine that.
    pub fn lacking<'c>(&self, copied: &'c Copied) -> Option<&'c str> {
        let path = copied.path.as_deref().filter(|_| !copied.is_comment)?;
        let is_elsewhere = path.contains("://") || path.starts_with("git@") || is_template(path);
        let is_there = || {
            let mut found = self.found(path).into_iter();
            found.any(|found| self.excluding(&found).is_none())
        };
        let lacks = !is_elsewhere && self.context.is_dir() && !is_there();
        lacks.then_some(path)
    }

    /// The line of `.dockerignore` that keeps a source of a copy out of the context.
    pub fn excluded(&self, copied: &Copied) -> Option<Location> {
        let found = self.found(copied.path.as_deref()?);
        found.iter().find_map(|path| self.excluding(path)).cloned()
    }

    fn found(&self, path: &str) -> Vec<PathBuf> {
        let fence = self.dockerfile.source().fence();
        context::found(&self.context, path, fence)
    }

    fn excluding(&self, found: &Path) -> Option<&Location> {
        let path = found.strip_prefix(&self.context).unwrap_or(found);
        self.ignore
            .excluding(&path.to_string_lossy(), found.is_dir())
    }

    /// The place of a command's first line.
    pub fn place(&self, install: &Install) -> Location {
        let span = first_line(&self.dockerfile, install.span.clone());
        self.dockerfile.at(span)
    }

    /// The conda files of the context that are installed into any environment.
    pub fn conda_files(&self) -> Vec<PathBuf> {
        let from_file = |install: &&Install| install.action == Action::FromFile;
        let installs = self.installs.iter().filter(from_file);
        installs
            .filter_map(|install| self.conda_file(install).ok())
            .collect()
    }

    fn conda_file(&self, install: &Install) -> Result<PathBuf, Failure> {
        let named = install.all("file").next();
        let name = match named.map(|argument| &argument.value) {
            Some(Ok(name)) => name.as_str(),
            Some(Err(unknown)) => {
                let error = Diagnostic::error(UNSOLVED, "the conda file is unknown");
                let at = named.map_or_else(|| self.place(install), |one| self.argument(one));
                return Err(Failure::input(error.at(at, options::say(unknown))));
            }
            None => USUAL_CONDA_FILE,
        };
        if name.contains("://") {
            let error = Diagnostic::error(UNSOLVED, "presolve does not read a conda file at a URL");
            let at = named.map_or_else(|| self.place(install), |one| self.argument(one));
            return Err(Failure::input(error.at(at, "").help(
                "copy the file from the build context with `COPY`, so that the build does not depend on the server",
            )));
        }
        self.origin(install, name).ok_or_else(|| {
            let message = format!("`{}` does not come from the build context", redact(name));
            let at = named.map_or_else(|| self.place(install), |one| self.argument(one));
            let error = Diagnostic::error(codes::MISSING_CONDA_FILE, message);
            let error = error.at(at, "installed here");
            Failure::input(self.not_in_context(error, install, name, "installed"))
        })
    }

    /// Explains that a file that a command reads does not come from the build context.
    pub(super) fn not_in_context(
        &self,
        error: Diagnostic,
        install: &Install,
        file: &str,
        verb: &str,
    ) -> Diagnostic {
        if let Some(line) = self.excluded_origin(install, file) {
            return error
                .at(line, "excludes it")
                .help("remove it from `.dockerignore`, or add an exception that begins with `!`");
        }
        let context = self.context.display();
        error
            .note(format!("the build context is the folder `{context}`"))
            .help(format!(
                "copy it from the build context with `COPY` before it is {verb}"
            ))
    }

    /// The place of an argument in the Dockerfile.
    pub fn argument(&self, argument: &Argument) -> Location {
        self.dockerfile.at(argument.word.span.clone())
    }

    /// Sets the environment of `conda env create` from the `name` in its file.
    fn name_prefixes(&mut self) {
        for index in 0..self.installs.len() {
            let install = &self.installs[index];
            let is_named = install.has("name") || install.has("prefix");
            if install.action != Action::FromFile || is_named {
                continue;
            }
            let file = self.conda_file(install).ok();
            let file = file.and_then(|file| self.dockerfile.source().read_named(file).ok());
            let name = file.and_then(|file| name_in(&file));
            if let Some(name) = name {
                self.installs[index].prefix = Prefix::named(&name);
            }
        }
    }

    fn torn(&self, one: &Install, label: &str, other: &Install, second: &str) -> Failure {
        Failure::input(
            Diagnostic::error(
                UNSOLVED,
                "the environment comes from a conda file and from what the Dockerfile adds to it",
            )
            .at(self.place(other), second)
            .at(self.place(one), label)
            .note("presolve solves one file at a time, and each one alone leaves out the other")
            .help("move the packages into the conda file, or give the conda file itself"),
        )
    }

    fn nothing(&self) -> Failure {
        let mut unread = self
            .installs
            .iter()
            .filter_map(|install| install.unread.as_ref());
        let error = Diagnostic::error(
            "no-conda-spec",
            "the Dockerfile installs nothing with conda or pip that could be solved",
        );
        Failure::input(match unread.next() {
            Some((span, why)) => {
                let span = first_line(&self.dockerfile, span.clone());
                error.at(self.dockerfile.at(span), why.clone())
            }
            None => error
                .at(self.image_place(), "its last stage starts from this image")
                .help("give the conda file or the requirements instead"),
        })
    }
}

/// Applies the `CONDA_OVERRIDE_*` variables of a command to a target
/// (<https://docs.conda.io/projects/conda/en/stable/user-guide/tasks/manage-virtual.html>).
fn overridden(mut target: ImageTarget, variables: &Variables) -> ImageTarget {
    let known = [
        ("CONDA_OVERRIDE_CUDA", "__cuda"),
        ("CONDA_OVERRIDE_GLIBC", "__glibc"),
    ];
    for (variable, name) in known {
        let value = variables.get(variable).and_then(Option::as_ref);
        let value = value.filter(|value| !value.is_empty() && target.subdir.is_linux());
        if let Some(value) = value {
            target.virtual_packages.push(format!("{name}={value}"));
            target.is_guess &= name != "__glibc";
        }
    }
    target
}

impl Install {
    /// Whether the command installs packages that it names, or requirements files.
    pub fn installs_anything(&self) -> bool {
        let is_install = matches!(self.action, Action::Create | Action::Install);
        let has_any = !self.specs.is_empty()
            || self.all("requirement").next().is_some()
            || self.all("editable").next().is_some()
            || self.all("file").next().is_some();
        is_install && has_any && self.unread.is_none()
    }
}

/// The default build context of a Dockerfile: its own folder.
pub fn usual_context(source: &SourceFile) -> PathBuf {
    match source.path().parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder.to_owned(),
        _ => PathBuf::from("."),
    }
}

/// Returns each environment of the commands once, with its first command.
fn prefixes<'i>(installs: impl Iterator<Item = &'i Install>) -> Vec<(&'i Prefix, &'i Install)> {
    let mut prefixes: Vec<(&Prefix, &Install)> = Vec::new();
    for install in installs {
        if prefixes.iter().all(|(known, _)| *known != &install.prefix) {
            prefixes.push((&install.prefix, install));
        }
    }
    prefixes
}

fn first_line(dockerfile: &Dockerfile, span: std::ops::Range<usize>) -> std::ops::Range<usize> {
    let text = &dockerfile.source().text()[span.clone()];
    let line = text.lines().next().unwrap_or_default();
    let line = line.trim_end_matches([' ', '\t', dockerfile.escape]);
    span.start..span.start + line.len()
}

/// Returns the `name` in a conda file.
fn name_in(file: &Arc<SourceFile>) -> Option<String> {
    let name = Tree::parse(file)
        .ok()?
        .root
        .get("name")?
        .as_str()?
        .to_owned();
    (!name.is_empty()).then_some(name)
}
