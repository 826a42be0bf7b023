use crate::{KnownFailure, Sign};

pub(super) static PROBLEM: KnownFailure = KnownFailure {
    name: "conda-tos-not-accepted",
    message: "",
    signs: &[
        Sign::sure("CondaToSNonInteractiveError").with_items(r"^\s*[-•]\s+(?P<url>https?://\S+)"),
        Sign::sure("CondaToSRejectedError"),
        Sign::sure("CondaToSError"),
        Sign::sure("Terms of Service have not been accepted")
            .with_items(r"^\s*[-•]\s+(?P<url>https?://\S+)"),
    ],
    explains: &["conda-unexpected-error"],
    solvable: false,
    of_the_search: false,
    text: include_str!("conda_tos_not_accepted.md"),
};
