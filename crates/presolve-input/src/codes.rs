//! The names of diagnostics that `presolve check` reports as findings. The rules take their
//! names from here, so that the two cannot differ.

/// A requirement in a command is not quoted, so the shell treats its `>` or `<` as a
/// redirection.
pub const BARE_REDIRECTION: &str = "bare-redirection";
/// Docker cannot read the Dockerfile.
pub const DOCKERFILE_SYNTAX: &str = "dockerfile-syntax";
/// The definition names a conda file that does not exist, or a value that is neither a path
/// nor a specification.
pub const MISSING_CONDA_FILE: &str = "missing-conda-file";
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
    MISSING_CONDA_FILE,
    MISSING_DOCKERFILE,
    UNKNOWN_INSTRUCTION,
    UNSOLVED_INSTALL,
];
