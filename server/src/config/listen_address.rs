//! The setting `listen`.

use std::{
    fmt,
    net::{SocketAddr, ToSocketAddrs},
    path::PathBuf,
    str::FromStr,
};

/// Where the server listens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ListenAddress {
    /// At an address and a port.
    Tcp(SocketAddr),
    /// At the path of a Unix socket.
    Unix(PathBuf),
}

const UNIX_PREFIX: &str = "unix:";

impl FromStr for ListenAddress {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.strip_prefix(UNIX_PREFIX) {
            Some("") => Err("give the path of the socket, such as unix:/run/chorus/chorus.sock".to_owned()),
            Some(path) if cfg!(unix) => Ok(Self::Unix(path.into())),
            Some(_) => Err("this system has no Unix sockets".to_owned()),
            None => tcp(text).map(Self::Tcp),
        }
    }
}

impl fmt::Display for ListenAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tcp(address) => write!(f, "{address}"),
            Self::Unix(path) => write!(f, "{UNIX_PREFIX}{}", path.display()),
        }
    }
}

/// A socket address, or a host name and a port. A port alone is refused and does not stand for all networks, so that no server is exposed
/// by mistake.
pub(super) fn tcp(text: &str) -> Result<SocketAddr, String> {
    if let Ok(address) = text.parse() {
        return Ok(address);
    }
    let (host, port) = text.rsplit_once(':').unwrap_or(("", text));
    if host.is_empty() && port.parse::<u16>().is_ok() {
        return Err(format!(
            "write 127.0.0.1:{port} for this machine only, or 0.0.0.0:{port} or [::]:{port} for all networks"
        ));
    }
    let Ok(port) = port.parse::<u16>() else {
        return Err("give an address and a port, such as 127.0.0.1:3000 or localhost:3000".to_owned());
    };
    let found = (host, port).to_socket_addrs().map_err(|error| format!("cannot resolve {host}: {error}"))?;
    let found: Vec<_> = found.collect();
    let first = found.iter().find(|address| address.is_ipv4()).or(found.first());
    first.copied().ok_or_else(|| format!("{host} has no address"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<String, String> {
        text.parse::<ListenAddress>().map(|address| address.to_string())
    }

    #[test]
    fn a_listen_address_may_be_a_host_name_and_needs_a_port() {
        assert_eq!(parse("localhost:3000").unwrap(), "127.0.0.1:3000");
        assert_eq!(parse("[::1]:3000").unwrap(), "[::1]:3000");
        assert_eq!(parse("0.0.0.0:0").unwrap(), "0.0.0.0:0");
        for (odd, write) in [
            (":3000", "0.0.0.0:3000"),
            ("3000", "127.0.0.1:3000"),
            ("localhost", "localhost:3000"),
            ("localhost:http", "localhost:3000"),
            ("127.0.0.1:70000", "127.0.0.1:3000"),
            ("unix:", "unix:/run/chorus"),
        ] {
            let message = parse(odd).unwrap_err();
            assert!(message.contains(write), "{odd}: {message}");
        }
        assert!(parse("no.such.host.invalid:3000").unwrap_err().contains("no.such.host.invalid"));
    }

    #[cfg(unix)]
    #[test]
    fn a_unix_socket_has_a_path() {
        assert_eq!("unix:run/x".parse(), Ok(ListenAddress::Unix("run/x".into())));
        assert_eq!(parse("unix:/run/chorus.sock").unwrap(), "unix:/run/chorus.sock");
    }
}
