//! The names of diagnostics that `presolve check` reports as findings. The rules take their
//! names from here, so that the two cannot differ.

/// An option in the pip list is not allowed in a requirements file, or is incomplete.
pub const BAD_PIP_OPTION: &str = "bad-pip-option";
/// An entry of the conda dependencies names a channel, such as `-c conda-forge`.
pub const CHANNEL_IN_CONDA_LIST: &str = "channel-in-conda-list";
/// A line of the pip list uses conda syntax.
pub const CONDA_SYNTAX_IN_PIP_LIST: &str = "conda-syntax-in-pip-list";
/// A mapping has the same key twice.
pub const DUPLICATE_KEY: &str = "duplicate-key";
/// The file is empty or contains only comments.
pub const EMPTY_FILE: &str = "empty-file";
/// The pip list is empty.
pub const EMPTY_PIP_LIST: &str = "empty-pip-list";
/// The file is a list of package URLs (`@EXPLICIT`), not an environment file.
pub const EXPLICIT_FILE: &str = "explicit-file";
/// A line of the pip list has a word after an option that is not part of the option, so pip
/// ignores the word.
pub const IGNORED_BY_PIP: &str = "ignored-by-pip";
/// An entry is an install command, such as `conda install numpy`.
pub const INSTALL_COMMAND: &str = "install-command";
/// The `.json` file is not valid JSON.
pub const INVALID_JSON: &str = "invalid-json";
/// A conda dependency is not a valid match spec.
pub const INVALID_MATCH_SPEC: &str = "invalid-match-spec";
/// A line of the pip list is not a valid requirement.
pub const INVALID_PIP_REQUIREMENT: &str = "invalid-pip-requirement";
/// The file is not valid YAML.
pub const INVALID_YAML: &str = "invalid-yaml";
/// YAML joins lines into one value or ends a list early, because a mark is missing or the
/// indentation is wrong.
pub const JOINED_LINES: &str = "joined-lines";
/// conda does not accept this environment name.
pub const MALFORMED_NAME: &str = "malformed-name";
/// conda cannot read the version of `python`.
pub const MALFORMED_PYTHON_VERSION: &str = "malformed-python-version";
/// The file contains merge conflict markers.
pub const MERGE_CONFLICT: &str = "merge-conflict";
/// A mapping merges keys from another one with `<<`.
pub const MERGE_KEY: &str = "merge-key";
/// The pip list is next to `dependencies` instead of inside it.
pub const MISPLACED_PIP_LIST: &str = "misplaced-pip-list";
/// The pip list names a project by its path, but there is no project at that path.
pub const MISSING_PROJECT: &str = "missing-project";
/// A file that the pip list includes with `-r` or `-c` does not exist or cannot be read.
pub const MISSING_REQUIREMENTS_FILE: &str = "missing-requirements-file";
/// A key is misspelt or capitalised, so conda ignores it.
pub const MISSPELT_KEY: &str = "misspelt-key";
/// The file lists no packages: `dependencies` is missing, misspelt or empty.
pub const NO_DEPENDENCIES: &str = "no-dependencies";
/// The file is not a mapping with `channels` and `dependencies`, or is one of another tool.
pub const NOT_AN_ENVIRONMENT: &str = "not-an-environment";
/// The conda dependencies contain a line for pip.
pub const PIP_LINE_IN_CONDA_LIST: &str = "pip-line-in-conda-list";
/// The file has a pip list, but `pip` is not among its dependencies.
pub const PIP_NOT_DECLARED: &str = "pip-not-declared";
/// An entry is a selector, such as `sel(linux): numpy`, which conda does not support.
pub const PLATFORM_SELECTOR: &str = "platform-selector";
/// `prefix` is the path of the environment on the machine that exported the file.
pub const PREFIX_IN_FILE: &str = "prefix-in-file";
/// A value has a Python type tag, such as `!!python/tuple`.
pub const PYTHON_TAG: &str = "python-tag";
/// The pip list includes a requirements file as `file:name`, which versions of pip resolve
/// differently.
pub const RELATIVE_FILE_URL: &str = "relative-file-url";
/// The pip list includes a requirements file from a server.
pub const REMOTE_REQUIREMENTS_FILE: &str = "remote-requirements-file";
/// A comment such as `# [win]` is a selector, which only conda-lock reads.
pub const SELECTOR_COMMENT: &str = "selector-comment";
/// The file has more than one YAML document, separated by `---`.
pub const SEVERAL_DOCUMENTS: &str = "several-documents";
/// The dependencies have several pip lists, but conda reads only the last one.
pub const SEVERAL_PIP_LISTS: &str = "several-pip-lists";
/// A line of the pip list has a single `=` before the version, which is conda syntax.
pub const SINGLE_EQUALS: &str = "single-equals";
/// A line is indented with a tab, which YAML does not allow.
pub const TAB_INDENTATION: &str = "tab-indentation";
/// A value is a template, such as `{{ version }}`, that must be filled in first.
pub const TEMPLATE_VALUE: &str = "template-value";
/// An entry is a mapping, a number, a list or empty, where the name of a package or channel is
/// expected.
pub const UNEXPECTED_ENTRY: &str = "unexpected-entry";
/// The file has a key that conda does not know and ignores.
pub const UNKNOWN_KEY: &str = "unknown-key";
/// `platforms` has an entry that is not a conda platform.
pub const UNKNOWN_LOCK_PLATFORM: &str = "unknown-lock-platform";
/// A version is a placeholder or a word, such as `1.x` or `latest`.
pub const UNUSUAL_VERSION: &str = "unusual-version";
/// The file is valid YAML in a form whose entries cannot be located, so it is only partly
/// checked.
pub const UNUSUAL_YAML: &str = "unusual-yaml";

/// Every name above.
pub const ALL: &[&str] = &[
    BAD_PIP_OPTION,
    CHANNEL_IN_CONDA_LIST,
    CONDA_SYNTAX_IN_PIP_LIST,
    DUPLICATE_KEY,
    EMPTY_FILE,
    EMPTY_PIP_LIST,
    EXPLICIT_FILE,
    IGNORED_BY_PIP,
    INSTALL_COMMAND,
    INVALID_JSON,
    INVALID_MATCH_SPEC,
    INVALID_PIP_REQUIREMENT,
    INVALID_YAML,
    JOINED_LINES,
    MALFORMED_NAME,
    MALFORMED_PYTHON_VERSION,
    MERGE_CONFLICT,
    MERGE_KEY,
    MISPLACED_PIP_LIST,
    MISSING_PROJECT,
    MISSING_REQUIREMENTS_FILE,
    MISSPELT_KEY,
    NO_DEPENDENCIES,
    NOT_AN_ENVIRONMENT,
    PIP_LINE_IN_CONDA_LIST,
    PIP_NOT_DECLARED,
    PLATFORM_SELECTOR,
    PREFIX_IN_FILE,
    PYTHON_TAG,
    RELATIVE_FILE_URL,
    REMOTE_REQUIREMENTS_FILE,
    SELECTOR_COMMENT,
    SEVERAL_DOCUMENTS,
    SEVERAL_PIP_LISTS,
    SINGLE_EQUALS,
    TAB_INDENTATION,
    TEMPLATE_VALUE,
    UNEXPECTED_ENTRY,
    UNKNOWN_KEY,
    UNKNOWN_LOCK_PLATFORM,
    UNUSUAL_VERSION,
    UNUSUAL_YAML,
];
