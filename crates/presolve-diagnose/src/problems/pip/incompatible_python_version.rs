use crate::{KnownFailure, Log, Sign};
use presolve_parse::pep;

/// pip's messages about the requirement that it looked for, after the list of the releases
/// that it skipped (`_report_single_requirement_conflict` in
/// pip/_internal/resolution/resolvelib/factory.py).
const REQUIREMENT: &str = r"(?:satisfies the requirement|No matching distribution found for) (?P<package>[A-Za-z0-9][\w.-]*)";

/// How many lines after the list the requirement is.
const NEXT: usize = 5;

/// Whether the release that a requirement pins is one that pip skipped.
fn skips_the_pinned_release(log: &Log, line: usize) -> bool {
    skips(log, line, |requirement| requirement.contains("=="))
}

/// Whether pip skipped a release that fits the requirement.
fn skips_a_fitting_release(log: &Log, line: usize) -> bool {
    skips(log, line, |requirement| !requirement.contains("=="))
}

/// Whether pip skipped a release that fits the next requirement. Its list has the versions of
/// all projects of the run, without their names.
fn skips(log: &Log, line: usize, is_meant: impl Fn(&str) -> bool) -> bool {
    let mut next = log.lines[line + 1..].iter().take(NEXT);
    let Some(requirement) = next.find_map(|line| requirement(&line.text)) else {
        return false;
    };
    let wanted = requirement.trim_start_matches(|letter: char| {
        letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_' | '.')
    });
    let wanted = wanted.split_once(']').map_or(wanted, |(_, wanted)| wanted);
    let Ok(specifiers) = pep::specifiers(wanted) else {
        return false;
    };
    let list = log.lines[line]
        .text
        .rsplit("version:")
        .next()
        .unwrap_or_default();
    let mut skipped = list.split(';').filter_map(|entry| {
        let version = entry.split_once("Requires-Python")?.0;
        pep::version(version.trim()).ok()
    });
    is_meant(wanted) && skipped.any(|version| specifiers.contains(&version))
}

/// Returns the requirement of pip's message that nothing satisfies it.
fn requirement(text: &str) -> Option<&str> {
    let rest = text.split_once("satisfies the requirement ")?.1;
    Some(rest.split(['(', ';']).next().unwrap_or_default().trim())
}

pub(super) static PROBLEM: KnownFailure = KnownFailure {
    name: "incompatible-python-version",
    message: "`{package}` does not allow Python {python}",
    signs: &[
        Sign::sure("requires a different Python:").matching(r"[Pp]ackage '?(?P<package>[A-Za-z0-9][\w.-]*)'? requires a different Python: (?P<python>\S+) not in '(?P<allowed>[^']+)'"),
        Sign::sure("requires a different Python:").matching(r"^\W*(?:ERROR: )?(?P<package>[A-Za-z0-9][\w.-]*) requires a different Python: (?P<python>\S+) not in"),
        Sign::sure("requires Python").matching(r"(?P<package>[A-Za-z0-9][\w.-]*) requires Python '?(?P<allowed>[^']+?)'? but the running Python is (?P<python>[\d.]+)"),
        Sign::sure("Ignored the following versions that require a different python").when(skips_the_pinned_release).with_items(REQUIREMENT),
        Sign::likely("Ignored the following versions that require a different python").when(skips_a_fitting_release).with_items(REQUIREMENT),
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
        Sign::sure(" by the project").matching(r"[Cc]urrent Python version \((?P<python>[\d.]+)\) is not (?:allowed|supported) by the project"),
        Sign::sure("is not supported by the project").matching(r"specified Python version \((?P<python>[\d.]+)\)"),
        Sign::sure("Python requirement: ").matching(r"resolved to Python (?P<python>[\d.]+), which is incompatible with the (?:project|script)'s Python requirement: `(?P<allowed>[^`]+)`"),
        Sign::sure("Python requirement: ").matching(r"Python interpreter \(Python (?P<python>[\d.]+)\) is incompatible with the (?:project|script)'s Python requirement: `(?P<allowed>[^`]+)`"),
        Sign::sure("is not compatible with the locked Python requirement").matching(r"current Python version \((?P<python>[\d.]+)\) is not compatible with the locked Python requirement: `(?P<allowed>[^`]+)`"),
    ],
    explains: &["pip-no-matching-distribution", "pip-build-failed", "unsatisfiable", "poetry-solving-failed"],
    solvable: true,
    of_the_search: false,
    text: include_str!("incompatible_python_version.md"),
};
