//! Safe link targets, and the start tag of a link to one.

use url::Url;

use crate::markup::escape_html::escape_html;

/// The `rel` of every link: no referrer, no access to this page, and no endorsement for search engines.
pub(in crate::markup) const REL: &str = "noopener noreferrer nofollow ugc";
/// The schemes that a link may have.
pub(in crate::markup) const SCHEMES: [&str; 3] = ["http", "https", "mailto"];

/// Returns the start tag of a link, or `None` if the target is not safe to open.
pub(in crate::markup) fn link_start_tag(target: &str) -> Option<String> {
    let url = Url::parse(target).ok()?;
    let is_page = url.scheme() != "mailto";
    let has_destination = if is_page { target.contains("://") } else { target.contains('@') };
    if !SCHEMES.contains(&url.scheme()) || !has_destination || target.contains(is_deceptive) {
        return None;
    }
    let mut html = String::from(r#"<a href=""#);
    escape_html(&target.replace('"', "%22"), &mut html);
    html.push_str(if is_page { r#"" target="_blank" rel=""# } else { r#"" rel=""# });
    html.push_str(REL);
    html.push_str(r#"">"#);
    Some(html)
}

/// Whether a character can disguise an address: spaces, control characters, invisible ones and those that change the direction.
pub(in crate::markup) fn is_deceptive(c: char) -> bool {
    c.is_whitespace()
        || c.is_control()
        || matches!(c, '\u{ad}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

/// Returns the host of an address in the form that browsers request, or the whole mail address.
pub(in crate::markup) fn host_of(target: &str) -> Option<String> {
    let url = Url::parse(target).ok()?;
    match url.scheme() {
        "mailto" => Some(url.path().to_owned()),
        _ => url.host_str().map(str::to_owned),
    }
}
