use crate::{KnownFailure, Sign};

pub(super) static PROBLEM: KnownFailure = KnownFailure {
    name: "conda-file-not-a-list",
    message: "conda reads `{file}` as a list of packages, and it is YAML",
    signs: &[
        Sign::sure("could not parse")
            .matching(r"[Cc]ould not parse '(?:\w+:(?: [^']*)?|- [^']*)' in: (?P<file>\S+)"),
        Sign::sure("could not parse")
            .matching(r"[Cc]ould not parse '[^']*' in: (?P<file>\S+\.ya?ml)\b"),
        Sign::sure("invalid package specification")
            .matching(r"(?i)invalid package specification: (?:name|channels|dependencies|prefix):"),
    ],
    explains: &["conda-bad-spec", "conda-unexpected-error"],
    solvable: false,
    of_the_search: false,
    text: include_str!("conda_file_not_a_list.md"),
};
