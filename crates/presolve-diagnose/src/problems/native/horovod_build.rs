use crate::{KnownFailure, Sign};

pub(super) static PROBLEM: KnownFailure = KnownFailure {
    name: "horovod-build",
    message: "",
    signs: &[
        Sign::sure("wheel")
            .matching(r"(?:[Ff]ailed building wheel for|[Cc]ould not build wheels for) (?P<package>horovod)\b"),
        Sign::sure("Failed to build").matching(r"Failed to build .*\b(?P<package>horovod)\b"),
        Sign::sure("Building wheel for horovod")
            .matching(r"\.\.\. error|finished with status 'error'"),
        Sign::sure("Running setup.py install for horovod").matching(r"error"),
        Sign::sure("(horovod)").matching(r"Failed to build installable wheels"),
        Sign::sure("None of TensorFlow, PyTorch, or MXNet plugins were built"),
        Sign::sure("Horovod build").matching(r"Horovod build with GPU|Horovod builds? with"),
        Sign::likely("/horovod/")
            .matching(r"(?:pip-install-\w+/horovod|/horovod/setup\.py|horovod/CMakeLists)")
            .near(&[
                "Command errored out",
                "CMake Error",
                "subprocess.CalledProcessError",
                "error: command",
            ]),
        Sign::sure("HOROVOD_").matching(r"HOROVOD_\w+ is set but"),
    ],
    explains: &[
        "compiler-too-old",
        "compile-error",
        "pip-build-failed",
        "cmake-failed",
        "r-package-install-failed",
        "compiler-missing",
        "header-missing",
        "library-missing",
        "cmake-missing",
        "cuda-toolkit-missing",
        "python-module-missing",
        "command-not-found",
        "pip-setuptools-too-new",
        "pip-setuptools-too-old-for-python",
        "cmake-version-incompatible",
        "mpi4py-build",
    ],
    solvable: true,
    of_the_search: false,
    text: include_str!("horovod_build.md"),
};
