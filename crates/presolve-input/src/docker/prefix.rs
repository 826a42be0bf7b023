//! The environment that a command works on.

use super::variables::Variables;

/// A conda environment by its name, or by its path where that has none; what is no
/// environment of conda's (`python:3.11`, a virtual environment) has a path, or is the
/// base one.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Prefix(String);

impl Prefix {
    /// The environment that is there before any is made.
    pub fn base() -> Self {
        Self("base".to_owned())
    }

    /// The environment of a `PATH` whose value is not known.
    pub fn unknown() -> Self {
        Self("$PATH".to_owned())
    }

    /// An environment by its name.
    pub fn named(name: &str) -> Self {
        match name {
            "root" => Self::base(),
            _ => Self(name.to_owned()),
        }
    }

    /// An environment by its path: those below `envs` have names, and the folder of an
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

    /// The environment of a program by its path: `/opt/conda/envs/x/bin/pip`.
    pub fn of_program(path: &str) -> Option<Self> {
        let (folder, _) = path.rsplit_once('/')?;
        let prefix = folder.strip_suffix("/bin")?;
        (!is_of_the_system(prefix)).then(|| Self::at(prefix))
    }

    /// The environment whose programs are found first.
    pub fn on_path(variables: &Variables) -> Option<Self> {
        let Some(path) = variables.get("PATH")? else {
            return Some(Self::unknown());
        };
        let folders = path.split(':');
        let mut prefixes =
            folders.filter_map(|folder| Self::of_program(&format!("{folder}/python")));
        prefixes.find(Self::has_python)
    }

    /// Whether Python is there, as far as the path tells. Below the folders of the system and
    /// its users the `PATH` leads to other programs, too: `/usr/local/cuda/bin`,
    /// `/root/.cargo/bin`.
    fn has_python(&self) -> bool {
        let path = format!("{}/", self.0);
        let shared = ["/usr/", "/root/", "/home/", "/snap/", "/var/"];
        let name = self.0.rsplit('/').next().unwrap_or_default();
        let is_hidden = name.starts_with('.') && ![".venv", ".env"].contains(&name);
        !shared.iter().any(|tree| path.starts_with(tree)) || (name.contains("env") && !is_hidden)
    }
}

/// Whether the programs of a folder are those of the system, or a user's for its Python.
fn is_of_the_system(prefix: &str) -> bool {
    matches!(prefix, "" | "/usr" | "/usr/local") || prefix.ends_with("/.local")
}

impl std::fmt::Display for Prefix {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}
