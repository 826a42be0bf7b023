//! Response bodies that are moved to disk once they are large.

use std::io::{self, BufReader, Read, Seek, Write};

use sha2::{Digest, Sha256};
use tempfile::SpooledTempFile;

/// Maximum size of a file in memory, in bytes. Most source distributions are smaller; some
/// wheels have gigabytes.
const IN_MEMORY: usize = 16 * 1024 * 1024;

/// Destination of a response body.
pub(crate) trait Sink: Write + Default + Send + 'static {
    /// SHA-256 of the written bytes, in hexadecimal digits.
    fn sha256(&self) -> String;

    /// Number of written bytes.
    fn size(&self) -> u64;
}

impl Sink for Vec<u8> {
    fn sha256(&self) -> String {
        hex::encode(Sha256::digest(self))
    }

    fn size(&self) -> u64 {
        self.len() as u64
    }
}

/// A file with random access, in memory or on disk.
pub trait ReadSeek: Read + Seek + Send + Sync {}

impl<T: Read + Seek + Send + Sync> ReadSeek for T {}

/// An archive, positioned at its start.
pub type Archive = BufReader<Box<dyn ReadSeek>>;

/// A body in memory, or in an unnamed temporary file once it exceeds [`IN_MEMORY`].
pub(super) struct Spool {
    file: SpooledTempFile,
    hash: Sha256,
    size: u64,
}

impl Default for Spool {
    fn default() -> Self {
        Self {
            file: SpooledTempFile::new(IN_MEMORY),
            hash: Sha256::default(),
            size: 0,
        }
    }
}

impl Write for Spool {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.file.write(bytes)?;
        self.hash.update(&bytes[..written]);
        self.size += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl Sink for Spool {
    fn sha256(&self) -> String {
        hex::encode(self.hash.clone().finalize())
    }

    fn size(&self) -> u64 {
        self.size
    }
}

impl Spool {
    /// Rewinds the body for reading.
    ///
    /// # Errors
    /// If the system cannot seek in the temporary file.
    pub(super) fn into_archive(mut self) -> io::Result<Archive> {
        self.file.rewind()?;
        Ok(BufReader::new(Box::new(self.file)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_comes_back_with_its_hash() {
        for length in [0, 1000, IN_MEMORY + 1] {
            let body = vec![b'x'; length];
            let mut spool = Spool::default();
            for chunk in body.chunks(7_000_000) {
                spool.write_all(chunk).expect("writes");
            }
            assert_eq!(spool.file.is_rolled(), length > IN_MEMORY);
            assert_eq!(spool.sha256(), body.sha256());
            let mut found = Vec::new();
            let mut archive = spool.into_archive().expect("rewinds");
            archive.read_to_end(&mut found).expect("reads");
            assert!(found == body, "{length}");
        }
    }
}
