use crate::{KnownFailure, Sign};

pub(super) static PROBLEM: KnownFailure = KnownFailure {
    name: "git-clone-failed",
    message: "",
    signs: &[
        Sign::sure("fatal: ").matching(r"fatal: repository '(?P<url>[^']+)' (?:not found|does not exist)"),
        Sign::sure("remote: Repository not found"),
        Sign::sure("did not match any file(s) known to git").matching(r"pathspec '(?P<revision>[^']+)'"),
        Sign::sure("Could not read from remote repository"),
        Sign::sure("fatal: ").matching(r"fatal: unable to access '(?P<url>[^']+)'"),
        Sign::sure("fatal: ").matching(r"fatal: Remote branch (?P<revision>\S+) not found"),
        Sign::sure("fatal: ").matching(r"fatal: (?:couldn't find remote ref|early EOF|the remote end hung up|unable to connect to|read error|fetch-pack|not a git repository|reference is not a tree|detected dubious ownership|No names found|ambiguous argument|unable to look up)"),
        Sign::sure("RPC failed;").matching(r"error: RPC failed;"),
        Sign::sure("fatal: clone of").matching(r"clone of '(?P<url>[^']+)' into submodule"),
        Sign::sure("The unauthenticated git protocol"),
        Sign::likely("Git operation failed"),
        Sign::sure("Failed to clone http").matching(r"Failed to clone (?P<url>https?://\S+?)(?: at '(?P<revision>[^']+)'|,)"),
        Sign::sure("Git executable not found. Ensure that Git is installed"),
        Sign::sure("git clone").matching(r"git clone .*did not run successfully|Command errored out .*git clone|failed with error code 128"),
        Sign::likely("exit code: 128").near(&["git "]),
        Sign::likely("Host key verification failed"),
    ],
    explains: &["pip-build-failed"],
    solvable: false,
    of_the_search: false,
    text: include_str!("git_clone_failed.md"),
};
