use crate::{KnownFailure, Sign};

pub(super) static PROBLEM: KnownFailure = KnownFailure {
    name: "poetry-usage-error",
    message: "Poetry does not know `{option}`",
    signs: &[
        Sign::sure("does not exist")
            .matching(r#"The (?:option )?"(?P<option>--?[\w-]+)"(?: option)? does not exist"#)
            .near(&["poetry"]),
        Sign::sure("does not exist")
            .matching(r#"The (?:requested )?command "?(?P<option>[\w-]+)"? does not exist"#)
            .near(&["poetry"]),
    ],
    explains: &[],
    solvable: false,
    of_the_search: false,
    text: include_str!("poetry_usage_error.md"),
};
