use crate::{KnownFailure, Sign};

pub(super) static PROBLEM: KnownFailure = KnownFailure {
    name: "conda-bad-spec",
    message: "",
    signs: &[
        Sign::sure("InvalidVersionSpec")
            .matching(r"InvalidVersionSpec(?:Error)?: (?:Invalid version '(?P<version>[^']*)')?"),
        Sign::sure("Invalid MatchSpec").matching(r"Invalid MatchSpec: (?P<spec>.+)$"),
        Sign::sure("InvalidMatchSpec")
            .matching(r"InvalidMatchSpec: (?:Invalid spec '(?P<spec>[^']*)')?"),
        Sign::sure("InvalidSpec").matching(r"InvalidSpec: "),
        Sign::sure("invalid package specification")
            .matching(r"(?i)invalid package specification: (?P<spec>.+)$"),
        Sign::sure("could not parse").matching(r"[Cc]ould not parse '(?P<spec>[^']+)' in: \S+"),
        Sign::sure("Error parsing MatchSpec")
            .matching(r#"Error parsing MatchSpec "?(?P<spec>[^"]+)"#),
        Sign::sure("Error parsing version").matching(r#"Error parsing version "(?P<spec>[^"]*)""#),
        Sign::sure("is an incorrect expression").matching(r"Version spec .* is an incorrect"),
        Sign::sure("Invalid version spec").matching(r"(?i)\binvalid version spec(?:ification)?\b"),
        Sign::sure("into a MatchSpec")
            .matching(r"Failed to turn `(?P<spec>[^`]+)` into a MatchSpec"),
        Sign::sure("Can't parse conda spec from").matching(r"spec from '(?P<spec>[^']+)'"),
        Sign::sure("Found invalid version predicate"),
        Sign::sure("Invalid spec")
            .matching(r"Invalid spec(?: '(?P<spec>[^']+)'|, no package name found)"),
        Sign::likely("invalid operator")
            .matching(r"Invalid version '(?P<version>[^']*)': invalid operator")
            .unless_near(&["pip install"]),
        Sign::likely("CondaValueError: Invalid version").matching(r"Invalid version"),
    ],
    explains: &[
        "pixi-not-solved",
        "conda-lock-not-solved",
        "conda-unexpected-error",
    ],
    solvable: true,
    of_the_search: false,
    text: include_str!("conda_bad_spec.md"),
};
