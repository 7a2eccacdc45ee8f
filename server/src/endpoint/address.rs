//! The address that limits count by.

use std::net::{IpAddr, Ipv4Addr};

use axum::{
    extract::ConnectInfo,
    http::{Extensions, HeaderMap},
};

use super::Peer;
use crate::accept::counted_address;

/// The address that counts for a request; one for all where the listener says nothing of its peers.
pub(crate) fn address_of(extensions: &Extensions, headers: &HeaderMap) -> IpAddr {
    let peer = extensions.get::<ConnectInfo<Peer>>().map(|peer| peer.0.address.ip());
    peer.map_or(Ipv4Addr::UNSPECIFIED.into(), |peer| whose(peer, headers))
}

/// The address that counts: behind a proxy on this machine, the one that the proxy was asked from. A whole IPv6 network is one
/// home.
pub(crate) fn whose(peer: IpAddr, headers: &HeaderMap) -> IpAddr {
    let forwarded = headers.get_all("x-forwarded-for").iter().next_back();
    let last = forwarded.and_then(|value| value.to_str().ok()?.rsplit(',').next()?.trim().parse().ok());
    counted_address(last.filter(|_| peer.to_canonical().is_loopback()).unwrap_or(peer))
}
