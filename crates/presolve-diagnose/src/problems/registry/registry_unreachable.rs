use super::PUSH;
use crate::{KnownFailure, Sign};

/// Texts of messages about other servers: Azure registries are a separate problem, because
/// their causes differ. The host of the message tells, since each log of Azure ML logs in to
/// `azurecr.io`.
const OTHERS: &[&str] = &[
    ".azurecr.",
    "docker.sock",
    "docker_engine",
    "proxy.golang.org",
];

/// Texts of answers that broke off and are not about the registry as a whole: a layer is another
/// problem.
const LAYERS: &[&str] = &[
    "/blobs/",
    "docker.sock",
    "docker_engine",
    "proxy.golang.org",
];

pub(super) static PROBLEM: KnownFailure = KnownFailure {
    name: "registry-unreachable",
    message: "the registry `{host}` could not be reached",
    signs: &[
        Sign::sure("://").matching(r#"(?:Get|Head|Post|Put|Patch) "?(?P<url>https?://(?P<host>[^/"\s]+)/[^"\s]*)"?: (?:dial|net/http|proxyconnect|context deadline|http: server|Service Unavailable|remote error|Client\.Timeout|TLS|Bad Gateway|Gateway)"#).unless_with(OTHERS),
        Sign::sure("://").matching(r#"(?:Get|Head|Post|Put|Patch) "?(?P<url>https?://(?P<host>[^/"\s]+)/[^"\s]*)"?: (?:EOF|unexpected EOF|read tcp|write tcp|Service Unavailable|Bad Gateway|Gateway)"#).unless_with(LAYERS),
        Sign::sure("Client.Timeout exceeded while awaiting headers").unless_with(OTHERS),
        Sign::sure("TLS handshake timeout").unless_with(OTHERS),
        Sign::sure("failed to do request").matching(r"(?:dial tcp|i/o timeout|no such host|connection refused|deadline exceeded|unreachable|proxyconnect)").unless_with(OTHERS),
        Sign::likely("dial tcp").matching(r"dial tcp.*(?:no such host|i/o timeout|connection refused|unreachable|server misbehaving|connect: )").unless_with(OTHERS),
        Sign::sure("download failed after attempts").matching(r"attempts=\d+: .*(?:dial tcp|i/o timeout|no such host|connection refused|TLS handshake)"),
        Sign::likely("received unexpected HTTP status: 5").unless_near(PUSH),
        Sign::likely("unexpected status").matching(r"unexpected status(?: code)?.*: (?:50[0-4])\b").unless_near(PUSH),
    ],
    explains: &["image-pull-backoff", "image-not-found", "name-resolution-failed", "image-pull-io-error", "docker-push-failed", "image-pull-unauthorized"],
    solvable: false,
    of_the_search: false,
    text: include_str!("registry_unreachable.md"),
};
