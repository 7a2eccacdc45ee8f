//! Detects links whose words look like another address than their target.

use app::protocol::{is_invisible, plain_text};

use crate::markup::address;

/// Returns the host to show after a link, if its words contain an address with another host.
pub(super) fn to_show(words_html: &str, target: &str) -> Option<String> {
    let words: String = plain_text(words_html).chars().filter(|c| !is_invisible(*c)).collect();
    let words = words.replace(['。', '．', '｡'], ".");
    let host = address::host_of(target)?;
    let claims = words.split(|c: char| !(c.is_alphanumeric() || matches!(c, '.' | '-' | '_' | '@')));
    let is_misleading = claims.filter(|word| is_host(word)).any(|word| !is_same(word, &host));
    is_misleading.then_some(host)
}

/// Whether a word could be a host or a mail address: it contains a dot, and a letter after the last one.
fn is_host(word: &str) -> bool {
    let word = word.trim_matches(['.', '-', '_']);
    let last = word.rsplit_once('.').map(|(_, last)| last);
    last.is_some_and(|last| last.chars().count() > 1 && last.chars().any(char::is_alphabetic))
}

fn is_same(word: &str, host: &str) -> bool {
    let word = word.trim_matches(['.', '-', '_']).to_lowercase();
    if word == host {
        return true;
    }
    let spelled = address::host_of(&format!("https://{word}"));
    let bare = |host: &str| host.strip_prefix("www.").unwrap_or(host).to_owned();
    !word.contains('@') && !host.contains('@') && spelled.is_some_and(|spelled| bare(&spelled) == bare(host))
}
