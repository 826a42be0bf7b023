use crate::{KnownFailure, Sign};

pub(super) static PROBLEM: KnownFailure = KnownFailure {
    name: "pixi-manifest-invalid",
    message: "line {line} of the manifest cannot be read",
    signs: &[
        Sign::sure("pixi.toml:").matching(r"(?:╭─|,-)\[[^\]]*pixi\.toml:(?P<line>\d+):\d+\]"),
        Sign::sure("pyproject.toml:")
            .matching(r"(?:╭─|,-)\[[^\]]*pyproject\.toml:(?P<line>\d+):\d+\]")
            .near(&["pixi"]),
    ],
    explains: &[],
    solvable: false,
    of_the_search: false,
    text: include_str!("pixi_manifest_invalid.md"),
};
