use crate::{KnownFailure, Sign};

pub(super) static PROBLEM: KnownFailure = KnownFailure {
    name: "azureml-registry-denied",
    message: "the Azure ML registry `{registry}` cannot be used",
    signs: &[
        Sign::sure("is not allowed to access registry")
            .matching(r"access registry (?P<registry>[\w-]+)"),
        Sign::sure("UnAuthorizedRegistryAccess"),
        Sign::likely("registrymanagement/v1.0/registries/")
            .matching(r"(?i)(?:40[34]|not found|forbidden).*registries/(?P<registry>[\w-]+)"),
    ],
    explains: &[],
    solvable: false,
    of_the_search: false,
    text: include_str!("azureml_registry_denied.md"),
};
