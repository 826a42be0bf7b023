use crate::{KnownFailure, Sign};

pub(super) static PROBLEM: KnownFailure = KnownFailure {
    name: "virtual-package-missing",
    message: "the build machine has no fitting `{package}`",
    signs: &[
        Sign::sure("nothing provides")
            .matching(r"nothing provides (?:requested )?(?P<package>__\w+)"),
        Sign::sure("missing on the system").matching(r"(?P<package>__\w+).*missing on the system"),
        Sign::sure("Virtual package '")
            .matching(r"Virtual package '(?P<package>__\w+)[^']*' does not match any"),
        Sign::sure("missing virtual packages:")
            .matching(r"missing virtual packages: (?P<package>__\w+)"),
        Sign::sure("Your installed version is: not available")
            .near(&["incompatible with your system"]),
        Sign::sure("incompatible with your system")
            .near(&["Your installed version is: not available"])
            .with_items(r"^\s*-\s.*?(?P<package>__\w+)"),
    ],
    explains: &[
        "pixi-platform-unsupported",
        "conda-lock-not-solved",
        "unsatisfiable",
        "conda-unexpected-error",
        "package-not-found",
    ],
    solvable: true,
    of_the_search: false,
    text: include_str!("virtual_package_missing.md"),
};
