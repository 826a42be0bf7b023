//! `pin --format env`: the solution in the environment file itself.

use std::path::Path;

use rattler_conda_types::RepoDataRecord;

use super::{
    super::{Output, opened::Opened, print},
    Pin, lock_file,
};
use lock_file::LockFile;
use presolve_config::Settings;
use presolve_input::mlflow::Companion;
use presolve_lock::read;
use presolve_packages::conda::hashes;
use presolve_report::diff;
use presolve_resolve::Resolution;
use presolve_solve::Solution;
use presolve_spec::{
    EnvironmentFile,
    change::Changed,
    pin::{self, AddedLines, PinnedConda, PinnedPip, Pins},
};
use presolve_text::{
    diagnostic::{Diagnostic, Failure, Level},
    files,
    source::SourceFile,
};

/// A file with its pins, and the files of its model.
pub(super) struct Edited {
    /// The file, and the requirements files that are pinned with it.
    pub pinned: Changed,
    companions: Vec<Companion>,
    lock: Option<LockFile>,
}

impl Edited {
    /// Reads the file as it will be, with the packages of its lock file.
    pub(super) fn state(&self, before: &EnvironmentFile) -> Result<EnvironmentFile, Failure> {
        let mut after = self.pinned.read(before)?;
        if let Some(lock) = &self.lock {
            read::add(&mut after, &lock.source.with_text(&*lock.text))?;
        }
        Ok(after)
    }

    /// The other files that change, each with its new text.
    fn others(&self) -> Vec<(&SourceFile, &str)> {
        let included = self.pinned.included.iter();
        let included = included.map(|file| (&*file.before, file.after.text()));
        let companions = self.changed_companions();
        let companions = companions.map(|file| (&*file.source, &*file.text));
        let lock = self.lock.iter();
        let lock = lock.filter(|lock| lock.text != lock.source.text());
        let lock = lock.map(|lock| (&*lock.source, &*lock.text));
        included.chain(companions).chain(lock).collect()
    }

    fn changed_companions(&self) -> impl Iterator<Item = &Companion> {
        let companions = self.companions.iter();
        companions.filter(|file| file.text != file.source.text())
    }
}

impl Pin {
    /// Returns the text of the file with its pins.
    pub(super) fn pinned(
        &self,
        opened: &Opened,
        (resolution, solution): (&Resolution, &Solution),
        output: &Output,
    ) -> Result<Edited, Failure> {
        let Opened {
            environment,
            settings,
            model,
            ..
        } = opened;
        let mut pins = pins(settings, resolution, solution);
        if settings.added == AddedLines::Lock {
            let lock = lock_file::path_for(environment.source.path());
            let name = lock.file_name().unwrap_or_default();
            pins.lock = Some(name.to_string_lossy().into_owned());
        }
        if let Some(notice) = leave_out_credentials(&mut pins, resolution) {
            output.say(&notice);
        }
        let writes_file = self.output_file.is_none() && !self.is_from_stdin;
        let model = model.as_ref().filter(|_| writes_file);
        let companions = model.map(|model| model.companions(&pins)).transpose()?;
        let pinned = pin::pin(environment, &pins)?;
        if let Some(file) = pinned.included.first()
            && !(writes_file || self.diff)
        {
            return Err(needs_place(&file.before));
        }
        let lock = (settings.added == AddedLines::Lock)
            .then(|| lock_file::render(environment, (resolution, solution)));
        let lock = lock.transpose()?;
        let notices = lock.iter().flat_map(|lock| &lock.notices).cloned();
        for notice in notices.chain(lock_file::left_behind(environment, settings.added)) {
            output.say(&notice);
        }
        Ok(Edited {
            pinned,
            companions: companions.unwrap_or_default(),
            lock,
        })
    }

    /// Writes the text into the file or to another file, or shows the difference. Returns
    /// whether a difference was shown.
    pub(super) fn edit(
        &self,
        environment: &EnvironmentFile,
        edited: &Edited,
        output: &Output,
    ) -> Result<bool, Failure> {
        let source = &environment.source;
        let pinned = &edited.pinned.text;
        if source.is_json() && pinned != source.text() {
            output.say(&without_comments());
        }
        for file in edited.changed_companions() {
            if !file.removed.is_empty() {
                output.say(&removed(environment, file));
            }
        }
        let others = edited.others();
        if self.diff {
            print(&diff::unified(source, pinned, "pinned"))?;
            for (file, text) in &others {
                print(&diff::unified(file, text, "pinned"))?;
            }
            return Ok(pinned != source.text() || !others.is_empty());
        }
        if let Some(path) = &self.output_file {
            files::write(path, &source.encode(pinned), self.protected())?;
        } else if self.is_from_stdin {
            self.print_file(pinned, output)?;
        } else {
            let own = (pinned != source.text()).then_some((&**source, &**pinned));
            let all = own.into_iter().chain(others.iter().copied());
            self.write_together(&all.collect::<Vec<_>>())?;
            for file in &edited.pinned.included {
                let path = file.before.path().display();
                output.tell(&format!("Also pinned {path}"));
            }
            if let Some(lock) = &edited.lock {
                let path = lock.source.path().display();
                output.tell(&format!("Locked all packages in {path}"));
            }
            for file in edited.changed_companions() {
                let path = file.source.path().display();
                output.tell(&format!("Wrote the same versions to {path}"));
            }
        }
        Ok(false)
    }

    /// Writes files that belong together: all or none.
    fn write_together(&self, changed: &[(&SourceFile, &str)]) -> Result<(), Failure> {
        let refusals = changed.iter();
        let mut refusals = refusals.filter_map(|(source, _)| source.refusal(source.path()));
        if let Some(outside) = refusals.next() {
            return Err(Failure::input(outside));
        }
        let mut edits = changed.iter();
        if let Some(edited) = edits.find_map(|(source, text)| source.edit_before(text)) {
            return Err(Failure::input(edited));
        }
        let bytes = changed.iter();
        let bytes = bytes.map(|(source, text)| (source.path(), source.encode(text)));
        let bytes: Vec<(&Path, Vec<u8>)> = bytes.collect();
        match bytes.is_empty() {
            true => Ok(()),
            false => files::write_all(&bytes, self.protected()),
        }
    }
}

/// Returns the note on lines that leave a file of a model.
fn removed(environment: &EnvironmentFile, file: &Companion) -> Diagnostic {
    let names = file.removed.iter().map(|name| format!("`{name}`"));
    let names: Vec<String> = names.collect();
    let (conda, path) = (environment.source.path(), file.source.path());
    let message = format!("{} leaves {}", names.join(", "), path.display());
    let note = format!("{} neither names nor needs it", conda.display());
    Diagnostic::new(Level::Note, "removed-from-model", message)
        .note(note)
        .help(format!("add it to {} to keep it", conda.display()))
}

/// Returns the error for a requirements file that gets pins only in its place.
fn needs_place(file: &SourceFile) -> Failure {
    let path = file.path().display();
    let message = format!("`{path}` gets pins, too, but only one text is written");
    let help = "pin the files in their place: leave out `-o` and `-`";
    Failure::input(Diagnostic::error("several-files", message).help(help))
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
        lock: None,
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
