use crate::{KnownFailure, Sign};

pub(super) static PROBLEM: KnownFailure = KnownFailure {
    name: "script-line-endings",
    message: "",
    signs: &[
        Sign::sure("\\r'").matching(r"['‘](?:\S* )?\w*\\r['’]: (?:No such file|command not found)"),
        Sign::sure("^M: bad interpreter"),
        Sign::sure("$'\\r'"),
    ],
    explains: &["command-not-found"],
    solvable: false,
    of_the_search: false,
    text: include_str!("script_line_endings.md"),
};
