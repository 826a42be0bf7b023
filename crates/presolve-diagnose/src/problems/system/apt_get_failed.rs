use crate::{KnownFailure, Sign};

pub(super) static PROBLEM: KnownFailure = KnownFailure {
    name: "apt-get-failed",
    message: "apt could not install `{package}`",
    signs: &[
        Sign::sure("E: Unable to locate package").matching(r"\bE: Unable to locate package (?P<package>\S+)"),
        Sign::sure("has no installation candidate").matching(r"\bE: Package '(?P<package>[^']+)' has no installation candidate"),
        Sign::sure("E: Version '").matching(r"\bE: Version '[^']+' for '(?P<package>[^']+)' was not found"),
        Sign::sure("E: Couldn't find any package").matching(r"\bE: Couldn't find any package by (?:regex|glob)"),
        Sign::sure("E: Failed to fetch").matching(r"\bE: Failed to fetch (?P<url>\w+://(?P<host>[^/\s]+)\S*)"),
        Sign::sure("E: The repository").matching(r"\bE: The repository '(?P<url>\w+://(?P<host>[^/\s]+)[^']*)' (?:does not have a Release file|does no longer have a Release file|is not signed|is no longer signed|no longer has a Release file)"),
        Sign::sure("E: ").matching(r"\bE: (?:Release file for|Some index files failed|Unable to fetch some archives|Unable to correct problems|Unmet dependencies|Sub-process .* returned an error|Could not get lock|Unable to acquire|Unable to lock|Broken packages|Problem executing scripts|Method .* has died|The method driver|dpkg was interrupted|Internal error|Invalid operation|Type '|Malformed entry|Conflicting values|The list of sources|The package .* needs to be reinstalled|Command line option|There (?:were|are) (?:unauthenticated|problems)|GPG error|The value '|Aborting install|Can't find a source)"),
        Sign::likely("E: ").matching(r"^E: [A-Z]\w").near(&["apt", "Reading package lists"]),
        Sign::sure("The following packages have unmet dependencies").near(&["apt", "E: "]),
        Sign::likely("The following signatures couldn't be verified"),
        Sign::sure("dpkg: error processing").matching(r"dpkg: error processing (?:package|archive) (?P<package>\S+)"),
        Sign::sure("Temporary failure resolving").matching(r"Temporary failure resolving '(?P<host>[^']+)'").near(&["E: ", "apt"]).unless_near(&["Setting up "]),
        Sign::likely("returned a non-zero code: 100").matching(r"apt(?:-get)?\b"),
        Sign::likely("exit code: 100").matching(r"apt(?:-get)?\b"),
        Sign::sure("add-apt-repository").matching(r"add-apt-repository: (?:command )?not found"),
    ],
    explains: &["name-resolution-failed", "make-failed"],
    solvable: false,
    of_the_search: false,
    text: include_str!("apt_get_failed.md"),
};
