use crate::{KnownFailure, Sign};

/// An entry of conda's list: `  - channel::name=version=build`.
const ITEM: &str =
    r"^\s*[-•*]\s+(?:[\w./-]+::)?(?P<package>[A-Za-z0-9_][\w.-]*)(?:$|[=<>!~\[ ]|\s*$)";

pub(super) static PROBLEM: KnownFailure = KnownFailure {
    name: "package-not-found",
    message: "no channel has a package that matches `{package}`",
    signs: &[
        Sign::sure("The following packages are not available from current channels").with_items(ITEM),
        Sign::sure("ResolvePackageNotFound").matching(r"ResolvePackageNotFound\b").with_items(ITEM),
        Sign::sure("NoPackagesFoundError").matching(r"NoPackagesFoundError: (?:Package missing in current \S+ channels|Packages? missing|.)").with_items(ITEM),
        Sign::sure("missing in current").matching(r"Packages? missing in current (?:\S+ )?channels").with_items(ITEM),
        Sign::sure("No packages found in current").matching(r"No packages found in current \S+ channels matching: (?P<package>[\w.-]+)"),
        Sign::sure("No candidates were found for").matching(r"No candidates were found for (?P<package>[\w.-]+)").unless_near(&["pip install"]),
        Sign::sure("PackagesNotFoundInChannelsError").with_items(ITEM),
        Sign::likely("PackagesNotFoundError").unless_near(&["missing from the target environment"]).with_items(ITEM),
    ],
    explains: &["pixi-not-solved", "conda-lock-not-solved", "conda-unexpected-error", "solve-timeout", "unsatisfiable"],
    solvable: true,
    of_the_search: false,
    text: include_str!("package_not_found.md"),
};
