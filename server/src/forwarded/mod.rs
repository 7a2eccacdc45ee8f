//! The client behind reverse proxies: its address, and the scheme and host that it asked for. Pure.
//!
//! Only trusted proxies are believed, and each of them only about the peer that it saw: the list of addresses is walked from the
//! right, and the first address that is no trusted proxy is the client. Everything to the left of it may be made up. With the
//! default list of proxies, it is the last address: a forwarder on this machine (Tor, `ssh -R`) hides who uses it, so what a
//! proxy has appended to a client's own word there is the address of the machine itself.
//!
//! `X-Forwarded-For` wins over `Forwarded` (RFC 7239), of which then nothing counts: nearly every proxy writes the former, and
//! passes on a `Forwarded` that a client has made up.

mod element;
mod node;
mod quoted_string;
#[cfg(test)]
mod tests;

use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
    sync::Arc,
};

use axum::http::{HeaderMap, HeaderValue};
use ipnet::{IpNet, Ipv4Net, Ipv6Net};

use element::Element;

const FORWARDED: &str = "forwarded";
const FORWARDED_FOR: &str = "x-forwarded-for";
const FORWARDED_HOST: &str = "x-forwarded-host";
const FORWARDED_PROTO: &str = "x-forwarded-proto";

/// The default of the setting: the proxies on this machine.
const LOCAL: [IpNet; 2] = [
    IpNet::V4(Ipv4Net::new_assert(Ipv4Addr::new(127, 0, 0, 0), 8)),
    IpNet::V6(Ipv6Net::new_assert(Ipv6Addr::LOCALHOST, 128)),
];

/// The networks whose peers are reverse proxies; cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct TrustedProxies {
    networks: Arc<[IpNet]>,
    /// Nobody has named a proxy. Then there is one, and an address of this machine in its list is a client.
    is_default: bool,
}

/// The client of a request.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Client {
    /// Its address. `None` behind a Unix socket whose proxy reports none.
    pub(crate) address: Option<IpAddr>,
    /// The host that it asked a trusted proxy for, with its port.
    host: Option<String>,
    /// The scheme by which it reached a trusted proxy, or this server itself: `http` or `https`.
    scheme: Option<&'static str>,
}

/// How far a list of addresses was followed.
struct Walk {
    address: Option<IpAddr>,
    /// Addresses that were taken from the list.
    hops: usize,
}

impl TrustedProxies {
    /// Trusts the peers of these networks.
    pub fn new(networks: &[IpNet]) -> Self {
        Self { networks: networks.into(), is_default: networks == LOCAL }
    }

    /// Returns whether this is the address of a trusted proxy.
    pub(crate) fn contains(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.networks.iter().any(|network| network.contains(&address))
    }

    /// Returns whether a trusted proxy may be in a network that limits count as one: an IPv4 address, or 64 bits of IPv6.
    pub(crate) fn overlaps(&self, network: IpAddr) -> bool {
        let prefix = if network.is_ipv4() { 32 } else { 64 };
        let Ok(network) = IpNet::new(network, prefix) else { return false };
        self.networks.iter().any(|proxies| proxies.contains(&network) || network.contains(proxies))
    }

    /// Returns whether a peer is a trusted proxy, as one of a Unix socket is.
    pub(crate) fn trusts(&self, peer: Option<IpAddr>) -> bool {
        peer.is_none_or(|address| self.contains(address))
    }

    /// Returns the client of a request that came from `peer`. `None` is the peer of a Unix socket: a trusted proxy without an
    /// address.
    pub(crate) fn client(&self, peer: Option<IpAddr>, headers: &HeaderMap) -> Client {
        let address = peer.map(|peer| peer.to_canonical());
        if address.is_some_and(|address| !self.contains(address)) {
            return Client { address, ..Client::default() };
        }
        if headers.contains_key(FORWARDED) && !headers.contains_key(FORWARDED_FOR) {
            self.client_of_forwarded(address, headers)
        } else {
            self.client_of_x_headers(address, headers)
        }
    }

