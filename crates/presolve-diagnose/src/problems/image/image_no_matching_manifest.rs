use crate::{KnownFailure, Sign};

pub(super) static PROBLEM: KnownFailure = KnownFailure {
    name: "image-no-matching-manifest",
    message: "the image has no variant for `{platform}`",
    signs: &[
        Sign::sure("no matching manifest for")
            .matching(r"no matching manifest for (?P<platform>\S+)"),
        Sign::sure("no match for platform in manifest"),
        Sign::sure("does not match the specified platform"),
        Sign::sure("no image found in manifest list for architecture"),
        Sign::sure("no image found in image index for architecture"),
        Sign::sure("image operating system")
            .matching(r"image operating system .* cannot be used on this platform"),
        Sign::sure("cannot be used on this platform"),
    ],
    explains: &["image-pull-backoff", "image-not-found", "exec-format-error"],
    solvable: false,
    of_the_search: false,
    text: include_str!("image_no_matching_manifest.md"),
};
