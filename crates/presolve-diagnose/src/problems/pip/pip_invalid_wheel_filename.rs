use crate::{KnownFailure, Sign};

pub(super) static PROBLEM: KnownFailure = KnownFailure {
    name: "pip-invalid-wheel-filename",
    message: "",
    signs: &[
        Sign::sure("Invalid wheel filename")
            .matching(r"Invalid wheel filename(?:[^:]*): ['\x22]?(?P<wheel>[^'\x22]*)"),
        Sign::sure("is not a valid wheel filename")
            .matching(r"(?P<wheel>\S+) is not a valid wheel filename"),
        Sign::sure("InvalidWheelFilename"),
        Sign::sure("The wheel filename")
            .matching(r"The wheel filename \x22(?P<wheel>[^\x22]+)\x22 is invalid"),
        Sign::sure("has an invalid wheel"),
        Sign::sure("wheel is invalid").matching(r"(?i)\bwheel (?P<wheel>\S+)? ?is invalid"),
    ],
    explains: &[],
    solvable: false,
    of_the_search: false,
    text: include_str!("pip_invalid_wheel_filename.md"),
};
