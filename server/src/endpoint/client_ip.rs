//! The client address that limits count by.

use std::net::{IpAddr, Ipv4Addr};

use axum::{
    extract::ConnectInfo,
    http::{Extensions, HeaderMap},
};

use super::Peer;
use crate::accept::limit_key;

/// Returns the client's address as limits count it. All clients share one address when the listener does not report its
/// peers.
pub(crate) fn client_ip(extensions: &Extensions, headers: &HeaderMap) -> IpAddr {
    let peer = extensions.get::<ConnectInfo<Peer>>().map(|peer| peer.0.address.ip());
    peer.map_or(Ipv4Addr::UNSPECIFIED.into(), |peer| client_ip_of(peer, headers))
}

/// Returns the address of a client that connected from `peer`: for a reverse proxy on this machine, the last address in
/// `X-Forwarded-For`. An IPv6 address stands for its /64 network.
pub(crate) fn client_ip_of(peer: IpAddr, headers: &HeaderMap) -> IpAddr {
    let forwarded = headers.get_all("x-forwarded-for").iter().next_back();
    let last = forwarded.and_then(|value| value.to_str().ok()?.rsplit(',').next()?.trim().parse().ok());
    limit_key(last.filter(|_| peer.to_canonical().is_loopback()).unwrap_or(peer))
}
