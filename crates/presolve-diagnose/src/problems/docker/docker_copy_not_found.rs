use crate::{KnownFailure, Sign};

pub(super) static PROBLEM: KnownFailure = KnownFailure {
    name: "docker-copy-not-found",
    message: "`{path}` is not in the build context",
    signs: &[
        Sign::sure("failed to calculate checksum of ref").matching(r#"checksum of ref \S+: (?:failed to walk [^:]*: )?(?:lstat )?"?(?P<path>[^":]+)"?: (?:not found|no such file)"#),
        Sign::sure("failed to compute cache key").matching(r#""?(?P<path>/[^":]*)"?:? (?:not found|no such file)"#),
        Sign::sure("COPY failed").matching(r"COPY failed: .*?(?:stat )(?P<path>[^:]+): (?:file does not exist|no such file)"),
        Sign::sure("ADD failed").matching(r"ADD failed: .*?(?:stat )(?P<path>[^:]+): (?:file does not exist|no such file)"),
        Sign::sure(" failed: ").matching(r"(?:COPY|ADD) failed: (?:file not found|no source files|forbidden path|Forbidden path|stat|lstat|source)"),
        Sign::sure("forbidden path outside the build context"),
        Sign::sure("lstat ").matching(r"(?:^|failed to solve: |(?i:error): )lstat (?P<path>\S+): no such file or directory"),
        Sign::sure("failed to compute cache key").matching(r"not found|no such file"),
        Sign::sure("failed to calculate checksum of ref").matching(r"not found|no such file"),
        Sign::sure("no source files were specified"),
        Sign::sure("copier: stat:").matching(r"copier: stat: \x22(?P<path>[^\x22]+)\x22: no such file"),
    ],
    explains: &[],
    solvable: false,
    of_the_search: false,
    text: include_str!("docker_copy_not_found.md"),
};
