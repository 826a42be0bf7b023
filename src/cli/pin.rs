//! `presolve pin`.

use std::{
    collections::{HashMap, HashSet, hash_map::Entry},
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use clap::Args;
use rattler_conda_types::Subdir;

use super::{
    Output, exit_as,
    opened::{self, Located, Named, Opened},
    print_whole,
    settings::SettingsArgs,
    solving::{self, UpgradeArgs},
    stdin::StdinArgs,
    values::{Added, LockFormat},
};
use presolve_config::Settings;
use presolve_input::{Place, codes::REGISTERED_ENVIRONMENT};
use presolve_lock::Format;
use presolve_resolve::{Outcome, Resolution, Upgrade};
use presolve_solve::Solution;
use presolve_spec::{
    EnvironmentFile, Spanned,
    pin::{AddedLines, check_asks, check_pip_lists, check_place},
};
use presolve_target::ImageTarget;
use presolve_text::{
    diagnostic::{Diagnostic, Failure, FailureKind, Level},
    files::Protected,
    secrets::redact,
};
use presolve_words::notices;

mod edit;
mod lock;
mod lock_file;
mod paths;
mod platforms;
mod summary;
mod verify;

pub(super) use edit::pins;
use paths::ToPin;
use summary::Summary;

/// The examples at the end of the help of `pin`.
pub(super) const EXAMPLES: &str = "\
Examples:
  presolve pin --diff                       show what would change in environment.yml
  presolve pin                              pin it; pinning again changes nothing
  presolve pin --check envs                 check the pins of all files below envs
  presolve pin -P numpy                     pin numpy again, and what has to change with it
  presolve pin -U envs --summary changes.md renew all pins, and write the text of a pull request
  presolve pin --platform linux-64 -o pinned.yml
                                            pin for another platform, to another file
  presolve pin --format conda-lock --platform linux-64 --platform osx-arm64 -o conda-lock.yml
                                            lock for two platforms, for another tool";

/// The exit codes at the end of the help of `pin`.
pub(super) const EXIT_CODES: &str = "\
Exit codes:
  0  done; with --diff: nothing would change; with --check: the pins satisfy the file
  1  the file cannot be solved; with --diff: something would change; with --check: the pins do
     not satisfy the file
  2  a file, a setting or the command line cannot be used
  3  no result: network, cache or time limit
With several files, the exit code is that of the worst one: 2, then 1, then 3.";

/// The arguments of `pin`.
#[derive(Debug, Args)]
pub(super) struct Pin {
    /// Environment files, Azure ML environments, Dockerfiles, folders of these, or requirements files; - for standard input, with the result on standard output [default: environment.yml, or the only such file in this folder]
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Output format; all but `env` are printed unless -o names a file
    #[arg(long, value_name = "FORMAT", default_value = "env")]
    format: LockFormat,
    /// Show what would change without writing, and exit with 1 if anything would
    #[arg(long, conflicts_with = "output_file")]
    diff: bool,
    /// Check that the pins satisfy the file, without writing and without a network
    #[arg(
        long,
        conflicts_with_all = ["diff", "format", "output_file", "force", "upgrade", "upgrade_packages"]
    )]
    check: bool,
    /// With --check, also solve the files with their channels and indexes
    #[arg(long, requires = "check")]
    solve: bool,
    /// Where to write the packages that no line declares [default: block]
    #[arg(long, value_name = "STYLE")]
    added: Option<Added>,
    /// Write versions without builds
    #[arg(long)]
    no_builds: bool,
    /// Write the result to this file instead of the input
    #[arg(short, long = "output", value_name = "FILE")]
    output_file: Option<PathBuf>,
    /// Write what the new pins change to this file: Markdown, or JSON if its name ends with .json
    #[arg(long, value_name = "FILE", conflicts_with = "check")]
    summary: Option<PathBuf>,
    /// Replace a written file even if it is read-only or has several hard links
    #[arg(long)]
    force: bool,
    #[command(flatten)]
    stdin: StdinArgs,
    #[arg(skip)]
    is_from_stdin: bool,
    #[command(flatten)]
    upgrade: UpgradeArgs,
    #[command(flatten)]
    settings: SettingsArgs,
}

impl Pin {
    /// Returns the first path as the user wrote it.
    pub(super) fn file(&self) -> &Path {
        opened::path(self.paths.first().map(PathBuf::as_path))
    }

