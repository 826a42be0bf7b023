//! Rules on secrets, and on connections or sources that others can tamper with.

use std::net::IpAddr;

use url::{Host, Url};

use super::Rule;

mod direct_url_without_hash;
mod extra_index;
mod insecure_index;
mod secret_in_url;
mod unpinned_vcs;

pub use secret_in_url::secrets_in;

pub(super) static RULES: &[&Rule] = &[
    &secret_in_url::RULE,
    &insecure_index::RULE,
    &extra_index::RULE,
    &unpinned_vcs::RULE,
    &direct_url_without_hash::RULE,
];

/// Whether a URL uses a connection that others can read or change: plain HTTP to another
/// machine outside private networks.
pub(super) fn is_open_to_others(text: &str) -> bool {
    let Ok(url) = Url::parse(text) else {
        return false;
    };
    url.scheme() == "http" && url.host().is_some_and(|host| !is_private(&host))
}

/// Whether a host is this machine or on a private network: by its address, by a name without
/// a dot, or by a domain that is never public (RFC 6761, RFC 8375).
fn is_private(host: &Host<&str>) -> bool {
    let address: IpAddr = match host {
        Host::Ipv4(address) => (*address).into(),
        Host::Ipv6(address) => (*address).into(),
        Host::Domain(name) => {
            let mut ends = [".localhost", ".local", ".internal", ".home.arpa"].iter();
            return !name.contains('.') || ends.any(|end| name.ends_with(end));
        }
    };
    match address {
        IpAddr::V4(address) => {
            address.is_loopback() || address.is_private() || address.is_link_local()
        }
        IpAddr::V6(address) => {
            address.is_loopback() || address.is_unique_local() || address.is_unicast_link_local()
        }
    }
}
