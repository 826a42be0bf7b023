//! A file as it is on disk: decoded for reading, and encoded as before for writing.
//!
//! conda tries UTF-8 and then UTF-16, and editors on Windows write both with a byte order
//! mark, so the encoding is stored with the text.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use crate::{
    diagnostic::{Diagnostic, Failure, Location},
    files::{Fence, Protected, ReadError, TEXT_LIMIT, stand_in, write},
    secrets,
};

mod text;

use text::Text;

/// Name of the diagnostic for a file whose bytes are not text.
pub const UNDECODABLE: &str = "undecodable-file";

/// Name of the diagnostic for a file that presolve may not read because of its location.
pub const OUTSIDE: &str = "outside-repository";

/// A text file with its original encoding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceFile {
    path: PathBuf,
    text: Arc<Text>,
    encoding: Encoding,
    byte_order_mark: bool,
    /// Folder outside which this file may not name other files.
    fence: Fence,
}

/// Text encoding of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Encoding {
    Utf8,
    Utf16LittleEndian,
    Utf16BigEndian,
}

/// Bytes that are invalid in the detected encoding.
struct Undecodable {
    encoding: &'static str,
    /// Text decoded before the first invalid byte.
    before: String,
}

impl SourceFile {
    /// Reads and decodes a file within a fence. The same fence applies to the files that it
    /// names.
    ///
    /// # Errors
    /// [`Failure::input`] if the file is outside the fence, cannot be read, or is neither
    /// UTF-8 nor UTF-16.
    pub fn read(path: impl Into<PathBuf>, fence: &Fence) -> Result<Arc<Self>, Failure> {
        let path = path.into();
        if let Some(bytes) = stand_in(&path) {
            return Ok(Self::from_bytes(path, bytes)?.with_fence(fence));
        }
        let bytes = fence.read(&path, TEXT_LIMIT);
        let bytes = bytes.map_err(|error| Failure::input(unreadable(&path, &error)))?;
        Ok(Self::from_bytes(path, &bytes)?.with_fence(fence))
    }

    /// Reads a file that this one names.
    ///
    /// # Errors
    /// As for [`SourceFile::read`].
    pub fn read_named(&self, path: impl Into<PathBuf>) -> Result<Arc<Self>, Failure> {
        Self::read(path, &self.fence)
    }

    /// Returns the limits on the paths that this file may name.
    pub fn fence(&self) -> &Fence {
        &self.fence
    }

    /// The same file with another fence for the files that it names.
    pub fn with_fence(&self, fence: &Fence) -> Arc<Self> {
        Arc::new(Self {
            fence: fence.clone(),
            ..self.clone()
        })
    }

    /// The diagnostic for a path that this file may not name; `None` if it may.
    pub fn refusal(&self, path: &Path) -> Option<Diagnostic> {
        let refusal = self.fence.refusal(path)?;
        Some(unreadable(path, &refusal))
    }

    /// The diagnostic for a file whose bytes on the disk are neither those of this text nor
    /// already those of the new one, so that writing it would undo an edit of someone else. A
    /// file without text need not exist.
    pub fn edit_before(&self, new: &str) -> Option<Diagnostic> {
        let is_same = match self.fence.read(&self.path, TEXT_LIMIT) {
            Ok(bytes) => bytes == self.encode(self.text()) || bytes == self.encode(new),
            Err(_) => self.text().is_empty() && !self.path.exists(),
        };
        (!is_same).then(|| {
            let message = format!("`{}` was changed meanwhile", self.path.display());
            Diagnostic::error("changed-meanwhile", message)
                .note("nothing is written")
                .help("run the command again")
        })
    }

    /// Writes a text to the path of this file, in its encoding.
    ///
    /// # Errors
    /// [`Failure::input`] if the file cannot be written or is now outside the fence.
    pub fn replace(&self, text: &str, protected: Protected) -> Result<(), Failure> {
        match self.refusal(&self.path) {
            Some(outside) => Err(Failure::input(outside)),
            None => write(&self.path, &self.encode(text), protected),
        }
    }

    /// Decodes the bytes of a file.
    ///
    /// # Errors
    /// [`Failure::input`] when the bytes are neither UTF-8 nor UTF-16.
    pub fn from_bytes(path: impl Into<PathBuf>, bytes: &[u8]) -> Result<Arc<Self>, Failure> {
        let path = path.into();
        let (encoding, mark) = detect(bytes);
        let decoded = match encoding {
            Encoding::Utf8 => decode_utf8(&bytes[mark..]),
            Encoding::Utf16LittleEndian => decode_utf16(&bytes[mark..], u16::from_le_bytes),
            Encoding::Utf16BigEndian => decode_utf16(&bytes[mark..], u16::from_be_bytes),
        };
        if let Ok(text) = &decoded {
            secrets::remember_file(text);
        }
        match decoded {
            Ok(text) => Ok(Arc::new(Self {
                path,
                text: Arc::new(Text::new(text)),
                encoding,
                byte_order_mark: mark > 0,
                fence: Fence::none(),
            })),
            Err(bad) => Err(undecodable(path, bad)),
        }
    }

