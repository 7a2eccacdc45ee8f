//! Which addresses are links, and how they begin.

use linkify::LinkFinder;
use url::Url;

use super::inline::escape;

/// What every link says of itself: it tells nobody where the reader was, and nothing vouches for it.
pub(super) const REL: &str = "noopener noreferrer nofollow ugc";
/// What may be opened.
pub(super) const SCHEMES: [&str; 3] = ["http", "https", "mailto"];
/// The longest address without a scheme, in bytes.
const LONGEST: usize = 512;

/// How a link to an address begins; `None` when it is not safe to open.
pub(super) fn opening(target: &str) -> Option<String> {
    let url = Url::parse(target).ok()?;
    let is_page = url.scheme() != "mailto";
    let says_where = if is_page { target.contains("://") } else { target.contains('@') };
    if !SCHEMES.contains(&url.scheme()) || !says_where || target.contains(hides) {
        return None;
    }
    let mut html = String::from(r#"<a href=""#);
    escape(&target.replace('"', "%22"), &mut html);
    html.push_str(if is_page { r#"" target="_blank" rel=""# } else { r#"" rel=""# });
    html.push_str(REL);
    html.push_str(r#"">"#);
    Some(html)
}

/// What an address could hide behind: spaces, controls, marks that turn its direction.
fn hides(c: char) -> bool {
    c.is_whitespace()
        || c.is_control()
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}')
}

/// Marks after which no address goes on, though they may stand in one: those of scripts that write without spaces.
fn ends_address(c: char) -> bool {
    matches!(c, '\u{3000}'..='\u{3003}' | '\u{3008}'..='\u{3011}' | '\u{3014}'..='\u{301b}' | '\u{ff01}' | '\u{ff08}' | '\u{ff09}' | '\u{ff0c}' | '\u{ff1a}' | '\u{ff1b}' | '\u{ff1f}')
}

/// A text cut before each of those.
pub(super) fn pieces(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let end =
            rest.char_indices().skip(1).find(|&(_, c)| ends_address(c)).map_or(rest.len(), |(at, _)| at);
        let (piece, after) = rest.split_at_checked(end)?;
        rest = after;
        (!piece.is_empty()).then_some(piece)
    })
}

/// Where an address that begins with `www.` ends.
pub(super) fn www(text: &str, at: usize) -> Option<usize> {
    let rest = text.get(at..)?;
    let begins = rest.get(..4).is_some_and(|www| www.eq_ignore_ascii_case("www."));
    let before = text.get(..at)?.chars().next_back();
    if !begins || before.is_some_and(|c| c.is_alphanumeric() || matches!(c, '.' | '/' | '-' | '_' | '@')) {
        return None;
    }
    let word = rest.split(|c: char| c.is_whitespace() || ends_address(c)).next()?;
    if word.len() > LONGEST {
        return None;
    }
    let address = format!("http://{word}");
    let found = LinkFinder::new().links(&address).next().filter(|link| link.start() == 0)?;
    let length = found.end() - "http://".len();
    // "www.x" is no address.
    word.get(4..length)?.contains('.').then_some(at + length)
}
