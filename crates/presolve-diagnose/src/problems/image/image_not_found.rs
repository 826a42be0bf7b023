use crate::{KnownFailure, Sign};

pub(super) static PROBLEM: KnownFailure = KnownFailure {
    name: "image-not-found",
    message: "there is no image `{image}`",
    signs: &[
        Sign::sure("manifest for").matching(r"manifest for (?P<image>\S+) not found"),
        Sign::sure("manifest unknown"),
        Sign::sure("MANIFEST_UNKNOWN"),
        Sign::sure("NAME_UNKNOWN"),
        Sign::sure("repository name not known to registry"),
        Sign::sure("failed to resolve source metadata for").matching(r"source metadata for (?P<image>\S+): \S+: not found"),
        Sign::sure("failed to solve").matching(r"failed to solve: (?:rpc error: .*desc = )?(?:failed to load cache key: )?(?P<image>[\w./-]+[:@][\w.:-]+): (?:\S+: )*not found$"),
        Sign::sure("failed to resolve reference").matching(r#"resolve reference "(?P<image>[^"]+)": \S+: not found"#),
        Sign::sure("not found: does not exist or no pull access").matching(r"repository (?P<image>\S+) not found"),
        Sign::sure("failed to create LLB definition").matching(r"LLB definition: (?P<image>\S+): not found"),
        Sign::sure("failed to load metadata for").near(&[": not found"]).matching(r"metadata for (?P<image>\S+)"),
        Sign::sure("ImagePullBackOff").near(&["not found"]),
        Sign::sure("Error: image ").matching(r"Error: image (?P<image>\S+) not found"),
        Sign::likely("No such image: ").matching(r"Error(?: response from daemon)?: No such image: (?P<image>\S+)").unless_near(&["unexpected EOF", "connection reset by peer"]),
        Sign::sure("reading manifest").matching(r"reading manifest .* in (?P<image>\S+): manifest unknown"),
        Sign::sure("tag does not exist").matching(r"tag does not exist: (?P<image>\S+)"),
    ],
    explains: &["image-pull-io-error", "image-pull-backoff"],
    solvable: false,
    of_the_search: false,
    text: include_str!("image_not_found.md"),
};
