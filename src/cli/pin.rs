//! `presolve pin`.

use std::{
    io::Write,
    path::PathBuf,
    time::{Duration, Instant},
};

use clap::Args;
use rattler_conda_types::RepoDataRecord;
use similar::TextDiff;

use super::{Output, progress::Progress, settings::SettingsArgs};
use crate::{
    conda::hashes,
    config::Settings,
    diagnostic::{Diagnostic, Failure},
    problem::Solution,
    report::{notices, unsolvable},
    resolve::{self, Outcome, Resolution, Upgrade},
    spec::{
        EnvironmentFile, environment,
        pin::{self, PinnedConda, PinnedPip, Pins},
        secrets,
        source::{self, SourceFile},
    },
};

/// How `pin` is used, at the end of its help.
pub(super) const EXAMPLES: &str = "\
Examples:
  presolve pin --diff                       show what would change in environment.yml
  presolve pin                              pin it; a second time nothing changes
  presolve pin -P numpy                     pin numpy anew, and what has to move with it
  presolve pin --platform linux-64 -o pinned.yml
                                            pin for another machine, into another file";

/// What `pin` takes.
#[derive(Debug, Args)]
pub(super) struct Pin {
    /// The environment file
    #[arg(default_value = "environment.yml", value_name = "FILE")]
    file: PathBuf,
    /// Show what would change, and write nothing
    #[arg(long, conflicts_with = "output_file")]
    diff: bool,
    /// Write the pinned spec here, and leave the file alone
    #[arg(short, long = "output", value_name = "FILE")]
    output_file: Option<PathBuf>,
    /// Forget the pins that are in the file
    #[arg(short = 'U', long)]
    upgrade: bool,
    /// Forget the pin of this package; can be given several times
    #[arg(short = 'P', long = "upgrade-package", value_name = "NAME")]
    upgrade_packages: Vec<String>,
    #[command(flatten)]
    settings: SettingsArgs,
}

impl Pin {
    /// Runs the command.
    pub async fn run(self, output: &Output) -> Result<(), Failure> {
        let start = Instant::now();
        let upgrade = self.upgrade();
        let settings = Settings::resolve(&self.file, self.settings.clone().into())?;
        let environment = environment::read(SourceFile::read(&self.file)?)?;
        for warning in &environment.warnings {
            output.say(warning);
        }
        pin::check_place(&environment)?;
        for name in upgrade.unknown(&environment) {
            let message = format!("`{name}` is not pinned in {}", self.file.display());
            output.say(&Diagnostic::warning("unknown-upgrade", message));
        }
        let progress = Progress::new(output.quiet);
        let resolution =
            resolve::resolve(&environment, &settings, &upgrade, &progress.listener()).await;
        progress.finish();
        let resolution = resolution?;
        for notice in notices::of(&resolution, &environment) {
            output.say(&notice);
        }
        let solution = match &resolution.outcome {
            Outcome::Solved(solution) => solution,
            Outcome::Unsolvable(_) => {
                let diagnostics = unsolvable::diagnostics(&resolution);
                let kind = unsolvable::kind(&resolution);
                return Err(Failure { kind, diagnostics });
            }
        };
        let pinned = pin::pin(&environment, &pins(&resolution, solution))?;
        self.write(&environment, &pinned)?;
        output.tell(&self.summary(&resolution, solution, start.elapsed()));
        Ok(())
    }

    fn upgrade(&self) -> Upgrade {
        if self.upgrade {
            Upgrade::All
        } else if self.upgrade_packages.is_empty() {
            Upgrade::None
        } else {
            Upgrade::Packages(self.upgrade_packages.clone())
        }
    }

    fn write(&self, environment: &EnvironmentFile, pinned: &str) -> Result<(), Failure> {
        let source = &environment.source;
        if self.diff {
            return print(&diff(source, pinned));
        }
        let path = self.output_file.as_deref().unwrap_or(&self.file);
        if self.output_file.is_none() && pinned == source.text() {
            return Ok(());
        }
        source::write_atomically(path, &source.encode(pinned))
    }

