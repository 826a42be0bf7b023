//! The files of a build context, and their places in the image.

use std::{
    ops::Range,
    path::{Path, PathBuf},
    sync::Arc,
};

use presolve_text::files::Fence;

/// A source of `COPY` or `ADD`.
#[derive(Clone, Debug)]
pub struct Copied {
    /// The path in the context; `None` if it contains a variable without a value.
    pub path: Option<String>,
    /// The place of the path in the Dockerfile.
    pub span: Range<usize>,
    /// It is a word of a comment after the arguments, which Docker reads as a file.
    pub is_comment: bool,
}

/// A file or folder of the context that is copied or mounted into the image.
#[derive(Clone, Debug)]
pub struct Copy {
    /// The path in the context, or a pattern.
    source: String,
    /// The absolute path in the image.
    target: String,
    /// The target is a folder that receives the file.
    into_folder: bool,
    /// The offset of the instruction in the Dockerfile.
    at: usize,
}

impl Copy {
    /// `COPY source target` at an offset of the Dockerfile, with an absolute target.
    pub fn new(source: &str, target: &str, into_folder: bool, at: usize) -> Self {
        let source = source.trim_start_matches('/');
        Self {
            source: join("", source),
            target: target.to_owned(),
            into_folder,
            at,
        }
    }

    /// The mount of `type=bind,source=…,target=…` in `RUN --mount`.
    pub fn of_mount(mount: &str, at: usize) -> Option<Self> {
        let get = |names: &[&str]| {
            let mut options = mount.split(',').filter_map(|option| option.split_once('='));
            options.find_map(|(name, value)| names.contains(&name).then_some(value))
        };
        if get(&["type"]).is_some_and(|kind| kind != "bind") || get(&["from"]).is_some() {
            return None;
        }
        let target = get(&["target", "dst", "destination"])?;
        let source = get(&["source", "src"]).unwrap_or(".");
        Some(Self::new(source, &join("/", target), false, at))
    }

    /// Returns the context path of a file in the image, if this copy provides it.
    fn origin(&self, file: &str, context: &Path) -> Option<PathBuf> {
        let is_folder = context.join(&self.source).is_dir();
        let rest = match self.target.trim_end_matches('/') {
            "" => file.strip_prefix('/'),
            target if target == file => Some(""),
            target => file
                .strip_prefix(target)
                .and_then(|rest| rest.strip_prefix('/')),
        }?;
        let path = PathBuf::from(&self.source);
        if is_folder {
            return Some(path.join(rest));
        }
        let named = self.source.rsplit('/').next().unwrap_or_default();
        if rest.is_empty() && !self.into_folder {
            return Some(path);
        }
        let is_it = !rest.contains('/') && matches(named, rest);
        is_it.then(|| path.with_file_name(rest))
    }
}

/// The copies before a command, the last one first. Every command keeps its own list, and
/// the lists share their common parts.
pub type Copies = rpds::ListSync<Arc<Copy>>;

/// A file of the context that a copy provides in the image.
#[derive(Debug)]
pub struct Origin {
    /// The path in the context.
    pub path: PathBuf,
    /// The offset of the copy in the Dockerfile.
    pub at: usize,
}

/// Returns the origin of a file in the image, if it exists in the folder of the context.
pub fn origin(copies: &Copies, file: &str, context: &Path) -> Option<Origin> {
    copies.iter().find_map(|copy| {
        let path = copy.origin(file, context)?;
        let is_there = context.join(&path).is_file();
        is_there.then_some(Origin { path, at: copy.at })
    })
}

/// The context paths that a file in the image can come from, including paths that do not
/// exist. The last copy comes first.
pub fn origins(copies: &Copies, file: &str, context: &Path) -> impl Iterator<Item = PathBuf> {
    copies
        .iter()
        .filter_map(move |copy| copy.origin(file, context))
}

