use crate::{KnownFailure, Sign};

pub(super) static PROBLEM: KnownFailure = KnownFailure {
    name: "conda-channel-not-allowed",
    message: "",
    signs: &[
        Sign::sure("ChannelNotAllowed"),
        Sign::sure("ChannelDenied"),
        Sign::sure("Channel not included in")
            .matching(r"Channel not included in (?:allowlist|whitelist)"),
    ],
    explains: &["conda-unexpected-error"],
    solvable: false,
    of_the_search: false,
    text: include_str!("conda_channel_not_allowed.md"),
};