    /// A UTF-8 file with the given text. The path need not exist.
    pub fn from_text(path: impl Into<PathBuf>, text: impl Into<String>) -> Arc<Self> {
        Arc::new(Self {
            path: path.into(),
            text: Arc::new(Text::new(text.into())),
            encoding: Encoding::Utf8,
            byte_order_mark: false,
            fence: Fence::none(),
        })
    }

    /// The same file with another text. The path and the encoding do not change.
    pub fn with_text(&self, text: impl Into<String>) -> Arc<Self> {
        Arc::new(Self {
            text: Arc::new(Text::new(text.into())),
            ..self.clone()
        })
    }

    /// Whether the file is JSON, which is read as YAML but cannot contain comments.
    pub fn is_json(&self) -> bool {
        self.text.is_json()
    }

    /// The path as the user gave it.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The decoded text, without a byte order mark.
    pub fn text(&self) -> &str {
        self.text.as_str()
    }

    /// The difference from plain UTF-8, such as "UTF-16" or "UTF-8 with a byte order mark";
    /// `None` for plain UTF-8.
    pub fn unusual_encoding(&self) -> Option<&'static str> {
        match (self.encoding, self.byte_order_mark) {
            (Encoding::Utf8, false) => None,
            (Encoding::Utf8, true) => Some("UTF-8 with a byte order mark"),
            _ => Some("UTF-16"),
        }
    }

    /// Encodes a text in the encoding of this file, with a byte order mark if the file has
    /// one.
    pub fn encode(&self, text: &str) -> Vec<u8> {
        let marked = self.byte_order_mark.then_some('\u{feff}');
        match self.encoding {
            Encoding::Utf8 => marked
                .into_iter()
                .chain(text.chars())
                .collect::<String>()
                .into_bytes(),
            Encoding::Utf16LittleEndian => utf16(marked, text, u16::to_le_bytes),
            Encoding::Utf16BigEndian => utf16(marked, text, u16::to_be_bytes),
        }
    }

    /// The line and column of a byte offset, both from 1, the column in characters. A byte
    /// inside a character counts as that character.
    pub fn line_column(&self, offset: usize) -> (usize, usize) {
        self.text.line_column(offset)
    }

    /// The byte offset of a line and column (from 1, in characters), or the end of the text if
    /// the position does not exist.
    pub fn offset(&self, line: usize, column: usize) -> usize {
        let start: usize = self
            .text()
            .split_inclusive('\n')
            .take(line.saturating_sub(1))
            .map(str::len)
            .sum();
        self.text()[start..]
            .char_indices()
            .nth(column.saturating_sub(1))
            .map_or(self.text().len(), |(index, _)| start + index)
    }
}

/// Decodes bytes in their detected encoding. Invalid bytes become U+FFFD, because a damaged
/// log is still worth reading.
pub fn decode_lossy(bytes: &[u8]) -> String {
    let (encoding, mark) = detect(bytes);
    let units = |unit: fn([u8; 2]) -> u16| {
        let pairs = bytes[mark..].as_chunks::<2>().0.iter();
        char::decode_utf16(pairs.map(|&pair| unit(pair)))
            .map(|character| character.unwrap_or(char::REPLACEMENT_CHARACTER))
            .collect()
    };
    match encoding {
        Encoding::Utf8 => String::from_utf8_lossy(&bytes[mark..]).into_owned(),
        Encoding::Utf16LittleEndian => units(u16::from_le_bytes),
        Encoding::Utf16BigEndian => units(u16::from_be_bytes),
    }
}

/// Detects the encoding, and the length of the byte order mark in bytes.
fn detect(bytes: &[u8]) -> (Encoding, usize) {
    if bytes.starts_with(&[0xef, 0xbb, 0xbf]) {
        return (Encoding::Utf8, 3);
    }
    if bytes.starts_with(&[0xff, 0xfe]) {
        return (Encoding::Utf16LittleEndian, 2);
    }
    if bytes.starts_with(&[0xfe, 0xff]) {
        return (Encoding::Utf16BigEndian, 2);
    }
    // Environment files are mostly ASCII, and ASCII in UTF-16 has a zero in every other byte.
    let zeros = |parity: usize| {
        let every_other = || bytes.iter().skip(parity).step_by(2);
        every_other().count() > 0
            && every_other().filter(|&&byte| byte == 0).count() * 2 > every_other().count()
    };
    if bytes.len() >= 2 && bytes.len().is_multiple_of(2) {
        if zeros(1) && !zeros(0) {
            return (Encoding::Utf16LittleEndian, 0);
        }
        if zeros(0) && !zeros(1) {
            return (Encoding::Utf16BigEndian, 0);
        }
    }
    (Encoding::Utf8, 0)
}