    fn summary(&self, resolution: &Resolution, solution: &Solution, took: Duration) -> String {
        let packages = |count: usize| match count {
            1 => "1 package".to_string(),
            count => format!("{count} packages"),
        };
        let conda = packages(solution.conda.len());
        let pypi = solution.pypi.len();
        let (verb, place) = if self.diff {
            ("Would pin", self.file.display())
        } else {
            (
                "Pinned",
                self.output_file.as_ref().unwrap_or(&self.file).display(),
            )
        };
        let seconds = took.as_secs_f64();
        let subdir = resolution.subdir;
        format!(
            "{verb} {conda} from conda and {pypi} from PyPI for {subdir} in {place} ({seconds:.1} s)"
        )
    }
}

/// The change, without the passwords that the file may hold: diffs end up in logs.
fn diff(source: &SourceFile, pinned: &str) -> String {
    let path = source.path().display().to_string();
    let diff = TextDiff::from_lines(source.text(), pinned);
    let diff = diff
        .unified_diff()
        .header(&path, &format!("{path} (pinned)"))
        .to_string();
    secrets::redact(&diff)
}

/// Prints to stdout; a reader that has gone is no error.
fn print(text: &str) -> Result<(), Failure> {
    match std::io::stdout().lock().write_all(text.as_bytes()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
            let message = format!("cannot write to standard output: {error}");
            Err(Failure::input(Diagnostic::error("output", message)))
        }
        _ => Ok(()),
    }
}

/// What is to be written: the whole closure of both halves.
fn pins(resolution: &Resolution, solution: &Solution) -> Pins {
    let mut channels: Vec<String> = Vec::new();
    for channel in &resolution.channels {
        if !channels.contains(&channel.explicit) {
            channels.push(channel.explicit.clone());
        }
    }
    let conda = solution
        .conda
        .iter()
        .map(|record| pinned_conda(resolution, solution, record));
    let pypi = solution
        .pypi
        .iter()
        .filter(|package| !package.direct_url)
        .map(|package| PinnedPip {
            name: package.name.clone(),
            extras: package.extras.clone(),
            version: package.version.clone(),
            from_conda: false,
            hashes: package.hashes.clone(),
        });
    let provided = solution.provided.iter().filter_map(|provided| {
        Some(PinnedPip {
            name: provided.project.clone(),
            extras: Vec::new(),
            version: provided.version.clone()?,
            from_conda: true,
            hashes: Vec::new(),
        })
    });
    Pins {
        platform: resolution.subdir.to_string(),
        channels,
        conda: conda.collect(),
        pip: pypi.chain(provided).collect(),
    }
}

/// A record with what tells it apart from its namesakes.
fn pinned_conda(
    resolution: &Resolution,
    solution: &Solution,
    record: &RepoDataRecord,
) -> PinnedConda {
    let package = &record.package_record;
    let channel = explicit_channel(resolution, record.channel.as_deref().unwrap_or_default());
    let namesakes = solution.namesakes.get(package.name.as_normalized());
    let namesakes = namesakes.into_iter().flatten();
    let (beside, elsewhere): (Vec<_>, Vec<_>) = namesakes
        .map(|other| explicit_channel(resolution, other))
        .partition(|other| *other == channel);
    let first = resolution.channels.first().map(|first| &*first.explicit);
    PinnedConda {
        name: package.name.as_source().to_string(),
        version: package.version.as_str().to_string(),
        build: package.build.to_string(),
        channel: channel
            .filter(|channel| Some(*channel) != first || !elsewhere.is_empty())
            .map(ToString::to_string),
        hash: hashes::of(package)
            .into_iter()
            .next()
            .filter(|_| !beside.is_empty()),
    }
}

/// A channel as the file names it: a group for each of its members.
fn explicit_channel<'r>(resolution: &'r Resolution, channel: &str) -> Option<&'r str> {
    let mut channels = resolution.channels.iter();
    let known = channels.find(|known| known.channel.canonical_name() == channel)?;
    Some(&known.explicit)
}