    /// Runs the command for each file. The exit code is that of the worst one.
    pub(super) async fn run(mut self, output: &Output) -> Result<(), Failure> {
        self.check_format()?;
        self.is_from_stdin = self.stdin.read(&mut self.paths)?;
        let files = self.files()?;
        if let (true, [first, second, ..]) = (self.is_for_one(), &files[..]) {
            return Err(several_files(&first.path, &second.path));
        }
        if let Some(summary) = &self.summary {
            Summary::check_place(summary)?;
        }
        let mut turn = Turn {
            output,
            seen: HashMap::new(),
            registered: HashSet::new(),
            worst: None,
            summary: Summary::new(output),
        };
        for file in &files {
            let result = self.file_in_turn(file, &mut turn).await;
            turn.record(result);
        }
        if let Some(path) = &self.summary {
            turn.summary.write(path, &self)?;
        }
        turn.worst.map_or(Ok(()), |kind| Err(exit_as(kind)))
    }

    /// Pins or checks the environments of a file.
    async fn file_in_turn(&self, file: &ToPin, turn: &mut Turn<'_>) -> Result<(), Failure> {
        let named = Named::find(&file.path, &self.settings)?;
        let Some(found) = named.environments() else {
            return self
                .environment(named, &file.path, file.is_found, turn)
                .await;
        };
        if found.places.is_empty() && (!file.is_found || !found.failures.is_empty()) {
            return Err(opened::none(named.path(), &found));
        }
        if self.is_for_one() {
            check_same(&named, &found.places)?;
        }
        for note in found.notes.iter().filter(|_| !file.is_found) {
            turn.output.say(note);
        }
        for registered in &found.registered {
            if turn.registered.insert(registered.value.clone()) {
                turn.output.say(&not_in_a_file(registered));
            }
        }
        for failure in &found.failures {
            turn.record(Err(failure.clone()));
        }
        // Each one is read again, because the one before may have been pinned in the same file.
        let is_one_of_several = found.places.len() > 1;
        for place in &found.places {
            let is_found = file.is_found || is_one_of_several;
            let result = match named.at(place) {
                Ok(named) => self.environment(named, &place.path, is_found, turn).await,
                Err(failure) => Err(failure),
            };
            turn.record(result);
        }
        Ok(())
    }

    /// Pins or checks an environment, unless it has the requirements of an earlier one. One that
    /// the user did not name is left out if it has none.
    async fn environment(
        &self,
        named: Named<'_>,
        path: &Path,
        is_found: bool,
        turn: &mut Turn<'_>,
    ) -> Result<(), Failure> {
        let output = turn.output;
        let located = named.locate();
        if let (Err(failure), true) = (&located, is_found) {
            output.say(&left_out(path, failure));
            return Ok(());
        }
        let located = located?;
        let requirements = located.spec.source.path();
        let target = located.spec.target().cloned();
        match turn.seen.entry(place_of(&located)) {
            Entry::Occupied(known) => {
                let known = known.get().as_ref();
                if let (Some(known), Some(target)) = (known, &target)
                    && !is_same_machine(known, target)
                {
                    output.say(&pinned_for_another(requirements, path, known, target));
                }
                return Ok(());
            }
            Entry::Vacant(new) => new.insert(target),
        };
        let mut opened = located.read(output)?;
        let settings = &mut opened.settings;
        settings.added = self.added.map_or(settings.added, |Added(added)| added);
        settings.no_builds |= self.no_builds;
        check_asks(&opened.environment)?;
        check_pip_lists(&opened.environment)?;
        let locked = lock_file::add(&mut opened.environment);
        if self.check {
            return self.verify(&opened, locked?, output).await;
        }
        self.pin(path, &opened, &mut turn.summary, output).await
    }

    async fn pin(
        &self,
        path: &Path,
        opened: &Opened,
        summary: &mut Summary,
        output: &Output,
    ) -> Result<(), Failure> {
        let start = Instant::now();
        let environment = &opened.environment;
        if self.format.0 == Format::Env {
            check_place(environment)?;
            if opened.settings.added == AddedLines::Lock {
                lock_file::check_place(opened, self.is_for_one())?;
            }
        }
        let upgrade = self.upgrade.of(environment, path, output);
        let resolutions = self.resolve(path, opened, &upgrade, output).await?;
        let resolutions: Vec<(&Resolution, &Solution)> =
            resolutions.iter().filter_map(solved).collect();
        let would_change = match self.format.0 {
            Format::Env => {
                let edited = self.pinned(opened, resolutions[0], output)?;
                let would_change = self.edit(environment, &edited, output)?;
                if self.summary.is_some() {
                    summary
                        .add(environment, edited.state(environment)?, &opened.settings)
                        .await?;
                }
                would_change
            }
            _ => {
                self.lock(environment, &resolutions, output)?;
                false
            }
        };
        output.tell(&self.summary(environment, &resolutions, start.elapsed()));
        if would_change {
            Err(exit_as(FailureKind::Unsolvable))
        } else {
            Ok(())
        }
    }

