use crate::{KnownFailure, Log, Sign};

/// Whether the package is required, and not only by one of several builds: in libmamba's tree,
/// "would require" is above what an alternative requires.
fn is_no_alternative(log: &Log, line: usize) -> bool {
    let above = line.checked_sub(1).map(|above| &log.lines[above].text);
    above.is_none_or(|above| !above.ends_with("would require"))
}

pub(super) static PROBLEM: KnownFailure = KnownFailure {
    name: "libmamba-nothing-provides",
    message: "no channel has `{package}`",
    signs: &[
        Sign::sure("nothing provides").matching(r"nothing provides (?:requested )?(?:[\w./-]+::)?(?P<package>[A-Za-z0-9][\w.-]*)"),
        Sign::sure("does not exist (perhaps").matching(r"(?:─|-|^)\s*(?P<package>[A-Za-z0-9][\w.-]*)\b.*does not exist \(perhaps a (?:typo|missing)").when(is_no_alternative),
        Sign::sure("does not exist (perhaps").when(is_no_alternative),
    ],
    explains: &["conda-lock-not-solved", "unsatisfiable", "conda-unexpected-error", "solve-timeout"],
    solvable: true,
    of_the_search: false,
    text: include_str!("libmamba_nothing_provides.md"),
};
