use std::net::{IpAddr, Ipv6Addr, SocketAddr};

/// The other end of a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Peer {
    /// Its address: a client, or a reverse proxy. `None` is a proxy that uses the Unix socket.
    pub address: Option<SocketAddr>,
    /// The server itself decrypts what it sends.
    pub is_tls: bool,
}

impl Peer {
    /// Returns its IP address.
    pub fn ip(&self) -> Option<IpAddr> {
        self.address.map(|address| address.ip())
    }
}

/// Returns the address that limits count by: an IPv4 address (also one mapped to IPv6), or the /64 network of an IPv6
/// address, since one home has a whole /64. The loopback address is no network.
pub fn limit_key(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) if !address.is_loopback() => {
            Ipv6Addr::from_bits(address.to_bits() & (u128::MAX << 64)).into()
        }
        address => address,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_count_ipv6_networks_and_single_addresses_of_all_others() {
        for (address, counted) in [
            ("203.0.113.7", "203.0.113.7"),
            ("::ffff:203.0.113.7", "203.0.113.7"),
            ("::ffff:127.0.0.1", "127.0.0.1"),
            ("::1", "::1"),
            ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        ] {
            assert_eq!(limit_key(address.parse().unwrap()).to_string(), counted, "{address}");
        }
    }
}
