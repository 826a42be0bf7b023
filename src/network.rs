//! The one HTTP client: proxies, credentials, retries.

use crate::diagnostic::Failure;

/// Builds the client that conda channels and PyPI indexes are fetched with.
///
/// It takes credentials from netrc and from rattler's credentials file, retries
/// what may pass (429, 5xx, broken connections) with exponential back-off, and
/// with `offline` refuses every request that is not `file://`.
pub fn client(_offline: bool) -> Result<reqwest_middleware::ClientWithMiddleware, Failure> {
    todo!()
}
