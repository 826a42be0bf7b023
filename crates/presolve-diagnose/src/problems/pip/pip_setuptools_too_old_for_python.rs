use crate::{KnownFailure, Sign};

pub(super) static PROBLEM: KnownFailure = KnownFailure {
    name: "pip-setuptools-too-old-for-python",
    message: "",
    signs: &[
        Sign::sure("has no attribute 'ImpImporter'"),
        Sign::sure("No module named")
            .matching(r"No module named '?distutils(?:\.\w+)*'?")
            .unless_near(&["apt install python3-distutils", "python3-distutils"]),
        Sign::likely("No module named 'imp'").matching(r"No module named 'imp'"),
        Sign::sure("has no attribute 'readfp'"),
        Sign::sure("has no attribute 'SafeConfigParser'"),
        Sign::sure("cannot import name 'Feature' from 'setuptools'"),
    ],
    explains: &["pip-build-failed", "python-module-missing", "pip-missing"],
    solvable: true,
    of_the_search: false,
    text: include_str!("pip_setuptools_too_old_for_python.md"),
};
