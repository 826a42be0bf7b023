use crate::{KnownFailure, Sign};

pub(super) static PROBLEM: KnownFailure = KnownFailure {
    name: "dockerfile-needs-buildkit",
    message: "",
    signs: &[
        Sign::sure("requires BuildKit"),
        Sign::sure("Unknown flag: mount"),
        Sign::sure("BuildKit is enabled but the buildx component is missing"),
        Sign::sure("buildx: command not found"),
        Sign::sure("unknown flag: --platform"),
        Sign::sure("is only supported on a Docker daemon with experimental features enabled"),
    ],
    explains: &["dockerfile-parse-error", "command-not-found"],
    solvable: false,
    of_the_search: false,
    text: include_str!("dockerfile_needs_buildkit.md"),
};
