use crate::{KnownFailure, Sign};

pub(super) static PROBLEM: KnownFailure = KnownFailure {
    name: "mpi4py-build",
    message: "",
    signs: &[
        Sign::sure("Cannot compile MPI programs"),
        Sign::sure("Cannot link MPI programs"),
        Sign::sure("Cannot find 'mpi.h' header"),
        Sign::sure("wheel").matching(r"(?:[Ff]ailed building wheel for|[Cc]ould not build wheels for|Building wheel for) (?P<package>mpi4py)\b").unless_near(&["Successfully built mpi4py", "Building wheel for mpi4py (pyproject.toml): finished with status 'done'"]),
        Sign::sure("Failed to build").matching(r"Failed to build .*\b(?P<package>mpi4py)\b"),
        Sign::sure("wheels for some pyproject.toml based projects").matching(r"\(.*\b(?P<package>mpi4py)\b.*\)"),
        Sign::sure("fatal error: mpi.h").near(&["mpi4py"]),
        Sign::sure("Running setup.py install for mpi4py").matching(r"error"),
        Sign::sure("unable to execute 'mpicc'"),
    ],
    explains: &["compiler-too-old", "compile-error", "pip-build-failed", "cmake-failed", "r-package-install-failed", "compiler-missing", "header-missing", "library-missing", "cmake-missing", "cuda-toolkit-missing", "python-module-missing", "command-not-found", "pip-setuptools-too-new", "pip-setuptools-too-old-for-python", "cmake-version-incompatible"],
    solvable: true,
    of_the_search: false,
    text: include_str!("mpi4py_build.md"),
};