    /// Whether the result is one text, which has no place for the pins of a second file.
    fn is_for_one(&self) -> bool {
        let is_printed = self.is_from_stdin && !self.check && !self.diff;
        self.output_file.is_some() || self.format.0 != Format::Env || is_printed
    }

    fn protected(&self) -> Protected {
        Protected::of_force(self.force)
    }

    /// Checks that the format can represent the request.
    fn check_format(&self) -> Result<(), Failure> {
        let name = self.format.0.name();
        let platforms = self.platforms().len();
        if platforms > 1 && !self.format.0.holds_several() {
            let message =
                format!("`--format {name}` holds one platform, but {platforms} were given");
            let diagnostic = Diagnostic::error("several-platforms", message)
                .help("write one file for each, or one for all with `--format conda-lock` or `--format pixi`");
            return Err(Failure::input(diagnostic));
        }
        if self.summary.is_some() && self.format.0 != Format::Env {
            let message =
                format!("`--summary` compares pins, but `--format {name}` writes a new file");
            let diagnostic = Diagnostic::error("summary-of-new-file", message)
                .help("remove `--summary` or `--format`");
            return Err(Failure::input(diagnostic));
        }
        if self.diff && self.format.0 != Format::Env {
            let message =
                format!("`--diff` shows a change, but `--format {name}` writes a new file");
            let diagnostic = Diagnostic::error("diff-of-new-file", message)
                .help("remove `--diff`: without -o, the result is only printed");
            return Err(Failure::input(diagnostic));
        }
        Ok(())
    }

    /// Returns the platforms on the command line, without duplicates.
    fn platforms(&self) -> Vec<Subdir> {
        let mut platforms = Vec::new();
        for platform in &self.settings.platforms {
            if !platforms.contains(platform) {
                platforms.push(*platform);
            }
        }
        platforms
    }

    /// Solves for each platform, and prints the notices.
    async fn resolve(
        &self,
        path: &Path,
        opened: &Opened,
        upgrade: &Upgrade,
        output: &Output,
    ) -> Result<Vec<Resolution>, Failure> {
        let Opened {
            environment,
            settings,
            ..
        } = opened;
        let platforms = self.targets(environment, settings, output);
        let mut resolutions = Vec::new();
        let mut said: Vec<Diagnostic> = Vec::new();
        for platform in &platforms {
            let settings = Settings {
                platform: *platform,
                ..settings.clone()
            };
            let selected = self.selected(environment, &settings, output);
            let environment = selected.as_ref().unwrap_or(environment);
            let resolution = solving::resolve(environment, &settings, upgrade, output).await;
            let named = |failure: Failure| match platform {
                Some(platform) if platforms.len() > 1 => on_platform(failure, *platform),
                _ => failure,
            };
            let resolution = resolution.map_err(named)?;
            for notice in notices::of(&resolution, environment) {
                if !said.contains(&notice) {
                    output.say(&notice);
                    said.push(notice);
                }
            }
            if let Outcome::Unsolvable(_) = &resolution.outcome {
                return Err(named(solving::unsolvable(&resolution, path)));
            }
            resolutions.push(resolution);
        }
        Ok(resolutions)
    }

    fn summary(
        &self,
        environment: &EnvironmentFile,
        resolutions: &[(&Resolution, &Solution)],
        took: Duration,
    ) -> String {
        let counts = resolutions.iter().map(|(resolution, solution)| {
            let conda = match self.format.0 {
                Format::Env => environment
                    .host
                    .written_conda(environment, solution.conda.len()),
                _ => solution.conda.len(),
            };
            let pypi = solution.pypi.len();
            match environment.host.has_conda() || self.format.0 != Format::Env {
                true => solving::counts(resolution, conda, pypi),
                false => solving::counts_of_pip(resolution, pypi),
            }
        });
        let counts: Vec<String> = counts.collect();
        let counts = counts.join(", ");
        let seconds = took.as_secs_f64();
        let (verb, place) = match (&self.output_file, self.format.0) {
            (Some(file), _) => ("Pinned", file.as_path()),
            (None, Format::Env) if self.diff => ("Would pin", environment.source.path()),
            (None, Format::Env) if !self.is_from_stdin => ("Pinned", environment.source.path()),
            (None, _) => return format!("Pinned {counts} ({seconds:.1} s)"),
        };
        format!("{verb} {counts} in {} ({seconds:.1} s)", place.display())
    }
}

