//! Relative paths in the user's lines, rewritten relative to the folder of the written file.

use std::path::{Path, PathBuf};

use super::{Lock, locked::url_of};
use presolve_spec::{PipRequirement, PipRequirementKind, pip_options::quoted};
use presolve_text::diagnostic::Location;

/// Returns a path relative to a folder, with `/` between its parts; `None` if the two have no
/// common root.
pub(super) fn relative(path: &Path, folder: &Path) -> Option<String> {
    let (path, folder) = (real(path)?, std::fs::canonicalize(here(folder)).ok()?);
    let mut up = Vec::new();
    for ancestor in folder.ancestors() {
        if let Ok(rest) = path.strip_prefix(ancestor) {
            let down = rest.iter().map(|part| part.to_string_lossy());
            let parts: Vec<_> = up.into_iter().chain(down).collect();
            return Some(parts.join("/"));
        }
        up.push("..".into());
    }
    None
}

/// Returns the absolute path with its links resolved, except for the last part: the file keeps
/// its name.
fn real(path: &Path) -> Option<PathBuf> {
    match (path.parent(), path.file_name()) {
        (Some(parent), Some(name)) => Some(std::fs::canonicalize(here(parent)).ok()?.join(name)),
        _ => std::fs::canonicalize(here(path)).ok(),
    }
}

fn here(path: &Path) -> PathBuf {
    Path::new(".").join(path)
}

impl Lock<'_> {
    /// Returns a path of the pip list relative to this folder. The path is searched for next
    /// to the file that contains it and next to the environment file, where conda runs pip. A
    /// path that does not exist stays unchanged.
    pub(super) fn rebased(&self, path: &str, location: &Location) -> String {
        let beside = |file: &Path| file.parent().unwrap_or(Path::new("")).join(path);
        let of_line = beside(location.file.path());
        let places = [of_line, beside(self.environment.source.path())];
        let place = places.iter().find(|place| here(place).exists());
        let found = place.and_then(|place| relative(place, self.folder));
        let as_it_is = real(&self.folder.join(path));
        match (found, place) {
            _ if Path::new(path).is_absolute() => path.to_owned(),
            (_, Some(place)) if real(place) == as_it_is => path.to_owned(),
            (Some(found), _) if found.is_empty() => ".".to_owned(),
            (Some(found), _) if found.starts_with("../") || found == ".." => found,
            (Some(found), _) => format!("./{found}"),
            (None, _) => path.to_owned(),
        }
    }

    /// Returns a requirement as written, with its path relative to this folder.
    pub(super) fn text_of(&self, line: &PipRequirement) -> String {
        let is_opaque = matches!(line.kind, PipRequirementKind::Opaque { .. });
        let editable = line.editable();
        let text = editable.as_deref().unwrap_or(&line.text);
        let is_url = text.contains("://") || text.starts_with("file:") || text.contains(" @ ");
        let text = if !is_url && (is_opaque || url_of(line).is_some()) {
            let end = text.find(['[', '#', ';']).unwrap_or(text.len());
            let path = text[..end].trim_end();
            self.rebased(path, &line.location) + &text[path.len()..]
        } else {
            text.to_owned()
        };
        if editable.is_some() {
            format!("-e {}", quoted(&text))
        } else {
            text
        }
    }
}
