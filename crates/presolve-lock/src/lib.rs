//! Lock files and requirements files for the tools that install a solution.
//!
//! In: the solutions for one or more platforms. Out: the text of a file. This crate must never
//! write a file, or a credential.
//!
//! [`read`] reads a `conda-lock.yml` back, for the pins of a file that leaves its other packages to
//! it.
//!
//! There is one module per format. All of them write a [`Lock`], so they have the same data.
//! URLs are written without credentials, because every tool has its own settings for them:
//! pip, conda and pixi read a netrc file, and pip and pixi a keyring. This also applies to
//! lines copied from the user's file. Variables in these lines are kept, because they are not
//! secrets.

use url::Url;

use presolve_spec::{PipRequirement, PipRequirementKind};
use presolve_text::diagnostic::{Diagnostic, Failure, FailureKind};

mod conda_lock;
mod copies;
mod cyclonedx;
mod explicit;
mod locked;
mod paths;
mod pixi;
mod pylock;
pub mod read;
mod requirements;
mod variables;

use locked::subdirectory;
pub use locked::{Lock, LockedPlatform, LockedRecord, LockedRelease};

/// The output formats.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Format {
    /// Environment file with pins
    #[default]
    Env,
    /// URLs of the conda packages, for `conda create --file`
    Explicit,
    /// conda-lock.yml
    CondaLock,
    /// pixi.lock
    Pixi,
    /// Requirements file of the pip packages, with hashes
    Requirements,
    /// pylock.toml of the pip packages
    Pylock,
    /// CycloneDX bill of materials, as JSON
    CycloneDx,
}

impl Format {
    /// Returns the name of the format on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Format::Env => "env",
            Format::Explicit => "explicit",
            Format::CondaLock => "conda-lock",
            Format::Pixi => "pixi",
            Format::Requirements => "requirements",
            Format::Pylock => "pylock",
            Format::CycloneDx => "cyclonedx",
        }
    }

    /// Whether one file can hold the solutions for several platforms.
    pub fn holds_several(self) -> bool {
        match self {
            Format::CondaLock | Format::Pixi | Format::Pylock | Format::CycloneDx => true,
            Format::Env | Format::Explicit | Format::Requirements => false,
        }
    }
}

/// The content of a file, before it is written.
#[derive(Default)]
pub struct Written {
    /// The text of the file.
    pub text: String,
    /// Notices for the reader of the file.
    pub notices: Vec<Diagnostic>,
}

impl<'a> Lock<'a> {
    /// Renders the file in a format.
    ///
    /// # Errors
    /// An input failure if the format cannot represent a line of the pip list, or if the file
    /// would contain the value of an environment variable.
    ///
    /// # Panics
    /// For [`Format::Env`]: that file is edited instead of rendered ([`presolve_spec::pin`]).
    pub fn write(&self, format: Format) -> Result<Written, Failure> {
        if format != Format::Requirements {
            variables::check(self, format)?;
        }
        let mut written = match format {
            Format::Env => unreachable!("an environment file is edited in place"),
            Format::Explicit => explicit::write(self, self.only())?,
            Format::CondaLock => conda_lock::write(self)?,
            Format::Pixi => pixi::write(self)?,
            Format::Requirements => requirements::write(self, self.only())?,
            Format::Pylock => pylock::write(self)?,
            Format::CycloneDx => cyclonedx::write(self)?,
        };
        // Requirements files have other URLs, and report missing hashes themselves.
        if format != Format::Requirements {
            written.notices.extend(self.left_out_credentials());
            written.notices.extend(self.unhashed());
        }
        Ok(written)
    }

    /// Returns the only platform, for a format that holds one.
    fn only(&self) -> &LockedPlatform<'a> {
        &self.platforms[0]
    }

    /// Returns a notice on releases without a known hash.
    fn unhashed(&self) -> Option<Diagnostic> {
        let releases = self.platforms.iter().flat_map(|platform| &platform.pypi);
        let unhashed = releases.filter(|release| release.sha256.is_none());
        let mut names: Vec<String> = unhashed.map(LockedRelease::name).collect();
        names.sort();
        names.dedup();
        if names.is_empty() {
            return None;
        }
        let message = format!("no known hash for {}", names.join(", "));
        let help = "append `#sha256=…` to the URL, or use an index that provides hashes";
        Some(
            Diagnostic::warning("no-hashes", message)
                .note("a different file at its URL will not be detected")
                .help(help),
        )
    }

    /// Returns a warning if URLs had credentials.
    fn left_out_credentials(&self) -> Option<Diagnostic> {
        let urls = self.platforms.iter().flat_map(|platform| {
            let conda = platform.conda.iter().map(|one| (&one.record.url, &one.url));
            let pypi = platform.pypi.iter();
            conda.chain(pypi.map(|one| (&one.package.distribution.url, &one.url)))
        });
        credentials_left_out(urls)
    }
}

/// Returns a warning if a URL differs from its written form.
fn credentials_left_out<'a>(urls: impl Iterator<Item = (&'a Url, &'a Url)>) -> Option<Diagnostic> {
    let bare = urls.filter(|(whole, bare)| {
        let of_authority = (whole.username(), whole.password());
        let of_rest = (whole.path(), whole.query());
        of_authority != (bare.username(), bare.password()) || of_rest != (bare.path(), bare.query())
    });
    let mut hosts: Vec<&str> = bare.filter_map(|(_, bare)| bare.host_str()).collect();
    hosts.sort_unstable();
    hosts.dedup();
    if hosts.is_empty() {
        return None;
    }
    Some(left_out(&hosts))
}

fn left_out(hosts: &[&str]) -> Diagnostic {
    let message = format!(
        "the URLs of {} are written without their credentials",
        hosts.join(", ")
    );
    let help = "give them to the installing tool in its own settings, such as a netrc file";
    Diagnostic::warning("credentials-left-out", message).help(help)
}

/// Rejects lines that a format cannot represent: a lock file without them would describe
/// another environment.
fn uncarriable<'a>(
    format: &str,
    why: &str,
    lines: impl Iterator<Item = &'a PipRequirement>,
) -> Result<(), Failure> {
    let mut diagnostics: Vec<Diagnostic> = Vec::new();
    for line in lines {
        let reason = match &line.kind {
            PipRequirementKind::Opaque { reason, .. } => *reason,
            PipRequirementKind::Named(_) => match locked::url_of(line).and_then(subdirectory) {
                Some(_) => "a subdirectory of an archive",
                None => "a URL that does not show what it is",
            },
        };
        let message = format!("a {format} cannot represent this line: it is {reason}");
        let diagnostic = Diagnostic::error("uncarriable-line", message)
            .at(line.location.clone(), "")
            .note(why)
            .help(
                "use `--format env`, `explicit` or `requirements`, which keep the line unchanged",
            );
        if !diagnostics.contains(&diagnostic) {
            diagnostics.push(diagnostic);
        }
    }
    if diagnostics.is_empty() {
        Ok(())
    } else {
        Err(Failure {
            kind: FailureKind::Input,
            diagnostics,
        })
    }
}
