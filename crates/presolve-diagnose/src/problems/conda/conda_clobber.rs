use crate::{KnownFailure, Sign};

pub(super) static PROBLEM: KnownFailure = KnownFailure {
    name: "conda-clobber",
    message: "`{package}` contains a file that another package also contains",
    signs: &[
        Sign::likely("ClobberError").matching(r"ClobberError: (?:The package '(?:\S+::)?(?P<package>[A-Za-z0-9_][\w.-]*?)-[^-\s]+-[^-\s]+')?"),
        Sign::likely("KnownPackageClobberError"),
        Sign::likely("UnknownPackageClobberError"),
    ],
    explains: &[],
    solvable: false,
    of_the_search: false,
    text: include_str!("conda_clobber.md"),
};
