//! Fetches responses, parses them, and caches them on disk (RFC 9111).
//!
//! The order is fixed: fetch, parse, store. A response that its parser rejects is never
//! stored. A stored response that its parser rejects is deleted and fetched again without
//! validators. So a proxy's login page or a truncated body never persists.

use std::{
    sync::Arc,
    time::{Duration, SystemTime},
};

use http_cache_semantics::{AfterResponse, BeforeRequest, CacheOptions, CachePolicy};
use reqwest::{Response, StatusCode, header};
use sha2::{Digest, Sha256};
use tokio::sync::Semaphore;
use tracing::{debug, info, trace};
use url::Url;

use super::{
    Http,
    body::{self, BodyError},
    cache::{Cache, ResponseHead, StoredResponse},
    causes, retry,
    spool::{Sink, Spool},
};
pub use super::{
    body::{Compression, Received, unpack_zstd},
    spool::{Archive, ReadSeek},
};
pub use presolve_packages::error::FetchError;
use presolve_text::secrets::{self, redact_url};

/// Maximum number of concurrent requests; PyPI's CDN multiplexes them over few connections.
const CONCURRENCY: usize = 50;
/// Maximum number of retries after a body was interrupted.
const BODY_RETRIES: u32 = 3;

/// Response headers that determine freshness; other headers are not stored.
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

/// A request for a file, with credentials and cache settings.
#[derive(Clone)]
pub struct Request<'a> {
    /// URL, with the credentials to use.
    pub url: &'a Url,
    /// `Accept` header, which is part of the cache key.
    pub accept: &'static str,
    /// Compression of the file itself.
    pub compression: Compression,
    /// Maximum size of the decompressed body, in bytes.
    pub limit: u64,
    /// Time for which a stored response is used without revalidation, regardless of the
    /// server.
    pub fresh_for: Duration,
    /// Time for which a stored 404 or 410 is used without revalidation.
    pub absent_for: Duration,
    /// Progress callback.
    pub received: Received<'a>,
}

impl<'a> Request<'a> {
    /// A request for an uncompressed file, which is always revalidated.
    pub fn new(url: &'a Url, accept: &'static str, limit: u64) -> Self {
        Self {
            url,
            accept,
            compression: Compression::None,
            limit,
            fresh_for: Duration::ZERO,
            absent_for: Duration::ZERO,
            received: &|_, _| (),
        }
    }

    /// Cache key of the response: `Accept` header and URL without credentials.
    pub fn key(&self) -> String {
        format!("{} {}", self.accept, without_credentials(self.url))
    }
}

/// A fetched body with its URL and type.
#[derive(Clone, Debug)]
pub struct Page<S = Vec<u8>> {
    /// Decompressed body.
    pub body: S,
    /// Value of the `Content-Type` header.
    pub content_type: String,
    /// URL after redirects. It has the credentials of the request if the host is the same.
    pub url: Url,
}

/// Parser of a response and its format in the cache. Every method may block.
pub trait Format: Clone + Send + Sync + 'static {
    /// Type of a parsed response.
    type Value: Send + 'static;

    /// Parses a response.
    ///
    /// # Errors
    /// Why the response is not in the expected format.
    fn parse(&self, page: Page) -> Result<Self::Value, String>;

    /// Whether a stored value is known to be that of a response, so that it need not be parsed.
    fn is_of(&self, _value: &Self::Value, _page: &Page) -> bool {
        false
    }

    /// Loads the value for a key: `Some(None)` for a stored 404. A value that can no longer be
    /// parsed counts as missing.
    fn load(&self, cache: &Cache, key: &str, url: &Url) -> Option<Loaded<Self::Value>>;

    /// Stores a value, or a 404 for `None`. It may replace `value` by an equivalent one.
    ///
    /// # Errors
    /// The cache is not writable.
    fn store(
        &self,
        cache: &Cache,
        key: &str,
        head: &ResponseHead,
        value: &mut Option<Self::Value>,
    ) -> std::io::Result<()>;

    /// Stores that the server confirmed the stored value.
    ///
    /// # Errors
    /// The cache is not writable.
    fn confirm(
        &self,
        cache: &Cache,
        key: &str,
        head: &ResponseHead,
        value: &mut Option<Self::Value>,
    ) -> std::io::Result<()> {
        self.store(cache, key, head, value)
    }
}

/// Head and value of a stored response.
pub type Loaded<V> = (ResponseHead, Option<V>);

