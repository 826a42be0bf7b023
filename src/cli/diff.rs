//! `presolve diff`.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use clap::{Args, ValueEnum};

use super::{Output, exit_as, opened::EnvironmentArg, print_whole, progress::Progress};
use presolve_check::{
    changes::{Changes, advise, compare},
    revision::AtRevision,
};
use presolve_config::{Flags, Settings};
use presolve_input::{self as input, Environments, Input, Kind, Spec, azure::Entity};
use presolve_report::changes::{Compared, human, json, markdown};
use presolve_resolve::Shared;
use presolve_spec::EnvironmentFile;
use presolve_text::{
    diagnostic::{Diagnostic, Failure, FailureKind},
    files::{Fence, Fences, shown_path},
    source::SourceFile,
};
use presolve_words::errors;

/// The examples at the end of the help of `diff`.
pub(super) const EXAMPLES: &str = "\
Examples:
  presolve diff HEAD:environment.yml        what changed since the last commit
  presolve diff main:envs/train.yml envs/train.yml --format markdown
                                            the text of a pull request
  presolve diff old.yml new.yml --exit-code fail if anything differs";

/// The exit codes at the end of the help of `diff`.
pub(super) const EXIT_CODES: &str = "\
Exit codes:
  0  done
  1  with --exit-code: a package, its requirement, a channel or an option of pip differs
  2  a file, a setting or the command line cannot be used
  3  no result: network, cache or time limit";

/// The arguments of `diff`.
#[derive(Debug, Args)]
pub(super) struct Diff {
    /// Old state: an environment file, or `REV:FILE` for the file as a commit of git has it
    #[arg(value_name = "OLD", required_unless_present = "print_schema")]
    before: Option<PathBuf>,
    /// New state [default: with `REV:FILE`, that file in the working tree]
    #[arg(value_name = "NEW")]
    after: Option<PathBuf>,
    /// Output format
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
    format: Format,
    /// Exit with 1 if a package, its requirement, a channel or an option of pip differs
    #[arg(long)]
    exit_code: bool,
    /// Advisories in OSV's format, to list vulnerabilities that begin or end: a file, a folder or a URL
    #[arg(long, value_name = "FILE|URL")]
    advisories: Option<String>,
    /// File or URL of the mapping from conda names to PyPI names
    #[arg(long, value_name = "FILE|URL")]
    mapping: Option<String>,
    /// Use the cache and local files only
    #[arg(long)]
    offline: bool,
    /// Cache folder
    #[arg(long, value_name = "FOLDER")]
    cache_dir: Option<PathBuf>,
    #[command(flatten)]
    environment: EnvironmentArg,
    /// Also read files outside the repository that a file in it refers to
    #[arg(long)]
    allow_outside: bool,
    /// Print the JSON schema of `--format json`, and exit
    #[arg(long, exclusive = true)]
    print_schema: bool,
}

/// The output formats of `diff`.
#[derive(Clone, Copy, Debug, Default, PartialEq, ValueEnum)]
enum Format {
    /// Text
    #[default]
    Human,
    /// Markdown, for a pull request
    Markdown,
    /// JSON; see `--print-schema`
    Json,
}

/// A state to compare.
struct State {
    input: Input,
    /// It is one of the environments of its file.
    is_selected: bool,
    /// The commit that has the file; `None` for a file in the working tree.
    at: Option<AtRevision>,
}

/// The maximum depth of files that include each other.
const INCLUDED: usize = 10;

impl Diff {
    /// Runs the command.
    pub(super) async fn run(mut self, output: &Output) -> Result<(), Failure> {
        if self.print_schema {
            return print_whole(&json::schema());
        }
        let before = self.before.take().unwrap_or_default();
        let after = match self.after.take() {
            Some(after) => after,
            None => working_file(&before)?,
        };
        let (old, new) = (self.open(&before)?, self.open(&after)?);
        if self.environment.is_any() && !old.is_selected && !new.is_selected {
            return Err(self.environment.unknown(&after, &[]));
        }
        let (old, new) = (self.read(&old)?, self.read(&new)?);
        let mut changes = compare(&old, &new);
        let settings = Settings::resolve(&after, self.flags())?;
        self.advise(&mut changes, &new, &settings, output).await?;
        let is_different = !changes.is_empty();
        let compared = Compared {
            before: shown_path(&before),
            after: shown_path(&after),
            changes,
        };
        match self.format {
            Format::Human => output.print(&human::render(&compared))?,
            Format::Markdown => print_whole(&markdown::render(&[compared]))?,
            Format::Json => print_whole(&json::render(&[compared]))?,
        }
        match self.exit_code && is_different {
            true => Err(exit_as(FailureKind::Unsolvable)),
            false => Ok(()),
        }
    }

