//! What the rules look at.

use rattler_conda_types::Subdir;

use crate::{
    config::Settings,
    spec::{EnvironmentFile, yaml::Tree},
};

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