/// A [`Format`] that stores the complete body and parses it with a function.
#[derive(Clone)]
pub struct Whole<F>(pub F);

/// A parsed body together with its source.
pub struct Parsed<T> {
    /// Result of the parser.
    pub value: T,
    /// Source of the value.
    pub page: Arc<Page>,
}

impl<T, F> Format for Whole<F>
where
    T: Send + 'static,
    F: Fn(&Page) -> Result<T, String> + Clone + Send + Sync + 'static,
{
    type Value = Parsed<T>;

    fn parse(&self, page: Page) -> Result<Parsed<T>, String> {
        let value = self.0(&page)?;
        let page = Arc::new(page);
        Ok(Parsed { value, page })
    }

    fn load(&self, cache: &Cache, key: &str, url: &Url) -> Option<Loaded<Parsed<T>>> {
        let StoredResponse { head, body } = cache.response(key)?;
        if head.status != StatusCode::OK.as_u16() {
            return Some((head, None));
        }
        let page = Page {
            body,
            content_type: head.content_type.clone(),
            url: head.base(url),
        };
        match self.parse(page) {
            Ok(parsed) => Some((head, Some(parsed))),
            Err(_) => {
                cache.forget_response(key);
                None
            }
        }
    }

    fn store(
        &self,
        cache: &Cache,
        key: &str,
        head: &ResponseHead,
        value: &mut Option<Parsed<T>>,
    ) -> std::io::Result<()> {
        let body = value.as_ref().map_or(&[][..], |parsed| &parsed.page.body);
        cache.store_parts(key, head, body)
    }
}

/// A caching client with at most [`CONCURRENCY`] concurrent requests.
#[derive(Clone)]
pub struct Fetcher(Arc<Inner>);

struct Inner {
    http: Http,
    cache: Cache,
    permits: Semaphore,
}

/// Result of a request, given a stored response.
enum Answer<S = Vec<u8>> {
    /// The stored response is valid. The head is new if the server confirmed it.
    Stored(Option<ResponseHead>),
    /// The server reports 404 or 410.
    Missing(ResponseHead),
    /// A new body.
    Body(ResponseHead, Page<S>),
}

impl Fetcher {
    /// Creates a fetcher from a client and a cache.
    pub fn new(http: Http, cache: Cache) -> Self {
        Self(Arc::new(Inner {
            http,
            cache,
            permits: Semaphore::new(CONCURRENCY),
        }))
    }

    /// The client, for requests without a cache.
    pub fn http(&self) -> &Http {
        &self.0.http
    }

    /// The on-disk cache.
    pub fn cache(&self) -> &Cache {
        &self.0.cache
    }

