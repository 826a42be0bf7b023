use crate::{KnownFailure, Sign};

pub(super) static PROBLEM: KnownFailure = KnownFailure {
    name: "rust-missing",
    message: "",
    signs: &[
        Sign::sure("can't find Rust compiler"),
        Sign::sure("requires Rust and Cargo to compile extensions"),
        Sign::sure("Cargo, the Rust package manager, is not installed"),
        Sign::sure("This package requires Rust >=")
            .matching(r"requires Rust >=\s?(?P<version>[\d.]+)"),
        Sign::sure("rustc: ").matching(r"(?:^|[\s:/])(?:rustc|cargo): (?:command )?not found"),
        Sign::sure("unable to execute 'rustc'"),
        Sign::sure("cargo metadata").matching(
            r"`cargo metadata.*` failed|Cargo metadata failed\. Do you have cargo in your PATH",
        ),
        Sign::sure("requires rustc").matching(r"requires rustc (?P<version>[\d.]+) or newer"),
        Sign::sure("lock file version")
            .matching(r"lock file version `?\d`? (?:requires|was found)"),
        Sign::sure("is not supported by this version of cargo").near(&["edition"]),
    ],
    explains: &[
        "compile-error",
        "pip-build-failed",
        "cmake-failed",
        "r-package-install-failed",
        "command-not-found",
    ],
    solvable: true,
    of_the_search: false,
    text: include_str!("rust_missing.md"),
};
