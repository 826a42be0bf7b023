//! The challenge of a registry, and the token that answers it
//! (<https://distribution.github.io/distribution/spec/auth/token/>).

use serde::Deserialize;
use url::Url;

use super::{Place, may_lead_to};
use crate::network;

/// `Bearer realm="https://auth.docker.io/token",service="registry.docker.io"`. The scope in it
/// does not count, because presolve knows what it asks for.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Challenge {
    realm: String,
    service: Option<String>,
}

impl Challenge {
    /// Parses a header; `None` if the registry does not ask for a token.
    pub(super) fn parse(header: &str) -> Option<Self> {
        let (scheme, mut rest) = header.trim().split_once(' ')?;
        if !scheme.eq_ignore_ascii_case("bearer") {
            return None;
        }
        let (mut realm, mut service) = (None, None);
        while let Some((name, after)) = rest.split_once('=') {
            let (value, after) = value(after.trim_start())?;
            match &*name.trim_matches([' ', ',', '\t']).to_ascii_lowercase() {
                "realm" => realm = Some(value),
                "service" => service = Some(value),
                _ => {}
            }
            rest = after;
        }
        Some(Self {
            realm: realm?,
            service,
        })
    }

    /// Returns the URL of a token for reading the repository.
    ///
    /// # Errors
    /// Why presolve does not ask there.
    pub(super) fn url(&self, place: &Place) -> Result<Url, String> {
        let url = Url::parse(&self.realm);
        let mut url = url.map_err(|_| "its tokens come from an invalid URL".to_owned())?;
        if !may_lead_to(&place.manifest, &url) {
            let host = network::host(&url);
            return Err(format!(
                "its tokens come from `{}://{host}`, which is not a server of the same site with HTTPS",
                url.scheme()
            ));
        }
        let scope = format!("repository:{}:pull", place.repository);
        let mut query = url.query_pairs_mut();
        if let Some(service) = &self.service {
            query.append_pair("service", service);
        }
        query.append_pair("scope", &scope);
        drop(query);
        Ok(url)
    }
}

/// Takes a token or a quoted string from the start of a text (RFC 9110, 5.6.4).
fn value(text: &str) -> Option<(String, &str)> {
    let Some(quoted) = text.strip_prefix('"') else {
        let end = text.find(',').unwrap_or(text.len());
        return Some((text[..end].trim().to_owned(), &text[end..]));
    };
    let mut value = String::new();
    let mut letters = quoted.char_indices();
    while let Some((at, letter)) = letters.next() {
        match letter {
            '"' => return Some((value, &quoted[at + 1..])),
            '\\' => value.push(letters.next()?.1),
            letter => value.push(letter),
        }
    }
    None
}

/// Reads the token of a response.
pub(super) fn token(bytes: &[u8]) -> Option<String> {
    #[derive(Deserialize)]
    struct Answer {
        token: Option<String>,
        access_token: Option<String>,
    }
    let answer: Answer = serde_json::from_slice(bytes).ok()?;
    let mut tokens = answer.token.into_iter().chain(answer.access_token);
    tokens.find(|token| !token.is_empty())
}

/// The reason for a response without a usable token.
pub(super) fn unusable(url: &Url) -> String {
    format!("{} does not send a token", network::host(url))
}
