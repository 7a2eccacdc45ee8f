//! The session's cookie.

use axum::http::HeaderMap;
use axum_extra::extract::cookie::{Cookie, CookieJar, SameSite};

use super::{LIFE_MS, Token};

const NAME: &str = "chorus_session";

pub(super) fn token_in(headers: &HeaderMap) -> Option<Token> {
    CookieJar::from_headers(headers).get(NAME).and_then(|cookie| Token::parse(cookie.value()))
}

/// Out of reach for scripts, and not sent along with what other sites ask for.
pub(super) fn set(token: &Token, secure: bool) -> String {
    Cookie::build((NAME, token.as_str()))
        .path("/")
        .http_only(true)
        .same_site(SameSite::Lax)
        .secure(secure)
        .max_age(time::Duration::milliseconds(LIFE_MS as i64))
        .to_string()
}
