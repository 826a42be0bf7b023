//! Text of a Dockerfile without its line continuations. Each character has its place in the
//! file.

use std::ops::Range;

/// Characters of a file in order, possibly with gaps between them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Text {
    /// Each character with its byte offset in the file.
    characters: Vec<(usize, char)>,
    /// The byte offset after the last character.
    end: usize,
}

impl Text {
    /// The text in this range of a file.
    pub fn of(file: &str, part: Range<usize>) -> Self {
        let mut text = Self::default();
        text.push(file, part);
        text
    }

    /// Appends the text in this range of the file.
    pub fn push(&mut self, file: &str, part: Range<usize>) {
        let characters = file[part.clone()].char_indices();
        self.characters
            .extend(characters.map(|(at, character)| (part.start + at, character)));
        self.end = part.end;
    }

    /// Returns the rest from a character index on.
    pub fn from(&self, start: usize) -> Self {
        Self {
            characters: self.characters[start.min(self.len())..].to_vec(),
            end: self.end,
        }
    }

    /// Returns the part at this range of character indices.
    pub fn part(&self, part: Range<usize>) -> Self {
        let end = part.end.min(self.len());
        Self {
            characters: self.characters[part.start.min(end)..end].to_vec(),
            end: self.start(end),
        }
    }

    /// The number of characters.
    pub fn len(&self) -> usize {
        self.characters.len()
    }

    /// The character at an index.
    pub fn get(&self, index: usize) -> Option<char> {
        self.characters.get(index).map(|(_, character)| *character)
    }

    /// The bytes of the file for a range of character indices. Gaps inside the range are
    /// included.
    pub fn span(&self, characters: Range<usize>) -> Range<usize> {
        let start = self.start(characters.start);
        let last = characters.end.checked_sub(1);
        let end = last.and_then(|last| self.characters.get(last));
        let end = end.map_or(start, |(at, character)| at + character.len_utf8());
        start..end.max(start)
    }

    /// The byte offset of a character, or the end of the text after the last one.
    pub fn start(&self, index: usize) -> usize {
        self.characters.get(index).map_or(self.end, |(at, _)| *at)
    }

    /// The characters as a `String`.
    pub fn plain(&self) -> String {
        let characters = self.characters.iter();
        characters.map(|(_, character)| character).collect()
    }

    /// The characters in this byte range of the file.
    pub fn within(&self, part: &Range<usize>) -> String {
        let before = |end: usize| self.characters.partition_point(|(at, _)| *at < end);
        let characters = &self.characters[before(part.start)..before(part.end.max(part.start))];
        characters.iter().map(|(_, character)| character).collect()
    }

    /// Returns the index of the first character from `start` on that does not match.
    pub fn skip(&self, start: usize, holds: impl Fn(char) -> bool) -> usize {
        let rest = self.characters.iter().skip(start);
        start + rest.take_while(|(_, character)| holds(*character)).count()
    }
}
