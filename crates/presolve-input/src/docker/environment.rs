//! The packages in a Dockerfile's commands, as one environment. Each requirement has its
//! place in the commands.

use std::{path::Path, sync::Arc};

use super::{
    dockerfile::Dockerfile,
    host::DockerHost,
    install::{Action, Install, Tool},
    options::{self, Argument},
    pip_variables::{Kind, PipVariable},
    plan::{Contents, Plan, UNSOLVED},
    redirection,
    sequence::{self, PipRun},
};
use presolve_spec::{
    CondaRequirement, EnvironmentFile, Spanned,
    environment::{PartialFile, invalid_spec},
    match_spec,
    pip_lines::{PipReader, PipText},
    pip_options,
};
use presolve_text::{
    diagnostic::{Diagnostic, Failure, Level, Location},
    secrets::redact,
    source::SourceFile,
};

/// pip's options that name the source of packages. They apply to one command, but presolve
/// solves all commands together.
const PLACES: [&str; 5] = [
    "index-url",
    "pypi-url",
    "extra-index-url",
    "find-links",
    "no-index",
];

/// pip's options that are also allowed in a requirements file.
const SHARED: [&str; 7] = [
    "no-binary",
    "only-binary",
    "prefer-binary",
    "pre",
    "all-releases",
    "only-final",
    "require-hashes",
];

/// Reads the packages that a Dockerfile's commands name. For the requirements files in
/// `included`, the given text replaces the one on disk.
pub(super) fn reading(
    host: &DockerHost,
    source: &Arc<SourceFile>,
    included: &[Arc<SourceFile>],
) -> PartialFile {
    let plan = host.plan(source);
    let installs = match plan.contents() {
        Ok(Contents::Specs(installs)) => installs,
        // `DockerHost::spec` makes sure that the conda file is read instead.
        Ok(Contents::CondaFile(_, install)) => {
            let error = Diagnostic::error("no-conda-spec", "the packages are in another file");
            return PartialFile::refused(vec![error.at(plan.place(install), "")]);
        }
        Err(Failure { diagnostics, .. }) => return PartialFile::refused(diagnostics),
    };
    let mut reader = Reader {
        plan: &plan,
        environment: EnvironmentFile::empty(Arc::new(host.clone()), source),
        pip: PipReader::in_place(included),
        runs: Vec::new(),
        errors: Vec::new(),
    };
    reader.read(&installs);
    let (environment, errors) = reader.finish();
    PartialFile {
        environment: Some(environment),
        tree: None,
        errors,
    }
}

struct Reader<'p> {
    plan: &'p Plan,
    environment: EnvironmentFile,
    pip: PipReader,
    /// The commands of pip that have been read.
    runs: Vec<PipRun>,
    errors: Vec<Diagnostic>,
}

