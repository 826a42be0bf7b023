use crate::{KnownFailure, Sign};

pub(super) static PROBLEM: KnownFailure = KnownFailure {
    name: "r-package-install-failed",
    message: "the R package `{package}` could not be installed",
    signs: &[
        Sign::sure("had non-zero exit status").matching(r"installation of package ['‘](?P<package>[\w.]+)['’] had non-zero exit status"),
        Sign::sure("had non-zero exit status").matching(r"installation of one or more packages failed|installation of package"),
        Sign::sure("failed for package").matching(r"ERROR: (?:configuration|compilation|lazy loading|dependenc(?:y|ies)).* failed for package ['‘](?P<package>[\w.]+)['’]"),
        Sign::likely("there is no package called").matching(r"there is no package called ['‘](?P<package>[\w.]+)['’]"),
        Sign::likely("available for package").matching(r"ERROR: dependenc(?:y|ies) .* (?:is|are) not available for package ['‘](?P<package>[\w.]+)['’]"),
    ],
    explains: &[],
    solvable: false,
    of_the_search: false,
    text: include_str!("r_package_install_failed.md"),
};
