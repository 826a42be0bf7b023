use crate::{KnownFailure, Log, Sign, traceback};

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

/// The files of conda that read an environment file.
const READERS: &[&str] = &[
    "/conda_env/env.py",
    "/conda_env/specs/",
    "/conda/env/env.py",
    "/conda/env/specs/",
    "/conda/plugins/environment_specifiers/",
    "/conda/plugins/env_specs/",
];

/// The files of conda that read its own data: packages, indexes, environments and settings.
const OWN: &[&str] = &[
    "/conda/core/",
    "/conda/gateways/",
    "/conda/history.py",
    "/conda/common/configuration.py",
    "/conda/base/context.py",
    "/subprocess.py",
];

/// Whether conda read the environment file, and not its own data, when the text could not be
/// decoded. A message without a traceback does not tell.
fn reads_the_file(log: &Log, line: usize) -> bool {
    let files = traceback::files(log, line);
    let mut known = files.iter().filter_map(|file| {
        let is_in = |texts: &[&str]| texts.iter().any(|text| file.contains(text));
        (is_in(READERS) || is_in(OWN)).then(|| !is_in(OWN))
    });
    // The innermost frame that is known tells. conda's own data is JSON, its settings aside.
    let is_yaml = || files.iter().any(|file| file.contains("yaml/"));
    files.is_empty() || known.next().unwrap_or_else(is_yaml)
}

pub(super) static PROBLEM: KnownFailure = KnownFailure {
    name: "conda-yaml-encoding",
    message: "the file is not encoded as `{codec}`",
    signs: &[
        Sign::sure("codec can't decode")
            .matching(r"'(?P<codec>[\w-]+)' codec can't decode byte")
            .near(CONDA)
            .unless_near(&["setup.py egg_info", "pip/_internal"])
            .when(reads_the_file),
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
            .unless_near(&["setup.py", "pip/_internal"])
            .when(reads_the_file),
        Sign::sure("codec can't encode")
            .near(&["conda_env", "conda/env"])
            .when(reads_the_file),
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
