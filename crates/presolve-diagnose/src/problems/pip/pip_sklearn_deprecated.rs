use crate::{KnownFailure, Sign};

pub(super) static PROBLEM: KnownFailure = KnownFailure {
    name: "pip-sklearn-deprecated",
    message: "",
    signs: &[
        Sign::sure("The 'sklearn' PyPI package is deprecated")
            .matching("The '(?P<package>sklearn)' PyPI package"),
        Sign::sure("SKLEARN_ALLOW_DEPRECATED_SKLEARN_PACKAGE_INSTALL"),
    ],
    explains: &["pip-build-failed"],
    solvable: false,
    of_the_search: false,
    text: include_str!("pip_sklearn_deprecated.md"),
};
