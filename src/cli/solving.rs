//! Solving for the commands that write pins.

use std::path::Path;

use clap::Args;

use super::{Output, progress::Progress};
use presolve_config::Settings;
use presolve_resolve::{self as resolve, Resolution, Upgrade};
use presolve_spec::EnvironmentFile;
use presolve_text::diagnostic::{Diagnostic, Failure};
use presolve_words::{errors, unsolvable};

/// The flags that select the pins to ignore.
#[derive(Clone, Debug, Args)]
pub(super) struct UpgradeArgs {
    /// Ignore the pins in the file
    #[arg(short = 'U', long)]
    upgrade: bool,
    /// Ignore the pin of this package; repeatable
    #[arg(short = 'P', long = "upgrade-package", value_name = "NAME")]
    upgrade_packages: Vec<String>,
}

impl UpgradeArgs {
    /// Returns the requested upgrade, and warns about names that the file does not pin.
    pub(super) fn of(
        &self,
        environment: &EnvironmentFile,
        file: &Path,
        output: &Output,
    ) -> Upgrade {
        let upgrade = if self.upgrade {
            Upgrade::All
        } else if self.upgrade_packages.is_empty() {
            Upgrade::None
        } else {
            Upgrade::Packages(self.upgrade_packages.clone())
        };
        for name in upgrade.unknown(environment) {
            let message = format!("`{name}` is not pinned in {}", file.display());
            output.say(&Diagnostic::warning("unknown-upgrade", message));
        }
        upgrade
    }
}

/// Solves a file and shows the progress.
pub(super) async fn resolve(
    environment: &EnvironmentFile,
    settings: &Settings,
    upgrade: &Upgrade,
    output: &Output,
) -> Result<Resolution, Failure> {
    let progress = Progress::new(output.quiet);
    let listener = progress.listener();
    let resolution = resolve::resolve(environment, settings, upgrade, &listener).await;
    progress.finish();
    resolution.map_err(|error| errors::failure_in(error, environment))
}

/// Returns the failure for a file that cannot be solved.
pub(super) fn unsolvable(resolution: &Resolution, file: &Path) -> Failure {
    let mut diagnostics = unsolvable::diagnostics(resolution);
    if let Some(last) = diagnostics.last_mut() {
        let file = file.display();
        last.help
            .push(format!("`presolve explain {file}` shows how to fix it"));
    }
    let kind = unsolvable::kind(resolution);
    Failure { kind, diagnostics }
}

/// Describes a solution: "12 packages from conda and 5 from PyPI for linux-64".
pub(super) fn counts(resolution: &Resolution, conda: usize, pypi: usize) -> String {
    let packages = match conda {
        1 => "1 package".to_string(),
        count => format!("{count} packages"),
    };
    let subdir = resolution.subdir;
    format!("{packages} from conda and {pypi} from PyPI for {subdir}")
}

/// Returns the numbers for a file without conda packages.
pub(super) fn counts_of_pip(resolution: &Resolution, pypi: usize) -> String {
    let packages = match pypi {
        1 => "1 package".to_string(),
        count => format!("{count} packages"),
    };
    format!("{packages} from PyPI for {}", resolution.subdir)
}
