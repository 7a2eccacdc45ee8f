//! The client's end of a connection.

use std::net::{IpAddr, Ipv6Addr, SocketAddr};

/// Who is at the other end of a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Peer {
    /// From where.
    pub address: SocketAddr,
}

/// The address that limits count by: an IPv4 address (also one inside IPv6), or the /64 network of an IPv6 address, since one home has
/// all of it.
pub fn counted_address(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() & (u128::MAX << 64)).into(),
        address => address,
    }
}
