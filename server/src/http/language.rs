//! In which language somebody reads: as they chose here, else as their browser asks.

use app::i18n::Language;
use axum::{
    extract::State,
    http::{HeaderMap, HeaderValue, header},
    response::{IntoResponse, Redirect, Response},
};
use axum_extra::extract::cookie::{Cookie, CookieJar, SameSite};
use serde::Deserialize;

use super::{local_path::local_path, page_form::PageForm};
use crate::config::Settings;

const COOKIE: &str = "lang";
const YEAR_SECONDS: i64 = 365 * 24 * 60 * 60;

/// The headers that a page's language hangs on.
pub(crate) const VARY: HeaderValue = HeaderValue::from_static("Accept-Language, Cookie");

/// The language for whoever sent these headers.
pub(crate) fn language_of(headers: &HeaderMap) -> Language {
    let jar = CookieJar::from_headers(headers);
    let chosen = jar.get(COOKIE).and_then(|cookie| Language::of_tag(cookie.value()));
    let asked = || headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
    chosen.unwrap_or_else(|| Language::accepted(asked().unwrap_or_default()))
}

/// What the form sends.
#[derive(Deserialize)]
pub(crate) struct Chosen {
    lang: String,
    #[serde(default)]
    next: String,
}

/// `POST /language`.
pub(crate) async fn choose(State(settings): State<Settings>, PageForm(chosen): PageForm<Chosen>) -> Response {
    let back = Redirect::to(local_path(&chosen.next));
    let Some(language) = Language::of_tag(&chosen.lang) else { return back.into_response() };
    let cookie = Cookie::build((COOKIE, language.tag()))
        .path("/")
        .max_age(time::Duration::seconds(YEAR_SECONDS))
        .same_site(SameSite::Lax)
        .secure(settings.secure_cookies);
    ([(header::SET_COOKIE, cookie.to_string())], back).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(cookie: &'static str, accept: &'static str) -> HeaderMap {
        let pair = |(name, value)| (name, HeaderValue::from_static(value));
        [(header::COOKIE, cookie), (header::ACCEPT_LANGUAGE, accept)].map(pair).into_iter().collect()
    }

    #[test]
    fn a_choice_is_stronger_than_what_the_browser_asks_for() {
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
