//! Downloads from URLs: one client, one policy for time, size and retries, one cache.
//!
//! Every download passes through [`fetch::Fetcher`]. It sends the request ([`retry`] decides
//! how often), reads and decompresses the body within its limits ([`body`]), calls the parser
//! of the caller, and stores the body only if it was parsed ([`cache`]).

use std::{path::PathBuf, sync::Arc, time::Duration};

use reqwest_middleware::ClientWithMiddleware;
use url::Url;

use presolve_text::{
    files::{self, TEXT_LIMIT},
    process,
};

pub(crate) mod body;
pub mod cache;
mod error;
pub mod fetch;
mod retry;
mod spool;
mod waiting;

pub use error::SetupError;
pub use waiting::WaitObserver;
use waiting::Waiting;
pub(crate) use waiting::host;

/// Time limits for a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Maximum time to establish a connection.
    pub connect: Duration,
    /// Maximum time without a byte, and the window in which [`body::SLOWEST`] applies.
    pub read: Duration,
}

impl Limits {
    /// For comparison: pip waits 15 seconds for a byte, uv 30, conda 60.
    const DEFAULT: Self = Self {
        connect: Duration::from_secs(10),
        read: Duration::from_secs(30),
    };

    /// The default limits, or the seconds in `PRESOLVE_HTTP_TIMEOUT` for both limits.
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

/// Variable with the maximum silence of a host, in seconds.
const TIMEOUT_VARIABLE: &str = "PRESOLVE_HTTP_TIMEOUT";

/// An HTTP client with its policy.
#[derive(Clone)]
pub struct Http {
    /// Sends requests with credentials and retries. It does not decompress bodies.
    pub client: ClientWithMiddleware,
    /// Whether the client refuses every request.
    pub offline: bool,
    pub(crate) limits: Limits,
    pub(crate) waiting: Arc<Waiting>,
}

impl Http {
    /// Hosts that have not answered yet.
    pub(crate) fn pending(&self) -> Vec<String> {
        self.waiting.pending()
    }

    /// Awaits `work`, which depends on an answer from the host of `url`.
    pub(crate) async fn watch<T>(&self, url: &Url, work: impl Future<Output = T>) -> T {
        self.waiting.watch(&waiting::host(url), work).await
    }
}

/// Builds the client for conda channels and PyPI indexes.
///
/// Credentials come from the URL, from netrc and from rattler's credentials file, proxies from
/// `HTTP_PROXY`, `HTTPS_PROXY`, `ALL_PROXY` and `NO_PROXY`, and certificates from the system
/// (or `SSL_CERT_FILE`) and from the files in `REQUESTS_CA_BUNDLE` and `PIP_CERT`. The client
/// retries transient failures (429, 5xx, broken connections) with growing pauses, and reports
/// a host that does not answer to `waiting`. With `offline` it refuses every request with
/// [`rattler_networking::OfflineError`].
///
/// # Errors
/// [`SetupError`] if a certificate file cannot be read or, unless `offline`, the credentials are
/// unusable.
pub fn client(offline: bool, waiting: Option<WaitObserver>) -> Result<Http, SetupError> {
    let limits = Limits::from_environment()?;
    let waiting = Arc::new(Waiting::new(waiting));
    let mut builder = reqwest_middleware::ClientBuilder::new(built(builder(limits)?)?);
    if offline {
        builder = builder.with(rattler_networking::OfflineMiddleware);
    }
    builder = builder.with(retry::Retry {
        limits,
        waiting: Arc::clone(&waiting),
    });
    // Without a request, credentials that cannot be read do no harm.
    if !offline {
        let credentials = rattler_networking::AuthenticationStorage::from_env_and_defaults()
            .map_err(|error| unusable("cannot read the stored credentials", &error))?;
        builder = builder
            .with(rattler_networking::AuthenticationMiddleware::from_auth_storage(credentials));
    }
    let client = builder.build();
    Ok(Http {
        client,
        offline,
        limits,
        waiting,
    })
}

/// Builds a client that sends no credentials and follows only these redirects. Its limits,
/// certificates, proxies and retries are those of [`client`].
///
/// # Errors
/// [`SetupError`] if a certificate file cannot be read.
pub(crate) fn without_credentials(
    redirects: reqwest::redirect::Policy,
    waiting: Option<WaitObserver>,
) -> Result<Http, SetupError> {
    let limits = Limits::from_environment()?;
    let waiting = Arc::new(Waiting::new(waiting));
    let http = built(builder(limits)?.redirect(redirects))?;
    let client = reqwest_middleware::ClientBuilder::new(http)
        .with(retry::Retry {
            limits,
            waiting: Arc::clone(&waiting),
        })
        .build();
    Ok(Http {
        client,
        offline: false,
        limits,
        waiting,
    })
}

fn builder(limits: Limits) -> Result<reqwest::ClientBuilder, SetupError> {
    // Fails if the process has one already, such as that of a program with this library.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let builder = reqwest::Client::builder()
        .user_agent(concat!("presolve/", env!("CARGO_PKG_VERSION")))
        // Bodies are decompressed by [`body`], which limits their size.
        .no_gzip()
        .no_brotli()
        .no_deflate()
        .no_zstd()
        .connect_timeout(limits.connect)
        .read_timeout(limits.read)
        .tls_certs_merge(extra_certificates()?);
    Ok(builder)
}

fn built(builder: reqwest::ClientBuilder) -> Result<reqwest::Client, SetupError> {
    let built = builder.build();
    built.map_err(|error| unusable("cannot set up the network client", &error))
}

/// Certificates of the variables that requests and pip use. rustls itself reads
/// `SSL_CERT_FILE`, in place of the system's certificates.
fn extra_certificates() -> Result<Vec<reqwest::Certificate>, SetupError> {
    let mut paths: Vec<PathBuf> = ["REQUESTS_CA_BUNDLE", "PIP_CERT"]
        .iter()
        .filter_map(|name| process::non_empty(name))
        .map(PathBuf::from)
        .collect();
    paths.dedup();
    let mut certificates = Vec::new();
    // requests also accepts a folder of hashed certificates, a format that only OpenSSL reads.
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

/// Formats an error with its causes, the outermost first.
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
