//! Retries requests: one policy for channels, indexes and the mapping.

use std::{
    sync::Arc,
    time::{Duration, SystemTime},
};

use reqwest::{Request, Response, StatusCode, header};
use reqwest_middleware::{Error, Middleware, Next};
use tracing::{debug, info};

use super::{
    Limits, causes,
    waiting::{Waiting, host},
};
use presolve_text::secrets::redact_url;

/// Number of retries after the first attempt. With the pauses below, a refused connection is
/// reported after about two seconds.
const RETRIES: u32 = 3;
/// Pause before the first retry; each later pause is twice as long.
const FIRST_PAUSE: Duration = Duration::from_millis(250);
/// Longest pause that a server may request. A longer one is reported instead.
const LONGEST_PAUSE: Duration = Duration::from_secs(10);

/// Pause before a retry, which is counted from 1.
///
/// The pauses vary by up to a half, so that parallel requests do not all return at the same
/// time.
pub(super) fn pause(retry: u32) -> Duration {
    let base = FIRST_PAUSE.saturating_mul(1 << retry.saturating_sub(1).min(8));
    let nanos = SystemTime::now()
        .duration_since(SystemTime::UNIX_EPOCH)
        .map_or(0, |now| now.subsec_nanos());
    base + base.mul_f64(f64::from(nanos % 1000) / 2000.0)
}

/// Maximum number of retries for an error; 0 if a retry cannot help.
pub(super) fn retries_for(error: &Error) -> u32 {
    let Error::Reqwest(error) = error else {
        return 0;
    };
    if error.is_builder() || error.is_redirect() {
        return 0;
    }
    if error.is_timeout() {
        // A connection that is not accepted costs the whole time limit on each attempt.
        return u32::from(!error.is_connect());
    }
    let text = causes(error);
    if text.contains("certificate") {
        return 0;
    }
    // An unknown name remains unknown, but a resolver may be busy temporarily.
    if text.contains("dns error") || text.contains("failed to lookup address") {
        return 1;
    }
    RETRIES
}

/// Whether a status is temporary: the server is busy or broken (RFC 9110, RFC 6585).
fn is_transient(status: StatusCode) -> bool {
    matches!(
        status,
        StatusCode::REQUEST_TIMEOUT
            | StatusCode::TOO_MANY_REQUESTS
            | StatusCode::INTERNAL_SERVER_ERROR
            | StatusCode::BAD_GATEWAY
            | StatusCode::SERVICE_UNAVAILABLE
            | StatusCode::GATEWAY_TIMEOUT
    )
}

/// Pause that a server requests (RFC 9110, 10.2.3), as seconds or as a date.
pub(super) fn retry_after(response: &Response) -> Option<Duration> {
    let value = response.headers().get(header::RETRY_AFTER)?.to_str().ok()?;
    if let Ok(seconds) = value.trim().parse::<u64>() {
        return Some(Duration::from_secs(seconds));
    }
    let date = jiff::fmt::rfc2822::parse(value.trim()).ok()?;
    let left = date.timestamp().duration_since(jiff::Timestamp::now());
    Some(Duration::try_from(left).unwrap_or_default())
}

/// Middleware that retries requests and reports hosts that do not answer.
pub(super) struct Retry {
    pub(super) limits: Limits,
    pub(super) waiting: Arc<Waiting>,
}

impl Retry {
    /// Pause before the next attempt; `None` for no further attempt.
    fn next_pause(&self, answer: &Result<Response, Error>, retry: u32) -> Option<Duration> {
        match answer {
            Ok(response) if is_transient(response.status()) && retry <= RETRIES => {
                let asked = retry_after(response).unwrap_or_else(|| pause(retry));
                (asked <= self.limits.read.min(LONGEST_PAUSE)).then_some(asked)
            }
            Ok(_) => None,
            Err(error) => (retry <= retries_for(error)).then(|| pause(retry)),
        }
    }
}

#[async_trait::async_trait]
impl Middleware for Retry {
    async fn handle(
        &self,
        request: Request,
        extensions: &mut http::Extensions,
        next: Next<'_>,
    ) -> reqwest_middleware::Result<Response> {
        let host = host(request.url());
        let mut retry = 1;
        loop {
            let Some(copy) = request.try_clone() else {
                return next.run(request, extensions).await;
            };
            let attempt = next.clone().run(copy, extensions);
            debug!(url = %redact_url(request.url()), method = %request.method(), retry, "request");
            let answer = self.waiting.watch(&host, attempt).await;
            log(&request, &answer);
            let Some(pause) = self.next_pause(&answer, retry) else {
                return answer;
            };
            info!(url = %redact_url(request.url()), retry, ?pause, "sent again");
            self.waiting.watch(&host, tokio::time::sleep(pause)).await;
            retry += 1;
        }
    }
}

fn log(request: &Request, answer: &Result<Response, Error>) {
    match answer {
        Ok(response) => {
            let status = response.status().as_u16();
            info!(url = %redact_url(request.url()), status, "answer");
        }
        Err(error) => info!(url = %redact_url(request.url()), %error, "no answer"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asks(value: &str) -> Option<Duration> {
        let response = http::Response::builder().header(header::RETRY_AFTER, value);
        retry_after(&response.body("").unwrap().into())
    }

    #[test]
    fn a_server_may_ask_for_a_pause_in_seconds_or_by_a_date() {
        assert_eq!(asks("2"), Some(Duration::from_secs(2)));
        assert_eq!(
            asks("Wed, 21 Oct 2015 07:28:00 GMT"),
            Some(Duration::ZERO),
            "a date in the past asks for no pause"
        );
        assert!(asks("Wed, 21 Oct 2099 07:28:00 GMT") > Some(Duration::from_secs(86400)));
        assert_eq!(asks("soon"), None);
    }

    #[test]
    fn pauses_grow() {
        assert!(pause(1) >= FIRST_PAUSE && pause(1) <= FIRST_PAUSE.mul_f64(1.5));
        assert!(pause(3) >= FIRST_PAUSE * 4);
    }
}
