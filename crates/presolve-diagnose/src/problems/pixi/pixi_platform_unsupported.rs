use crate::{KnownFailure, Sign};

pub(super) static PROBLEM: KnownFailure = KnownFailure {
    name: "pixi-platform-unsupported",
    message: "the pixi workspace does not support `{platform}`",
    signs: &[
        Sign::sure("does not support '").matching(
            r"(?:[Tt]he workspace|the environment '[^']+') does not support '(?P<platform>[\w-]+)'",
        ),
        Sign::sure("needs to be configured to support your platform")
            .matching(r"platform(?: \((?P<platform>[\w-]+)\))?"),
        Sign::sure("no platform supported by it matches the current system"),
    ],
    explains: &[],
    solvable: false,
    of_the_search: false,
    text: include_str!("pixi_platform_unsupported.md"),
};
