//! Standard input in place of a file.

use std::{
    io::{self, Read},
    path::{Path, PathBuf},
    sync::OnceLock,
};

use super::{
    plain::plain_path,
    read::{ReadError, TEXT_LIMIT},
};

/// The path that standard input stands for, and its bytes.
static STAND_IN: OnceLock<(PathBuf, Vec<u8>)> = OnceLock::new();

/// Reads standard input to its end. From now on, it is the text of the file at `path`, which
/// need not exist. The first call counts.
///
/// # Errors
/// If standard input cannot be read, or is larger than [`TEXT_LIMIT`].
pub fn stdin_stands_for(path: &Path) -> Result<(), ReadError> {
    let mut bytes = Vec::new();
    io::stdin().take(TEXT_LIMIT + 1).read_to_end(&mut bytes)?;
    if u64::try_from(bytes.len()).unwrap_or(u64::MAX) > TEXT_LIMIT {
        return Err(ReadError::TooLarge(TEXT_LIMIT));
    }
    // A second call changes nothing.
    let _ = STAND_IN.set((absolute(path), bytes));
    Ok(())
}

/// Returns the text that stands for a file; `None` if it is read from the disk.
pub fn stand_in(path: &Path) -> Option<&'static [u8]> {
    let (file, bytes) = STAND_IN.get()?;
    (*file == absolute(path)).then_some(&**bytes)
}

/// The same file may be named in several ways.
fn absolute(path: &Path) -> PathBuf {
    plain_path(&std::path::absolute(path).unwrap_or_else(|_| path.to_owned()))
}
