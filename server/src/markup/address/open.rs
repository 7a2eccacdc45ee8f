//! Which addresses are safe to open, and how a link to one begins.

use url::Url;

use crate::markup::write::escape;

/// What every link says of itself: it tells nobody where the reader was, and nothing vouches for it.
pub(in crate::markup) const REL: &str = "noopener noreferrer nofollow ugc";
/// What may be opened.
pub(in crate::markup) const SCHEMES: [&str; 3] = ["http", "https", "mailto"];

/// How a link to an address begins; `None` when it is not safe to open.
pub(in crate::markup) fn opening(target: &str) -> Option<String> {
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
pub(in crate::markup) fn hides(c: char) -> bool {
    c.is_whitespace()
        || c.is_control()
        || matches!(c, '\u{ad}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

/// The host that an address leads to, as browsers ask for it; of mail, all of the address.
pub(in crate::markup) fn host_of(target: &str) -> Option<String> {
    let url = Url::parse(target).ok()?;
    match url.scheme() {
        "mailto" => Some(url.path().to_owned()),
        _ => url.host_str().map(str::to_owned),
    }
}
