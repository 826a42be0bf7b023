use crate::{KnownFailure, Sign};

pub(super) static PROBLEM: KnownFailure = KnownFailure {
    name: "pip-os-error",
    message: "pip failed on `{path}`",
    signs: &[
        Sign::likely("Could not install packages due to an").matching(r"due to an (?:OSError|EnvironmentError): .*?(?:: '(?P<path>[^']+)')?$"),
        Sign::sure("No such file or directory: '/").matching(r"No such file or directory: '(?P<path>/(?:tmp/build/80754af9|croot|home/conda/feedstock_root|private/tmp|opt/concourse)/[^']*)'"),
        Sign::sure("No such file or directory: 'C:\\\\").near(&["pip"]).unless_near(&["conda.core.link", "conda/core"]),
    ],
    explains: &[],
    solvable: false,
    of_the_search: false,
    text: include_str!("pip_os_error.md"),
};
