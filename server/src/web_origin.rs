//! Web origins (RFC 6454), normalized so that two spellings of one origin are equal.

use std::{
    fmt,
    net::{Ipv4Addr, Ipv6Addr},
};

use axum::http::uri::Authority;

/// `scheme://host[:port]`: in lower case, without the root domain's dot, with the default port of its scheme if it names none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    scheme: String,
    host: String,
    port: Option<u16>,
}

impl Origin {
    /// Returns `None` if the text is not an origin. One slash or more at its end do not count.
    pub fn parse(text: &str) -> Option<Self> {
        let (scheme, authority) = text.trim_end_matches('/').split_once("://")?;
        let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '.' | '-');
        let is_scheme = scheme.starts_with(|c: char| c.is_ascii_alphabetic()) && scheme.chars().all(is_part);
        let scheme = scheme.to_ascii_lowercase();
        let (host, port) = host_and_port(authority)?;
        is_scheme.then(|| Self { host, port: port.or(default_port(&scheme)), scheme })
    }

    /// Returns whether this `host[:port]` is that of the origin. A missing port means the default of the scheme.
    pub(crate) fn is_at(&self, host: &str) -> bool {
        host_and_port(host)
            .is_some_and(|(host, port)| host == self.host && port.or(default_port(&self.scheme)) == self.port)
    }

    pub(crate) fn host(&self) -> &str {
        &self.host
    }

    pub(crate) fn is_https(&self) -> bool {
        self.scheme == "https"
    }

    /// Returns whether browsers open pages of such an origin over the network.
    pub(crate) fn is_web(&self) -> bool {
        self.is_https() || self.scheme == "http"
    }
}

/// As browsers write it: without the default port.
impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { scheme, host, port } = self;
        match port.filter(|port| Some(*port) != default_port(scheme)) {
            Some(port) => write!(f, "{scheme}://{host}:{port}"),
            None => write!(f, "{scheme}://{host}"),
        }
    }
}

fn default_port(scheme: &str) -> Option<u16> {
    match scheme {
        "https" => Some(443),
        "http" => Some(80),
        _ => None,
    }
}

/// Splits `host[:port]`, and normalizes the host. Returns `None` for anything else, such as an authority with user information.
pub(crate) fn host_and_port(text: &str) -> Option<(String, Option<u16>)> {
    let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | ':' | '[' | ']');
    let authority: Authority = Some(text).filter(|text| text.chars().all(is_part))?.parse().ok()?;
    let port = authority.port_u16();
    // `Authority` returns no port for one that is empty or too large.
    let is_whole = text.len() == authority.host().len() || port.is_some();
    let host = normalized(authority.host())?;
    is_whole.then_some((host, port))
}

fn normalized(host: &str) -> Option<String> {
    if let Some(address) = host.strip_prefix('[') {
        let address: Ipv6Addr = address.strip_suffix(']')?.parse().ok()?;
        return Some(format!("[{address}]"));
    }
    let name = host.strip_suffix('.').unwrap_or(host).to_ascii_lowercase();
    (!name.is_empty()).then_some(name)
}

/// Returns whether a normalized host is an IP address.
pub(crate) fn is_address(host: &str) -> bool {
    host.starts_with('[') || host.parse::<Ipv4Addr>().is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_an_origin_are_equal() {
        for (text, origin) in [
            ("https://chat.example", "https://chat.example"),
            ("HTTPS://Chat.Example:443/", "https://chat.example"),
            ("https://chat.example.", "https://chat.example"),
            ("https://chat.example.:8443", "https://chat.example:8443"),
            ("http://chat.example:80", "http://chat.example"),
            ("http://chat.example:443", "http://chat.example:443"),
            ("http://[2001:DB8:0::1]:80", "http://[2001:db8::1]"),
            ("https://[::1]", "https://[::1]"),
            ("capacitor://localhost", "capacitor://localhost"),
            ("http://my_chat:3000", "http://my_chat:3000"),
        ] {
            assert_eq!(Origin::parse(text).unwrap().to_string(), origin, "{text}");
        }
    }

    #[test]
    fn other_texts_are_no_origins() {
        for text in [
            "",
            "null",
            "*",
            "chat.example",
            "://chat.example",
            "1ttp://chat.example",
            "https://",
            "https://.",
            "https://chat.example/chat",
            "https://chat.example?",
            "https://ann@chat.example",
            "https://chat.example:",
            "https://chat.example:65979",
            "https://chat.example:x",
            "https://*.example",
            "https://[::1",
            "https://[chat]",
            "https://b\u{fc}cher.example",
        ] {
            assert_eq!(Origin::parse(text), None, "{text}");
        }
    }

    #[test]
    fn a_host_is_that_of_an_origin_with_the_port_of_its_scheme() {
        let origin = Origin::parse("https://chat.example").unwrap();
        for (host, is_at) in [
            ("chat.example", true),
            ("CHAT.example.", true),
            ("chat.example:443", true),
            ("chat.example:80", false),
            ("chat.example.evil.example", false),
            ("", false),
        ] {
            assert_eq!(origin.is_at(host), is_at, "{host}");
        }
    }
}
