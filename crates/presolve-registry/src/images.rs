//! Registries of images: whether they have a name and a tag.
//!
//! The requests are those of the OCI
//! (<https://github.com/opencontainers/distribution-spec/blob/v1.1.0/spec.md>) with Docker's tokens
//! (<https://distribution.github.io/distribution/spec/auth/token/>). They carry no credentials: a
//! registry gives tokens for public images without any.
//!
//! The name of an image may come from a stranger. Only the registry in it is asked, and the host
//! of its tokens if it belongs to the same site. Both use HTTPS, except on this machine.

use std::time::Duration;

use presolve_target::Image;
use presolve_text::secrets::{self, redact_url};
use reqwest::{Method, Response, StatusCode, header};
use tracing::info;
use url::{Host, Url};

use crate::{
    memo::Memo,
    network::{self, Http, SetupError, WaitObserver, body},
};

mod budget;
mod challenge;

use budget::Budget;
use challenge::Challenge;

/// The host of Docker Hub, and its other names
/// (<https://github.com/distribution/reference/blob/v0.6.0/normalize.go>).
const HUB: &str = "registry-1.docker.io";
const HUB_NAMES: [&str; 2] = ["docker.io", "index.docker.io"];

/// The types of a manifest or of an index of several
/// (<https://github.com/opencontainers/image-spec/blob/v1.1.0/media-types.md>). Some registries
/// answer 404 for a type that a request does not accept.
const MANIFESTS: &str = "application/vnd.oci.image.index.v1+json, \
     application/vnd.docker.distribution.manifest.list.v2+json, \
     application/vnd.oci.image.manifest.v1+json, \
     application/vnd.docker.distribution.manifest.v2+json, */*;q=0.5";

/// The maximum time for an image, with its token and all retries.
const TIME_LIMIT: Duration = Duration::from_secs(30);

/// The maximum size of the response with a token, in bytes. Real ones have up to 10 kB.
const TOKEN_LIMIT: u64 = 256 * 1024;

/// What a registry says about an image.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// It has the image.
    Exists,
    /// It has the repository, but not the tag or digest.
    NoTag,
    /// It does not have the repository.
    NoRepository,
    /// It gives the image to nobody without credentials. Some registries answer this for a
    /// repository that does not exist.
    Denied,
    /// No usable answer, with the reason.
    Failed(String),
    /// The run has reached a limit, so the registry was not asked.
    LeftOut(String),
}

/// The registries that a run asks. Each image is asked for once.
pub struct ImageRegistries {
    http: Http,
    known: Memo<Url, Answer>,
    budget: Budget,
}

impl ImageRegistries {
    /// Sets up the client. `waiting` is notified of hosts that do not respond.
    ///
    /// # Errors
    /// As for [`network::client`].
    pub fn new(waiting: Option<WaitObserver>) -> Result<Self, SetupError> {
        Ok(Self {
            http: network::without_credentials(redirects(), waiting)?,
            known: Memo::default(),
            budget: Budget::default(),
        })
    }

    /// Asks the registry of an image for it. The reference must be well-formed.
    pub async fn ask(&self, image: &Image) -> Answer {
        let Some(place) = Place::of(image) else {
            return Answer::Failed("its name cannot be part of a URL".to_owned());
        };
        let key = place.manifest.clone();
        self.known.get(key, self.ask_within_limits(&place)).await
    }

    async fn ask_within_limits(&self, place: &Place) -> Answer {
        let registry = network::host(&place.manifest);
        let left = match self.budget.spend(&registry) {
            Ok(left) => left,
            Err(limit) => return Answer::LeftOut(limit),
        };
        let limit = left.min(TIME_LIMIT);
        match tokio::time::timeout(limit, self.look_up(place)).await {
            Ok(answer) => answer.unwrap_or_else(Answer::Failed),
            Err(_) if left < TIME_LIMIT => Answer::LeftOut(budget::out_of_time()),
            Err(_) => {
                let seconds = limit.as_secs();
                Answer::Failed(format!("no answer within {seconds} s"))
            }
        }
    }

    async fn look_up(&self, place: &Place) -> Result<Answer, String> {
        let mut token = None;
        let mut response = self.send(Method::HEAD, &place.manifest, None).await?;
        if response.status() == StatusCode::UNAUTHORIZED {
            token = self.token(place, &response).await?;
            let Some(token) = &token else {
                return Ok(Answer::Denied);
            };
            response = self
                .send(Method::HEAD, &place.manifest, Some(token))
                .await?;
        }
        info!(url = %redact_url(&place.manifest), status = %response.status(), "image");
        match response.status() {
            StatusCode::OK => Ok(Answer::Exists),
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => Ok(Answer::Denied),
            StatusCode::NOT_FOUND => {
                let tags = self.send(Method::GET, &place.tags, token.as_ref()).await?;
                match tags.status() {
                    StatusCode::OK => Ok(Answer::NoTag),
                    _ => Ok(Answer::NoRepository),
                }
            }
            status => Err(format!("it responds with {status}")),
        }
    }

