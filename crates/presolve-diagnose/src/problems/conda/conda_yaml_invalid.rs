use crate::{KnownFailure, Sign};

/// Texts that show that conda reads the file.
const CONDA: &[&str] = &[
    "conda env",
    "conda_env",
    "conda-env",
    "conda/env",
    "mamba env",
    "mamba create",
    "CondaEnv",
    "environment.yml",
    "environment.yaml",
    "conda.yml",
    "conda.yaml",
];

/// Texts that show that conda's reader of environment files fails.
const ENV: &[&str] = &[
    "conda_env/env.py",
    "conda_env\\env.py",
    "conda/env/",
    "conda\\env\\",
    "conda_env/specs",
    "conda_env\\specs",
    "EnvironmentSpec",
    "env_specs",
    "conda_env/cli",
    "conda_env\\cli",
];

pub(super) static PROBLEM: KnownFailure = KnownFailure {
    name: "conda-yaml-invalid",
    message: "",
    signs: &[
        Sign::sure("ScannerError").matching(r"(?:^|\s|scanner\.)ScannerError\b").near(CONDA),
        Sign::sure("ParserError").matching(r"(?:^|\s|parser\.)ParserError\b").near(CONDA),
        Sign::sure("ComposerError").near(CONDA),
        Sign::sure("ConstructorError").near(CONDA),
        Sign::sure("DuplicateKeyError").near(CONDA),
        Sign::sure("string indices must be integers").near(ENV),
        Sign::sure("object has no attribute").matching(r"'(?:NoneType|str|list|int|dict|CommentedMap|CommentedSeq)' object has no attribute '(?:keys|items|get|split|setdefault|add|strip|startswith|lower)'").near(ENV),
        Sign::sure("object is not iterable").near(ENV),
        Sign::sure("object is not callable").near(ENV),
        Sign::sure("expected string or bytes").near(ENV),
        Sign::sure("unhashable type").near(ENV),
        Sign::sure("YAML error in spec file"),
        Sign::sure("Invalid YAML").near(CONDA),
        Sign::sure("bad conversion").near(&["libmamba", "micromamba", "mamba create", "mamba env"]),
        Sign::sure("yaml-cpp: error").near(&["libmamba", "mamba"]),
        Sign::sure("Bad conversion of 'dependencies'"),
        Sign::sure("Could not read 'channels' as vector of strings"),
        Sign::sure("Unable to parse").near(ENV),
    ],
    explains: &["conda-unexpected-error", "conda-spec-not-found", "conda-environment-file-missing"],
    solvable: false,
    of_the_search: false,
    text: include_str!("conda_yaml_invalid.md"),
};
