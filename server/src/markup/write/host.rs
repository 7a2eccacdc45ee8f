//! Whether the words of a link look like another address than the one that it leads to.

use app::protocol::{is_invisible, plain_text};

use crate::markup::address;

/// The host to show beside a link: where its words look like an address, and not like that one.
pub(super) fn beside(words_html: &str, target: &str) -> Option<String> {
    let words: String = plain_text(words_html).chars().filter(|c| !is_invisible(*c)).collect();
    let words = words.replace(['。', '．', '｡'], ".");
    let host = address::host_of(target)?;
    let claims = words.split(|c: char| !(c.is_alphanumeric() || matches!(c, '.' | '-' | '_' | '@')));
    let others = claims.filter(|word| is_host(word)).any(|word| !is_same(word, &host));
    others.then_some(host)
}

/// Whether a word could be the name of a host, or an address of mail: a dot in it, and letters behind the last one.
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
