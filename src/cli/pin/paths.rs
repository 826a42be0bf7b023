//! The files of `pin`: those on the command line, and those below its folders.

use std::path::{Path, PathBuf};

use super::{super::opened, Pin};
use presolve_check::{discover, patterns::Patterns};
use presolve_config::Settings;
use presolve_input::build_file_at;
use presolve_text::{
    diagnostic::{Diagnostic, Failure},
    files::Fences,
};

/// A file to pin.
pub(super) struct ToPin {
    pub path: PathBuf,
    /// A search below a folder found it: the user did not name it.
    pub is_found: bool,
}

impl Pin {
    /// Returns the files to pin: those that the user named, and those below the folders. The
    /// folder of a build stands for the file of that build.
    ///
    /// # Errors
    /// If a path does not exist, or a folder has no file to pin.
    pub(super) fn files(&self) -> Result<Vec<ToPin>, Failure> {
        if self.paths.is_empty() {
            return Ok(vec![named(opened::chosen(None, &self.settings)?)]);
        }
        let mut files: Vec<ToPin> = Vec::new();
        for path in &self.paths {
            let new = match path.is_dir() && build_file_at(path).is_none() {
                true => self.below(path)?,
                false => vec![named(path.clone())],
            };
            for file in new {
                if !files.iter().any(|known| known.path == file.path) {
                    files.push(file);
                }
            }
        }
        Ok(files)
    }

    /// Returns the environment files below a folder, and the Dockerfiles in the folder itself.
    fn below(&self, folder: &Path) -> Result<Vec<ToPin>, Failure> {
        let settings = &self.settings;
        let settings = Settings::resolve(&folder.join("environment.yml"), settings.clone().into())?;
        let exclude = settings.check.exclude.iter().map(String::as_str);
        let exclude = Patterns::new("exclude", exclude, &settings.check_folder)?;
        let fences = Fences {
            folders: vec![folder.to_owned()],
            ..self.settings.fences()
        };
        let found = discover::files(&[folder.to_owned()], &exclude, &fences)?;
        let unnamed = &found.unnamed;
        let files = found.files.iter().filter(|file| !unnamed.contains(*file));
        let files: Vec<ToPin> = files
            .map(|path| ToPin {
                path: path.clone(),
                is_found: true,
            })
            .collect();
        if files.is_empty() {
            let message = format!("there is no environment file below `{}`", folder.display());
            let diagnostic = Diagnostic::error("unreadable-file", message);
            return Err(Failure::input(diagnostic.help("name a file to pin")));
        }
        Ok(files)
    }
}

fn named(path: PathBuf) -> ToPin {
    ToPin {
        path,
        is_found: false,
    }
}
