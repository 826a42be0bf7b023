use std::path::{Component, Path, PathBuf};

/// Removes `.` and `..` from a path, as the file system resolves them: `..` after a link leads
/// to the parent of the link's target. Where a part does not exist, `..` drops the part before
/// it.
pub fn plain_path(path: &Path) -> PathBuf {
    let mut plain = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                if let Ok(target) = std::fs::canonicalize(&plain) {
                    plain = target;
                }
                if !plain.pop() {
                    plain.push(part);
                }
            }
            part => plain.push(part),
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parents_are_left_out() {
        for (path, plain) in [
            ("/nowhere/a/../b/./c", "/nowhere/b/c"),
            ("/nowhere/..", "/"),
            ("/..", "/.."),
        ] {
            assert_eq!(plain_path(Path::new(path)), Path::new(plain), "{path}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_link_is_followed_before_its_parent() {
        let folder = tempfile::tempdir().expect("a folder");
        let root = std::fs::canonicalize(folder.path()).expect("exists");
        std::fs::create_dir_all(root.join("a/b")).expect("a folder");
        std::os::unix::fs::symlink(root.join("a/b"), root.join("link")).expect("a link");
        assert_eq!(plain_path(&root.join("link/../c")), root.join("a/c"));
        assert_eq!(plain_path(&root.join("link/c")), root.join("link/c"));
    }
}
