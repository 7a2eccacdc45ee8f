//! Detects links whose words look like another address than their target.

use std::net::Ipv4Addr;

use app::protocol::{is_invisible, plain_text};

use crate::markup::address;

/// Returns the host to show after a link, if its words contain an address with another host.
pub(super) fn to_show(words_html: &str, target: &str) -> Option<String> {
    let words: String = plain_text(words_html).chars().filter(|c| !is_invisible(*c)).collect();
    let words = words.replace(DOTS, ".");
    let host = address::host_of(target)?;
    let claims = words.split(|c: char| !(c.is_alphanumeric() || matches!(c, '.' | '-' | '_' | '@')));
    let mut hosts = claims.filter(|word| is_host(word));
    let is_misleading = hosts.any(|word| !is_same(word, &host)) || names_other_address(&words, &host);
    is_misleading.then_some(host)
}

/// Returns the host to show after a bare address, if the user before its `@` looks like a host: `https://bank.example@evil.example`.
pub(super) fn to_show_after_user(address: &str) -> Option<String> {
    let (user, _) = address.split_once("://")?.1.split(['/', '?', '#']).next()?.rsplit_once('@')?;
    let mut parts = user.split(|c: char| !(c.is_alphanumeric() || matches!(c, '.' | '-' | '_')));
    parts.any(is_host).then(|| address::host_of(address))?
}

/// Characters that look like the dot of a host. Browsers read the first three as one.
const DOTS: [char; 5] = ['。', '．', '｡', '․', '﹒'];

/// Whether the words contain a URL with another host, which needs no dot: `https://nas`, `http://[::1]`.
fn names_other_address(words: &str, host: &str) -> bool {
    let addresses = address::find(words);
    let urls = addresses.iter().filter(|address| address.missing_prefix.is_empty());
    urls.filter_map(|url| address::host_of(words.get(url.range.clone())?)).any(|other| !is_same(&other, host))
}

/// Whether a word could be a host or a mail address: it contains a dot and a letter after the last one, or is an IPv4 address.
fn is_host(word: &str) -> bool {
    let word = word.trim_matches(['.', '-', '_']);
    let last = word.rsplit_once('.').map(|(_, last)| last);
    let is_name = last.is_some_and(|last| last.chars().count() > 1 && last.chars().any(char::is_alphabetic));
    is_name || word.parse::<Ipv4Addr>().is_ok()
}

fn is_same(word: &str, host: &str) -> bool {
    let word = word.trim_matches(['.', '-', '_']).to_lowercase();
    if word == host.to_lowercase() {
        return true;
    }
    let spelled = address::host_of(&format!("https://{word}"));
    let bare = |host: &str| host.strip_prefix("www.").unwrap_or(host).to_owned();
    !word.contains('@') && !host.contains('@') && spelled.is_some_and(|spelled| bare(&spelled) == bare(host))
}
