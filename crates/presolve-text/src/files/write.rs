//! Replaces files atomically: a reader, or a user after a crash, sees either the old bytes or
//! the new ones.
//!
//! The new bytes are written into a file next to the old one, synced, and renamed over it
//! (`rename(2)`); then the folder is synced, so that a power loss does not undo the rename.

use std::{
    fs::{File, Metadata, OpenOptions},
    io::{self, ErrorKind, Write},
    path::{Path, PathBuf},
};

use tempfile::NamedTempFile;

use super::{leftovers, metadata};
use crate::diagnostic::{Diagnostic, Failure};

/// Policy for a file that is read-only or has several hard links.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Protected {
    /// Leaves the file unchanged and fails.
    #[default]
    Refuse,
    /// Replaces the file (`--force`).
    Replace,
}

impl Protected {
    /// The policy for a value of the flag `--force`.
    pub fn of_force(force: bool) -> Self {
        if force { Self::Replace } else { Self::Refuse }
    }
}

/// Reasons for which a file is not written.
#[derive(Debug, thiserror::Error)]
enum WriteError {
    #[error(transparent)]
    Io(#[from] io::Error),
    #[error("it is read-only")]
    ReadOnly,
    /// A rename would leave the old text under the other names. Holds the number of links.
    #[cfg(unix)]
    #[error("it has {0} hard links, and only this one would be updated")]
    Linked(u64),
}

impl WriteError {
    fn help(&self) -> &'static str {
        match self {
            Self::Io(error)
                if matches!(
                    error.kind(),
                    ErrorKind::StorageFull | ErrorKind::QuotaExceeded
                ) =>
            {
                "free some space on this disk; the file is unchanged"
            }
            Self::Io(_) => {
                "check the permissions of the folder, or write to another file with `-o`"
            }
            Self::ReadOnly => {
                "make it writable (`chmod u+w`), write to another file with `-o`, or replace it with `--force`"
            }
            #[cfg(unix)]
            Self::Linked(_) => {
                "write to another file with `-o`, or use `--force` to replace this one and leave the other links unchanged"
            }
        }
    }
}

/// Replaces the bytes of a file, or creates it.
///
/// A symbolic link is followed and remains a link. Owner, group, mode and extended attributes
/// of an existing file are kept where the system allows it. A pipe or a device is written to
/// directly.
///
/// # Errors
/// [`Failure::input`] if the file is protected or the system refuses the write. The file is
/// then unchanged.
pub fn write(path: &Path, bytes: &[u8], protected: Protected) -> Result<(), Failure> {
    let is_special = std::fs::metadata(path).is_ok_and(|file| !file.is_file() && !file.is_dir());
    let written = if is_special {
        OpenOptions::new()
            .write(true)
            .open(path)
            .and_then(|mut file| file.write_all(bytes))
            .map_err(WriteError::from)
    } else {
        Staged::beside(path, bytes, protected).and_then(Staged::replace)
    };
    written.map_err(|error| unwritable(path, &error))
}

/// Replaces the bytes of several files, or creates them: all or, unless the rollback fails, none.
/// All new bytes are written to temporary files before the first file is replaced. If a
/// replacement fails, the files that were already replaced get their old bytes back, and new ones
/// are removed.
///
/// # Errors
/// As for [`write()`].
pub fn write_all(files: &[(&Path, Vec<u8>)], protected: Protected) -> Result<(), Failure> {
    if let [(path, bytes)] = files {
        return write(path, bytes, protected);
    }
    let mut staged = Vec::new();
    for (path, bytes) in files {
        let old = match super::read(path, super::TEXT_LIMIT).map_err(io::Error::from) {
            Ok(old) => Some(old),
            Err(error) if error.kind() == ErrorKind::NotFound => None,
            Err(error) => return Err(unwritable(path, &error.into())),
        };
        let file = Staged::beside(path, bytes, protected);
        let file = file.map_err(|error| unwritable(path, &error))?;
        staged.push((*path, file, old));
    }
    let mut replaced: Vec<(&Path, Option<Vec<u8>>)> = Vec::new();
    for (path, file, old) in staged {
        if let Err(error) = file.replace() {
            for (path, old) in replaced {
                match old {
                    Some(old) => write(path, &old, Protected::Replace)?,
                    None => std::fs::remove_file(path)
                        .map_err(|error| unwritable(path, &error.into()))?,
                }
            }
            return Err(unwritable(path, &error));
        }
        replaced.push((path, old));
    }
    Ok(())
}

