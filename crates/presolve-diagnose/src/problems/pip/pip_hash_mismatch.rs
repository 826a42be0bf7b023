use crate::{KnownFailure, Sign};

pub(super) static PROBLEM: KnownFailure = KnownFailure {
    name: "pip-hash-mismatch",
    message: "a file of `{package}` does not have the expected hash",
    signs: &[
        Sign::sure("DO NOT MATCH THE HASHES").with_items(r"^\s+(?:(?P<package>[A-Za-z0-9][\w.-]*)==\S+|\S+) from (?P<url>https?://\S+)(?: \(from -r (?P<file>\S+) \(line (?P<line>\d+)\)\))?"),
        Sign::sure("unknown package:").near(&["DO NOT MATCH THE HASHES"]),
        Sign::sure("Hash mismatch for").matching(r"Hash mismatch for (?:`(?P<package>[A-Za-z0-9][\w.-]*))?"),
        Sign::sure("not in poetry.lock metadata"),
        Sign::sure("not found in known hashes").matching(r"Hash for (?P<package>[A-Za-z0-9][\w.-]*)"),
    ],
    explains: &["pip-build-failed"],
    solvable: false,
    of_the_search: false,
    text: include_str!("pip_hash_mismatch.md"),
};
