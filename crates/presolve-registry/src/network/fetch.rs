//! Responses, parsed, through the on-disk cache (RFC 9111).
//!
//! The order is fixed: fetch, parse, store. A response that its parser refuses is never
//! stored, and a stored one that its parser refuses is dropped and fetched again without
//! validators, so that neither a proxy's login page nor half a body outlives its run.

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

/// Requests at a time; PyPI's CDN multiplexes them over few connections.
const CONCURRENCY: usize = 50;
/// How often a body that breaks off is fetched again.
const BODY_RETRIES: u32 = 3;

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

/// Request for a file, with its credentials.
#[derive(Clone)]
pub struct Request<'a> {
    /// URL, including the credentials to use.
    pub url: &'a Url,
    /// The `Accept` header, which is part of the cache's key.
    pub accept: &'static str,
    /// How the file itself is compressed.
    pub compression: Compression,
    /// The most bytes that the body may have, decompressed.
    pub limit: u64,
    /// How long a stored response is used without asking, whatever the server says.
    pub fresh_for: Duration,
    /// How long a stored 404 or 410 is believed without asking.
    pub absent_for: Duration,
    /// Hears of the download.
    pub received: Received<'a>,
}

impl<'a> Request<'a> {
    /// A request for an uncompressed file that asks the server each time.
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

    /// Returns the cache key of the response.
    pub fn key(&self) -> String {
        format!("{} {}", self.accept, without_credentials(self.url))
    }
}

/// A fetched body.
#[derive(Clone, Debug)]
pub struct Page<S = Vec<u8>> {
    /// The body, decompressed.
    pub body: S,
    /// The `Content-Type`.
    pub content_type: String,
    /// Where redirects led, with the credentials of the request if it is the
    /// same host.
    pub url: Url,
}

/// What is made of a response, and how that is kept. Every method may block.
pub trait Format: Clone + Send + Sync + 'static {
    /// Type that a response is parsed to.
    type Value: Send + 'static;

    /// Parses a response.
    ///
    /// # Errors
    /// Why it is not what it should be.
    fn parse(&self, page: Page) -> Result<Self::Value, String>;

    /// What the cache has for the key: `Some(None)` for a stored 404. What cannot be
    /// parsed any more counts as absent.
    fn load(&self, cache: &Cache, key: &str, url: &Url) -> Option<Loaded<Self::Value>>;

    /// Stores a value, or that there is none; gives back what to use from now on.
    ///
    /// # Errors
    /// The cache cannot be written.
    fn store(
        &self,
        cache: &Cache,
        key: &str,
        head: &ResponseHead,
        value: &mut Option<Self::Value>,
    ) -> std::io::Result<()>;

    /// Stores that the server confirmed what is stored.
    ///
    /// # Errors
    /// The cache cannot be written.
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

/// A stored response.
pub type Loaded<V> = (ResponseHead, Option<V>);

/// Bodies that are kept as they are, parsed by a function.
#[derive(Clone)]
pub struct Whole<F>(pub F);

/// A parsed body with what it was parsed from.
pub struct Parsed<T> {
    /// Parsed response.
    pub value: T,
    /// The body.
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
            url: base(&head, url),
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

/// Fetches, at most [`CONCURRENCY`] at a time.
#[derive(Clone)]
pub struct Fetcher(Arc<Inner>);

struct Inner {
    http: Http,
    cache: Cache,
    permits: Semaphore,
}

/// What a server says of a stored response, or sends in its place.
enum Answer<S = Vec<u8>> {
    /// The stored one may be used. The head is new if the server was asked.
    Stored(Option<ResponseHead>),
    /// There is nothing.
    Missing(ResponseHead),
    /// This is there.
    Body(ResponseHead, Page<S>),
}

impl Fetcher {
    /// A fetcher on top of a client.
    pub fn new(http: Http, cache: Cache) -> Self {
        Self(Arc::new(Inner {
            http,
            cache,
            permits: Semaphore::new(CONCURRENCY),
        }))
    }

    /// The client, for requests that the cache is not for.
    pub fn http(&self) -> &Http {
        &self.0.http
    }

    /// The cache.
    pub fn cache(&self) -> &Cache {
        &self.0.cache
    }

    /// A place among the requests that run at a time.
    pub async fn permit(&self) -> Option<tokio::sync::SemaphorePermit<'_>> {
        self.0.permits.acquire().await.ok()
    }

