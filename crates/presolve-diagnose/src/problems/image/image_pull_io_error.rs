use crate::{KnownFailure, Sign};

pub(super) static PROBLEM: KnownFailure = KnownFailure {
    name: "image-pull-io-error",
    message: "",
    signs: &[
        Sign::sure("failed to register layer"),
        Sign::sure("filesystem layer verification failed"),
        Sign::sure("error pulling image configuration"),
        Sign::sure("failed to copy: httpReadSeeker"),
        Sign::sure("httpReadSeeker: failed open"),
        Sign::sure("Error processing tar file"),
        Sign::likely("ApplyLayer exit status"),
        Sign::sure("Input/output error").matching(r"(?i)input/output error"),
        Sign::likely("failed to extract layer"),
        Sign::likely("Downloading failed").matching(r"download failed after attempts=\d+"),
        Sign::likely("I/O error").near(&["pull", "layer", "daemon"]),
        Sign::likely("failed to get layer"),
        Sign::likely("failed to prepare")
            .matching(r"failed to prepare extraction snapshot|failed to prepare sha256"),
        Sign::likely("layer does not exist"),
        Sign::sure("unexpected commit digest"),
    ],
    explains: &[],
    solvable: false,
    of_the_search: false,
    text: include_str!("image_pull_io_error.md"),
};