    fn flags(&self) -> Flags {
        Flags {
            advisories: self.advisories.clone(),
            mapping: self.mapping.clone(),
            offline: self.offline,
            cache_dir: self.cache_dir.clone(),
            allow_outside: self.allow_outside,
            ..Flags::default()
        }
    }

    /// Returns the boundary for the files that a state names.
    fn fence(&self, path: &Path) -> Fence {
        let fences = Fences {
            allow_outside: self.allow_outside,
            ..Fences::default()
        };
        fences.around(path)
    }

    /// Opens a state. Only a job, a component or a deployment has environments to select from.
    fn open(&self, path: &Path) -> Result<State, Failure> {
        if let Some(at) = AtRevision::of(path) {
            let working = at.working_file()?;
            let input = Input::of(at.read(&self.fence(&working))?);
            // Files of the working tree are not those of the commit.
            return self.select(input, Environments::inside, Some(at));
        }
        let path = input::file_at(path)?;
        let input = input::open(&path, &self.fence(&path))?;
        self.select(input, Environments::of, None)
    }

    fn select(
        &self,
        input: Input,
        find: fn(&Entity) -> Environments,
        at: Option<AtRevision>,
    ) -> Result<State, Failure> {
        let Kind::Entity(entity) = &input.kind else {
            return Ok(State {
                input,
                is_selected: false,
                at,
            });
        };
        let (path, found) = (input.source.path(), find(entity));
        let place = self.environment.select(path, &found)?;
        Ok(State {
            input: match place.path == path {
                true => place.of(Arc::clone(&input.source))?,
                false => place.open(input.source.fence())?,
            },
            is_selected: true,
            at,
        })
    }

    /// Reads a state. Its warnings are not part of the comparison.
    fn read(&self, state: &State) -> Result<EnvironmentFile, Failure> {
        let source = &state.input.source;
        let images = Settings::resolve(source.path(), self.flags())?.images;
        let spec = state.input.spec(&images)?;
        match &state.at {
            Some(at) => read_revision(at, source, &spec),
            None => spec.read(),
        }
    }

    async fn advise(
        &self,
        changes: &mut Changes,
        environment: &EnvironmentFile,
        settings: &Settings,
        output: &Output,
    ) -> Result<(), Failure> {
        let progress = Progress::new(output.quiet);
        let shared = Shared::new(&progress.listener());
        let advised = advise(changes, settings, &shared).await;
        progress.finish();
        advised.map_err(|error| errors::failure_in(error, environment))
    }
}

/// Reads the file of a commit, with the files that it includes. A file that leads to another
/// one is refused.
fn read_revision(
    at: &AtRevision,
    source: &Arc<SourceFile>,
    spec: &Spec,
) -> Result<EnvironmentFile, Failure> {
    if spec.source.path() != source.path() {
        let message = format!("`{}` leads to another file", source.path().display());
        let diagnostic = Diagnostic::error("unread-revision", message)
            .note("presolve reads only the named file of a commit")
            .help("name the conda file itself");
        return Err(Failure::input(diagnostic));
    }
    let mut included = Vec::new();
    for _ in 0..INCLUDED {
        let partial = spec.host.read(source, &included);
        let files = partial.environment.as_ref();
        let files = files.map_or(&[][..], |environment| &environment.pip.files);
        let is_new = |file: &&PathBuf| !included.iter().any(|known| known.path() == **file);
        let new: Vec<PathBuf> = files.iter().filter(is_new).cloned().collect();
        let new = at.read_others(&new)?;
        if new.is_empty() {
            return partial.complete();
        }
        included.extend(new);
    }
    spec.host.read(source, &included).complete()
}

/// Returns the file in the working tree that `REV:FILE` names.
///
/// # Errors
/// [`Failure::input`] if the old state is not `REV:FILE`.
fn working_file(before: &Path) -> Result<PathBuf, Failure> {
    match AtRevision::of(before) {
        Some(at) => at.working_file(),
        None => {
            let message = format!("there is nothing to compare `{}` with", before.display());
            let diagnostic = Diagnostic::error("no-new-state", message)
                .help("name a second file, or write the first one as `REV:FILE`");
            Err(Failure::input(diagnostic))
        }
    }
}
