//! Paths as reports show them.

use std::path::{MAIN_SEPARATOR_STR, Path};

/// Formats a path for a report: relative to the working directory if it is below it, and with
/// `/` as the separator.
pub fn shown_path(path: &Path) -> String {
    let here = crate::process::working_dir();
    let below = here.and_then(|here| path.strip_prefix(here).ok());
    let path = below.unwrap_or(path);
    let path = path.strip_prefix(".").unwrap_or(path);
    path.to_string_lossy().replace(MAIN_SEPARATOR_STR, "/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_relative_and_have_slashes() {
        let here = std::env::current_dir().expect("there is one");
        assert_eq!(shown_path(&here.join("a").join("e.yml")), "a/e.yml");
        assert_eq!(
            shown_path(&Path::new(".").join("a").join("e.yml")),
            "a/e.yml"
        );
        assert_eq!(shown_path(&Path::new("..").join("e.yml")), "../e.yml");
    }
}
