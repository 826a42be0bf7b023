//! Bytes from URLs, through the on-disk cache.

use std::time::SystemTime;

use futures::StreamExt;
use http_cache_semantics::{AfterResponse, BeforeRequest, CacheOptions, CachePolicy};
use reqwest::{Response, StatusCode, header};
use reqwest_middleware::ClientWithMiddleware;
use tokio::sync::Semaphore;
use url::Url;

use super::cache::{Cache, ResponseHead, StoredResponse};
use crate::{
    diagnostic::{Diagnostic, Failure},
    network::{causes, redacted},
};

/// Requests at a time; PyPI's CDN multiplexes them over few connections.
const CONCURRENCY: usize = 50;

/// Response headers that decide about freshness; the others are not kept.
const KEPT_HEADERS: [header::HeaderName; 8] = [
    header::AGE,
    header::CACHE_CONTROL,
    header::DATE,
    header::ETAG,
    header::EXPIRES,
    header::LAST_MODIFIED,
    header::PRAGMA,
    header::VARY,
];

/// Why a URL's bytes are not there.
#[derive(Clone, Debug, thiserror::Error)]
pub enum FetchError {
    /// Offline, and it was never fetched.
    #[error("offline, and `{0}` is not in the cache")]
    Offline(String),
    /// 401 or 403.
    #[error("`{url}` refuses access ({status})")]
    Denied {
        /// Redacted.
        url: String,
        /// The status.
        status: StatusCode,
    },
    /// Another status that is no answer, after retries.
    #[error("`{url}` answers {status}")]
    Status {
        /// Redacted.
        url: String,
        /// The status.
        status: StatusCode,
    },
    /// No answer, after retries.
    #[error("cannot fetch `{url}`: {reason}")]
    Network {
        /// Redacted.
        url: String,
        /// The error with its causes.
        reason: String,
    },
    /// The body is larger than it may be.
    #[error("`{url}` is larger than {limit} bytes")]
    TooLarge {
        /// Redacted.
        url: String,
        /// The limit in bytes.
        limit: u64,
    },
}

impl FetchError {
    /// The failure with its next step.
    pub fn into_failure(self) -> Failure {
        let message = self.to_string();
        match self {
            FetchError::Offline(_) => Failure::undecided(
                Diagnostic::error("offline-miss", message)
                    .help("run once without `--offline` to fill the cache"),
            ),
            FetchError::Denied { .. } => Failure::undecided(
                Diagnostic::error("access-denied", message)
                    .help("give credentials in `~/.netrc`, with `rattler auth login`, or in the index's URL (`https://user:token@host/`), for example through `PIP_INDEX_URL` or `PIP_EXTRA_INDEX_URL`"),
            ),
            FetchError::Status { .. } | FetchError::Network { .. } => Failure::undecided(
                Diagnostic::error("index-unreachable", message)
                    .help("check the network, `HTTPS_PROXY` and `NO_PROXY`, and the index's URL; `--offline` answers from the cache"),
            ),
            FetchError::TooLarge { .. } => {
                Failure::undecided(Diagnostic::error("response-too-large", message))
            }
        }
    }
}

/// A fetched body.
#[derive(Clone, Debug)]
pub struct Page {
    /// The body, decompressed.
    pub body: Vec<u8>,
    /// The `Content-Type`.
    pub content_type: String,
    /// Where redirects led, with the credentials of the request if it is the
    /// same host.
    pub url: Url,
}

/// Fetches, at most [`CONCURRENCY`] at a time.
pub struct Fetcher {
    http: ClientWithMiddleware,
    cache: Cache,
    offline: bool,
    permits: Semaphore,
}

impl Fetcher {
    /// A fetcher on top of a client.
    pub fn new(http: ClientWithMiddleware, cache: Cache, offline: bool) -> Self {
        Self {
            http,
            cache,
            offline,
            permits: Semaphore::new(CONCURRENCY),
        }
    }

    /// The client, for requests that the cache is not for.
    pub fn http(&self) -> &ClientWithMiddleware {
        &self.http
    }

