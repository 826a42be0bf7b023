use crate::{KnownFailure, Sign};

pub(super) static PROBLEM: KnownFailure = KnownFailure {
    name: "pip-wheel-not-supported",
    message: "the wheel `{wheel}` does not fit this Python and platform",
    signs: &[
        Sign::sure("is not a supported wheel on this platform")
            .matching(r"(?P<wheel>(?P<package>[A-Za-z0-9]\w*)-\S+\.whl) is not a supported wheel"),
        Sign::sure("is not a supported wheel on this platform"),
        Sign::sure("a source distribution or wheel for the current platform")
            .matching(r"(?:Distribution|Package) `(?P<package>[A-Za-z0-9][\w.-]*)"),
        Sign::sure("does not include a compatible wheel for the current platform"),
        Sign::sure("doesn't match this systems virtual capabilities for tags"),
    ],
    explains: &[],
    solvable: true,
    of_the_search: false,
    text: include_str!("pip_wheel_not_supported.md"),
};
