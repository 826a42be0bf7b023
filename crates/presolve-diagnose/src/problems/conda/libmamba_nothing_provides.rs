use crate::{KnownFailure, Sign};

pub(super) static PROBLEM: KnownFailure = KnownFailure {
    name: "libmamba-nothing-provides",
    message: "no channel has `{package}`",
    signs: &[
        Sign::sure("nothing provides").matching(r"nothing provides (?:requested )?(?:[\w./-]+::)?(?P<package>[A-Za-z0-9][\w.-]*)"),
        Sign::sure("does not exist (perhaps").matching(r"(?:─|-|^)\s*(?P<package>[A-Za-z0-9][\w.-]*)\b.*does not exist \(perhaps a (?:typo|missing)"),
        Sign::sure("does not exist (perhaps"),
    ],
    explains: &["unsatisfiable", "conda-unexpected-error", "solve-timeout"],
    solvable: true,
    of_the_search: false,
    text: include_str!("libmamba_nothing_provides.md"),
};