/// What is known from the earlier files of a run.
struct Turn<'o> {
    output: &'o Output,
    /// The requirements so far: their file and their keys in it, with the target that they are
    /// pinned for.
    seen: HashMap<(PathBuf, String), Option<ImageTarget>>,
    /// The names of registered environments that were reported.
    registered: HashSet<String>,
    worst: Option<FailureKind>,
    summary: Summary,
}

impl Turn<'_> {
    /// Reports a failure, and keeps the worst one for the exit code.
    fn record(&mut self, result: Result<(), Failure>) {
        let Err(failure) = result else {
            return;
        };
        failure
            .diagnostics
            .iter()
            .for_each(|one| self.output.say(one));
        let kinds = self.worst.into_iter().chain([failure.kind]);
        self.worst = kinds.max_by_key(|kind| severity(*kind));
    }
}

/// The file of requirements, and their keys in it.
fn place_of(located: &Located<'_>) -> (PathBuf, String) {
    let requirements = located.spec.source.path();
    let real = std::fs::canonicalize(requirements);
    let real = real.unwrap_or_else(|_| requirements.to_owned());
    (real, located.route().to_string())
}

/// Whether two targets have the same solutions.
fn is_same_machine(one: &ImageTarget, other: &ImageTarget) -> bool {
    (one.subdir, &one.virtual_packages) == (other.subdir, &other.virtual_packages)
}

/// Checks that the environments have the same requirements, for the same machine. Those without
/// any do not count.
///
/// # Errors
/// If they do not, because one output cannot hold the pins of both.
fn check_same(named: &Named<'_>, places: &[Place]) -> Result<(), Failure> {
    let mut first: Option<(&Place, Located<'_>)> = None;
    for place in places {
        let Ok(located) = named.at(place)?.locate() else {
            continue;
        };
        let Some((known_place, known)) = &first else {
            first = Some((place, located));
            continue;
        };
        let targets = (known.spec.target(), located.spec.target());
        let is_same = match targets {
            (Some(one), Some(other)) => is_same_machine(one, other),
            (one, other) => one.is_none() && other.is_none(),
        };
        if !is_same || place_of(known) != place_of(&located) {
            return Err(several_files(&known_place.path, &place.path));
        }
    }
    Ok(())
}

/// Returns the note on an environment that is registered in Azure ML.
fn not_in_a_file(registered: &Spanned<String>) -> Diagnostic {
    let message = format!("not pinned: `{}`", redact(&registered.value));
    Diagnostic::new(Level::Note, REGISTERED_ENVIRONMENT, message)
        .at(registered.location.clone(), "registered in Azure ML")
}

/// Returns the note on a conda file that environments on different images use.
fn pinned_for_another(
    requirements: &Path,
    path: &Path,
    pinned: &ImageTarget,
    other: &ImageTarget,
) -> Diagnostic {
    let packages = |target: &ImageTarget| {
        let packages = target.virtual_packages.join(", ");
        format!("{} with {packages}", target.subdir)
    };
    let message = format!(
        "{} is pinned for {}, but {} uses it on {}",
        requirements.display(),
        packages(pinned),
        path.display(),
        packages(other)
    );
    Diagnostic::new(Level::Note, "other-image", message)
        .help("run `presolve check`, which solves the file for each of its images")
}

/// Orders failures as `check` does: what cannot be read, then what is wrong, then what is
/// not known.
fn severity(kind: FailureKind) -> u8 {
    match kind {
        FailureKind::Undecided => 0,
        FailureKind::Unsolvable => 1,
        FailureKind::Input => 2,
    }
}

fn several_files(first: &Path, second: &Path) -> Failure {
    let message = "one output cannot hold the pins of several files";
    let diagnostic = Diagnostic::error("several-files", message)
        .note(format!(
            "the first two are `{}` and `{}`",
            first.display(),
            second.display()
        ))
        .help("name one file, or remove `-o` and `--format` to write the pins into the files");
    Failure::input(diagnostic)
}

/// Returns the note on a file below a folder that has nothing to pin.
fn left_out(path: &Path, failure: &Failure) -> Diagnostic {
    let message = format!("{} is left out: {failure}", path.display());
    Diagnostic::new(Level::Note, "left-out-file", message)
}

fn solved(resolution: &Resolution) -> Option<(&Resolution, &Solution)> {
    match &resolution.outcome {
        Outcome::Solved(solution) => Some((resolution, solution)),
        Outcome::Unsolvable(_) => None,
    }
}

/// Adds the platform to a failure.
fn on_platform(mut failure: Failure, platform: Subdir) -> Failure {
    if let Some(first) = failure.diagnostics.first_mut() {
        first.notes.push(format!("this concerns {platform}"));
    }
    failure
}
