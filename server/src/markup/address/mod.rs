//! Addresses (bare URLs and mail addresses) in a text, and the targets that a link may have.

mod host;
mod link_target;
mod mail;
mod path;

use std::ops::Range;

pub(super) use link_target::{REL, SCHEMES, host_of, link_start_tag};

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Address {
    pub(super) range: Range<usize>,
    /// The prefix that makes it a URL: `http://`, `mailto:` or nothing.
    pub(super) missing_prefix: &'static str,
}

const MAX_BYTES: usize = 2_048;

/// Finds the addresses in a text, in order: `http://…`, `https://…`, `www.…` and mail addresses.
pub(super) fn find(text: &str) -> Vec<Address> {
    let mut found = Vec::new();
    let mut end = 0;
    let mut signs = path::Before::default();
    for (at, byte) in text.bytes().enumerate() {
        if at < end || !matches!(byte, b':' | b'@' | b'.') {
            continue;
        }
        let address = match byte {
            b':' => url(text, end, at, &mut signs),
            b'.' => www(text, end, at, &mut signs),
            _ => mail::around(text, end, at),
        };
        let Some(address) = address else { continue };
        let typed = text.get(address.range.clone()).unwrap_or_default();
        if typed.len() > MAX_BYTES {
            end = address.range.end;
        } else if link_start_tag(&format!("{}{typed}", address.missing_prefix)).is_some() {
            end = address.range.end;
            found.push(address);
        }
    }
    found
}

/// The `http://` or `https://` address whose scheme ends at `colon`.
fn url(text: &str, from: usize, colon: usize, signs: &mut path::Before) -> Option<Address> {
    let after = text.get(colon..)?.strip_prefix("://")?;
    let before = text.get(from..colon)?;
    let scheme = ["https", "http"].into_iter().find(|scheme| ends_with(before, scheme))?;
    let start = colon - scheme.len();
    let previous = before.get(..before.len() - scheme.len())?.chars().next_back();
    if previous.is_some_and(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.')) {
        return None;
    }
    let begin = text.len() - after.len();
    let host = without_next_scheme(text, begin, host::with_port(text, begin)?)?;
    Some(Address { range: start..path::end(text, start, host, signs), missing_prefix: "" })
}

/// The end of a host without the scheme of the next address, if there is no space between the two: otherwise the host would be
/// another one. Returns `None` if nothing is left.
fn without_next_scheme(text: &str, begin: usize, end: usize) -> Option<usize> {
    if !text.get(end..)?.starts_with("://") {
        return Some(end);
    }
    let host = text.get(begin..end)?;
    let scheme = ["https", "http"].into_iter().find(|scheme| ends_with(host, scheme));
    scheme.map_or(Some(end), |scheme| Some(end - scheme.len()).filter(|end| *end > begin))
}

fn ends_with(text: &str, word: &str) -> bool {
    let end = text.len().checked_sub(word.len()).and_then(|at| text.get(at..));
    end.is_some_and(|end| end.eq_ignore_ascii_case(word))
}

/// The address whose `www` ends at `dot`. The rest of its host contains another dot.
fn www(text: &str, from: usize, dot: usize, signs: &mut path::Before) -> Option<Address> {
    let start = dot.checked_sub(3).filter(|start| *start >= from)?;
    let begins = text.get(start..dot)?.eq_ignore_ascii_case("www");
    let previous = text.get(from..start)?.chars().next_back();
    if !begins
        || previous.is_some_and(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '/' | '-' | '_' | '@'))
    {
        return None;
    }
    let name = without_next_scheme(text, start, host::name(text, start)?)?;
    if !text.get(dot + 1..name)?.trim_end_matches('.').contains('.') {
        return None;
    }
    let end = path::end(text, start, host::port(text, name), signs);
    Some(Address { range: start..end, missing_prefix: "http://" })
}

#[cfg(test)]
mod tests;
