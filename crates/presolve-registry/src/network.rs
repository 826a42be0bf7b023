//! Bytes from URLs: one client, one policy for time, size and retries, one cache.
//!
//! What is read from the network passes through [`fetch::Fetcher`]: it sends the request
//! ([`retry`] decides how often), reads and decompresses the body within its limits
//! ([`body`]), has the caller parse it, and only then stores it ([`cache`]).

use std::{path::PathBuf, sync::Arc, time::Duration};

use reqwest_middleware::ClientWithMiddleware;
use url::Url;

use presolve_text::{
    files::{self, TEXT_LIMIT},
    process,
};

mod body;
pub mod cache;
mod error;
pub mod fetch;
mod retry;
mod spool;
mod waiting;

pub use error::SetupError;
pub use waiting::WaitObserver;
use waiting::Waiting;

/// Time limits of the network.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// To accept a connection.
    pub connect: Duration,
    /// Without a byte, and with fewer than [`body::SLOWEST`] bytes a second.
    pub read: Duration,
}

impl Limits {
    /// pip waits 15 seconds for a byte, uv 30, conda 60.
    const DEFAULT: Self = Self {
        connect: Duration::from_secs(10),
        read: Duration::from_secs(30),
    };

    /// The limits with the seconds of `PRESOLVE_HTTP_TIMEOUT` for both, if it is set.
    ///
    /// # Errors
    /// [`SetupError::NotATime`] if the variable is not a number of seconds above zero.
    fn from_environment() -> Result<Self, SetupError> {
        let Some(value) = process::variable(TIMEOUT_VARIABLE) else {
            return Ok(Self::DEFAULT);
        };
        let seconds = value.trim().trim_end_matches('s').parse::<f64>().ok();
        let limit = seconds
            .filter(|seconds| *seconds > 0.0)
            .and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
        let limit = limit.ok_or(SetupError::NotATime {
            variable: TIMEOUT_VARIABLE,
            value,
        })?;
        Ok(Self {
            connect: limit.min(Self::DEFAULT.connect),
            read: limit,
        })
    }
}

/// Sets how long a host may stay silent, in seconds.
const TIMEOUT_VARIABLE: &str = "PRESOLVE_HTTP_TIMEOUT";

/// A client with the policy that it follows.
#[derive(Clone)]
pub struct Http {
    /// Sends requests, with credentials and retries. It does not decompress bodies.
    pub client: ClientWithMiddleware,
    /// Whether it refuses every request.
    pub offline: bool,
    pub(crate) limits: Limits,
    pub(crate) waiting: Arc<Waiting>,
}

impl Http {
    /// The hosts that have yet to answer.
    pub(crate) fn pending(&self) -> Vec<String> {
        self.waiting.pending()
    }

    /// Awaits `work`, which needs an answer from the host of `url`.
    pub(crate) async fn watch<T>(&self, url: &Url, work: impl Future<Output = T>) -> T {
        self.waiting.watch(&waiting::host(url), work).await
    }
}

/// Builds the client that conda channels and PyPI indexes are fetched with.
///
/// It takes credentials from the URL, from netrc and from rattler's credentials
/// file, proxies from `HTTP_PROXY`, `HTTPS_PROXY`, `ALL_PROXY` and `NO_PROXY`, and
/// certificates from the system (or `SSL_CERT_FILE`) and from the files that
/// `REQUESTS_CA_BUNDLE` and `PIP_CERT` name. It retries transient failures (429, 5xx,
/// broken connections) with growing pauses, and reports a host that does not answer to
/// `waiting`. With `offline` it refuses every request with
/// [`rattler_networking::OfflineError`].
///
/// # Errors
/// [`SetupError`] if a certificate file cannot be read or the credentials cannot be
/// used.
pub fn client(offline: bool, waiting: Option<WaitObserver>) -> Result<Http, SetupError> {
    let credentials = rattler_networking::AuthenticationStorage::from_env_and_defaults()
        .map_err(|error| unusable("cannot read the stored credentials", &error))?;
    let limits = Limits::from_environment()?;
    let http = reqwest::Client::builder()
        .user_agent(concat!("presolve/", env!("CARGO_PKG_VERSION")))
        // Bodies are decompressed with a limit on what they grow to.
        .no_gzip()
        .no_brotli()
        .no_deflate()
        .no_zstd()
        .connect_timeout(limits.connect)
        .read_timeout(limits.read)
        .tls_certs_merge(extra_certificates()?)
        .build()
        .map_err(|error| unusable("cannot set up the network client", &error))?;
    let waiting = Arc::new(Waiting::new(waiting));
    let mut builder = reqwest_middleware::ClientBuilder::new(http);
    if offline {
        builder = builder.with(rattler_networking::OfflineMiddleware);
    }
    let client = builder
        .with(retry::Retry {
            limits,
            waiting: Arc::clone(&waiting),
        })
        .with(rattler_networking::AuthenticationMiddleware::from_auth_storage(credentials))
        .build();
    Ok(Http {
        client,
        offline,
        limits,
        waiting,
    })
}

/// The certificates of the variables that requests and pip know. `SSL_CERT_FILE`
/// is left to rustls, which reads it in place of the system's certificates.
fn extra_certificates() -> Result<Vec<reqwest::Certificate>, SetupError> {
    let mut paths: Vec<PathBuf> = ["REQUESTS_CA_BUNDLE", "PIP_CERT"]
        .iter()
        .filter_map(|name| process::non_empty(name))
        .map(PathBuf::from)
        .collect();
    paths.dedup();
    let mut certificates = Vec::new();
    // requests also takes a folder of hashed certificates, which OpenSSL alone reads.
    for path in paths.iter().filter(|path| !path.is_dir()) {
        let what = format!("cannot read the certificates in `{}`", path.display());
        let pem = files::read(path, TEXT_LIMIT)
            .map_err(|error| unusable(&what, &std::io::Error::from(error)))?;
        let bundle =
            reqwest::Certificate::from_pem_bundle(&pem).map_err(|error| unusable(&what, &error))?;
        certificates.extend(bundle);
    }
    Ok(certificates)
}

fn unusable(what: &str, error: &dyn std::error::Error) -> SetupError {
    SetupError::Unusable {
        what: what.to_owned(),
        reason: causes(error),
    }
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

#[cfg(test)]
mod tests {
    use super::*;
    use presolve_text::secrets::redact_url;

    #[test]
    fn credentials_are_not_shown() {
        let url = Url::parse("https://me:secret@host/simple/#sha256=0").unwrap();
        assert_eq!(redact_url(&url), "https://****@host/simple/");
        let url = Url::parse("https://host/x.whl?sp=r&sig=secret").unwrap();
        assert!(!redact_url(&url).contains("secret"));
        let url = Url::parse("https://token@host/simple/").unwrap();
        assert_eq!(redact_url(&url), "https://****@host/simple/");
    }

    #[tokio::test]
    async fn a_refused_connection_ends_soon() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        drop(listener);
        let start = std::time::Instant::now();
        let answer = client(false, None)
            .unwrap()
            .client
            .get(format!("http://127.0.0.1:{port}/"))
            .send()
            .await;
        assert!(answer.is_err());
        assert!(start.elapsed() < Duration::from_secs(8));
    }

    #[tokio::test]
    async fn offline_asks_nobody() {
        let error = client(true, None)
            .unwrap()
            .client
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