    /// Waits until a further concurrent request is allowed.
    pub async fn permit(&self) -> Option<tokio::sync::SemaphorePermit<'_>> {
        self.0.permits.acquire().await.ok()
    }

    /// Returns a parsed response; `None` for 404 and 410. It comes from the cache if HTTP or
    /// the request allows it, and is otherwise revalidated.
    ///
    /// Offline, a stored response of any age is used.
    ///
    /// # Errors
    /// See the variants of [`FetchError`]. In these cases nothing is stored.
    pub async fn get<F: Format>(
        &self,
        request: &Request<'_>,
        format: F,
    ) -> Result<Option<F::Value>, FetchError> {
        let key = request.key();
        let mut stored = self.load(&key, request.url, &format).await;
        if self.0.http.offline {
            return match stored {
                Some((_, value)) => {
                    info!(url = %redact_url(request.url), "cache hit, offline");
                    Ok(value)
                }
                None => Err(FetchError::Offline(redact_url(request.url))),
            };
        }
        if stored.is_none() {
            debug!(url = %redact_url(request.url), "cache miss");
        }
        let head = stored.as_ref().map(|(head, _)| head);
        let mut answer = self.ask(request, head, false).await?;
        let mut is_second = false;
        loop {
            let refused = match answer {
                Answer::Stored(head) => {
                    let (_, value) = stored.ok_or_else(|| not_modified(request.url))?;
                    let is_fresh = head.is_none();
                    info!(url = %redact_url(request.url), is_fresh, "cache hit");
                    return Ok(match head {
                        Some(head) => self.keep(key, head, value, format, true).await,
                        None => value,
                    });
                }
                Answer::Missing(head) => {
                    return Ok(self.keep(key, head, None, format, false).await);
                }
                Answer::Body(head, page) => match parse(&format, page, stored.take()).await {
                    Ok((value, is_known)) => {
                        return Ok(self.keep(key, head, Some(value), format, is_known).await);
                    }
                    Err(reason) => reason,
                },
            };
            if is_second {
                let url = redact_url(request.url);
                return Err(FetchError::Unreadable {
                    url,
                    reason: refused,
                });
            }
            debug!(url = %redact_url(request.url), reason = %refused, "refused, fetched again");
            is_second = true;
            answer = self.ask(request, None, true).await?;
        }
    }

    /// The stored value for a request, of any age.
    pub async fn stored<F: Format>(&self, request: &Request<'_>, format: F) -> Option<F::Value> {
        self.load(&request.key(), request.url, &format).await?.1
    }

    /// Fetches a body without the cache; `None` for 404 and 410. A body with the wrong SHA-256
    /// is fetched a second time, because it may have been damaged during the transfer.
    ///
    /// # Errors
    /// As for [`Self::get`].
    pub async fn body(
        &self,
        url: &Url,
        limit: u64,
        sha256: Option<&str>,
    ) -> Result<Option<Vec<u8>>, FetchError> {
        self.checked(url, limit, sha256).await
    }

    /// Like [`Self::body`], for an archive, which is moved to disk if it is large.
    ///
    /// # Errors
    /// As for [`Self::get`].
    pub async fn archive(
        &self,
        url: &Url,
        limit: u64,
        sha256: Option<&str>,
    ) -> Result<Option<Archive>, FetchError> {
        let body: Option<Spool> = self.checked(url, limit, sha256).await?;
        let archive = body.map(Spool::into_archive).transpose();
        archive.map_err(|error| unwritable(url, &error))
    }

    async fn checked<S: Sink>(
        &self,
        url: &Url,
        limit: u64,
        sha256: Option<&str>,
    ) -> Result<Option<S>, FetchError> {
        let body = self.any_body(url, limit).await?;
        match check_hash(url, body, sha256) {
            Err(_) => check_hash(url, self.any_body(url, limit).await?, sha256),
            checked => checked,
        }
    }

    async fn any_body<S: Sink>(&self, url: &Url, limit: u64) -> Result<Option<S>, FetchError> {
        if self.0.http.offline {
            return Err(FetchError::Offline(redact_url(url)));
        }
        let request = Request::new(url, "*/*", limit);
        match self.ask(&request, None, false).await? {
            Answer::Body(_, page) => Ok(Some(page.body)),
            Answer::Missing(_) => Ok(None),
            Answer::Stored(_) => Err(not_modified(url)),
        }
    }

    async fn load<F: Format>(&self, key: &str, url: &Url, format: &F) -> Option<Loaded<F::Value>> {
        let (cache, format) = (self.0.cache.clone(), format.clone());
        let (key, url) = (key.to_owned(), url.clone());
        tokio::task::spawn_blocking(move || format.load(&cache, &key, &url))
            .await
            .ok()?
    }

    /// Stores a parsed value. A cache that is not writable is reported once and does not end
    /// the run.
    async fn keep<F: Format>(
        &self,
        key: String,
        head: ResponseHead,
        mut value: Option<F::Value>,
        format: F,
        is_confirmed: bool,
    ) -> Option<F::Value> {
        if !head.policy.is_storable() {
            return value;
        }
        let cache = self.0.cache.clone();
        let store = move || {
            let stored = if is_confirmed {
                format.confirm(&cache, &key, &head, &mut value)
            } else {
                format.store(&cache, &key, &head, &mut value)
            };
            cache.noted(stored);
            value
        };
        tokio::task::spawn_blocking(store).await.ok().flatten()
    }

    /// Queries the server unless the stored response is fresh. An interrupted body is fetched
    /// again.
    async fn ask<S: Sink>(
        &self,
        request: &Request<'_>,
        stored: Option<&ResponseHead>,
        past_proxies: bool,
    ) -> Result<Answer<S>, FetchError> {
        let sent = anonymous(request)?;
        let mut headers = sent.headers().clone();
        if let Some(head) = stored {
            match freshness(head, request, &sent) {
                Freshness::Fresh => return Ok(Answer::Stored(None)),
                Freshness::Ask(conditions) => headers = conditions,
            }
        }
        if request.compression == Compression::None {
            headers.insert(
                header::ACCEPT_ENCODING,
                header::HeaderValue::from_static("gzip"),
            );
        }
        if past_proxies {
            let no_cache = header::HeaderValue::from_static("no-cache");
            headers.insert(header::CACHE_CONTROL, no_cache);
        }
        let mut retry = 0;
        loop {
            let exchanged = {
                let _permit = self.permit().await;
                self.exchange(request, &sent, headers.clone(), stored).await
            };
            match exchanged {
                Err(Interrupted::Again(error)) if retry == BODY_RETRIES => return Err(error),
                Err(Interrupted::Again(_)) => retry += 1,
                Err(Interrupted::Once(error)) if retry > 0 => return Err(error),
                Err(Interrupted::Once(_)) => retry = BODY_RETRIES,
                Err(Interrupted::End(error)) => return Err(error),
                Ok(answer) => return Ok(answer),
            }
            info!(url = %redact_url(request.url), retry, "body fetched again");
            tokio::time::sleep(retry::pause(retry)).await;
        }
    }

    /// Sends a single request and reads its response.
    async fn exchange<S: Sink>(
        &self,
        request: &Request<'_>,
        sent: &http::Request<()>,
        headers: header::HeaderMap,
        stored: Option<&ResponseHead>,
    ) -> Result<Answer<S>, Interrupted> {
        let url = request.url;
        let http = &self.0.http;
        let response = http.client.get(url.clone()).headers(headers).send().await;
        let response = response.map_err(|error| Interrupted::End(network(url, &error)))?;
        let status = response.status();
        let parts = policy_parts(&response);
        trace!(url = %redact_url(url), headers = ?parts.headers(), "freshness");
        if let (StatusCode::NOT_MODIFIED, Some(head)) = (status, stored) {
            let after = head.policy.after_response(sent, &parts, SystemTime::now());
            let (AfterResponse::NotModified(policy, _) | AfterResponse::Modified(policy, _)) =
                after;
            return Ok(Answer::Stored(Some(ResponseHead {
                policy,
                confirmed: now(),
                ..head.clone()
            })));
        }
        if status == StatusCode::NOT_MODIFIED {
            // The request had no validators, so the answer comes from a misconfigured proxy.
            return Err(Interrupted::Once(not_modified(url)));
        }
        let is_missing = matches!(status, StatusCode::NOT_FOUND | StatusCode::GONE);
        if status != StatusCode::OK && !is_missing {
            return Err(Interrupted::End(refusal(url, &response)));
        }
        let head = head(url, sent, &response, &parts);
        if is_missing {
            return Ok(Answer::Missing(head));
        }
        let body = body::read(
            http,
            response,
            request.compression,
            request.limit,
            request.received,
        );
        let page: Page<S> = Page {
            body: body.await.map_err(|error| interrupted(url, error))?,
            content_type: head.content_type.clone(),
            url: head.base(url),
        };
        let (bytes, content_type) = (page.body.size(), &page.content_type);
        info!(url = %redact_url(url), bytes, content_type, "fetched");
        Ok(Answer::Body(head, page))
    }
}

