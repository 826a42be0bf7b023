use crate::{KnownFailure, Sign};

/// Azure registries are a separate problem, because their causes differ.
const ACR: &[&str] = &["azurecr.io", "docker.sock"];

pub(super) static PROBLEM: KnownFailure = KnownFailure {
    name: "registry-unreachable",
    message: "the registry `{host}` could not be reached",
    signs: &[
        Sign::sure("://").matching(r#"(?:Get|Head|Post|Put|Patch) "?(?P<url>https?://(?P<host>[^/"\s]+)/[^"\s]*)"?: (?:dial|net/http|proxyconnect|context deadline|EOF|read tcp|http: server|Service Unavailable|remote error|write tcp|Client\.Timeout|TLS|unexpected EOF|Bad Gateway|Gateway)"#).unless_near(ACR),
        Sign::sure("Client.Timeout exceeded while awaiting headers").unless_near(ACR),
        Sign::sure("TLS handshake timeout").unless_near(ACR),
        Sign::sure("failed to do request").matching(r"(?:dial tcp|i/o timeout|no such host|connection refused|EOF|deadline exceeded|unreachable|proxyconnect)").unless_near(ACR),
        Sign::likely("dial tcp").matching(r"dial tcp.*(?:no such host|i/o timeout|connection refused|unreachable|server misbehaving|connect: )").unless_near(ACR),
        Sign::likely("received unexpected HTTP status: 5").unless_near(&["azurecr.io", "failed to push", "The push refers to"]),
        Sign::likely("unexpected status").matching(r"unexpected status(?: code)?.*: (?:50[0-4])\b").unless_near(&["azurecr.io", "failed to push", "The push refers to"]),
    ],
    explains: &["image-not-found", "name-resolution-failed", "image-pull-io-error", "docker-push-failed", "image-pull-unauthorized"],
    solvable: false,
    of_the_search: false,
    text: include_str!("registry_unreachable.md"),
};
