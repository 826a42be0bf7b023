use crate::{KnownFailure, Sign};

pub(super) static PROBLEM: KnownFailure = KnownFailure {
    name: "dockerfile-unknown-instruction",
    message: "line {line} of the Dockerfile does not begin with an instruction: `{instruction}`",
    signs: &[
        Sign::sure("unknown instruction").matching(r"(?i)parse error (?:on )?line (?P<line>\d+): unknown instruction:? ?(?P<instruction>\S*)"),
        Sign::sure("unknown instruction").matching(r"(?i)unknown instruction: ?(?P<instruction>\S*)"),
        Sign::sure("Unknown instruction").matching(r"(?i)unknown instruction \x22?(?P<instruction>\S+)").near(&["Dockerfile", "docker"]),
    ],
    explains: &["dockerfile-parse-error"],
    solvable: false,
    of_the_search: false,
    text: include_str!("dockerfile_unknown_instruction.md"),
};
