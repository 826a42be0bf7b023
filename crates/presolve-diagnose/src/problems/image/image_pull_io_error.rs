use crate::{KnownFailure, Sign, problems::registry::PUSH};

/// Texts that show that layers of an image are pulled.
const PULL: &[&str] = &[
    "Pulling from ",
    "Pulling fs layer",
    "Download complete",
    "FROM ",
    "docker pull",
    "extracting sha256",
    "Pulling image",
    "Error response from daemon",
];

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
        Sign::sure("failed to copy: ").matching(r"failed to copy: (?:read tcp|write tcp|(?:unexpected )?EOF|stream error|http2|local error|context deadline)").unless_near(PUSH),
        Sign::sure("connection reset by peer").matching(r"(?:read|write) tcp .*connection reset by peer").near(PULL).unless_near(PUSH),
        Sign::sure("/blobs/").matching(r"/blobs/\S+: (?:EOF|unexpected EOF|read tcp|write tcp|http2|stream error)").unless_near(PUSH),
        Sign::sure("Error pulling image (").matching(r"Error pulling image \([^)]*\) from .*(?:EOF|reset|timeout|time-out|Untar|ApplyLayer)"),
        Sign::likely("Error downloading dependent layers"),
        Sign::likely("unexpected EOF").matching(r"^\W*(?:(?i:error): )?unexpected EOF\s*$").near(PULL).unless_near(PUSH),
        Sign::likely("http2: client connection lost").near(PULL).unless_near(PUSH),
        Sign::likely("tls: bad record MAC").near(PULL).unless_near(PUSH),
        Sign::likely("stream error: stream ID").near(PULL).unless_near(PUSH),
        Sign::likely("use of closed network connection").matching(r"(?:read|write) tcp").near(PULL).unless_near(PUSH),
    ],
    explains: &["image-pull-backoff"],
    solvable: false,
    of_the_search: false,
    text: include_str!("image_pull_io_error.md"),
};
