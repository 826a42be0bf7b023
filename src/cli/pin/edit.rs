//! `pin --format env`: the solution in the environment file itself.

use rattler_conda_types::RepoDataRecord;

use super::{
    super::{Output, print},
    Pin,
};
use presolve_config::Settings;
use presolve_packages::conda::hashes;
use presolve_report::diff;
use presolve_resolve::Resolution;
use presolve_solve::Solution;
use presolve_spec::{
    EnvironmentFile,
    pin::{self, PinnedConda, PinnedPip, Pins},
};
use presolve_text::{
    diagnostic::{Diagnostic, Failure, Level},
    files,
};

impl Pin {
    /// Returns the text of the file with its pins.
    pub(super) fn pinned(
        &self,
        environment: &EnvironmentFile,
        settings: &Settings,
        (resolution, solution): (&Resolution, &Solution),
        output: &Output,
    ) -> Result<String, Failure> {
        let mut pins = pins(settings, resolution, solution);
        if let Some(notice) = leave_out_credentials(&mut pins, resolution) {
            output.say(&notice);
        }
        pin::pin(environment, &pins)
    }

    /// Writes the text into the file or to another file, or shows the difference. Returns
    /// whether a difference was shown.
    pub(super) fn edit(
        &self,
        environment: &EnvironmentFile,
        pinned: &str,
        output: &Output,
    ) -> Result<bool, Failure> {
        let source = &environment.source;
        if source.is_json() && pinned != source.text() {
            output.say(&without_comments());
        }
        if self.diff {
            print(&diff::unified(source, pinned, "pinned"))?;
            return Ok(pinned != source.text());
        }
        match &self.output_file {
            Some(path) => files::write(path, &source.encode(pinned), self.protected()),
            None if files::stand_in(source.path()).is_some() => self.print_file(pinned, output),
            None if pinned == source.text() => Ok(()),
            None => source.replace(pinned, self.protected()),
        }?;
        Ok(false)
    }
}

/// Returns the difference of a file that pinning again would change.
pub(super) fn differs(environment: &EnvironmentFile) -> Diagnostic {
    let file = environment.source.path().display();
    let message = format!("the pins of {file} are not those of a new solution");
    Diagnostic::error("stale-pin", message).help(format!("run `presolve pin {file}`"))
}

/// Removes the credentials of settings from the output, and warns about it.
fn leave_out_credentials(pins: &mut Pins, resolution: &Resolution) -> Option<Diagnostic> {
    let mut left_out = Vec::new();
    let of_records = pins
        .conda
        .iter_mut()
        .filter_map(|record| record.channel.as_mut());
    for text in pins.channels.iter_mut().chain(of_records) {
        let mut channels = resolution.channels.iter();
        let Some(channel) = channels.find(|channel| channel.explicit == *text) else {
            continue;
        };
        let public = channel.public();
        if public != *text && !left_out.contains(&public) {
            left_out.push(public.clone());
        }
        *text = public;
    }
    let message = format!(
        "`{}` is written without the credentials from the settings",
        left_out.join("`, `")
    );
    (!left_out.is_empty()).then(|| {
        Diagnostic::warning("credentials-left-out", message)
            .help("give them to conda in its own settings, such as a netrc file")
    })
}

/// Returns the note on a pinned file that cannot keep the original requirements.
fn without_comments() -> Diagnostic {
    let message = "JSON has no comments: the pins replace the original requirements";
    Diagnostic::new(Level::Note, "pins-without-comments", message)
        .help("keep a copy of the original file for later upgrades")
}

/// Returns the pins to write: all conda packages and PyPI releases of the solution.
pub(in crate::cli) fn pins(
    settings: &Settings,
    resolution: &Resolution,
    solution: &Solution,
) -> Pins {
    let mut channels: Vec<String> = Vec::new();
    for channel in &resolution.channels {
        if !channels.contains(&channel.explicit) {
            channels.push(channel.explicit.clone());
        }
    }
    let conda = solution
        .conda
        .iter()
        .map(|record| pinned_conda(resolution, solution, record))
        .map(|pin| {
            if settings.no_builds {
                without_build(pin)
            } else {
                pin
            }
        });
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
        as_of: resolution.as_of,
        channels,
        conda: conda.collect(),
        pip: pypi.chain(provided).collect(),
        added: settings.added,
    }
}

/// Returns a pin that any build of its version satisfies. A hash is that of one build.
fn without_build(pin: PinnedConda) -> PinnedConda {
    PinnedConda {
        build: None,
        hash: None,
        ..pin
    }
}

/// Returns the pin of a record, with what distinguishes it from others of the same name.
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
        build: Some(package.build.to_string()),
        channel: channel
            .filter(|channel| Some(*channel) != first || !elsewhere.is_empty())
            .map(ToString::to_string),
        hash: hashes::of(package)
            .into_iter()
            .next()
            .filter(|_| !beside.is_empty()),
    }
}

/// Returns the channel that a file must name: for a member of a group, the group.
fn explicit_channel<'r>(resolution: &'r Resolution, channel: &str) -> Option<&'r str> {
    let mut channels = resolution.channels.iter();
    let known = channels.find(|known| known.channel.canonical_name() == channel)?;
    Some(&known.explicit)
}
