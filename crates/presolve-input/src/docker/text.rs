//! Text of a Dockerfile without the line continuations in it, each character with its
//! place in the file.

use std::ops::Range;

/// Characters of a file in their order, but not all of those in between.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Text {
    /// Each character, and the byte at which it stands.
    characters: Vec<(usize, char)>,
    /// The byte after the last of them.
    end: usize,
}

impl Text {
    /// What stands in this part of a file's text.
    pub fn of(file: &str, part: Range<usize>) -> Self {
        let mut text = Self::default();
        text.push(file, part);
        text
    }

    /// Adds what stands in this part of the file's text.
    pub fn push(&mut self, file: &str, part: Range<usize>) {
        let characters = file[part.clone()].char_indices();
        self.characters
            .extend(characters.map(|(at, character)| (part.start + at, character)));
        self.end = part.end;
    }

    /// What is left from a character on, counted in characters.
    pub fn from(&self, start: usize) -> Self {
        Self {
            characters: self.characters[start.min(self.len())..].to_vec(),
            end: self.end,
        }
    }

    /// A part of it, counted in characters.
    pub fn part(&self, part: Range<usize>) -> Self {
        let end = part.end.min(self.len());
        Self {
            characters: self.characters[part.start.min(end)..end].to_vec(),
            end: self.start(end),
        }
    }

    /// How many characters there are.
    pub fn len(&self) -> usize {
        self.characters.len()
    }

    /// The character at an index.
    pub fn get(&self, index: usize) -> Option<char> {
        self.characters.get(index).map(|(_, character)| *character)
    }

    /// The bytes of the file from one character to the end of another, of which the first is
    /// in it.
    pub fn span(&self, characters: Range<usize>) -> Range<usize> {
        let start = self.start(characters.start);
        let last = characters.end.checked_sub(1);
        let end = last.and_then(|last| self.characters.get(last));
        let end = end.map_or(start, |(at, character)| at + character.len_utf8());
        start..end.max(start)
    }

    /// The byte at which a character stands, or after the last one.
    pub fn start(&self, index: usize) -> usize {
        self.characters.get(index).map_or(self.end, |(at, _)| *at)
    }

    /// The characters as a text of its own.
    pub fn plain(&self) -> String {
        let characters = self.characters.iter();
        characters.map(|(_, character)| character).collect()
    }

    /// The characters that stand in this part of the file.
    pub fn within(&self, part: &Range<usize>) -> String {
        let before = |end: usize| self.characters.partition_point(|(at, _)| *at < end);
        let characters = &self.characters[before(part.start)..before(part.end.max(part.start))];
        characters.iter().map(|(_, character)| character).collect()
    }

    /// The index of the first character from `start` on for which this does not hold.
    pub fn skip(&self, start: usize, holds: impl Fn(char) -> bool) -> usize {
        let rest = self.characters.iter().skip(start);
        start + rest.take_while(|(_, character)| holds(*character)).count()
    }
}
