use crate::{KnownFailure, Sign};

pub(super) static PROBLEM: KnownFailure = KnownFailure {
    name: "pip-cannot-uninstall",
    message: "pip cannot replace the installed `{package}`",
    signs: &[
        Sign::sure("Cannot uninstall")
            .matching(r"Cannot uninstall '?(?P<package>[A-Za-z0-9][\w.-]*)'?"),
        Sign::sure("uninstall-no-record-file"),
        Sign::sure("uninstall-distutils-installed-package"),
        Sign::likely("no RECORD file was found for")
            .matching(r"no RECORD file was found for (?P<package>[A-Za-z0-9][\w-]*)"),
    ],
    explains: &["pip-build-failed"],
    solvable: true,
    of_the_search: false,
    text: include_str!("pip_cannot_uninstall.md"),
};
