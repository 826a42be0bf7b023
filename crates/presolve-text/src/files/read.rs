//! Reads files. A path can name an endless device (`/dev/zero`) or a pipe without a writer, so
//! only regular files are read, and only up to a limit.

use std::{
    fs::{File, FileType, OpenOptions},
    io::{self, Read},
    path::Path,
};

/// Maximum size in bytes of a file that people write: an environment file, a Dockerfile, a
/// requirements file, settings. The largest real ones, lists with hashes, have about 1 MB.
pub const TEXT_LIMIT: u64 = 16 << 20;

/// Maximum size in bytes of a build log, which is kept in memory. Logs of long image builds
/// have a few MB.
pub const LOG_LIMIT: u64 = 256 << 20;

/// Why a file is not read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// Error of the system.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// Not a regular file: a folder, pipe, socket or device.
    #[error("it is {0}, not a regular file")]
    NotRegular(&'static str),
    /// Larger than the limit, in bytes.
    #[error("it is larger than {} MiB", .0 >> 20)]
    TooLarge(u64),
    /// Outside the repository of the file that names it.
    #[error("it is outside `{0}`")]
    Outside(String),
}

impl ReadError {
    /// Whether the file does not exist.
    pub fn is_missing(&self) -> bool {
        matches!(self, Self::Io(error) if error.kind() == io::ErrorKind::NotFound)
    }

    /// Returns the next step for the user.
    pub fn help(&self) -> &'static str {
        match self {
            Self::Io(_) => "check the path and its permissions",
            Self::NotRegular(_) => {
                "use a regular file; save the output of a command to a file first"
            }
            Self::TooLarge(_) => "check that the path is the file you mean",
            Self::Outside(_) => {
                "move the file into the repository, or run with `--allow-outside` if you trust the file that names it"
            }
        }
    }
}

impl From<ReadError> for io::Error {
    fn from(error: ReadError) -> Self {
        match error {
            ReadError::Io(error) => error,
            other => io::Error::other(other.to_string()),
        }
    }
}

/// Reads a regular file of at most `limit` bytes.
///
/// # Errors
/// If the file is not regular or is larger, or the system refuses the access.
pub fn read(path: &Path, limit: u64) -> Result<Vec<u8>, ReadError> {
    read_from(open(path)?, limit)
}

/// Reads a regular file as UTF-8 text.
///
/// # Errors
/// As for [`read`], and if the file is not UTF-8.
pub fn read_text(path: &Path, limit: u64) -> Result<String, ReadError> {
    String::from_utf8(read(path, limit)?)
        .map_err(|_| io::Error::new(io::ErrorKind::InvalidData, "it is not valid UTF-8").into())
}

/// Opens a regular file for reading.
///
/// It checks the open handle instead of the path, so that the file cannot be replaced between
/// the check and the read. `O_NONBLOCK` prevents the open of a pipe from waiting for a writer
/// (`open(2)`); it has no effect on regular files.
///
/// # Errors
/// If the file is not regular, or the system refuses the access.
pub fn open(path: &Path) -> Result<File, ReadError> {
    let mut options = OpenOptions::new();
    options.read(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.custom_flags(libc::O_NONBLOCK | libc::O_NOCTTY);
    }
    // Linux cannot open a socket, and its error names the call instead of the reason.
    let file = match options.open(path) {
        Err(error) => match std::fs::metadata(path) {
            Ok(metadata) if !metadata.is_file() && !metadata.is_dir() => {
                return Err(ReadError::NotRegular(kind(metadata.file_type())));
            }
            _ => return Err(error.into()),
        },
        Ok(file) => file,
    };
    let metadata = file.metadata()?;
    if metadata.is_file() {
        Ok(file)
    } else {
        Err(ReadError::NotRegular(kind(metadata.file_type())))
    }
}

/// Reads a source of at most `limit` bytes.
///
/// # Errors
/// If the source is longer, or cannot be read.
pub fn read_from(source: impl Read, limit: u64) -> Result<Vec<u8>, ReadError> {
    let mut bytes = Vec::new();
    // The size that the system reports cannot be used: `/proc` reports 0.
    source.take(limit + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > limit {
        Err(ReadError::TooLarge(limit))
    } else {
        Ok(bytes)
    }
}

fn kind(file: FileType) -> &'static str {
    if file.is_dir() {
        return "a folder";
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::FileTypeExt;
        if file.is_fifo() {
            return "a pipe";
        }
        if file.is_socket() {
            return "a socket";
        }
        if file.is_char_device() || file.is_block_device() {
            return "a device";
        }
    }
    "something else"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_read_up_to_the_limit() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("file");
        std::fs::write(&path, "12345").expect("writes");
        assert_eq!(read(&path, 5).expect("reads"), b"12345");
        assert!(matches!(read(&path, 4), Err(ReadError::TooLarge(4))));
        assert!(matches!(
            read(folder.path(), 5),
            Err(ReadError::NotRegular("a folder"))
        ));
    }

    #[cfg(unix)]
    #[test]
    fn devices_and_sockets_are_refused_at_once() {
        let folder = tempfile::tempdir().expect("a folder");
        let link = folder.path().join("link");
        std::os::unix::fs::symlink("/dev/zero", &link).expect("links");
        let socket = folder.path().join("socket");
        let _listener = std::os::unix::net::UnixListener::bind(&socket).expect("binds");
        for (path, kind) in [(&link, "a device"), (&socket, "a socket")] {
            match read(path, 10) {
                Err(ReadError::NotRegular(found)) => assert_eq!(found, kind),
                other => panic!("{other:?}"),
            }
        }
    }
}
