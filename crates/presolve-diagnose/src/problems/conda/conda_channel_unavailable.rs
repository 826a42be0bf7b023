use crate::{KnownFailure, Sign};

pub(super) static PROBLEM: KnownFailure = KnownFailure {
    name: "conda-channel-unavailable",
    message: "the channel `{channel}` cannot be used",
    signs: &[
        Sign::sure("UnavailableInvalidChannel").matching(r"UnavailableInvalidChannel: (?:HTTP (?P<status>\d+) .*for channel (?P<channel>\S+)(?: <(?P<url>[^>]+)>)?)?"),
        Sign::sure("The channel is not accessible or is invalid"),
        Sign::sure("remote server has indicated you are using invalid credentials for this channel"),
    ],
    explains: &["conda-http-error", "package-not-found", "conda-unexpected-error"],
    solvable: false,
    of_the_search: false,
    text: include_str!("conda_channel_unavailable.md"),
};