    fn client_of_x_headers(&self, peer: Option<IpAddr>, headers: &HeaderMap) -> Client {
        let nodes = x_elements(headers, FORWARDED_FOR).map(|element| node::parse(element?));
        let Walk { address, hops } = self.walk(peer, nodes);
        // As deep in their lists as the client's address is in its own: a proxy appends to all of them or sets them.
        let deepest = |name| x_elements(headers, name).take(hops.max(1)).last().flatten();
        let host = deepest(FORWARDED_HOST).filter(|host| !host.is_empty()).map(str::to_owned);
        Client { address, host, scheme: deepest(FORWARDED_PROTO).and_then(scheme) }
    }

    fn client_of_forwarded(&self, peer: Option<IpAddr>, headers: &HeaderMap) -> Client {
        let elements: Vec<_> = lines_from_right(headers, FORWARDED)
            .flat_map(|line| element::split_from_right(line, b','))
            .map(Element::parse)
            .collect();
        let Walk { address, hops } = self.walk(peer, elements.iter().map(|element| element.node));
        let depth = hops.min(elements.len()).max(1);
        let Some(element) = elements.into_iter().nth(depth - 1) else {
            return Client { address, ..Client::default() };
        };
        Client { address, host: element.host, scheme: element.proto.as_deref().and_then(scheme) }
    }

    /// Follows addresses from the right, until one is no trusted proxy or is not an address.
    fn walk(&self, peer: Option<IpAddr>, nodes: impl Iterator<Item = Option<IpAddr>>) -> Walk {
        let mut walk = Walk { address: peer, hops: 0 };
        for address in nodes.map_while(|node| node) {
            walk = Walk { address: Some(address), hops: walk.hops + 1 };
            if self.is_default || !self.contains(address) {
                break;
            }
        }
        walk
    }
}

impl Client {
    /// Assumes https where no trusted proxy reports a scheme.
    pub(crate) fn or_https(self) -> Self {
        Self { scheme: self.scheme.or(Some("https")), ..self }
    }

    /// Replaces the headers of proxies by what is known of the client, so that no handler believes a client's word.
    pub(crate) fn replace_headers(&self, headers: &mut HeaderMap) {
        headers.remove(FORWARDED);
        headers.remove(FORWARDED_FOR);
        for (name, value) in [(FORWARDED_HOST, self.host.as_deref()), (FORWARDED_PROTO, self.scheme)] {
            match value.and_then(|value| HeaderValue::from_str(value).ok()) {
                Some(value) => drop(headers.insert(name, value)),
                None => drop(headers.remove(name)),
            }
        }
    }
}

/// Returns the host that the client asked a trusted proxy for. Only for headers that [`Client::replace_headers`] has replaced.
pub(crate) fn forwarded_host(headers: &HeaderMap) -> Option<&str> {
    headers.get(FORWARDED_HOST)?.to_str().ok()
}

/// Returns whether the client reached a trusted proxy, or this server itself, by https; `None` if that is not known. Only for headers that
/// [`Client::replace_headers`] has replaced.
pub(crate) fn is_https(headers: &HeaderMap) -> Option<bool> {
    headers.get(FORWARDED_PROTO).map(|proto| proto == "https")
}

/// The elements of an `X-Forwarded-…` list, the last one first. `None` is one that is not text.
fn x_elements<'a>(headers: &'a HeaderMap, name: &'static str) -> impl Iterator<Item = Option<&'a str>> {
    let elements = lines_from_right(headers, name).flat_map(|line| line.rsplit(|byte| *byte == b','));
    elements.map(|element| str::from_utf8(element).ok().map(str::trim))
}

/// Several lines of a header are one list (RFC 9110, section 5.3).
fn lines_from_right<'a>(headers: &'a HeaderMap, name: &'static str) -> impl Iterator<Item = &'a [u8]> {
    headers.get_all(name).iter().rev().map(HeaderValue::as_bytes)
}

fn scheme(text: &str) -> Option<&'static str> {
    ["http", "https"].into_iter().find(|scheme| scheme.eq_ignore_ascii_case(text))
}
