use crate::{KnownFailure, Sign};

pub(super) static PROBLEM: KnownFailure = KnownFailure {
    name: "shell-syntax-error",
    message: "",
    signs: &[
        Sign::sure("Syntax error:").matching(r"(?:sh|bash|dash): (?:\d+: )?Syntax error: "),
        Sign::sure("syntax error")
            .matching(r"(?:sh|bash|dash): (?:\S+: )*(?:line \d+: )?syntax error"),
        Sign::sure("syntax error: unexpected").matching(r"(?:sh|ash): syntax error: unexpected"),
        Sign::sure("unexpected EOF while looking for matching"),
        Sign::sure("Bad substitution").matching(r"(?:sh|bash): (?:\d+: )?Bad substitution"),
    ],
    explains: &["make-failed"],
    solvable: false,
    of_the_search: false,
    text: include_str!("shell_syntax_error.md"),
};
