//! The reader's language: the one chosen on the page (a cookie), or else the best match for `Accept-Language`.

use app::i18n::Language;
use axum::http::{HeaderMap, HeaderValue, header};
use axum_extra::extract::cookie::CookieJar;

use crate::request_context::RequestContext;

/// The cookie that holds the chosen language. Its name ends with the path of a server that has one.
pub(super) const LANGUAGE_COOKIE: &str = "lang";

/// The request headers that a page's language depends on.
pub(crate) const VARY: HeaderValue = HeaderValue::from_static("Accept-Language, Cookie");

pub(crate) fn language_of(headers: &HeaderMap) -> Language {
    let jar = CookieJar::from_headers(headers);
    let name = RequestContext::base_path().cookie_name(LANGUAGE_COOKIE);
    let chosen = jar.get(&name).and_then(|cookie| Language::of_tag(cookie.value()));
    let accepted = || headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
    chosen.unwrap_or_else(|| Language::accepted(accepted().unwrap_or_default()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(cookie: &'static str, accept: &'static str) -> HeaderMap {
        let pair = |(name, value)| (name, HeaderValue::from_static(value));
        [(header::COOKIE, cookie), (header::ACCEPT_LANGUAGE, accept)].map(pair).into_iter().collect()
    }

    #[test]
    fn the_chosen_language_wins_over_accept_language() {
        for (cookie, accept, language) in [
            ("", "de-AT, en;q=0.5", Language::De),
            ("a=b; lang=ar", "de", Language::Ar),
            ("lang=xx", "de", Language::De),
            ("lang=", "", Language::En),
        ] {
            assert_eq!(language_of(&headers(cookie, accept)), language, "{cookie:?} {accept:?}");
        }
        assert_eq!(language_of(&HeaderMap::new()), Language::En);
    }
}
