use crate::{KnownFailure, Sign};

pub(super) static PROBLEM: KnownFailure = KnownFailure {
    name: "conda-shell-not-initialized",
    message: "",
    signs: &[
        Sign::sure("Your shell has not been properly configured to use"),
        Sign::sure("Run 'conda init' before 'conda activate'"),
        Sign::sure("source: not found")
            .matching(r"/bin/sh: (?:\d+: )?source: not found")
            .near(&["activate"]),
        Sign::sure("activate: not found")
            .matching(r"/bin/sh: (?:\d+: )?(?:source )?\S*activate: not found"),
        Sign::sure("critical libmamba Shell not initialized"),
        Sign::sure("'micromamba' is running as a subprocess and can't modify the parent shell"),
    ],
    explains: &["command-not-found", "conda-command-not-found"],
    solvable: false,
    of_the_search: false,
    text: include_str!("conda_shell_not_initialized.md"),
};