fn decode_utf8(bytes: &[u8]) -> Result<String, Undecodable> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Ok(text.to_owned()),
        Err(error) => Err(Undecodable {
            encoding: "UTF-8",
            before: String::from_utf8_lossy(&bytes[..error.valid_up_to()]).into_owned(),
        }),
    }
}

fn decode_utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Result<String, Undecodable> {
    let (pairs, rest) = bytes.as_chunks::<2>();
    let mut text = String::with_capacity(pairs.len());
    for character in char::decode_utf16(pairs.iter().map(|&pair| unit(pair))) {
        match character {
            Ok(character) => text.push(character),
            Err(_) => {
                return Err(Undecodable {
                    encoding: "UTF-16",
                    before: text,
                });
            }
        }
    }
    if rest.is_empty() {
        Ok(text)
    } else {
        Err(Undecodable {
            encoding: "UTF-16",
            before: text,
        })
    }
}

fn utf16(mark: Option<char>, text: &str, bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
    let mut units = [0; 2];
    let mut encoded = Vec::with_capacity(2 * text.len() + 2);
    for character in mark.into_iter().chain(text.chars()) {
        for &mut unit in character.encode_utf16(&mut units) {
            encoded.extend(bytes(unit));
        }
    }
    encoded
}

fn unreadable(path: &Path, error: &ReadError) -> Diagnostic {
    let name = match error {
        ReadError::Outside(_) => OUTSIDE,
        _ => "unreadable-file",
    };
    Diagnostic::error(name, format!("cannot read `{}`: {error}", path.display())).help(error.help())
}

fn undecodable(path: PathBuf, bad: Undecodable) -> Failure {
    let file = SourceFile::from_text(path, bad.before);
    let end = file.text().len();
    let location = Location {
        file,
        span: end..end,
    };
    Failure::input(
        Diagnostic::error(
            UNDECODABLE,
            format!("the file is not valid {}", bad.encoding),
        )
        .at(location, "the bytes after this are not text")
        .help("save the file as UTF-8"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "name: déjà\r\n# 🐍\n";

    fn round_trip(bytes: &[u8]) {
        let file = SourceFile::from_bytes("e.yml", bytes).expect("decodes");
        assert_eq!(file.text(), TEXT);
        assert_eq!(file.encode(file.text()), bytes);
    }

    #[test]
    fn every_encoding_comes_back_as_it_came() {
        let little: Vec<u8> = TEXT.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let big: Vec<u8> = TEXT.encode_utf16().flat_map(u16::to_be_bytes).collect();
        round_trip(TEXT.as_bytes());
        round_trip(&[b"\xef\xbb\xbf", TEXT.as_bytes()].concat());
        round_trip(&[b"\xff\xfe".as_slice(), &little].concat());
        round_trip(&[b"\xfe\xff".as_slice(), &big].concat());
        round_trip(&little);
        round_trip(&big);
    }

    #[test]
    fn bad_bytes_are_placed() {
        for bytes in [b"a\nb\xff".as_slice(), b"\xff\xfea\0\n\0b\0\x00\xd8"] {
            let failure = SourceFile::from_bytes("e.yml", bytes).expect_err("is refused");
            let place = &failure.diagnostics[0].labels[0].location;
            assert_eq!(place.to_string(), "e.yml:2:2");
        }
    }

    #[test]
    fn columns_count_characters() {
        let file = SourceFile::from_text("e.yml", TEXT);
        let snake = TEXT.find('🐍').expect("is there");
        assert_eq!(file.line_column(snake), (2, 3));
        assert_eq!(file.offset(2, 3), snake);
        assert_eq!(file.offset(9, 9), TEXT.len());
    }

    #[test]
    fn an_edit_of_someone_else_is_seen() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("e.yml");
        std::fs::write(&path, b"\xef\xbb\xbfname: a\r\n").expect("can be written");
        let file = SourceFile::read(&path, &Fence::none()).expect("can be read");
        assert!(file.edit_before("").is_none());
        std::fs::write(&path, "name: b\n").expect("can be written");
        assert!(file.edit_before("name: c").is_some());
        std::fs::remove_file(&path).expect("is there");
        assert!(file.edit_before("name: c").is_some());
        assert!(
            SourceFile::from_text(&path, "")
                .edit_before("new")
                .is_none()
        );
        std::fs::write(&path, "new").expect("can be written");
        assert!(
            SourceFile::from_text(&path, "old")
                .edit_before("new")
                .is_none()
        );
    }
}
