//! Addresses that stand by themselves in a text, and what a link may lead to.

mod host;
mod mail;
mod open;
mod path;

use std::ops::Range;

pub(super) use open::{REL, SCHEMES, host_of, opening};

/// An address in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Address {
    pub(super) range: Range<usize>,
    /// What it lacks of a whole one.
    pub(super) lacks: &'static str,
}

/// The longest address, in bytes.
const MAX_BYTES: usize = 2_048;

/// The addresses of a text, in their order: `http://…`, `https://…`, `www.…`, and those of mail.
pub(super) fn find(text: &str) -> Vec<Address> {
    let mut found = Vec::new();
    let mut end = 0;
    for (at, byte) in text.bytes().enumerate() {
        if at < end || !matches!(byte, b':' | b'@' | b'.') {
            continue;
        }
        let address = match byte {
            b':' => page(text, end, at),
            b'.' => www(text, end, at),
            _ => mail::around(text, end, at),
        };
        let Some(address) = address else { continue };
        let typed = text.get(address.range.clone()).unwrap_or_default();
        if typed.len() > MAX_BYTES {
            end = address.range.end;
        } else if opening(&format!("{}{typed}", address.lacks)).is_some() {
            end = address.range.end;
            found.push(address);
        }
    }
    found
}

/// `http://` or `https://` around a colon.
fn page(text: &str, from: usize, colon: usize) -> Option<Address> {
    let after = text.get(colon..)?.strip_prefix("://")?;
    let before = text.get(from..colon)?;
    let scheme = ["https", "http"].into_iter().find(|scheme| ends_with(before, scheme))?;
    let start = colon - scheme.len();
    let previous = before.get(..before.len() - scheme.len())?.chars().next_back();
    if previous.is_some_and(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.')) {
        return None;
    }
    let begin = text.len() - after.len();
    let host = host::with_port(text, begin)?;
    Some(Address { range: start..path::end(text, start, host), lacks: "" })
}

fn ends_with(text: &str, word: &str) -> bool {
    let end = text.len().checked_sub(word.len()).and_then(|at| text.get(at..));
    end.is_some_and(|end| end.eq_ignore_ascii_case(word))
}

/// `www.` before a dot, and a name with another one.
fn www(text: &str, from: usize, dot: usize) -> Option<Address> {
    let start = dot.checked_sub(3).filter(|start| *start >= from)?;
    let begins = text.get(start..dot)?.eq_ignore_ascii_case("www");
    let previous = text.get(from..start)?.chars().next_back();
    if !begins
        || previous.is_some_and(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '/' | '-' | '_' | '@'))
    {
        return None;
    }
    let name = host::name(text, start)?;
    if !text.get(dot + 1..name)?.contains('.') {
        return None;
    }
    Some(Address { range: start..path::end(text, start, host::port(text, name)), lacks: "http://" })
}

#[cfg(test)]
mod tests;