/// Returns what the folder has for the source of a `COPY`, which may be a pattern
/// (<https://pkg.go.dev/path/filepath#Match>).
///
/// A link out of the fence counts as present. Its target is not checked.
pub fn found(context: &Path, path: &str, fence: &Fence) -> Vec<PathBuf> {
    let path = join("", path.trim_start_matches('/'));
    let mut folders = vec![context.to_path_buf()];
    for part in path.split('/').filter(|part| !part.is_empty()) {
        let found = folders.iter().flat_map(|folder| -> Vec<PathBuf> {
            if !is_pattern(part) {
                return vec![folder.join(part)];
            }
            let entries = fence.admits(folder).then(|| std::fs::read_dir(folder));
            let entries = entries.into_iter().flatten().flatten().flatten();
            let named = entries.filter(|entry| {
                part == "**" || matches(part, &entry.file_name().to_string_lossy())
            });
            named.map(|entry| entry.path()).collect()
        });
        let is_there = |path: &PathBuf| !fence.admits(path) || path.exists();
        folders = found.filter(is_there).collect();
    }
    folders
}

/// The folder of the context that contains every possible match of a pattern.
pub fn folder_of_pattern(path: &str) -> PathBuf {
    let path = join("", path.trim_start_matches('/'));
    path.split('/')
        .take_while(|part| !is_pattern(part))
        .collect()
}

fn is_pattern(part: &str) -> bool {
    part.contains(['*', '?', '['])
}

/// A part of a pattern.
#[derive(Clone, Copy, PartialEq)]
enum Piece {
    /// `*`: any characters.
    Many,
    /// `?` or any `[…]`, treated as any one character.
    Any,
    /// This literal character.
    One(char),
}

fn pieces(pattern: &str) -> Vec<Piece> {
    let mut characters = pattern.chars();
    let mut pieces = Vec::new();
    while let Some(character) = characters.next() {
        pieces.push(match character {
            '*' => Piece::Many,
            '?' => Piece::Any,
            '[' => {
                characters.by_ref().find(|c| *c == ']');
                Piece::Any
            }
            wanted => Piece::One(wanted),
        });
    }
    pieces
}

/// Whether a name matches a pattern. Where the rest does not match, the last `*` takes one
/// more character. The earlier ones never have to change.
pub(super) fn matches(pattern: &str, name: &str) -> bool {
    let pieces = pieces(pattern);
    let name: Vec<char> = name.chars().collect();
    let (mut piece, mut at) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while at < name.len() {
        match pieces.get(piece) {
            Some(Piece::Many) => {
                star = Some((piece, at));
                piece += 1;
            }
            Some(one) if *one == Piece::Any || *one == Piece::One(name[at]) => {
                (piece, at) = (piece + 1, at + 1);
            }
            _ => {
                let Some((many, taken)) = star else {
                    return false;
                };
                star = Some((many, taken + 1));
                (piece, at) = (many + 1, taken + 1);
            }
        }
    }
    pieces[piece..].iter().all(|piece| *piece == Piece::Many)
}

/// Returns the path of a file in a folder, without a leading `.`.
pub fn within(folder: &Path, file: impl AsRef<Path>) -> PathBuf {
    if folder == Path::new(".") {
        file.as_ref().to_owned()
    } else {
        folder.join(file)
    }
}

/// Joins a path to a folder, and resolves `.` and `..`.
pub fn join(folder: &str, path: &str) -> String {
    let whole = if path.starts_with('/') {
        path.to_owned()
    } else {
        format!("{folder}/{path}")
    };
    let mut parts: Vec<&str> = Vec::new();
    for part in whole.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    let root = if folder.starts_with('/') || path.starts_with('/') {
        "/"
    } else {
        ""
    };
    format!("{root}{}", parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn docker_patterns_are_matched_in_time() {
        for (pattern, name, is_it) in [
            ("", "", true),
            ("*", "", true),
            ("a", "", false),
            ("*.yml", "a.yml.yml", true),
            ("a*b?c", "axxbbyc", true),
            ("a*b?c", "abc", false),
            ("[ab]x*", "bx", true),
            ("[ab", "b", true),
            ("é?", "éé", true),
        ] {
            assert_eq!(matches(pattern, name), is_it, "{pattern} {name}");
        }
        // Backtracking over every `*` would take exponential time.
        assert!(!matches(&format!("{}b", "*a".repeat(30)), &"a".repeat(200)));
    }
}