impl Reader<'_> {
    fn read(&mut self, installs: &[&Install]) {
        let Some(first) = installs.first() else {
            return;
        };
        self.environment.warnings = self.plan.left(&first.prefix);
        self.check_redirections(installs);
        let is_conda = |install: &&&Install| install.is_conda();
        let (conda, pip): (Vec<&Install>, Vec<&Install>) =
            installs.iter().partition(|install| is_conda(install));
        self.read_channels(&conda);
        for install in &conda {
            self.read_conda(install);
        }
        if !installs
            .iter()
            .any(|install| install.action == Action::Create)
        {
            self.take_python(first);
        }
        self.check_places(&pip);
        self.read_variables(&pip);
        for (index, install) in pip.iter().enumerate() {
            let before = (
                self.pip.pip.requirements.len(),
                self.pip.pip.constraints.len(),
            );
            self.read_pip(install, index == 0);
            let requirements = before.0..self.pip.pip.requirements.len();
            let constraints = before.1..self.pip.pip.constraints.len();
            let run = PipRun::of(install, requirements, constraints);
            self.runs.push(run);
        }
    }

    fn finish(mut self) -> (EnvironmentFile, Vec<Diagnostic>) {
        self.errors.append(&mut self.pip.errors);
        let upgraded = sequence::upgraded(&self.pip.pip, &self.runs);
        let packages = &mut self.environment.image_packages;
        packages.retain(|(name, _)| !upgraded.contains(name));
        let replaced = sequence::settle(&mut self.pip.pip, &self.runs);
        self.environment.warnings.extend(replaced);
        self.environment.pip = std::mem::take(&mut self.pip.pip);
        self.environment.added_blocks = std::mem::take(&mut self.pip.added_blocks);
        // Paths of projects refer to the image, so presolve cannot check them.
        let warnings = self.pip.warnings.into_iter();
        let warnings =
            warnings.filter(|warning| warning.name != presolve_spec::codes::MISSING_PROJECT);
        self.environment.warnings.extend(warnings);
        (self.environment, self.errors)
    }

    fn dockerfile(&self) -> &Dockerfile {
        &self.plan.dockerfile
    }

    /// Reports `pip install numpy>=1.2`, which writes into the file `=1.2`.
    fn check_redirections(&mut self, installs: &[&Install]) {
        for install in installs {
            let command = &self.plan.build.commands[install.index];
            for span in redirection::of(command) {
                let error = redirection::error(self.dockerfile().at(span));
                self.errors.push(error);
            }
        }
    }

    /// Reads the channels of the commands: those of `-c`, then those of `conda config`.
    fn read_channels(&mut self, conda: &[&Install]) {
        let Some(first) = conda.first() else { return };
        let options = conda.iter().flat_map(|install| install.all("channel"));
        let mut channels: Vec<&Argument> = options.collect();
        let config = self.plan.installs.iter();
        let config = config.filter(|install| install.action == Action::Channels);
        let mut configured: Vec<&Argument> = Vec::new();
        for install in config {
            for added in install.all("add") {
                configured.insert(0, added);
            }
            configured.extend(install.all("append"));
        }
        channels.extend(configured);
        for channel in channels {
            self.read_channel(channel);
        }
        let is_closed = |install: &&Install| {
            install.has("override-channels") || install.tool == Tool::Micromamba
        };
        if conda.iter().all(is_closed) && !self.environment.channels.is_empty() {
            self.environment.channels.push(Spanned {
                value: "nodefaults".to_owned(),
                location: self.plan.place(first),
            });
        }
    }

    fn read_channel(&mut self, argument: &Argument) {
        let location = self.plan.argument(argument);
        let value = match &argument.value {
            Ok(value) => value,
            Err(_) => return self.refuse(argument),
        };
        for channel in value.split(',') {
            let known = &self.environment.channels;
            if known.iter().all(|known| known.value != channel) {
                self.environment.channels.push(Spanned {
                    value: channel.to_owned(),
                    location: location.clone(),
                });
            }
        }
    }

    fn read_conda(&mut self, install: &Install) {
        for argument in &install.specs {
            let location = self.plan.argument(argument);
            let Ok(text) = &argument.value else {
                self.refuse(argument);
                continue;
            };
            match match_spec::parse(text) {
                Ok(spec) => self.environment.conda.push(CondaRequirement {
                    spec,
                    text: text.clone(),
                    location,
                    pin: None,
                    added_by_pin: false,
                }),
                Err(reason) => self.errors.push(invalid_spec(text, location, &reason)),
            }
        }
        for list in install.all("file") {
            let error =
                Diagnostic::error(UNSOLVED, "presolve does not read a list of conda packages");
            let at = self.plan.argument(list);
            self.errors.push(
                error
                    .at(at, "")
                    .help("write the packages in the command or in a conda file"),
            );
        }
    }

    /// Takes the Python of the image for an environment that the image provides.
    fn take_python(&mut self, install: &Install) {
        let names_python = |line: &CondaRequirement| line.spec.name.to_string() == "python";
        if self.environment.conda.iter().any(names_python) {
            return;
        }
        let provided = self.plan.image_provides();
        let image = self.plan.image();
        let of_name = || image.and_then(|image| image.value.python());
        let python = provided.python.clone().or_else(of_name);
        let at = self.plan.image_place();
        let Some(python) = python else {
            self.errors.push(
                Diagnostic::error(
                    UNSOLVED,
                    "the name of the image does not say which Python it has",
                )
                .at(at, "")
                .at(self.plan.place(install), "installs for this Python")
                .help("use an image whose name has the version, such as `python:3.11`, create an environment with `conda create -n NAME python=3.11`, or give the version with `--image-python`, or in presolve.toml"),
            );
            return;
        };
        self.environment
            .image_packages
            .clone_from(&provided.packages);
        let text = format!("python={python}");
        let Ok(spec) = match_spec::parse(&text) else {
            return;
        };
        let others = match provided.packages.len() {
            0 => "its other packages are unknown".to_owned(),
            1 => "presolve.toml has 1 package of it".to_owned(),
            count => format!("presolve.toml has {count} packages of it"),
        };
        let message = format!("the image includes Python {python}; {others}");
        self.environment
            .warnings
            .push(Diagnostic::new(Level::Note, "python-of-image", message).at(at.clone(), ""));
        self.environment.image_python = Some(CondaRequirement {
            spec,
            text,
            location: at,
            pin: None,
            added_by_pin: false,
        });
    }

    /// All commands need the same package sources, because one solution is for all of them.
    fn check_places(&mut self, pip: &[&Install]) {
        let places = |install: &Install| -> Vec<(&str, String)> {
            let options = install
                .options
                .iter()
                .filter(|(name, _)| PLACES.contains(name));
            let options = options.map(|(name, argument)| {
                let value = argument.as_ref().and_then(|one| one.value.clone().ok());
                (*name, value.unwrap_or_default())
            });
            options.collect()
        };
        let variables = |install: &Install| -> Vec<PipVariable> {
            let known = self.plan.pip_variables(install).into_iter();
            let names_source = |one: &PipVariable| PLACES.contains(&one.option);
            known.filter(names_source).collect()
        };
        let asked = |install: &Install| (places(install), variables(install));
        let Some(first) = pip.first() else { return };
        let wanted = asked(first);
        if let Some(other) = pip.iter().find(|install| asked(install) != wanted) {
            let error = Diagnostic::error(
                UNSOLVED,
                "the pip commands use different package indexes, so presolve cannot solve them together",
            );
            self.errors.push(
                error
                    .at(self.plan.place(other), "uses other indexes")
                    .at(self.plan.place(first), "than this command")
                    .help("give all of them the same index options, or move the requirements into one conda file"),
            );
        }
    }

    /// Reads `ENV PIP_INDEX_URL=…` and `pip config set global.index-url …`.
    fn read_variables(&mut self, pip: &[&Install]) {
        let Some(first) = pip.first() else { return };
        for variable in self.plan.pip_variables(first) {
            let place = self.plan.variable_place(first, &variable);
            self.read_variable(first, &variable, &self.dockerfile().at(place));
        }
    }

    fn read_variable(&mut self, first: &Install, variable: &PipVariable, at: &Location) {
        let (option, name) = (variable.option, variable.name());
        let Some(value) = &variable.value else {
            let message = format!("the Dockerfile does not set `{name}`");
            let error = Diagnostic::error(UNSOLVED, message);
            let place = self.plan.place(first);
            return self
                .errors
                .push(error.at(place, "which this command reads"));
        };
        match (variable.kind, variable.is_on()) {
            (Kind::Switch, Some(true)) => self.read_line(format!("--{option}"), at, None),
            (Kind::Switch, None) => {
                let message = format!("`{name}` is neither true nor false");
                let error = Diagnostic::error(presolve_spec::codes::BAD_PIP_OPTION, message);
                let error = error.at(at.clone(), "pip stops here");
                self.errors.push(error.help("write `1` or `0`"));
            }
            (Kind::Source | Kind::Formats, _) => {
                for word in value.split_whitespace() {
                    let word = pip_options::quoted(word);
                    self.read_line(format!("--{option} {word}"), at, None);
                }
            }
            (Kind::Constraints, _) => {
                for file in value.split_whitespace() {
                    self.read_file(first, option, file, at);
                }
            }
            // Commands with the other ones are left out.
            (Kind::Switch | Kind::Other | Kind::OtherSwitch, _) => {}
        }
    }

    fn read_pip(&mut self, install: &Install, is_first: bool) {
        for (name, argument) in &install.options {
            let is_read = (PLACES.contains(name) && is_first) || SHARED.contains(name);
            let is_file = matches!(*name, "requirement" | "constraint" | "editable");
            if !is_read && !is_file {
                continue;
            }
            let Some(argument) = argument else {
                let at = self.plan.place(install);
                self.read_line(format!("--{name}"), &at, None);
                continue;
            };
            let at = self.plan.argument(argument);
            match &argument.value {
                Ok(value) if is_file => self.read_file(install, name, value, &at),
                Ok(value) => self.read_line(
                    format!("--{name} {}", pip_options::quoted(value)),
                    &at,
                    None,
                ),
                Err(_) => self.refuse(argument),
            }
        }
        for argument in &install.specs {
            let at = self.plan.argument(argument);
            let Ok(value) = &argument.value else {
                self.refuse(argument);
                continue;
            };
            let offset = at.text().find(&**value).filter(|offset| *offset <= 1);
            let verbatim = offset.map(|offset| at.span.start + offset);
            self.read_line(value.clone(), &at, verbatim);
        }
    }

    /// Reads a requirements file from the build context.
    fn read_file(&mut self, install: &Install, option: &str, value: &str, at: &Location) {
        if option == "editable" || value.contains("://") {
            return self.read_line(
                format!("--{option} {}", pip_options::quoted(value)),
                at,
                None,
            );
        }
        let Some(path) = self.plan.origin(install, value) else {
            let message = format!("`{}` does not come from the build context", redact(value));
            let error = Diagnostic::error(presolve_spec::codes::MISSING_REQUIREMENTS_FILE, message);
            let error = error.at(at.clone(), "named here");
            let error = self.plan.not_in_context(error, install, value, "read");
            self.errors.push(error);
            return;
        };
        // The reader resolves paths relative to the folder of the Dockerfile.
        let folder = self
            .environment
            .source
            .path()
            .parent()
            .unwrap_or(Path::new(""));
        let path = match path.strip_prefix(folder) {
            Ok(path) => path.to_owned(),
            Err(_) => std::path::absolute(&path).unwrap_or(path),
        };
        let path = pip_options::quoted(&path.to_string_lossy());
        self.read_line(format!("--{option} {path}"), at, None);
    }

    fn read_line(&mut self, text: String, at: &Location, verbatim: Option<usize>) {
        let text = PipText {
            file: Arc::clone(&self.environment.source),
            text,
            span: at.span.clone(),
            verbatim,
        };
        self.pip.read_item(&text);
    }

    /// Reports an argument with an unknown value.
    fn refuse(&mut self, argument: &Argument) {
        let Err(unknown) = &argument.value else {
            return;
        };
        let error = Diagnostic::error(UNSOLVED, "this argument cannot be read");
        self.errors.push(
            error
                .at(self.plan.argument(argument), options::say(unknown))
                .help("write it out, or give its variable a value with `ARG NAME=value`"),
        );
    }
}
