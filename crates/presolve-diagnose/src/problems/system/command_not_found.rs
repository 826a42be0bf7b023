use crate::{KnownFailure, Sign};

pub(super) static PROBLEM: KnownFailure = KnownFailure {
    name: "command-not-found",
    message: "the image has no program `{command}`",
    signs: &[
        Sign::sure("not found").matching(r"(?:^|[\s/])(?:sh|ash|dash|bash|zsh|\S+\.sh): (?:(?:line )?\d+: )?(?P<command>[\w./+-]+): (?:command )?not found"),
        Sign::sure("command not found").matching(r"(?:^|\s)(?:\S+: line \d+: )?(?P<command>[\w./+-]+): command not found"),
        Sign::sure("command not found: ").matching(r"zsh: command not found: (?P<command>\S+)"),
        Sign::sure("executable file not found in $PATH").matching(r#"exec: \\?"(?P<command>[^"\\]+)\\?": executable file not found"#),
        Sign::sure("executable file not found in $PATH"),
        Sign::sure("no such file or directory").matching(r#"exec: \\?"(?P<command>[^"\\]+)\\?": stat \S+: no such file"#),
        Sign::sure("is not recognized as an internal or external command").matching(r"'?(?P<command>[\w.-]+)'? is not recognized"),
        Sign::likely("is not recognized as"),
        Sign::sure("No such file or directory").matching(r"env: ['‘]?(?P<command>[\w.-]+)['’]?: No such file or directory"),
        Sign::likely("non-zero code: 127"),
        Sign::likely("exit code: 127"),
        Sign::sure("FileNotFoundError").matching(r"No such file or directory: '(?P<command>git|wget|curl|make|swig|java|npm|node|yarn|mpicc|unzip|tar|ninja|bazel|protoc|nvidia-smi|ffmpeg|pandoc)'"),
        Sign::sure("error: [Errno 2] No such file or directory: '").matching(r"No such file or directory: '(?P<command>git|wget|curl|make|swig|java|npm|node|yarn|ninja|bazel|protoc)'"),
        Sign::sure("unable to execute '").matching(r"unable to execute '(?P<command>swig|make|nasm|ar|ld)': No such file"),
        Sign::sure("Cannot find command 'git'").matching(r"Cannot find command '(?P<command>git)'"),
        Sign::sure("Cannot find command '").matching(r"Cannot find command '(?P<command>hg|svn|bzr)'"),
        Sign::sure("Command not found").matching(r"make(?:\[\d+\])?: (?P<command>[\w./+-]+): (?:Command not found|No such file or directory)"),
    ],
    explains: &["make-failed", "pip-build-failed", "compile-error"],
    solvable: false,
    of_the_search: false,
    text: include_str!("command_not_found.md"),
};