    /// A parsed response, from the cache where HTTP or the request allows it, and
    /// revalidated elsewhere; `None` for 404 and 410.
    ///
    /// Offline, a stored response is used however old it is.
    ///
    /// # Errors
    /// As the variants of [`FetchError`] say. Nothing was stored then.
    pub async fn get<F: Format>(
        &self,
        request: &Request<'_>,
        format: F,
    ) -> Result<Option<F::Value>, FetchError> {
        let key = request.key();
        let stored = self.load(&key, request.url, &format).await;
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
                Answer::Body(head, page) => match parse(&format, page).await {
                    Ok(value) => {
                        return Ok(self.keep(key, head, Some(value), format, false).await);
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

    /// What the cache has for a request, however old it is.
    pub async fn stored<F: Format>(&self, request: &Request<'_>, format: F) -> Option<F::Value> {
        self.load(&request.key(), request.url, &format).await?.1
    }

    /// The body of an HTTP URL, past the cache; `None` for 404 and 410. One that does not
    /// have the expected SHA-256 is fetched once more: it may have been damaged on its way.
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

    /// The same for an archive, which goes to disk if it is large.
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

    /// Stores a value that was parsed. A cache that cannot be written is reported once,
    /// and the run goes on with what it has.
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

    /// Asks the server, unless what is stored is fresh; reads the body again if it breaks
    /// off.
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

    /// Sends one request and reads its response.
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
            // Nothing was asked that this could answer: a confused proxy, mostly once.
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
            url: base(&head, url),
        };
        let (bytes, content_type) = (page.body.size(), &page.content_type);
        info!(url = %redact_url(url), bytes, content_type, "fetched");
        Ok(Answer::Body(head, page))
    }
}

/// Why an exchange failed, and whether it may be tried again.
enum Interrupted {
    /// The connection broke within the body.
    Again(FetchError),
    /// The body stalled, which costs the whole read limit each time.
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
    /// With these headers, which let the server answer "not modified".
    Ask(header::HeaderMap),
}

fn freshness(head: &ResponseHead, request: &Request<'_>, sent: &http::Request<()>) -> Freshness {
    let age = now().saturating_sub(head.confirmed);
    let is_within = |limit: Duration| u64::try_from(age).is_ok_and(|age| age < limit.as_secs());
    if head.status != StatusCode::OK.as_u16() {
        // A 404 decides whether a file can be solved, so it is asked for again; without
        // validators, as what they are about is not there.
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
        // A date of last change is not a promise: without one, the server is asked.
        cache_heuristic: 0.0,
        ..CacheOptions::default()
    };
    let is_redirected = without_credentials(response.url()) != without_credentials(asked);
    let redirected = is_redirected.then(|| {
        let mut url = secrets::without_token(response.url());
        // A redirect to a file store carries its signature there.
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

/// Parses off the tasks that others wait for: pages have up to 20 MB.
async fn parse<F: Format>(format: &F, page: Page) -> Result<F::Value, String> {
    let format = format.clone();
    let parsed = tokio::task::spawn_blocking(move || format.parse(page)).await;
    parsed.unwrap_or_else(|error| Err(error.to_string()))
}

fn now() -> i64 {
    jiff::Timestamp::now().as_second()
}

/// The request as the cache's policy sees and stores it: a hash stands for the URL, which
/// may have a token in its path or its query.
fn anonymous(request: &Request<'_>) -> Result<http::Request<()>, FetchError> {
    http::Request::get(format!("/{:x}", Sha256::digest(request.key())))
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

/// reqwest's errors end with the URL, credentials and all.
fn network(url: &Url, error: &(dyn std::error::Error + 'static)) -> FetchError {
    let reason = causes(error).replace(url.as_str(), &redact_url(url));
    FetchError::Network {
        url: redact_url(url),
        reason,
    }
}

/// Returns the base URL of relative links in a response.
fn base(head: &ResponseHead, asked: &Url) -> Url {
    let Some(redirected) = &head.redirected else {
        return asked.clone();
    };
    let mut found = redirected.clone();
    if found.origin() == asked.origin() {
        // Both fail only where a URL cannot have credentials, and `asked` has a host.
        let _ = found.set_username(asked.username());
        let _ = found.set_password(asked.password());
    }
    found
}

fn without_credentials(url: &Url) -> Url {
    let mut url = url.clone();
    // Both fail only where a URL cannot have credentials in the first place.
    let _ = url.set_username("");
    let _ = url.set_password(None);
    url.set_fragment(None);
    url
}
