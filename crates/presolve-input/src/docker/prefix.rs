//! The environment that a command changes.

use super::variables::Variables;

/// A conda environment by its name, or by its path if it has no name. A Python outside
/// conda (`python:3.11`, a virtual environment) is represented by its path, or by the base
/// environment.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Prefix(String);

impl Prefix {
    /// The environment that exists before any is created.
    pub fn base() -> Self {
        Self("base".to_owned())
    }

    /// The environment of a `PATH` with an unknown value.
    pub fn unknown() -> Self {
        Self("$PATH".to_owned())
    }

    /// The environment with this name.
    pub fn named(name: &str) -> Self {
        match name {
            "root" => Self::base(),
            _ => Self(name.to_owned()),
        }
    }

    /// The environment at this path. One below `envs` has a name. The folder of a conda
    /// installation is the base environment.
    pub fn at(path: &str) -> Self {
        let path = path.trim_end_matches('/');
        let (parent, name) = path.rsplit_once('/').unwrap_or(("", path));
        let is_installation = ["conda", "miniconda", "miniforge", "mambaforge", "anaconda"];
        if parent.ends_with("/envs") {
            return Self::named(name);
        }
        if is_installation.contains(&name.trim_end_matches('3')) {
            Self::base()
        } else {
            Self(path.to_owned())
        }
    }

    /// The environment of a program, from its path: `/opt/conda/envs/x/bin/pip`.
    pub fn of_program(path: &str) -> Option<Self> {
        let (folder, _) = path.rsplit_once('/')?;
        let prefix = folder.strip_suffix("/bin")?;
        (!is_of_the_system(prefix)).then(|| Self::at(prefix))
    }

    /// The environment whose programs come first on the `PATH`.
    pub fn on_path(variables: &Variables) -> Option<Self> {
        let Some(path) = variables.get("PATH")? else {
            return Some(Self::unknown());
        };
        let folders = path.split(':');
        let mut prefixes =
            folders.filter_map(|folder| Self::of_program(&format!("{folder}/python")));
        prefixes.find(Self::has_python)
    }

    /// Whether the path can contain Python. Below the folders of the system and its users, the
    /// `PATH` also leads to other programs: `/usr/local/cuda/bin`, `/root/.cargo/bin`.
    fn has_python(&self) -> bool {
        let path = format!("{}/", self.0);
        let shared = ["/usr/", "/root/", "/home/", "/snap/", "/var/"];
        let name = self.0.rsplit('/').next().unwrap_or_default();
        let is_hidden = name.starts_with('.') && ![".venv", ".env"].contains(&name);
        !shared.iter().any(|tree| path.starts_with(tree)) || (name.contains("env") && !is_hidden)
    }
}

/// Whether a folder has the programs of the system, or those that a user's `pip` installs.
fn is_of_the_system(prefix: &str) -> bool {
    matches!(prefix, "" | "/usr" | "/usr/local") || prefix.ends_with("/.local")
}

impl std::fmt::Display for Prefix {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}