fn unwritable(path: &Path, error: &WriteError) -> Failure {
    Failure::input(
        Diagnostic::error(
            "unwritable-file",
            format!("cannot write `{}`: {error}", path.display()),
        )
        .help(error.help()),
    )
}

/// Resolves the links of a path, even if the file does not exist yet.
fn target_of(path: &Path) -> PathBuf {
    if let Ok(target) = std::fs::canonicalize(path) {
        return target;
    }
    match std::fs::read_link(path) {
        Ok(link) => path.parent().unwrap_or(Path::new("")).join(link),
        Err(_) => path.to_path_buf(),
    }
}

fn folder_of(target: &Path) -> &Path {
    match target.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

/// New bytes in a temporary file next to the file that they replace.
struct Staged {
    temporary: NamedTempFile,
    target: PathBuf,
    /// The folder, opened before anything changes; `None` if it cannot be read.
    folder: Option<File>,
}

impl Staged {
    fn beside(path: &Path, bytes: &[u8], protected: Protected) -> Result<Self, WriteError> {
        let target = target_of(path);
        let existing = existing(&target)?;
        if let Some(existing) = existing.as_ref().filter(|_| protected == Protected::Refuse) {
            check(&target, existing)?;
        }
        let folder = folder_of(&target);
        let handle = match File::open(folder) {
            Err(error) if error.kind() == ErrorKind::PermissionDenied => None,
            // The error number adds nothing for the user.
            Err(error) if error.kind() == ErrorKind::NotFound => {
                return Err(io::Error::from(ErrorKind::NotFound).into());
            }
            handle => Some(handle?),
        };
        // The error itself would name the temporary file, which the user does not know.
        let temporary = leftovers::create(folder, existing.is_none());
        let mut temporary = temporary.map_err(without_path)?;
        leftovers::remove(folder, &temporary);
        temporary.as_file_mut().write_all(bytes)?;
        if let Some(existing) = &existing {
            metadata::copy(&target, existing, temporary.as_file())?;
        }
        temporary.as_file().sync_all()?;
        Ok(Self {
            temporary,
            target,
            folder: handle,
        })
    }

    fn replace(self) -> Result<(), WriteError> {
        self.temporary
            .persist(self.target)
            .map_err(|error| error.error)?;
        match self.folder.as_ref().map(File::sync_all) {
            // Some network file systems cannot sync folders (`fsync(2)`, EINVAL).
            Some(Err(error)) if error.kind() != ErrorKind::InvalidInput => Err(unsynced(&error)),
            _ => Ok(()),
        }
    }
}

/// At this point the file has its new bytes, but a power loss may restore the old ones.
fn unsynced(error: &io::Error) -> WriteError {
    let reason = format!("the new text was written, but the disk did not confirm it: {error}");
    io::Error::new(error.kind(), reason).into()
}

fn without_path(error: io::Error) -> io::Error {
    match error.raw_os_error() {
        Some(code) => io::Error::from_raw_os_error(code),
        // `tempfile` wraps the error of the system.
        None => io::Error::from(error.kind()),
    }
}

/// Metadata of the file that is replaced; `None` if there is no file yet.
fn existing(target: &Path) -> io::Result<Option<Metadata>> {
    match std::fs::symlink_metadata(target) {
        Ok(metadata) if metadata.is_dir() => Err(ErrorKind::IsADirectory.into()),
        Ok(metadata) => Ok(Some(metadata)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// A rename needs only the permissions of the folder, so those of the file are checked here.
fn check(target: &Path, existing: &Metadata) -> Result<(), WriteError> {
    // The superuser could still write to it, but a read-only mode is meant to prevent that.
    if existing.permissions().readonly() {
        return Err(WriteError::ReadOnly);
    }
    match OpenOptions::new().write(true).open(target) {
        Err(error)
            if matches!(
                error.kind(),
                ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem
            ) =>
        {
            return Err(WriteError::ReadOnly);
        }
        opened => drop(opened?),
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        if existing.nlink() > 1 {
            return Err(WriteError::Linked(existing.nlink()));
        }
    }
    Ok(())
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};

    use super::*;

    fn replace(path: &Path) -> Result<(), Failure> {
        write(path, b"new", Protected::Refuse)
    }

    fn set_mode(path: &Path, mode: u32) {
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).expect("chmod");
    }

    #[test]
    fn of_several_files_all_are_written_or_none() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = |name: &str| folder.path().join(name);
        std::fs::write(path("one"), "old").expect("writes");
        // A folder cannot be replaced by a file.
        std::fs::create_dir(path("two")).expect("a folder");
        let files = [
            (&*path("one"), b"new".to_vec()),
            (&*path("two"), b"new".to_vec()),
        ];
        assert!(write_all(&files, Protected::Refuse).is_err());
        assert_eq!(std::fs::read(path("one")).expect("reads"), b"old");
        assert_eq!(std::fs::read_dir(folder.path()).expect("lists").count(), 2);
        let new = [
            (&*path("new"), b"new".to_vec()),
            (&*path("two"), b"new".to_vec()),
        ];
        assert!(write_all(&new, Protected::Refuse).is_err());
        assert!(!path("new").exists());
        std::fs::remove_dir(path("two")).expect("removes");
        std::fs::write(path("two"), "old").expect("writes");
        write_all(&files, Protected::Refuse).expect("writes");
        assert_eq!(std::fs::read(path("one")).expect("reads"), b"new");
        assert_eq!(std::fs::read(path("two")).expect("reads"), b"new");
    }

    #[test]
    fn links_and_permissions_stay() {
        let folder = tempfile::tempdir().expect("a folder");
        let (file, link) = (folder.path().join("real"), folder.path().join("link"));
        std::fs::write(&file, "old").expect("writes");
        set_mode(&file, 0o640);
        symlink("real", &link).expect("links");
        replace(&link).expect("writes");
        assert!(link.is_symlink());
        assert_eq!(std::fs::read(&file).expect("reads"), b"new");
        let mode = std::fs::metadata(&file).expect("is there").mode();
        assert_eq!(mode & 0o777, 0o640);
        replace(&folder.path().join("fresh")).expect("writes");
        assert_eq!(std::fs::read_dir(folder.path()).expect("lists").count(), 3);
    }

    #[test]
    fn protected_files_are_refused_and_replaced_with_force() {
        let folder = tempfile::tempdir().expect("a folder");
        let (file, other) = (folder.path().join("file"), folder.path().join("other"));
        std::fs::write(&file, "old").expect("writes");
        std::fs::hard_link(&file, &other).expect("links");
        let refused = replace(&file).expect_err("is refused");
        assert!(refused.to_string().contains("2 hard links"), "{refused}");
        std::fs::remove_file(&other).expect("removes");
        set_mode(&file, 0o444);
        let refused = replace(&file).expect_err("is refused");
        assert!(refused.to_string().contains("read-only"), "{refused}");
        assert_eq!(std::fs::read(&file).expect("reads"), b"old");
        write(&file, b"new", Protected::Replace).expect("writes");
        assert_eq!(std::fs::read(&file).expect("reads"), b"new");
        let mode = std::fs::metadata(&file).expect("is there").mode();
        assert_eq!(mode & 0o777, 0o444);
        assert_eq!(std::fs::read_dir(folder.path()).expect("lists").count(), 1);
    }
}
