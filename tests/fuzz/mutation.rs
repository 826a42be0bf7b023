//! Changes of a text that parsers stumble over.

use crate::random::Random;

/// Pieces that mean something to one of the parsers, or that none of them expects.
const PIECES: [&str; 76] = [
    "[",
    "]",
    "(",
    ")",
    "{",
    "}",
    "<",
    ">",
    "\"",
    "'",
    "`",
    "\\",
    "\n",
    "\r\n",
    "\t",
    " ",
    "  ",
    "#",
    "# presolve: ",
    "- ",
    "? ",
    ": ",
    ":",
    ",",
    ";",
    "; ",
    "=",
    "==",
    "===",
    "=>",
    "~=",
    "!=",
    "<=",
    ">=1",
    "*",
    ".*",
    "-",
    "_",
    ".",
    "@",
    " @ ",
    "://",
    "file:///",
    "git+https://",
    "$",
    "${",
    "${A:-",
    "$(",
    "&&",
    "||",
    "|",
    "&",
    "<<EOF",
    "EOF",
    "-r ",
    "-e ",
    "--hash=",
    "&a ",
    "*a",
    "!!python/",
    "---\n",
    "{{",
    "{%",
    "\u{feff}",
    "é",
    "\u{a0}",
    "\u{202e}",
    "\0",
    "\u{1b}[31m",
    "😀",
    "99999999999999999999",
    "18446744073709551615",
    " and ",
    " or ",
    "python_version",
    "extra == 'a'",
];

/// A case: one of the seeds, changed a few times.
pub(super) fn of(seeds: &[Vec<u8>], random: &mut Random, limit: usize) -> Vec<u8> {
    let mut text = random.of(seeds).clone();
    for _ in 0..=random.below(6) {
        change(&mut text, seeds, random);
        text.truncate(limit);
    }
    text
}

fn change(text: &mut Vec<u8>, seeds: &[Vec<u8>], random: &mut Random) {
    let at = random.below(text.len() + 1);
    let end = at + random.below((text.len() - at).min(64) + 1);
    match random.below(12) {
        0 => drop(text.drain(at..end)),
        1 => text.truncate(at),
        2 if at < text.len() => text[at] = random.below(256) as u8,
        3 => {
            let part = text[at..end].to_vec();
            insert(text, at, &part.repeat(1 + random.below(4)));
        }
        4 => {
            // Often enough to overflow a stack, or to be slow.
            let piece = random.of(&PIECES).as_bytes();
            insert(text, at, &piece.repeat(1 + random.below(5000)));
        }
        5 => {
            let part = text[at..end].to_vec();
            insert(text, at, &part.repeat(1 + random.below(500)));
        }
        6 => {
            let other = random.of(seeds);
            let start = random.below(other.len() + 1);
            let stop = start + random.below(other.len() - start + 1);
            insert(text, at, &other[start..stop]);
        }
        7 => {
            let other = random.of(seeds);
            text.truncate(at);
            text.extend(&other[random.below(other.len() + 1)..]);
        }
        _ => insert(text, at, random.of(&PIECES).as_bytes()),
    }
}

fn insert(text: &mut Vec<u8>, at: usize, piece: &[u8]) {
    text.splice(at..at, piece.iter().copied());
}
