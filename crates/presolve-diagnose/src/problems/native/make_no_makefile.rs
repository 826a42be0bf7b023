use crate::{KnownFailure, Sign};

pub(super) static PROBLEM: KnownFailure = KnownFailure {
    name: "make-no-makefile",
    message: "",
    signs: &[
        Sign::sure("No targets specified and no makefile found"),
        Sign::sure("No rule to make target")
            .matching(r"No rule to make target ['`](?P<target>[^']+)'"),
    ],
    explains: &["make-failed"],
    solvable: false,
    of_the_search: false,
    text: include_str!("make_no_makefile.md"),
};
