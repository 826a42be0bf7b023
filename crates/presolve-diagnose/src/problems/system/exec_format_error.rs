use crate::{KnownFailure, Sign};

pub(super) static PROBLEM: KnownFailure = KnownFailure {
    name: "exec-format-error",
    message: "",
    signs: &[
        Sign::sure("exec format error"),
        Sign::sure("cannot execute binary file: Exec format error"),
        Sign::sure("cannot execute binary file"),
        Sign::sure("rosetta error: failed to open elf"),
        Sign::sure("qemu-x86_64: Could not open '/lib64/ld-linux"),
    ],
    explains: &["command-not-found", "permission-denied"],
    solvable: false,
    of_the_search: false,
    text: include_str!("exec_format_error.md"),
};
