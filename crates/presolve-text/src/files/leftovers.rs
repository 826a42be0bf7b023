//! Temporary files of writes. A run that is killed leaves its file behind, and the next run
//! that writes into the folder removes it.
//!
//! A run locks its temporary file for its whole life (`flock(2)`), and the system releases the
//! lock with the process. So a temporary file that can be locked is abandoned.

use std::{
    fs::{File, OpenOptions},
    io::{self, ErrorKind},
    path::Path,
};

use tempfile::{Builder, NamedTempFile};

/// Start of the file names: hidden, and usable in a `.gitignore` pattern.
const PREFIX: &str = ".presolve-";
/// File name extension of temporary files.
const SUFFIX: &str = ".tmp";
/// Number of random letters and digits between prefix and suffix.
const RANDOM: usize = 10;

/// Number of attempts with a new name. An attempt fails if another run removes the new file as
/// a leftover, which is only possible between creation and lock.
const ATTEMPTS: usize = 16;

/// Creates a locked file in a folder. A new file gets the default permissions. A replacement
/// is readable only by the user until it has the permissions of the file that it replaces.
pub(super) fn create(folder: &Path, is_new: bool) -> io::Result<NamedTempFile> {
    for _ in 0..ATTEMPTS {
        let mut builder = Builder::new();
        builder.prefix(PREFIX).suffix(SUFFIX).rand_bytes(RANDOM);
        #[cfg(unix)]
        let permissions = {
            use std::os::unix::fs::PermissionsExt;
            std::fs::Permissions::from_mode(if is_new { 0o666 } else { 0o600 })
        };
        #[cfg(unix)]
        builder.permissions(permissions);
        #[cfg(not(unix))]
        let _ = is_new;
        let file = builder.tempfile_in(folder)?;
        match file.as_file().try_lock() {
            Err(std::fs::TryLockError::WouldBlock) => continue,
            // Without locks, no other run can take it for a leftover.
            Err(std::fs::TryLockError::Error(_)) => return Ok(file),
            Ok(()) if is_there(&file) => return Ok(file),
            Ok(()) => {}
        }
    }
    Err(ErrorKind::ResourceBusy.into())
}

/// Whether the name of an open file still refers to that file.
fn is_there(file: &NamedTempFile) -> bool {
    let (Ok(open), Ok(named)) = (
        file.as_file().metadata(),
        std::fs::symlink_metadata(file.path()),
    ) else {
        return false;
    };
    is_same(&open, &named)
}

#[cfg(unix)]
fn is_same(one: &std::fs::Metadata, other: &std::fs::Metadata) -> bool {
    use std::os::unix::fs::MetadataExt;
    (one.dev(), one.ino()) == (other.dev(), other.ino())
}

#[cfg(not(unix))]
fn is_same(_one: &std::fs::Metadata, _other: &std::fs::Metadata) -> bool {
    // On these systems an open file cannot be removed.
    true
}

/// Removes the temporary files of killed runs from the folder; `own` is the file of this run.
/// A file that cannot be removed is ignored: it must not prevent the write.
pub(super) fn remove(folder: &Path, own: &NamedTempFile) {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    for entry in entries {
        let path = entry.path();
        if !is_name(&entry.file_name().to_string_lossy()) || path == own.path() {
            continue;
        }
        if let Some(file) = abandoned(&path, own) {
            let _ = std::fs::remove_file(&path);
            // Holds the lock until the file is removed.
            drop(file);
        }
    }
}

fn is_name(name: &str) -> bool {
    let random = name.strip_prefix(PREFIX);
    let random = random.and_then(|rest| rest.strip_suffix(SUFFIX));
    random.is_some_and(|random| {
        random.len() == RANDOM && random.chars().all(|c| c.is_ascii_alphanumeric())
    })
}

/// Opens and locks a file if it is a regular file of this user that no run holds.
fn abandoned(path: &Path, own: &NamedTempFile) -> Option<File> {
    let mut options = OpenOptions::new();
    options.read(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.custom_flags(libc::O_NOFOLLOW | libc::O_NONBLOCK);
    }
    let file = options.open(path).ok()?;
    let (metadata, ours) = (file.metadata().ok()?, own.as_file().metadata().ok()?);
    #[cfg(unix)]
    let is_ours = {
        use std::os::unix::fs::MetadataExt;
        metadata.uid() == ours.uid()
    };
    #[cfg(not(unix))]
    let is_ours = ours.is_file();
    (metadata.is_file() && is_ours && file.try_lock().is_ok()).then_some(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_killed_run_left_is_removed_and_what_a_live_one_writes_stays() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = |name: &str| folder.path().join(name);
        let left = ".presolve-0123456789.tmp";
        for name in [
            left,
            ".presolve-notes.tmp",
            "presolve-0123456789.tmp",
            "a.tmp",
        ] {
            std::fs::write(path(name), "x").expect("writes");
        }
        let live = create(folder.path(), true).expect("is made");
        let own = create(folder.path(), false).expect("is made");
        remove(folder.path(), &own);
        assert!(!path(left).exists());
        assert!(live.path().exists() && own.path().exists());
        drop((live, own));
        assert_eq!(std::fs::read_dir(folder.path()).expect("lists").count(), 3);
    }

    #[cfg(unix)]
    #[test]
    fn a_leftover_that_is_a_link_or_a_pipe_is_not_touched() {
        let folder = tempfile::tempdir().expect("a folder");
        let link = folder.path().join(".presolve-abcdefghij.tmp");
        std::os::unix::fs::symlink("/dev/zero", &link).expect("links");
        let own = create(folder.path(), true).expect("is made");
        remove(folder.path(), &own);
        assert!(link.is_symlink());
    }
}
