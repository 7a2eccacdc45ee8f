//! The session's cookie.

use std::sync::Arc;

use app::page_data::BasePath;
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
/// The prefix for a server below a path, whose cookie is not for all paths. Pages of neighbouring hosts can plant such a cookie.
const SECURE_PREFIX: &str = "__Secure-";
/// Cookies with other names that are looked up. Most of them belong to other servers on the same host.
const MAX_OTHER_COOKIES: usize = 3;

/// The cookie of one instance; cheap to clone. Each instance has a name of its own, since browsers ignore the port: with one name,
/// each server on a host would sign out the people of the others.
#[derive(Debug, Clone)]
pub(super) struct SessionCookie {
    /// Without a prefix.
    name: Arc<str>,
    /// The path below which browsers send it.
    base: BasePath,
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
        Self { name: NAME.into(), base: BasePath::default(), is_secure }
    }

    /// The cookie with a name derived from the instance's.
    pub(super) fn for_instance(&self, instance: &str) -> Self {
        let digest = Sha256::digest(instance);
        let short: String = digest.iter().take(4).map(|byte| format!("{byte:02x}")).collect();
        Self { name: format!("{NAME}_{short}").into(), ..self.clone() }
    }

    /// The cookie for pages below this path. A browser that has the cookie of the whole origin from before sends both: the names
    /// tell them apart.
    pub(super) fn below(&self, base: &BasePath) -> Self {
        Self { name: base.cookie_name(&self.name).into(), base: base.clone(), ..self.clone() }
    }

    /// Returns whether browsers send the cookie over https only, in the response to a request with these headers.
    fn is_secure(&self, headers: &HeaderMap) -> bool {
        self.is_secure || is_https(headers) == Some(true)
    }

    fn current_name(&self, headers: &HeaderMap) -> String {
        let prefix = match (self.is_secure(headers), self.base.is_root()) {
            (false, _) => "",
            (true, true) => HOST_PREFIX,
            (true, false) => SECURE_PREFIX,
        };
        format!("{prefix}{}", self.name)
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
            .filter(|cookie| without_prefix(cookie.name()).starts_with(NAME))
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
            .path(self.base.address(format_args!("/")))
            .http_only(true)
            .same_site(SameSite::Lax)
            .secure(self.is_secure(headers))
            .max_age(time::Duration::milliseconds(LIFETIME_MS as i64))
            .to_string()
    }
}

fn without_prefix(name: &str) -> &str {
    let prefixes = [HOST_PREFIX, SECURE_PREFIX];
    prefixes.into_iter().find_map(|prefix| name.strip_prefix(prefix)).unwrap_or(name)
}
