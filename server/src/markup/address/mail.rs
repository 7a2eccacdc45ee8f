//! Mail addresses.

use super::{Address, host, without_next_scheme};

/// The longest local part (RFC 5321).
const MAX_BYTES: usize = 64;

/// The address around an `@`.
pub(super) fn around(text: &str, from: usize, at: usize) -> Option<Address> {
    let before = text.as_bytes().get(from..at)?;
    let in_name = |byte: &&u8| byte.is_ascii_alphanumeric() || b"._%+-".contains(byte);
    let length = before.iter().rev().take(MAX_BYTES + 1).take_while(in_name).count();
    let name = text.get(at - length..at)?;
    // Leading signs may belong to emphasis or to a list.
    let name = name.trim_start_matches(['.', '_', '-', '+', '%']);
    let end = without_next_scheme(text, at + 1, host::name(text, at + 1)?)?;
    let domain = text.get(at + 1..end)?;
    let last = domain.rsplit_once('.').map(|(_, last)| last)?;
    let fits = (1..=MAX_BYTES).contains(&name.len()) && !name.ends_with('.') && !domain.starts_with('_');
    let is_host = last.chars().any(char::is_alphabetic) && text.as_bytes().get(end) != Some(&b'@');
    (fits && is_host).then_some(Address { range: at - name.len()..end, missing_prefix: "mailto:" })
}
