use crate::{KnownFailure, Sign};

/// An entry of conda's list of conflicts: `  - name=version -> what it needs`.
const CLASH: &str = r"^\s*-\s+(?:[\w./-]+::)?(?P<package>[A-Za-z0-9_][\w.-]*)";

pub(super) static PROBLEM: KnownFailure = KnownFailure {
    name: "unsatisfiable",
    message: "the requirements of the file conflict, `{package}` among them",
    signs: &[
        Sign::sure("UnsatisfiableError")
            .matching(r"\b(?:UnsatisfiableError|UnsatisfiableSpecificationsError)\b")
            .with_items(CLASH),
        Sign::sure("specifications were found")
            .matching(r"following specifications were found to be (?:in conflict|incompatible)")
            .with_items(CLASH),
        Sign::sure("none of the providers can be installed").matching(
            r"package (?:\S+::)?(?P<package>[A-Za-z0-9_][\w.-]*?)-[^-\s]+-[^-\s]+ requires",
        ),
        Sign::sure("The following packages are incompatible"),
        Sign::sure("is not installable because"),
        Sign::sure("conflicts with any installable versions"),
        Sign::likely("Could not solve for environment specs"),
        Sign::sure("Unsatisfiable package specifications"),
        Sign::sure("Hint: the following packages conflict with each other"),
        Sign::likely("Encountered problems while solving"),
        Sign::sure("Cannot solve the request because of"),
        Sign::sure("can't be solved, aborting the operation"),
        Sign::likely("conflicts for").matching(r"^Package (?P<package>[\w.-]+) conflicts for:"),
        Sign::likely("following specifications").matching(
            r"Hint: the following specifications conflict|The following specifications.*conflict",
        ),
    ],
    explains: &[
        "pixi-not-solved",
        "conda-lock-not-solved",
        "conda-unexpected-error",
        "solve-timeout",
        "solve-conflict-hang",
    ],
    solvable: true,
    of_the_search: false,
    text: include_str!("unsatisfiable.md"),
};
