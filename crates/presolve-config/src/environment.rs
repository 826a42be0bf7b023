//! The parts of the process environment that decide the settings, as data, so that tests can
//! construct them.

use std::{collections::BTreeMap, path::PathBuf};

use presolve_text::process;

/// Environment variables and the folders that contain settings.
#[derive(Clone, Debug, Default)]
pub struct Environment {
    /// Environment variables whose name and value are UTF-8.
    pub variables: BTreeMap<String, String>,
    /// Home folder of the user.
    pub home: Option<PathBuf>,
    /// Base of relative paths.
    pub working_dir: PathBuf,
    /// Folder for the caches of all programs.
    pub cache_dir: PathBuf,
    /// Paths of conda's system-wide configuration.
    pub system: Vec<PathBuf>,
}

impl Environment {
    /// Reads the environment of this process.
    pub fn of_process() -> Self {
        let variables = process::variables()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
            .collect();
        let system: &[&str] = if cfg!(windows) {
            &["C:/ProgramData/conda"]
        } else {
            &["/etc/conda", "/var/lib/conda"]
        };
        Self {
            variables,
            home: dirs::home_dir(),
            working_dir: process::working_dir().unwrap_or_default(),
            cache_dir: dirs::cache_dir().unwrap_or_else(std::env::temp_dir),
            system: system.iter().map(PathBuf::from).collect(),
        }
    }

    /// A variable; `None` if it is unset or empty.
    pub(crate) fn variable(&self, name: &str) -> Option<&str> {
        let value = self.variables.get(name)?;
        (!value.is_empty()).then_some(value)
    }

    /// Replaces `$NAME` and `${NAME}` by variables that are set. conda does so in .condarc and
    /// in the channels of a file.
    pub fn expand(&self, text: &str) -> String {
        let mut expanded = String::with_capacity(text.len());
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('$') {
            expanded.push_str(before);
            let (name, tail, written) = match after.strip_prefix('{') {
                Some(braced) => match braced.split_once('}') {
                    Some((name, tail)) => (name, tail, name.len() + 3),
                    None => ("", after, 1),
                },
                None => {
                    let end = after
                        .find(|c: char| !c.is_ascii_alphanumeric() && c != '_')
                        .unwrap_or(after.len());
                    (&after[..end], &after[end..], end + 1)
                }
            };
            match self.variables.get(name) {
                Some(value) => expanded.push_str(value),
                None => expanded.push_str(&rest[before.len()..before.len() + written]),
            }
            rest = tail;
        }
        expanded.push_str(rest);
        expanded
    }
}
