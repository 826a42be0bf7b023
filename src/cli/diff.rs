//! `presolve diff`.

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};

use super::{Output, exit_as, print_whole, progress::Progress};
use presolve_check::{
    changes::{Changes, advise, compare},
    revision::AtRevision,
};
use presolve_config::{Flags, Settings};
use presolve_input::{self as input, Input};
use presolve_report::changes::{Compared, human, json, markdown};
use presolve_resolve::Shared;
use presolve_spec::EnvironmentFile;
use presolve_text::{
    diagnostic::{Diagnostic, Failure, FailureKind},
    files::{Fence, Fences, shown_path},
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
        let (old, new) = (self.read(&before)?, self.read(&after)?);
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
            folders: Vec::new(),
        };
        fences.around(path)
    }

    /// Reads a state. Its warnings are not part of the comparison.
    fn read(&self, path: &Path) -> Result<EnvironmentFile, Failure> {
        match AtRevision::of(path) {
            Some(at) => self.read_revision(&at),
            None => {
                let path = input::file_at(path)?;
                let images = Settings::resolve(&path, self.flags())?.images;
                input::open(&path, &self.fence(&path))?
                    .spec(&images)?
                    .read()
            }
        }
    }

    /// Reads the file of a commit, with the files that it includes. A file that leads to another
    /// one is refused.
    fn read_revision(&self, at: &AtRevision) -> Result<EnvironmentFile, Failure> {
        let working = at.working_file()?;
        let source = at.read(&self.fence(&working))?;
        let images = Settings::resolve(&working, self.flags())?.images;
        let spec = Input::of(source.clone()).spec(&images)?;
        if spec.source.path() != source.path() {
            let message = format!("`{}` leads to another file", source.path().display());
            let diagnostic = Diagnostic::error("unread-revision", message)
                .note("presolve reads only the named file of a commit")
                .help("name the conda file itself");
            return Err(Failure::input(diagnostic));
        }
        let mut included = Vec::new();
        for _ in 0..INCLUDED {
            let partial = spec.host.read(&source, &included);
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
        spec.host.read(&source, &included).complete()
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
