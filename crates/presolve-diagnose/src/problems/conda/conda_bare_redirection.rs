use crate::{KnownFailure, Sign};

pub(super) static PROBLEM: KnownFailure = KnownFailure {
    name: "conda-bare-redirection",
    message: "",
    signs: &[
        Sign::sure("cannot open =").matching(r"cannot open =(?P<version>[\d.*]+): No such file"),
        Sign::sure("No such file or directory").matching(r"(?:sh|bash): (?:line )?(?:\d+: )?=?(?P<version>=?\d+(?:\.[\d*]+)+(?:,\S*)?): No such file or directory"),
        Sign::sure("cannot open").matching(r"sh: (?:\d+: )?cannot open (?P<version>=?\d[\w.*]*(?:,\S*)?): No such file"),
        Sign::sure("can't open =").matching(r"can't open =(?P<version>[\d.*]+)"),
    ],
    explains: &["command-not-found"],
    solvable: false,
    of_the_search: false,
    text: include_str!("conda_bare_redirection.md"),
};
