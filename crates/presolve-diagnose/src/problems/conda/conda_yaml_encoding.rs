use crate::{KnownFailure, Sign};

/// Texts that show that conda reads the file.
const CONDA: &[&str] = &[
    "conda env",
    "conda_env",
    "conda-env",
    "conda/env",
    "conda create",
    "conda install",
    "mamba env",
];

pub(super) static PROBLEM: KnownFailure = KnownFailure {
    name: "conda-yaml-encoding",
    message: "the file is not encoded as `{codec}`",
    signs: &[
        Sign::sure("codec can't decode")
            .matching(r"'(?P<codec>[\w-]+)' codec can't decode byte")
            .near(CONDA)
            .unless_near(&["setup.py egg_info", "pip/_internal"]),
        Sign::likely("codec can't decode")
            .matching(r"'(?P<codec>[\w-]+)' codec can't decode byte")
            .near(&[
                "environment.yml",
                "environment.yaml",
                "conda.yml",
                "conda.yaml",
                "conda_dependencies",
                "env.yml",
            ])
            .unless_near(&["setup.py", "pip/_internal"]),
        Sign::sure("codec can't encode").near(&["conda_env", "conda/env"]),
        Sign::sure("unacceptable character").near(CONDA),
        Sign::sure("UTF-16 stream does not start with BOM").near(CONDA),
        Sign::sure("special characters are not allowed").near(CONDA),
    ],
    explains: &[
        "conda-yaml-invalid",
        "conda-unexpected-error",
        "conda-spec-not-found",
    ],
    solvable: false,
    of_the_search: false,
    text: include_str!("conda_yaml_encoding.md"),
};
