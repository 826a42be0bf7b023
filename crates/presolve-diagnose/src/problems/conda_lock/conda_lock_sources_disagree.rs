use crate::{KnownFailure, Sign};

pub(super) static PROBLEM: KnownFailure = KnownFailure {
    name: "conda-lock-sources-disagree",
    message: "",
    signs: &[
        Sign::sure("ChannelAggregationError"),
        Sign::sure("Lock specifications must have the same platforms"),
    ],
    explains: &["conda-unexpected-error"],
    solvable: false,
    of_the_search: false,
    text: include_str!("conda_lock_sources_disagree.md"),
};