/// Why an exchange failed, and how often it may be retried.
enum Interrupted {
    /// The connection broke within the body: up to [`BODY_RETRIES`] retries.
    Again(FetchError),
    /// The body stalled or is unreadable: one retry, because a stall costs the whole read
    /// limit.
    Once(FetchError),
    End(FetchError),
}

fn interrupted(url: &Url, error: BodyError) -> Interrupted {
    let unreadable = |reason: String| FetchError::Unreadable {
        url: redact_url(url),
        reason,
    };
    match error {
        BodyError::Broken(error) if error.is_timeout() => Interrupted::Once(network(url, &error)),
        BodyError::Broken(error) => Interrupted::Again(network(url, &error)),
        BodyError::Slow => Interrupted::Once(FetchError::Network {
            url: redact_url(url),
            reason: format!(
                "the transfer is slower than {} bytes per second",
                body::SLOWEST
            ),
        }),
        BodyError::Unreadable(reason) => Interrupted::Once(unreadable(reason)),
        BodyError::Unwritable(error) => Interrupted::End(unwritable(url, &error)),
        BodyError::TooLarge(limit) => Interrupted::End(FetchError::TooLarge {
            url: redact_url(url),
            limit,
        }),
    }
}

enum Freshness {
    Fresh,
    /// Revalidate with these headers.
    Ask(header::HeaderMap),
}

