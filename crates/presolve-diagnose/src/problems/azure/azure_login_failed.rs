use crate::{KnownFailure, Sign};

pub(super) static PROBLEM: KnownFailure = KnownFailure {
    name: "azure-login-failed",
    message: "Microsoft Entra ID rejected the login: `{code}`",
    signs: &[
        Sign::sure("AADSTS").matching(r"(?P<code>AADSTS\d{4,})"),
        Sign::sure("Please run 'az login' to setup account"),
        Sign::likely("Login failed with Error:").near(&["azure/login", "Azure CLI", "/az'"]),
    ],
    explains: &[
        "image-pull-unauthorized",
        "docker-push-denied",
        "azure-role-missing",
        "interactive-auth-attempted",
    ],
    solvable: false,
    of_the_search: false,
    text: include_str!("azure_login_failed.md"),
};
