use crate::{KnownFailure, Sign};

pub(super) static PROBLEM: KnownFailure = KnownFailure {
    name: "conda-environment-file-missing",
    message: "the environment file `{file}` does not exist",
    signs: &[
        Sign::sure("EnvironmentFileNotFound")
            .matching(r"EnvironmentFileNotFound(?:: '(?P<file>[^']+)')?"),
        Sign::sure("EnvironmentFileEmpty"),
        Sign::sure("EnvironmentFileExtensionNotValid")
            .matching(r"EnvironmentFileExtensionNotValid(?:: '(?P<file>[^']+)')?"),
        Sign::sure("YAML spec file").matching(r"YAML spec file '(?P<file>[^']+)' not found"),
        Sign::sure("bad file: ")
            .matching(r"environment lockfile located at '[^']+' : bad file: (?P<file>\S+)"),
        Sign::sure("failed to open environment lockfile")
            .matching(r"lockfile located at '(?P<file>[^']+)'"),
        Sign::sure("Lockfile ").matching(r"ERROR: Lockfile (?P<file>\S+) does not exist"),
        Sign::sure("No source files provided and no default files found"),
        Sign::likely("FileNotFoundError")
            .matching(r"FileNotFoundError: (?P<file>\S+\.(?:ya?ml|lock)) not found")
            .near(&["conda_lock", "conda-lock"]),
        Sign::likely("FileNotFoundError")
            .matching(r"No such file or directory: '(?P<file>[^']*\.ya?ml)'")
            .near(&["conda env", "conda_env", "mamba env"]),
    ],
    explains: &["conda-unexpected-error"],
    solvable: false,
    of_the_search: false,
    text: include_str!("conda_environment_file_missing.md"),
};
