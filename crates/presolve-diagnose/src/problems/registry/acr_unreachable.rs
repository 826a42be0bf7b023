use crate::{KnownFailure, Sign};

/// A message that the registry is in a virtual network.
const BEHIND: &str = r"(?i)\b(?:ACR|container registry|image build)\b.*\b(?:behind|in) (?:a |the )?(?:vnet|virtual network)";

pub(super) static PROBLEM: KnownFailure = KnownFailure {
    name: "acr-unreachable",
    message: "the container registry `{host}` could not be reached",
    signs: &[
        Sign::sure("is not allowed access").matching(r"client with IP .*?(?P<ip>\d+(?:\.\d+){3}|[\w.:]+).{0,8} is not allowed access"),
        Sign::sure("is not allowed access").near(&["azurecr", "acr"]),
        Sign::sure("aka.ms/acr/firewall"),
        Sign::sure(".azurecr.").matching(r"(?P<host>[\w.-]+\.azurecr\.(?:io|cn|us)).*(?:dial tcp|no such host|i/o timeout|Client\.Timeout|TLS handshake|connection refused|deadline exceeded|request canceled)"),
        Sign::sure("Are firewalls and virtual networks enabled"),
        Sign::sure("Could not connect to the registry login server").matching(r"login server '(?P<host>[^']+)'"),
        Sign::sure("CONNECTIVITY_").matching(r"CONNECTIVITY_(?:DNS|FORBIDDEN|CHALLENGE|REFRESH_TOKEN|ACCESS_TOKEN)_ERROR"),
        Sign::sure("is not accessible").matching(r"(?i)(?:container registry|ACR) .*is not accessible"),
        Sign::sure("Failed to connect to").matching(r"(?P<host>[\w-]+\.azurecr\.io)"),
        Sign::sure("VNet").matching(BEHIND),
        Sign::sure("virtual network").matching(BEHIND),
    ],
    explains: &["image-pull-backoff", "image-pull-unauthorized", "registry-unreachable", "name-resolution-failed", "image-pull-forbidden", "docker-push-denied", "docker-push-failed", "build-timeout"],
    solvable: false,
    of_the_search: false,
    text: include_str!("acr_unreachable.md"),
};
