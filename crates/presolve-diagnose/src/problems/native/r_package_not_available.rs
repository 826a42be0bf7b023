use crate::{KnownFailure, Sign};

pub(super) static PROBLEM: KnownFailure = KnownFailure {
    name: "r-package-not-available",
    message: "the R package `{package}` is not available for this R",
    signs: &[
        Sign::sure("is not available for this version of R")
            .matching(r"package ['‘](?P<package>[\w.]+)['’]"),
        Sign::sure("is not available")
            .matching(r"package ['‘](?P<package>[\w.]+)['’] is not available \(for R"),
        Sign::likely("is not available for Bioconductor")
            .matching(r"package\(s\) not installed|is not available for Bioconductor"),
    ],
    explains: &["r-package-install-failed"],
    solvable: false,
    of_the_search: false,
    text: include_str!("r_package_not_available.md"),
};
