use crate::{KnownFailure, Sign};

pub(super) static PROBLEM: KnownFailure = KnownFailure {
    name: "incompatible-python-version",
    message: "`{package}` does not allow Python {python}",
    signs: &[
        Sign::sure("requires a different Python:").matching(r"[Pp]ackage '?(?P<package>[A-Za-z0-9][\w.-]*)'? requires a different Python: (?P<python>\S+) not in '(?P<allowed>[^']+)'"),
        Sign::sure("requires a different Python:").matching(r"^\W*(?:ERROR: )?(?P<package>[A-Za-z0-9][\w.-]*) requires a different Python: (?P<python>\S+) not in"),
        Sign::sure("requires Python").matching(r"(?P<package>[A-Za-z0-9][\w.-]*) requires Python '?(?P<allowed>[^']+?)'? but the running Python is (?P<python>[\d.]+)"),
        Sign::sure("Ignored the following versions that require a different python").near(&["No matching distribution found"]),
        Sign::sure("Cannot install on Python version").matching(r"Cannot install on Python version (?P<python>[\d.]+)"),
        Sign::sure("Unsupported Python version").matching(r"Unsupported Python version"),
        Sign::sure("requires at least Python").matching(r"(?i)requires at least Python (?P<allowed>[\d.]+)").near(&["error"]),
        Sign::sure("This script does not work on Python").matching(r"does not work on Python (?P<python>[\d.]+)"),
        Sign::sure("requires Python ").matching(r"^\W*(?:\w*Error: )?.{0,60}\brequires Python (?P<allowed>(?:>=?|<=?|==|~=)?\s*\d[\d.]*)[^'\w].*(?:you (?:are|have)|found|but|or (?:later|newer|higher|above))").unless_near(&["Ignored the following versions", "none of the providers"]),
        Sign::likely("Python 3").matching(r"(?i)(?:sorry|error).*Python (?:>= ?)?(?P<allowed>3\.\d+).*(?:required|supported|needed)").near(&["setup.py", "pip"]),
        Sign::sure("is required").matching(r"(?i)^\W*(?:\w*error)\b.*python (?P<allowed>\d[\d.]*) or (?:later|newer|higher|above|greater) is required"),
        Sign::sure("Error: Python version").matching(r"(?i)python version (?:>=|<|==)?\s*(?P<allowed>\d[\d.]*) (?:is )?required"),
        Sign::likely("print(f\"").near(&["SyntaxError: invalid syntax"]),
        Sign::likely("sys.stderr.write(f\"ERROR: {exc}\")"),
        Sign::sure("does not satisfy Python").matching(r"current Python version \((?P<python>[\d.]+)\) does not satisfy Python(?P<allowed>[^,]*)"),
        Sign::sure("is not supported by the project").matching(r"[Cc]urrent Python version \((?P<python>[\d.]+)\) is not (?:allowed|supported) by the project"),
    ],
    explains: &["pip-no-matching-distribution", "pip-build-failed", "unsatisfiable", "poetry-solving-failed"],
    solvable: true,
    of_the_search: false,
    text: include_str!("incompatible_python_version.md"),
};
