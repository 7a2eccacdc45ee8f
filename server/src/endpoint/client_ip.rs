//! The client address that limits count by.

use std::net::{IpAddr, Ipv4Addr};

use axum::{extract::ConnectInfo, http::Extensions};

use super::Peer;
use crate::{accept::limit_key, forwarded::Client};

/// Returns the client's address as limits count it: an IPv6 address stands for its /64 network. All clients share one address
/// behind a Unix socket whose proxy reports none.
pub(crate) fn client_ip(extensions: &Extensions) -> IpAddr {
    limit_key(client_address(extensions).unwrap_or(Ipv4Addr::UNSPECIFIED.into()))
}

/// Returns the client's address, or that of the peer in a router without `http::client`.
fn client_address(extensions: &Extensions) -> Option<IpAddr> {
    match extensions.get::<Client>() {
        Some(client) => client.address,
        None => extensions.get::<ConnectInfo<Peer>>().and_then(|peer| peer.0.ip()),
    }
}
