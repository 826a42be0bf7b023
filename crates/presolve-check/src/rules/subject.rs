//! What the rules look at.

use rattler_conda_types::Subdir;

use presolve_config::Settings;
use presolve_spec::{EnvironmentFile, Spanned, yaml::Tree};
use presolve_target::Image;

/// The image that an environment is built on.
pub struct BaseImage {
    /// The image, and where it is named.
    pub image: Spanned<Image>,
    /// A conda in it solves something.
    pub runs_conda: bool,
}

/// A file as far as it could be read, and what is asked of it.
pub struct Subject<'s> {
    /// What it means. Entries that the reader refused are not in it.
    pub environment: &'s EnvironmentFile,
    /// Its YAML, with the places of everything.
    pub tree: &'s Tree,
    /// The settings that hold for it.
    pub settings: &'s Settings,
    /// The platforms that it is checked for; empty if none was named.
    pub platforms: &'s [Subdir],
    /// The day on which it is checked: ends of life depend on it.
    pub today: jiff::civil::Date,
}

impl Subject<'_> {
    /// Whether the requirements stand in the commands of a Dockerfile, which decides by
    /// other commands what is there when they run.
    pub fn is_dockerfile(&self) -> bool {
        self.environment.source.build_context().is_some()
    }
}
