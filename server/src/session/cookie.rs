//! The session's cookie.

use std::sync::Arc;

use axum::http::HeaderMap;
use axum_extra::extract::cookie::{Cookie, CookieJar, SameSite};
use sha2::{Digest, Sha256};

use super::{LIFETIME_MS, SessionToken};
use crate::forwarded::is_https;

/// Part of the names of all session cookies, in every version.
const NAME: &str = "chorus_session";
/// Browsers accept a cookie with this prefix only over https, for all paths, and from exactly this host (RFC 6265bis, section
/// 4.1.3.2), so that pages of neighbouring hosts cannot plant one.
const HOST_PREFIX: &str = "__Host-";
/// Cookies with other names that are looked up. Most of them belong to other servers on the same host.
const MAX_OTHER_COOKIES: usize = 3;

/// The cookie of one instance; cheap to clone. Each instance has a name of its own, since browsers ignore the port: with one name,
/// each server on a host would sign out the people of the others.
#[derive(Debug, Clone)]
pub(super) struct SessionCookie {
    /// Without [`HOST_PREFIX`].
    name: Arc<str>,
    /// Over https only, whatever a request says.
    is_secure: bool,
}

/// A token in a request's cookies.
pub(super) struct CookieToken {
    pub(super) token: SessionToken,
    /// Whether the cookie has the current name.
    pub(super) is_current: bool,
}

impl SessionCookie {
    pub(super) fn new(is_secure: bool) -> Self {
        Self::named(NAME.to_owned(), is_secure)
    }

    /// The cookie with a name derived from the instance's.
    pub(super) fn for_instance(&self, instance: &str) -> Self {
        let digest = Sha256::digest(instance);
        let short: String = digest.iter().take(4).map(|byte| format!("{byte:02x}")).collect();
        Self::named(format!("{NAME}_{short}"), self.is_secure)
    }

    fn named(name: String, is_secure: bool) -> Self {
        Self { name: name.into(), is_secure }
    }

    /// Returns whether browsers send the cookie over https only, in the response to a request with these headers.
    fn is_secure(&self, headers: &HeaderMap) -> bool {
        self.is_secure || is_https(headers) == Some(true)
    }

    fn current_name(&self, headers: &HeaderMap) -> String {
        format!("{}{}", if self.is_secure(headers) { HOST_PREFIX } else { "" }, self.name)
    }

    /// Returns the tokens to look up, in this order: the one with the current name, then those with names of older versions, of
    /// other settings or of other servers. Only the store can tell those apart.
    pub(super) fn tokens(&self, headers: &HeaderMap) -> Vec<CookieToken> {
        let jar = CookieJar::from_headers(headers);
        let name = self.current_name(headers);
        let current = jar.get(&name).and_then(|cookie| SessionToken::parse(cookie.value()));
        let current = current.map(|token| CookieToken { token, is_current: true });
        let mut others: Vec<_> = jar
            .iter()
            .filter(|cookie| cookie.name() != name)
            .filter(|cookie| cookie.name().trim_start_matches(HOST_PREFIX).starts_with(NAME))
            .filter_map(|cookie| Some((cookie.name().len(), SessionToken::parse(cookie.value())?)))
            .collect();
        // The name of the oldest version is the shortest, and the likeliest one after an upgrade.
        others.sort_by_key(|(length, _)| *length);
        let others = others.into_iter().take(MAX_OTHER_COOKIES);
        current.into_iter().chain(others.map(|(_, token)| CookieToken { token, is_current: false })).collect()
    }

    /// The `Set-Cookie` header: hidden from scripts, and not sent with requests that other sites cause.
    pub(super) fn set_cookie(&self, token: &SessionToken, headers: &HeaderMap) -> String {
        Cookie::build((self.current_name(headers), token.as_str()))
            .path("/")
            .http_only(true)
            .same_site(SameSite::Lax)
            .secure(self.is_secure(headers))
            .max_age(time::Duration::milliseconds(LIFETIME_MS as i64))
            .to_string()
    }
}
