//! The patterns of a `.dockerignore`, which keep files of the folder out of the build context
//! (<https://docs.docker.com/build/concepts/context/#dockerignore-files>).

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use super::context;
use presolve_text::{diagnostic::Location, source::SourceFile};

/// The patterns of a build.
#[derive(Default)]
pub(super) struct Ignore {
    patterns: Vec<Pattern>,
}

/// A line of the file.
struct Pattern {
    location: Location,
    /// The parts between slashes. `**` stands for any number of parts.
    parts: Vec<String>,
    /// It begins with `!`, so matching files are in the context.
    is_exception: bool,
}

impl Ignore {
    /// Reads the patterns for a Dockerfile: those next to it with its own name come first
    /// (<https://docs.docker.com/build/concepts/context/#filename-and-location>).
    pub(super) fn of(dockerfile: &SourceFile, context: &Path) -> Self {
        let fence = dockerfile.fence();
        let mut files = files(dockerfile, context).into_iter();
        let path = files.find(|path| fence.has_file(path));
        let source = path.and_then(|path| dockerfile.read_named(path).ok());
        source.map_or_else(Self::default, |source| Self::read(&source))
    }

    fn read(source: &Arc<SourceFile>) -> Self {
        let mut patterns = Vec::new();
        let mut start = 0;
        for line in source.text().split_inclusive('\n') {
            let pattern = line.trim();
            // Docker looks for `#` before it removes blanks.
            if !line.starts_with('#') && !pattern.is_empty() {
                let offset = start + line.len() - line.trim_start().len();
                let location = Location {
                    file: Arc::clone(source),
                    span: offset..offset + pattern.len(),
                };
                patterns.push(Pattern::of(pattern, location));
            }
            start += line.len();
        }
        Self { patterns }
    }

    /// Returns the line that keeps a path out of the context; `None` if the path is in it. Of
    /// several matching lines, the last one decides. A folder is in the context if an
    /// exception may bring back a file in it.
    pub(super) fn excluding(&self, path: &str, is_folder: bool) -> Option<&Location> {
        let path = context::join("", path.trim_start_matches('/'));
        let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
        let mut excluding = None;
        for pattern in &self.patterns {
            if pattern.matches_or_contains(&parts) || (is_folder && pattern.is_exception) {
                excluding = (!pattern.is_exception).then_some(&pattern.location);
            }
        }
        excluding
    }
}

/// The files that may have the patterns, the first one first.
pub(super) fn files(dockerfile: &SourceFile, context: &Path) -> [PathBuf; 2] {
    let mut own = dockerfile.path().as_os_str().to_owned();
    own.push(".dockerignore");
    let usual = context::within(context, ".dockerignore");
    [PathBuf::from(own), usual]
}

impl Pattern {
    fn of(text: &str, location: Location) -> Self {
        let exception = text.strip_prefix('!').map(str::trim);
        let path = context::join("", exception.unwrap_or(text).trim_start_matches('/'));
        let parts = path.split('/').filter(|part| !part.is_empty());
        Self {
            location,
            parts: parts.map(str::to_owned).collect(),
            is_exception: exception.is_some(),
        }
    }

    /// Whether the pattern matches a path or a folder that contains it.
    fn matches_or_contains(&self, path: &[&str]) -> bool {
        let mut ends = vec![false; path.len() + 1];
        ends[0] = true;
        for part in &self.parts {
            ends = next(&ends, part, path);
        }
        ends[1..].contains(&true)
    }
}

/// The numbers of parts of a path that a pattern can match with one more part, from those
/// without it.
fn next(ends: &[bool], part: &str, path: &[&str]) -> Vec<bool> {
    if part == "**" {
        let mut is_reached = false;
        let reached = ends.iter().map(|end| {
            is_reached |= end;
            is_reached
        });
        return reached.collect();
    }
    let matched = ends.iter().zip(path);
    let matched = matched.map(|(end, name)| *end && context::matches(part, name));
    std::iter::once(false).chain(matched).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn excluded(patterns: &str, path: &str) -> bool {
        let ignore = Ignore::read(&SourceFile::from_text(".dockerignore", patterns));
        ignore.excluding(path, false).is_some()
    }

    #[test]
    fn patterns_are_read_as_docker_reads_them() {
        for (patterns, path, is_excluded) in [
            ("a.yml", "a.yml", true),
            ("a.yml", "b/a.yml", false),
            ("**/a.yml", "a.yml", true),
            ("**/a.yml", "b/c/a.yml", true),
            ("b", "b/c/a.yml", true),
            ("/b/", "b/a.yml", true),
            ("*/a.yml", "b/a.yml", true),
            ("*.yml\n!a.yml", "a.yml", false),
            ("!a.yml\n*.yml", "a.yml", true),
            ("*\n!src", "src/a.yml", false),
            ("*\n!src\nsrc/*.yml", "./src/a.yml", true),
            ("# a.yml\n\n", "a.yml", false),
            ("a?yml", "a.yml", true),
            ("b/**/d", "b/c/x/d", true),
            ("b/**", "b/c", true),
            ("./b/../a.yml", "a.yml", true),
            ("! a.yml", "a.yml", false),
        ] {
            assert_eq!(excluded(patterns, path), is_excluded, "{patterns:?} {path}");
        }
    }

    #[test]
    fn a_folder_with_exceptions_is_there() {
        let ignore = Ignore::read(&SourceFile::from_text("i", "data\n!data/small.csv\n"));
        assert!(ignore.excluding("data", true).is_none());
        assert!(ignore.excluding("data/large.csv", false).is_some());
    }

    #[test]
    fn many_stars_are_matched_in_time() {
        let ignore = Ignore::read(&SourceFile::from_text("i", "**/a/".repeat(200) + "b"));
        assert!(ignore.excluding(&"a/".repeat(400), false).is_none());
    }
}
