//! The names of diagnostics that `presolve check` reports as findings. The rules take their
//! names from here, so that the two cannot differ.

/// A requirement in a command is not quoted, so the shell treats its `>` or `<` as a
/// redirection.
pub const BARE_REDIRECTION: &str = "bare-redirection";
/// Docker cannot read the Dockerfile.
pub const DOCKERFILE_SYNTAX: &str = "dockerfile-syntax";
/// The value of `environment` is neither an environment nor a valid reference to one.
pub const INVALID_ENVIRONMENT_REFERENCE: &str = "invalid-environment-reference";
/// The file of an environment, a component or a job does not exist, or is something else.
pub const MISSING_AZURE_FILE: &str = "missing-azure-file";
/// The definition names a conda file that does not exist, or a value that is neither a path
/// nor a specification.
pub const MISSING_CONDA_FILE: &str = "missing-conda-file";
/// A model or a project of MLflow names a file that does not exist.
pub const MISSING_MODEL_FILE: &str = "missing-model-file";
/// An environment or a component that a job uses is registered in Azure ML.
pub const REGISTERED_ENVIRONMENT: &str = "registered-environment";
/// The Dockerfile of `build` does not exist.
pub const MISSING_DOCKERFILE: &str = "missing-dockerfile";
/// A line of the Dockerfile begins with a word that is not an instruction.
pub const UNKNOWN_INSTRUCTION: &str = "unknown-instruction";
/// A Dockerfile command installs packages in a way that presolve cannot analyse, so they are
/// not checked.
pub const UNSOLVED_INSTALL: &str = "unsolved-install";

/// Every name above.
pub const ALL: &[&str] = &[
    BARE_REDIRECTION,
    DOCKERFILE_SYNTAX,
    INVALID_ENVIRONMENT_REFERENCE,
    MISSING_AZURE_FILE,
    MISSING_CONDA_FILE,
    MISSING_DOCKERFILE,
    MISSING_MODEL_FILE,
    REGISTERED_ENVIRONMENT,
    UNKNOWN_INSTRUCTION,
    UNSOLVED_INSTALL,
];
