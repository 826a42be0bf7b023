//! File metadata that a replacement must keep.

use std::{
    fs::{File, Metadata},
    io,
    path::Path,
};

/// Copies owner, group, extended attributes and mode from the file that is replaced to its
/// replacement. What the system does not allow is skipped: only the superuser may change the
/// owner, and some file systems have no attributes. The mode must be set, because it may
/// prevent other users from reading the file.
///
/// The order matters: a change of the owner clears mode bits and some attributes (`chown(2)`),
/// and an access list is an attribute that changes the mode (`acl(5)`).
///
/// # Errors
/// If the mode cannot be set.
pub(super) fn copy(path: &Path, from: &Metadata, to: &File) -> io::Result<()> {
    #[cfg(unix)]
    {
        let is_owned = own(from, to);
        attributes(path, to);
        let mode = unix_mode(from, is_owned);
        to.set_permissions(mode)
    }
    #[cfg(not(unix))]
    {
        let _ = path;
        to.set_permissions(from.permissions())
    }
}

/// Copies owner and group. Returns whether both now match.
#[cfg(unix)]
fn own(from: &Metadata, to: &File) -> bool {
    use std::os::unix::fs::{MetadataExt, fchown};
    let Ok(now) = to.metadata() else {
        return false;
    };
    if (now.uid(), now.gid()) == (from.uid(), from.gid()) {
        return true;
    }
    if fchown(to, Some(from.uid()), Some(from.gid())).is_ok() {
        return true;
    }
    // A user may give a file to any group that they are a member of.
    let _ = fchown(to, None, Some(from.gid()));
    false
}

/// Drops the setuid, setgid and sticky bits if the owner changed: the program must not run
/// with the rights of another user.
#[cfg(unix)]
fn unix_mode(from: &Metadata, is_owned: bool) -> std::fs::Permissions {
    use std::os::unix::fs::{MetadataExt, PermissionsExt};
    let mask = if is_owned { 0o7777 } else { 0o777 };
    std::fs::Permissions::from_mode(from.mode() & mask)
}

/// The access list of a file. A new file can inherit one from its folder (`acl(5)`, "OBJECT
/// CREATION AND DEFAULT ACLs").
#[cfg(unix)]
const ACCESS_LIST: &str = "system.posix_acl_access";

#[cfg(unix)]
fn attributes(path: &Path, to: &File) {
    use xattr::FileExt;
    let names: Vec<_> = xattr::list(path).into_iter().flatten().collect();
    for name in &names {
        if let Ok(Some(value)) = xattr::get(path, name) {
            let _ = to.set_xattr(name, &value);
        }
    }
    if !names.iter().any(|name| name == ACCESS_LIST) {
        let _ = to.remove_xattr(ACCESS_LIST);
    }
}

#[cfg(all(test, unix))]
mod tests {
    use std::os::unix::fs::{MetadataExt, PermissionsExt};

    use super::*;

    #[test]
    fn owner_mode_and_attributes_are_copied() {
        let folder = tempfile::tempdir().expect("a folder");
        let (old, new) = (folder.path().join("old"), folder.path().join("new"));
        std::fs::write(&old, "old").expect("writes");
        let is_root = std::os::unix::fs::chown(&old, Some(65534), Some(65533)).is_ok();
        let has_attributes = xattr::set(&old, "user.origin", b"here").is_ok();
        let mode = std::fs::Permissions::from_mode(0o2750);
        std::fs::set_permissions(&old, mode).expect("chmod");
        let file = File::create(&new).expect("is made");
        let from = std::fs::metadata(&old).expect("is there");
        copy(&old, &from, &file).expect("copies");
        let to = std::fs::metadata(&new).expect("is there");
        assert_eq!(to.mode() & 0o7777, 0o2750);
        assert_eq!((to.uid(), to.gid()), (from.uid(), from.gid()));
        if is_root {
            assert_eq!((to.uid(), to.gid()), (65534, 65533));
        } else {
            eprintln!("skipped: only the superuser can give files away");
        }
        if has_attributes {
            let value = xattr::get(&new, "user.origin").expect("reads");
            assert_eq!(value.as_deref(), Some(&b"here"[..]));
        } else {
            eprintln!("skipped: this file system has no attributes");
        }
    }
}
