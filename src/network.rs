//! The one HTTP client: proxies, certificates, credentials, retries.

use std::{path::PathBuf, time::Duration};

use reqwest_middleware::ClientWithMiddleware;
use reqwest_retry::{
    RetryTransientMiddleware, Retryable, RetryableStrategy, default_on_request_failure,
    default_on_request_success, policies::ExponentialBackoff,
};
use url::Url;

use crate::{
    diagnostic::{Diagnostic, Failure},
    files::{self, TEXT_LIMIT},
    spec::secrets,
};

/// After the first attempt; with the back-off below a refused connection is
/// given up after some two seconds.
const RETRIES: u32 = 3;
const FIRST_PAUSE: Duration = Duration::from_millis(250);
const LONGEST_PAUSE: Duration = Duration::from_secs(4);
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// Without a byte for this long the connection is taken for dead.
const READ_TIMEOUT: Duration = Duration::from_secs(60);

/// Builds the client that conda channels and PyPI indexes are fetched with.
///
/// It takes credentials from the URL, from netrc and from rattler's credentials
/// file, proxies from `HTTP_PROXY`, `HTTPS_PROXY`, `ALL_PROXY` and `NO_PROXY`, and
/// certificates from the system (or `SSL_CERT_FILE`) and from the files that
/// `REQUESTS_CA_BUNDLE` and `PIP_CERT` name. It retries what may pass (429, 5xx,
/// broken connections) with exponential back-off. With `offline` it refuses every
/// request with [`rattler_networking::OfflineError`].
///
/// Fails if a certificate file cannot be read or the credentials are unusable.
pub fn client(offline: bool) -> Result<ClientWithMiddleware, Failure> {
    let credentials = rattler_networking::AuthenticationStorage::from_env_and_defaults()
        .map_err(|error| setup_failure("cannot read the stored credentials", &error))?;
    let http = reqwest::Client::builder()
        .user_agent(concat!("presolve/", env!("CARGO_PKG_VERSION")))
        .connect_timeout(CONNECT_TIMEOUT)
        .read_timeout(READ_TIMEOUT)
        .tls_certs_merge(extra_certificates()?)
        .build()
        .map_err(|error| setup_failure("cannot set up the network client", &error))?;
    let pauses = ExponentialBackoff::builder()
        .retry_bounds(FIRST_PAUSE, LONGEST_PAUSE)
        .build_with_max_retries(RETRIES);
    let mut builder = reqwest_middleware::ClientBuilder::new(http);
    if offline {
        builder = builder.with(rattler_networking::OfflineMiddleware);
    }
    Ok(builder
        .with(RetryTransientMiddleware::new_with_policy_and_strategy(
            pauses, Strategy,
        ))
        .with(rattler_networking::AuthenticationMiddleware::from_auth_storage(credentials))
        .build())
}

/// reqwest-retry's own strategy, but a host that does not answer at all is asked
/// once only: each attempt would cost the whole connect time-out.
struct Strategy;

impl RetryableStrategy for Strategy {
    fn handle(
        &self,
        result: &Result<reqwest::Response, reqwest_middleware::Error>,
    ) -> Option<Retryable> {
        match result {
            Ok(response) => default_on_request_success(response),
            Err(reqwest_middleware::Error::Reqwest(error))
                if error.is_connect() && error.is_timeout() =>
            {
                Some(Retryable::Fatal)
            }
            Err(error) => default_on_request_failure(error),
        }
    }
}

/// The certificates of the variables that requests and pip know. `SSL_CERT_FILE`
/// is left to rustls, which reads it in place of the system's certificates.
fn extra_certificates() -> Result<Vec<reqwest::Certificate>, Failure> {
    let mut paths: Vec<PathBuf> = ["REQUESTS_CA_BUNDLE", "PIP_CERT"]
        .iter()
        .filter_map(std::env::var_os)
        .filter(|value| !value.is_empty())
        .map(PathBuf::from)
        .collect();
    paths.dedup();
    let mut certificates = Vec::new();
    // requests also takes a folder of hashed certificates, which OpenSSL alone reads.
    for path in paths.iter().filter(|path| !path.is_dir()) {
        let what = format!("cannot read the certificates in `{}`", path.display());
        let pem = files::read(path, TEXT_LIMIT)
            .map_err(|error| setup_failure(&what, &std::io::Error::from(error)))?;
        let bundle = reqwest::Certificate::from_pem_bundle(&pem)
            .map_err(|error| setup_failure(&what, &error))?;
        certificates.extend(bundle);
    }
    Ok(certificates)
}

fn setup_failure(what: &str, error: &dyn std::error::Error) -> Failure {
    Failure::input(Diagnostic::error(
        "network-setup",
        format!("{what}: {}", causes(error)),
    ))
}

/// An error with its causes, the outermost first.
pub(crate) fn causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let more = error.to_string();
        if !text.contains(&more) {
            text = format!("{text}: {more}");
        }
        cause = error.source();
    }
    text
}

/// A URL as it may be shown: without its user name and password, its tokens and
/// signatures, and the fragment, which is a hash at best.
pub fn redacted(url: &Url) -> String {
    let mut url = url.clone();
    if !url.username().is_empty() || url.password().is_some() {
        // Both fail only where a URL cannot have credentials in the first place.
        let _ = url.set_password(None);
        let _ = url.set_username("****");
    }
    url.set_fragment(None);
    secrets::redact(url.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_are_not_shown() {
        let url = Url::parse("https://me:secret@host/simple/#sha256=0").unwrap();
        assert_eq!(redacted(&url), "https://****@host/simple/");
        let url = Url::parse("https://host/x.whl?sp=r&sig=secret").unwrap();
        assert!(!redacted(&url).contains("secret"));
        let url = Url::parse("https://token@host/simple/").unwrap();
        assert_eq!(redacted(&url), "https://****@host/simple/");
    }

    #[tokio::test]
    async fn a_refused_connection_ends_soon() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        drop(listener);
        let start = std::time::Instant::now();
        let answer = client(false)
            .unwrap()
            .get(format!("http://127.0.0.1:{port}/"))
            .send()
            .await;
        assert!(answer.is_err());
        assert!(start.elapsed() < Duration::from_secs(8));
    }

    #[tokio::test]
    async fn offline_asks_nobody() {
        let error = client(true)
            .unwrap()
            .get("http://127.0.0.1:9/")
            .send()
            .await
            .unwrap_err();
        let reqwest_middleware::Error::Middleware(error) = error else {
            panic!("{error}");
        };
        assert!(error.is::<rattler_networking::OfflineError>());
    }
}
