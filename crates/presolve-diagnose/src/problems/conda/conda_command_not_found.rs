use crate::{KnownFailure, Sign};

pub(super) static PROBLEM: KnownFailure = KnownFailure {
    name: "conda-command-not-found",
    message: "the image has no `{command}` in its path",
    signs: &[
        Sign::sure("not found").matching(r"(?:^|[\s:/])(?:\S*/)?(?P<command>(?:ana)?conda(?:-env)?|(?:micro)?mamba): (?:command )?not found"),
        Sign::sure("command not found: ").matching(r"command not found: (?P<command>(?:ana)?conda|(?:micro)?mamba)\b"),
        Sign::sure("executable file not found").matching(r#"exec: "(?P<command>(?:\S*/)?(?:conda|mamba|micromamba))": executable file not found"#),
        Sign::sure("No such file or directory").matching(r"(?:sh|bash): (?:line )?(?:\d+: )?(?P<command>\S*/(?:conda|mamba|micromamba)): No such file or directory"),
        Sign::sure("No such file or directory: 'conda'"),
        Sign::sure("is not recognized as").matching(r"(?i)['‘](?P<command>conda|mamba)['’] is not recognized as"),
        Sign::sure("Unable to run conda package manager"),
        Sign::sure("Could not find conda (or compatible) executable"),
        Sign::sure("not found").matching(r"/bin/sh: (?:\d+: )?(?P<command>\S*/conda(?:/bin/conda)?): not found"),
    ],
    explains: &["command-not-found"],
    solvable: false,
    of_the_search: false,
    text: include_str!("conda_command_not_found.md"),
};
