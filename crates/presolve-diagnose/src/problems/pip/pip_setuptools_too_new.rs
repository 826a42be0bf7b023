use crate::{KnownFailure, Sign};

pub(super) static PROBLEM: KnownFailure = KnownFailure {
    name: "pip-setuptools-too-new",
    message: "",
    signs: &[
        Sign::sure("use_2to3 is invalid"),
        Sign::sure("No module named 'pkg_resources'").matching(r"No module named 'pkg_resources'"),
        Sign::sure("No module named pkg_resources"),
        Sign::sure("canonicalize_version() got an unexpected keyword argument"),
        Sign::sure("has no attribute 'install_layout'"),
        Sign::sure("setup command: '").matching(r"error in (?P<package>[\w.-]+) setup command: '(?:extras_require|install_requires|tests_require|python_requires)' must be"),
        Sign::sure("has no attribute 'get_host_platform'"),
        Sign::sure("No module named 'setuptools.command.test'"),
        Sign::sure("No module named 'setuptools._"),
    ],
    explains: &["pip-build-failed", "python-module-missing"],
    solvable: false,
    of_the_search: false,
    text: include_str!("pip_setuptools_too_new.md"),
};
