use crate::{KnownFailure, Sign};

pub(super) static PROBLEM: KnownFailure = KnownFailure {
    name: "pip-externally-managed-environment",
    message: "",
    signs: &[
        Sign::sure("externally-managed-environment"),
        Sign::sure("This environment is externally managed"),
        Sign::sure("is externally managed")
            .matching(r"The interpreter at \S+ is externally managed"),
    ],
    explains: &[],
    solvable: false,
    of_the_search: false,
    text: include_str!("pip_externally_managed_environment.md"),
};