fn freshness(head: &ResponseHead, request: &Request<'_>, sent: &http::Request<()>) -> Freshness {
    let age = now().saturating_sub(head.confirmed);
    let is_within = |limit: Duration| u64::try_from(age).is_ok_and(|age| age < limit.as_secs());
    if head.status != StatusCode::OK.as_u16() {
        // A 404 decides whether a file can be solved, so it is checked again. It has no
        // validators.
        return if is_within(request.absent_for) {
            Freshness::Fresh
        } else {
            Freshness::Ask(sent.headers().clone())
        };
    }
    if is_within(request.fresh_for) {
        return Freshness::Fresh;
    }
    match head.policy.before_request(sent, SystemTime::now()) {
        BeforeRequest::Fresh(_) => Freshness::Fresh,
        BeforeRequest::Stale { request, .. } => Freshness::Ask(request.headers),
    }
}

fn head(
    asked: &Url,
    sent: &http::Request<()>,
    response: &Response,
    parts: &http::Response<()>,
) -> ResponseHead {
    let options = CacheOptions {
        shared: false,
        // A modification date does not guarantee freshness, so such a response is revalidated.
        cache_heuristic: 0.0,
        ..CacheOptions::default()
    };
    let is_redirected = without_credentials(response.url()) != without_credentials(asked);
    let redirected = is_redirected.then(|| {
        let mut url = secrets::without_token(response.url());
        // The query of a redirect to a file store contains its signature.
        url.set_query(None);
        url
    });
    ResponseHead {
        policy: CachePolicy::new_options(sent, parts, SystemTime::now(), options),
        status: response.status().as_u16(),
        confirmed: now(),
        redirected,
        content_type: response
            .headers()
            .get(header::CONTENT_TYPE)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
            .to_owned(),
    }
}

fn check_hash<S: Sink>(
    url: &Url,
    body: Option<S>,
    expected: Option<&str>,
) -> Result<Option<S>, FetchError> {
    let Some(expected) = expected else {
        return Ok(body);
    };
    let Some(body) = body else {
        return Ok(None);
    };
    let found = body.sha256();
    if !found.eq_ignore_ascii_case(expected) {
        return Err(FetchError::WrongHash {
            url: redact_url(url),
            expected: expected.to_owned(),
            found,
        });
    }
    Ok(Some(body))
}

fn unwritable(url: &Url, error: &std::io::Error) -> FetchError {
    FetchError::Unwritable {
        url: redact_url(url),
        reason: error.to_string(),
    }
}

/// Parses on a blocking thread, because pages have up to 20 MB. Returns the stored value, and
/// true, if the response has the same type and body as the stored one.
async fn parse<F: Format>(
    format: &F,
    page: Page,
    stored: Option<Loaded<F::Value>>,
) -> Result<(F::Value, bool), String> {
    let format = format.clone();
    let parse = move || match stored {
        Some((head, Some(value)))
            if head.content_type == page.content_type && format.is_of(&value, &page) =>
        {
            Ok((value, true))
        }
        _ => format.parse(page).map(|value| (value, false)),
    };
    let parsed = tokio::task::spawn_blocking(parse).await;
    parsed.unwrap_or_else(|error| Err(error.to_string()))
}

fn now() -> i64 {
    jiff::Timestamp::now().as_second()
}

/// The request in the form that the cache policy stores. A hash replaces the URL, which may
/// contain a token in its path or query.
fn anonymous(request: &Request<'_>) -> Result<http::Request<()>, FetchError> {
    http::Request::get(format!("/{}", hex::encode(Sha256::digest(request.key()))))
        .header(header::ACCEPT, request.accept)
        .body(())
        .map_err(|error| FetchError::Network {
            url: redact_url(request.url),
            reason: error.to_string(),
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

fn refusal(url: &Url, response: &Response) -> FetchError {
    let status = response.status();
    let redacted = redact_url(url);
    match status {
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => FetchError::Denied {
            url: redacted,
            status,
        },
        _ => FetchError::Status {
            url: redacted,
            status,
            wait: retry::retry_after(response),
        },
    }
}

fn not_modified(url: &Url) -> FetchError {
    FetchError::Status {
        url: redact_url(url),
        status: StatusCode::NOT_MODIFIED,
        wait: None,
    }
}

/// Errors of reqwest contain the URL with its credentials.
fn network(url: &Url, error: &(dyn std::error::Error + 'static)) -> FetchError {
    let reason = causes(error).replace(url.as_str(), &redact_url(url));
    FetchError::Network {
        url: redact_url(url),
        reason,
    }
}

fn without_credentials(url: &Url) -> Url {
    let mut url = url.clone();
    // Both fail only for URLs that cannot have credentials.
    let _ = url.set_username("");
    let _ = url.set_password(None);
    url.set_fragment(None);
    url
}
