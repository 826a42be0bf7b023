use crate::{KnownFailure, Sign};

pub(super) static PROBLEM: KnownFailure = KnownFailure {
    name: "shared-library-missing",
    message: "the image does not have the library `{library}`",
    signs: &[
        Sign::sure("cannot open shared object file")
            .matching(r"(?P<library>lib[\w.+-]+\.so[\d.]*): cannot open shared object file"),
        Sign::sure("error while loading shared libraries"),
        Sign::sure("Library not loaded:").matching(r"Library not loaded: (?P<library>\S+)"),
    ],
    explains: &[
        "pip-build-failed",
        "python-module-missing",
        "conda-unexpected-error",
    ],
    solvable: false,
    of_the_search: false,
    text: include_str!("shared_library_missing.md"),
};
