use crate::{KnownFailure, Sign};

pub(super) static PROBLEM: KnownFailure = KnownFailure {
    name: "cuda-toolkit-missing",
    message: "",
    signs: &[
        Sign::sure("CUDA_HOME environment variable is not set"),
        Sign::sure("nvcc: ").matching(r"(?:^|[\s:/])nvcc: (?:command )?not found"),
        Sign::sure("nvcc was not found"),
        Sign::sure("No such file or directory: '")
            .matching(r"No such file or directory: '(?:\S*/)?nvcc'"),
        Sign::sure("mismatches the version that was used to compile"),
        Sign::sure("CUDA_HOME does not exist"),
        Sign::sure("Failed to find nvcc"),
        Sign::sure("Could NOT find CUDA").near(&["CMake Error"]),
        Sign::sure("CUDA_TOOLKIT_ROOT_DIR not found"),
        Sign::sure("Unable to find CUDA").near(&["error"]),
        Sign::sure("Specify CUDA_TOOLKIT_ROOT_DIR"),
        Sign::sure("No CUDA toolset found"),
        Sign::sure("unsupported operand type(s) for +: 'NoneType' and 'str'").near(&[
            "CUDA_HOME",
            "cuda_dir",
            "/bin/nvcc",
        ]),
        Sign::likely("IndexError: list index out of range")
            .near(&["_get_cuda_arch_flags", "arch_list[-1]"]),
    ],
    explains: &[
        "compile-error",
        "pip-build-failed",
        "cmake-failed",
        "r-package-install-failed",
        "library-missing",
        "python-module-missing",
        "cmake-missing",
    ],
    solvable: false,
    of_the_search: false,
    text: include_str!("cuda_toolkit_missing.md"),
};
