use crate::{KnownFailure, Sign};

pub(super) static PROBLEM: KnownFailure = KnownFailure {
    name: "conda-unknown-installer",
    message: "`dependencies` has a section that nothing installs: `{installer}`",
    signs: &[
        Sign::sure("Unable to install package for")
            .matching(r"install package for (?P<installer>.+?)\.?$"),
        Sign::sure("conda_env.installers")
            .matching(r"No module named ['\x22]?conda_env\.installers\.(?P<installer>[\w()-]+)"),
        Sign::sure("Couldn't parse selector"),
        Sign::sure("Complicated selection merge not implemented"),
    ],
    explains: &["conda-unexpected-error", "python-module-missing"],
    solvable: false,
    of_the_search: false,
    text: include_str!("conda_unknown_installer.md"),
};
