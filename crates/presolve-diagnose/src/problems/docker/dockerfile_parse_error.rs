use crate::{KnownFailure, Sign};

pub(super) static PROBLEM: KnownFailure = KnownFailure {
    name: "dockerfile-parse-error",
    message: "line {line} of the Dockerfile cannot be read",
    signs: &[
        Sign::sure("parse error").matching(r"(?i)dockerfile parse error(?: on)? line (?P<line>\d+)"),
        Sign::sure("file with no instructions"),
        Sign::sure("failed to parse dockerfile").matching(r"(?i)failed to parse dockerfile"),
        Sign::sure("Unexpected Dockerfile format").matching(r"(?i)unexpected dockerfile format"),
        Sign::sure("no build stage in current context"),
        Sign::sure("the Dockerfile").matching(r"the Dockerfile \S+ cannot be empty"),
        Sign::sure("requires at least").matching(r"(?P<instruction>[A-Z]+) requires (?:at least|exactly) .*argument").near(&["Dockerfile", "docker", "Step "]),
        Sign::sure("ARG requires"),
        Sign::sure("Unknown flag:").matching(r"Unknown flag: (?P<flag>\S+)").near(&["Dockerfile", "docker", "Step "]),
        Sign::sure("Syntax error - can't find = in"),
        Sign::sure("failed to process").matching(r"failed to process \x22.*\x22: (?:unexpected end|missing|unsupported modifier|syntax error)"),
    ],
    explains: &[],
    solvable: false,
    of_the_search: false,
    text: include_str!("dockerfile_parse_error.md"),
};
