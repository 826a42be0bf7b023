use crate::{KnownFailure, Sign};

pub(super) static PROBLEM: KnownFailure = KnownFailure {
    name: "pixi-project-missing",
    message: "",
    signs: &[
        Sign::sure("could not find pixi.toml or pyproject.toml"),
        Sign::sure("found pyproject.toml without tool.pixi section"),
        Sign::sure("could not find '").matching(r"could not find '(?P<path>[^']*pixi\.toml)'"),
    ],
    explains: &[],
    solvable: false,
    of_the_search: false,
    text: include_str!("pixi_project_missing.md"),
};