    async fn send(
        &self,
        method: Method,
        url: &Url,
        token: Option<&header::HeaderValue>,
    ) -> Result<Response, String> {
        let request = self.http.client.request(method, url.clone());
        let mut request = request.header(header::ACCEPT, MANIFESTS);
        if let Some(token) = token {
            request = request.header(header::AUTHORIZATION, token.clone());
        }
        let response = request.send().await;
        response.map_err(|error| reason(url, &error))
    }

    /// Fetches a token for reading the repository; `None` if the registry wants credentials.
    async fn token(
        &self,
        place: &Place,
        refusal: &Response,
    ) -> Result<Option<header::HeaderValue>, String> {
        let challenges = refusal.headers().get_all(header::WWW_AUTHENTICATE);
        let mut challenges = challenges.iter().filter_map(|value| value.to_str().ok());
        let Some(challenge) = challenges.find_map(Challenge::parse) else {
            return Ok(None);
        };
        let url = challenge.url(place)?;
        let response = self.send(Method::GET, &url, None).await?;
        match response.status() {
            StatusCode::OK => {}
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => return Ok(None),
            status => {
                return Err(format!(
                    "its tokens come from {}, which responds with {status}",
                    network::host(&url)
                ));
            }
        }
        let compression = body::Compression::None;
        let read = body::read(&self.http, response, compression, TOKEN_LIMIT, &|_, _| ());
        let bytes: Vec<u8> = read.await.map_err(|_| challenge::unusable(&url))?;
        let token = challenge::token(&bytes).ok_or_else(|| challenge::unusable(&url))?;
        secrets::remember(&token);
        let value = header::HeaderValue::from_str(&format!("Bearer {token}"));
        let mut value = value.map_err(|_| challenge::unusable(&url))?;
        value.set_sensitive(true);
        Ok(Some(value))
    }
}

/// The URLs of an image in its registry.
struct Place {
    manifest: Url,
    tags: Url,
    repository: String,
}

impl Place {
    fn of(image: &Image) -> Option<Self> {
        let registry = image.registry.as_deref().unwrap_or(HUB);
        let is_hub = registry == HUB || HUB_NAMES.contains(&registry);
        let registry = if is_hub { HUB } else { registry };
        let repository = match image.repository.contains('/') {
            false if is_hub => format!("library/{}", image.repository),
            _ => image.repository.clone(),
        };
        let reference = image.digest.as_deref().or(image.tag.as_deref());
        let reference = reference.unwrap_or("latest");
        let is_here = is_loopback(&Url::parse(&format!("https://{registry}/")).ok()?);
        let scheme = if is_here { "http" } else { "https" };
        let base = Url::parse(&format!("{scheme}://{registry}/v2/{repository}/")).ok()?;
        Some(Self {
            manifest: base.join(&format!("manifests/{reference}")).ok()?,
            tags: base.join("tags/list?n=1").ok()?,
            repository,
        })
    }
}

/// Whether a URL leads to this machine. Docker uses HTTP there, too
/// (<https://docs.docker.com/reference/cli/dockerd/#insecure-registries>).
fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

/// Whether a registry may send a request to another URL: it is encrypted, without a user name,
/// and of the same site, such as `auth.docker.io` for `registry-1.docker.io`.
fn may_lead_to(registry: &Url, url: &Url) -> bool {
    let is_here = is_loopback(registry) && is_loopback(url) && url.scheme() == "http";
    let is_safe = url.scheme() == "https" || is_here;
    let has_user = !url.username().is_empty() || url.password().is_some();
    let site = |url: &Url| {
        let name = url.domain()?.to_owned();
        let labels: Vec<&str> = name.rsplit('.').take(2).collect();
        (labels.len() == 2).then(|| labels.join("."))
    };
    let is_same = registry.host() == url.host()
        || site(registry).is_some_and(|own| site(url).as_ref() == Some(&own));
    is_safe && !has_user && is_same
}

/// The maximum number of redirects for one request.
const REDIRECTS: usize = 3;

/// Follows redirects within a site. Registries of mirrors use them.
fn redirects() -> reqwest::redirect::Policy {
    reqwest::redirect::Policy::custom(|attempt| {
        let first = attempt.previous().first();
        let is_allowed = first.is_some_and(|first| may_lead_to(first, attempt.url()));
        if is_allowed && attempt.previous().len() <= REDIRECTS {
            attempt.follow()
        } else {
            attempt.stop()
        }
    })
}

/// Errors of reqwest contain the URL, and that of a redirect.
fn reason(url: &Url, error: &(dyn std::error::Error + 'static)) -> String {
    let reason = network::causes(error);
    secrets::redact(&reason.replace(url.as_str(), &redact_url(url)))
}

#[cfg(test)]
mod tests;
