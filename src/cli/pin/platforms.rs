//! The platforms to pin for, and the lines that apply to each.

use presolve_config::Settings;
use presolve_lock::Format;
use presolve_resolve::question::target_platform;
use presolve_spec::{EnvironmentFile, selector};
use presolve_text::{
    diagnostic::{Diagnostic, Level},
    secrets::redact,
};
use rattler_conda_types::Subdir;

use super::{super::Output, Pin};

impl Pin {
    /// Returns the platforms to solve for: those of the command line; for a format that holds
    /// several, otherwise those of the file, as conda-lock does; otherwise that of the
    /// settings.
    pub(super) fn targets(
        &self,
        environment: &EnvironmentFile,
        settings: &Settings,
        output: &Output,
    ) -> Vec<Option<Subdir>> {
        let mut targets = self.platforms();
        if targets.is_empty() && self.format.0.holds_several() {
            for platform in &environment.platforms {
                if !targets.contains(&platform.value) {
                    targets.push(platform.value);
                }
            }
        }
        let known = match &targets[..] {
            [] => target_platform(environment, settings).into_iter().collect(),
            targets => targets.to_vec(),
        };
        if let Some(note) = self.others(environment, &known) {
            output.say(&note);
        }
        if targets.is_empty() {
            return vec![settings.platform];
        }
        targets.into_iter().map(Some).collect()
    }

    /// Returns the note on platforms of the file that are not pinned.
    fn others(&self, environment: &EnvironmentFile, known: &[Subdir]) -> Option<Diagnostic> {
        let others = environment.platforms.iter();
        let others: Vec<_> = others.filter(|one| !known.contains(&one.value)).collect();
        let first = others.first()?;
        let names: Vec<&str> = others.iter().map(|one| one.value.as_str()).collect();
        let known: Vec<&str> = known.iter().map(|one| one.as_str()).collect();
        let message = format!(
            "`platforms` also lists {}, but the result is for {} only",
            names.join(", "),
            known.join(", ")
        );
        let note =
            Diagnostic::new(Level::Note, "other-platforms", message).at(first.location.clone(), "");
        Some(if self.format.0.holds_several() {
            note.help("leave `--platform` out to lock all of them")
        } else {
            note.help("lock all of them with `--format conda-lock`")
        })
    }

    /// Returns the file with the lines that apply to a platform, if its selectors exclude any.
    /// conda ignores selectors in comments, so they do not apply to its own format.
    pub(super) fn selected(
        &self,
        environment: &EnvironmentFile,
        settings: &Settings,
        output: &Output,
    ) -> Option<EnvironmentFile> {
        if self.format.0 == Format::Env {
            return None;
        }
        let platform = target_platform(environment, settings).ok()?;
        let (selected, left_out) = selector::for_lock(environment, platform);
        let first = left_out.first()?;
        let lines: Vec<String> = left_out
            .iter()
            .map(|line| format!("`{}`", redact(line.text())))
            .collect();
        let message = format!(
            "left out for {platform} because of selectors: {}",
            lines.join(", ")
        );
        let note = Diagnostic::new(Level::Note, "left-out-lines", message);
        output.say(&note.at(first.clone(), ""));
        Some(selected)
    }
}
