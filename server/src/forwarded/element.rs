//! Elements of `Forwarded` (RFC 7239, section 4).

use std::net::IpAddr;

use super::{node, quoted_string::unquote};

/// The part of one proxy: how the request reached it.
#[derive(Debug, Default)]
pub(super) struct Element {
    pub(super) node: Option<IpAddr>,
    pub(super) host: Option<String>,
    pub(super) proto: Option<String>,
}

impl Element {
    /// A parameter that is malformed or repeated does not count.
    pub(super) fn parse(element: &[u8]) -> Self {
        Self {
            node: parameter(element, "for").and_then(|node| node::parse(&node)),
            host: parameter(element, "host").filter(|host| !host.is_empty()),
            proto: parameter(element, "proto"),
        }
    }
}

/// Splits at separators outside of quoted strings, and yields the last part first. Quotes are matched from the right, so one
/// that a client has left open does not swallow what proxies appended.
pub(super) fn split_from_right(text: &[u8], separator: u8) -> impl Iterator<Item = &[u8]> {
    let mut rest = Some(text);
    std::iter::from_fn(move || {
        let text = rest?;
        let Some(index) = last_separator(text, separator) else { return rest.take() };
        rest = text.get(..index);
        text.get(index + 1..)
    })
}

fn last_separator(text: &[u8], separator: u8) -> Option<usize> {
    let mut is_quoted = false;
    text.iter().enumerate().rev().find_map(|(index, byte)| {
        if *byte == b'"' && !(is_quoted && is_escaped(text.get(..index)?)) {
            is_quoted = !is_quoted;
        }
        (*byte == separator && !is_quoted).then_some(index)
    })
}

/// Returns whether a character after `before` is escaped: an odd number of backslashes precedes it.
fn is_escaped(before: &[u8]) -> bool {
    before.iter().rev().take_while(|byte| **byte == b'\\').count() % 2 == 1
}

fn parameter(element: &[u8], name: &str) -> Option<String> {
    let pairs = split_from_right(element, b';').filter_map(|pair| str::from_utf8(pair).ok()?.split_once('='));
    let mut values = pairs.filter(|(key, _)| key.trim().eq_ignore_ascii_case(name)).map(|(_, value)| value);
    match (values.next(), values.next()) {
        (Some(value), None) => unquote(value.trim()),
        _ => None,
    }
}
