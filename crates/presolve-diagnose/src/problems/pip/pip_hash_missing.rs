use crate::{KnownFailure, Sign};

pub(super) static PROBLEM: KnownFailure = KnownFailure {
    name: "pip-hash-missing",
    message: "",
    signs: &[
        Sign::sure("In --require-hashes mode, all requirements must have")
            .with_items(r"^\s+(?P<package>[A-Za-z0-9][\w.-]*)\S* from "),
        Sign::sure("Hashes are required in --require-hashes mode"),
        Sign::sure("Can't verify hashes for these"),
    ],
    explains: &[],
    solvable: false,
    of_the_search: false,
    text: include_str!("pip_hash_missing.md"),
};
