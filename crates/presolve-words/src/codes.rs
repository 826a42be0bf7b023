//! The names of diagnostics that are also rules of `presolve check`. A rule takes its name
//! from here, so that the name in a report and the name of the rule cannot differ.

/// The requirements of a release come from a file that a build on another machine left in the
/// archive.
pub const ASSUMED_REQUIREMENTS: &str = "assumed-requirements";
/// A package is installed as a CPU build, although the environment's image has CUDA.
pub const CPU_BUILD_ON_CUDA_IMAGE: &str = "cpu-build-on-cuda-image";
/// Many lines pin builds that no channel has for the platform.
pub const GONE_BUILDS: &str = "gone-builds";
/// A channel is not a name, a URL or a path.
pub const INVALID_CHANNEL: &str = "invalid-channel";
/// The lines of the pip list conflict, and only pip before 20.3 installs them.
pub const LEGACY_RESOLVER: &str = "legacy-resolver";
/// The build of a release imports a module that is not installed at that time.
pub const MISSING_BUILD_DEPENDENCY: &str = "missing-build-dependency";
/// The file needs a feature of the machine, such as a GPU driver (`__cuda`), that the target
/// does not have.
pub const MISSING_VIRTUAL_PACKAGE: &str = "missing-virtual-package";
/// Only presolve's own table says that a conda package provides a project of another name.
pub const NAME_BY_TABLE: &str = "name-by-table";
/// pip compiles a release from source, and the build needs a compiler.
pub const NEEDS_COMPILER: &str = "needs-compiler";
/// pip compiles a release from source, and the build needs an MPI library.
pub const NEEDS_MPI: &str = "needs-mpi";
/// The file's pip is too old for available wheels, so it builds from source instead.
pub const OLD_PIP: &str = "old-pip";
/// pip must replace a conda package that it may not be able to uninstall.
pub const PIP_CANNOT_UNINSTALL: &str = "pip-cannot-uninstall";
/// pip overwrites a conda package with another version.
pub const PIP_OVERWRITES_CONDA: &str = "pip-overwrites-conda";
/// A pip line names a project that conda installs, so pip upgrades it without conda's
/// knowledge.
pub const PIP_UPGRADES_CONDA: &str = "pip-upgrades-conda";
/// A pip line names a placeholder, a project that exists only to point to the real name.
pub const PLACEHOLDER_PROJECT: &str = "placeholder-project";
/// pip builds a release from source, because the release has no wheel for this Python and
/// platform.
pub const SOURCE_BUILD: &str = "source-build";
/// A package of the solution has no date, so the cut-off for dates cannot exclude it.
pub const UNDATED_PACKAGE: &str = "undated-package";
/// A channel of the file does not exist.
pub const UNKNOWN_CHANNEL: &str = "unknown-channel";
/// A conda line, or one of its dependencies, names a package that no channel of the file has.
pub const UNKNOWN_PACKAGE: &str = "unknown-package";
/// A pip line, or one of its requirements, names a project that no package index of the file
/// has.
pub const UNKNOWN_PROJECT: &str = "unknown-project";
/// The pip of the solution does not have an option of the pip list.
pub const UNKNOWN_PIP_OPTION: &str = "unknown-pip-option";
/// The requirements of a release are not known before it is built.
pub const UNKNOWN_REQUIREMENTS: &str = "unknown-requirements";
/// Only running third-party code can resolve a pip line: a repository, a local project, or an
/// archive without a name.
pub const UNRESOLVABLE_LINE: &str = "unresolvable-line";

/// All names that are rules of `presolve check`.
pub const ALL: &[&str] = &[
    ASSUMED_REQUIREMENTS,
    CPU_BUILD_ON_CUDA_IMAGE,
    GONE_BUILDS,
    INVALID_CHANNEL,
    LEGACY_RESOLVER,
    MISSING_BUILD_DEPENDENCY,
    MISSING_VIRTUAL_PACKAGE,
    NAME_BY_TABLE,
    NEEDS_COMPILER,
    NEEDS_MPI,
    OLD_PIP,
    PIP_CANNOT_UNINSTALL,
    PIP_OVERWRITES_CONDA,
    PIP_UPGRADES_CONDA,
    PLACEHOLDER_PROJECT,
    SOURCE_BUILD,
    UNDATED_PACKAGE,
    UNKNOWN_CHANNEL,
    UNKNOWN_PACKAGE,
    UNKNOWN_PIP_OPTION,
    UNKNOWN_PROJECT,
    UNKNOWN_REQUIREMENTS,
    UNRESOLVABLE_LINE,
];
