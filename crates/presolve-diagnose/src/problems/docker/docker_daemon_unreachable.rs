use crate::{KnownFailure, Sign};

pub(super) static PROBLEM: KnownFailure = KnownFailure {
    name: "docker-daemon-unreachable",
    message: "",
    signs: &[
        Sign::sure("Cannot connect to the Docker daemon"),
        Sign::sure("permission denied while trying to connect to the Docker"),
        Sign::sure("error during connect:").matching(r"docker|Docker"),
        Sign::sure("docker: ").matching(r"(?:sh|bash): .*docker: (?:command )?not found"),
        Sign::sure("Error while fetching server API version"),
        Sign::sure("failed to connect to the docker API"),
        Sign::sure("docker daemon is not running"),
    ],
    explains: &[
        "command-not-found",
        "permission-denied",
        "registry-unreachable",
    ],
    solvable: false,
    of_the_search: false,
    text: include_str!("docker_daemon_unreachable.md"),
};