    /// A place among the requests that run at a time.
    pub async fn permit(&self) -> Option<tokio::sync::SemaphorePermit<'_>> {
        self.permits.acquire().await.ok()
    }

    /// The body of an HTTP URL, from the cache where HTTP allows it (RFC 9111) and
    /// revalidated where it asks for it; `None` for 404 and 410.
    ///
    /// Offline, a stored response is used however old it is.
    pub async fn page(
        &self,
        url: &Url,
        accept: &'static str,
        limit: u64,
    ) -> Result<Option<Page>, FetchError> {
        let bare = without_credentials(url);
        let key = format!("{accept} {bare}");
        let stored = self.stored(&key).await;
        if self.offline {
            let stored = stored.ok_or_else(|| FetchError::Offline(redacted(url)))?;
            return Ok(page(stored, url));
        }
        let request = self.request(&bare, accept)?;
        let mut headers = request.headers().clone();
        if let Some(stored) = &stored {
            match stored
                .head
                .policy
                .before_request(&request, SystemTime::now())
            {
                BeforeRequest::Fresh(_) => return Ok(page(stored.clone(), url)),
                BeforeRequest::Stale { request, .. } => headers = request.headers,
            }
        }
        let _permit = self.permit().await;
        let response = self.send(url, headers).await?;
        let fetched = self.fetched(url, request, response, stored, limit).await?;
        if fetched.head.policy.is_storable() {
            self.store(key, fetched.clone()).await;
        }
        Ok(page(fetched, url))
    }

    /// The body of an HTTP URL, past the cache.
    pub async fn body(&self, url: &Url, limit: u64) -> Result<Option<Vec<u8>>, FetchError> {
        if self.offline {
            return Err(FetchError::Offline(redacted(url)));
        }
        let _permit = self.permit().await;
        let response = self.send(url, header::HeaderMap::new()).await?;
        match response.status() {
            status if status.is_success() => read(url, response, limit).await.map(Some),
            status if is_missing(status) => Ok(None),
            status => Err(refusal(url, status)),
        }
    }

    async fn stored(&self, key: &str) -> Option<StoredResponse> {
        let (cache, key) = (self.cache.clone(), key.to_owned());
        tokio::task::spawn_blocking(move || cache.response(&key))
            .await
            .ok()?
    }

    async fn store(&self, key: String, response: StoredResponse) {
        let cache = self.cache.clone();
        // A full disk must not end a run that has its answer.
        let _ = tokio::task::spawn_blocking(move || cache.store_response(&key, &response)).await;
    }

    /// The request as the cache's policy sees it: without credentials.
    fn request(&self, bare: &Url, accept: &'static str) -> Result<http::Request<()>, FetchError> {
        http::Request::get(bare.as_str())
            .header(header::ACCEPT, accept)
            .body(())
            .map_err(|error| FetchError::Network {
                url: bare.to_string(),
                reason: error.to_string(),
            })
    }

    async fn send(&self, url: &Url, headers: header::HeaderMap) -> Result<Response, FetchError> {
        let request = self.http.get(url.clone()).headers(headers);
        request.send().await.map_err(|error| network(url, &error))
    }

    async fn fetched(
        &self,
        url: &Url,
        request: http::Request<()>,
        response: Response,
        stored: Option<StoredResponse>,
        limit: u64,
    ) -> Result<StoredResponse, FetchError> {
        let status = response.status();
        let parts = policy_parts(&response);
        if let (StatusCode::NOT_MODIFIED, Some(stored)) = (status, stored) {
            let after = stored
                .head
                .policy
                .after_response(&request, &parts, SystemTime::now());
            let (AfterResponse::NotModified(policy, _) | AfterResponse::Modified(policy, _)) =
                after;
            let head = ResponseHead {
                policy,
                ..stored.head
            };
            return Ok(StoredResponse {
                head,
                body: stored.body,
            });
        }
        if !status.is_success() && !is_missing(status) {
            return Err(refusal(url, status));
        }
        let options = CacheOptions {
            shared: false,
            ..CacheOptions::default()
        };
        let head = ResponseHead {
            policy: CachePolicy::new_options(&request, &parts, SystemTime::now(), options),
            status: status.as_u16(),
            url: without_credentials(response.url()),
            content_type: response
                .headers()
                .get(header::CONTENT_TYPE)
                .and_then(|value| value.to_str().ok())
                .unwrap_or_default()
                .to_owned(),
        };
        let body = if status.is_success() {
            read(url, response, limit).await?
        } else {
            Vec::new()
        };
        Ok(StoredResponse { head, body })
    }
}

fn page(stored: StoredResponse, url: &Url) -> Option<Page> {
    if stored.head.status != StatusCode::OK.as_u16() {
        return None;
    }
    let mut found = stored.head.url;
    if found.origin() == url.origin() {
        // Both fail only where a URL cannot have credentials, and `url` has a host.
        let _ = found.set_username(url.username());
        let _ = found.set_password(url.password());
    }
    Some(Page {
        body: stored.body,
        content_type: stored.head.content_type,
        url: found,
    })
}

fn policy_parts(response: &Response) -> http::Response<()> {
    let mut parts = http::Response::new(());
    *parts.status_mut() = response.status();
    for name in KEPT_HEADERS {
        for value in response.headers().get_all(&name) {
            parts.headers_mut().append(&name, value.clone());
        }
    }
    parts
}

async fn read(url: &Url, response: Response, limit: u64) -> Result<Vec<u8>, FetchError> {
    let too_large = || FetchError::TooLarge {
        url: redacted(url),
        limit,
    };
    let length = response.content_length().unwrap_or(0);
    if length > limit {
        return Err(too_large());
    }
    let mut body = Vec::with_capacity(usize::try_from(length).unwrap_or(0));
    let mut chunks = response.bytes_stream();
    while let Some(chunk) = chunks.next().await {
        let chunk = chunk.map_err(|error| network(url, &error))?;
        if (body.len() + chunk.len()) as u64 > limit {
            return Err(too_large());
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

fn is_missing(status: StatusCode) -> bool {
    matches!(status, StatusCode::NOT_FOUND | StatusCode::GONE)
}

fn refusal(url: &Url, status: StatusCode) -> FetchError {
    let url = redacted(url);
    match status {
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => FetchError::Denied { url, status },
        _ => FetchError::Status { url, status },
    }
}

/// reqwest's errors end with the URL, credentials and all.
fn network(url: &Url, error: &(dyn std::error::Error + 'static)) -> FetchError {
    let reason = causes(error).replace(url.as_str(), &redacted(url));
    FetchError::Network {
        url: redacted(url),
        reason,
    }
}

fn without_credentials(url: &Url) -> Url {
    let mut url = url.clone();
    // Both fail only where a URL cannot have credentials in the first place.
    let _ = url.set_username("");
    let _ = url.set_password(None);
    url.set_fragment(None);
    url
}
