//! Identifiers of nodes: `X-Forwarded-For` in all spellings that proxies use, and RFC 7239, section 6.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::quoted_string::unquote;

/// Returns the address of a node, without its port. Returns `None` for `unknown`, for obfuscated identifiers, which name no
/// address, and for anything else.
pub(super) fn parse(text: &str) -> Option<IpAddr> {
    let text = unquote(text.trim())?;
    address(&text).map(|address| address.to_canonical())
}

fn address(text: &str) -> Option<IpAddr> {
    if let Ok(address) = text.parse() {
        return Some(address);
    }
    if let Some(bracketed) = text.strip_prefix('[') {
        let (address, port) = bracketed.split_once(']')?;
        let is_whole = port.is_empty() || port.strip_prefix(':').is_some_and(is_port);
        return address.parse::<Ipv6Addr>().ok().filter(|_| is_whole).map(IpAddr::V6);
    }
    let (address, port) = text.rsplit_once(':')?;
    address.parse::<Ipv4Addr>().ok().filter(|_| is_port(port)).map(IpAddr::V4)
}

/// A number, or an obfuscated port such as `_http`.
fn is_port(port: &str) -> bool {
    let is_part = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
    match port.strip_prefix('_') {
        Some(name) => !name.is_empty() && name.bytes().all(is_part),
        None => (1..=5).contains(&port.len()) && port.bytes().all(|byte| byte.is_ascii_digit()),
    }
}
