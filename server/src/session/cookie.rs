//! The session's cookie.

use std::sync::Arc;

use axum::http::HeaderMap;
use axum_extra::extract::cookie::{Cookie, CookieJar, SameSite};
use sha2::{Digest, Sha256};

use super::{LIFE_MS, Token};

/// Of every name that a cookie of ours has or had.
const NAME: &str = "chorus_session";
/// A browser takes such a cookie only over https, for all paths, and from this very host (RFC 6265bis, section 4.1.3.2): pages of
/// neighbouring hosts cannot plant one.
const HOST_PREFIX: &str = "__Host-";
/// Cookies under other names that are looked up at most: other servers' on the same host, most likely.
const MAX_OTHERS: usize = 3;

/// The cookie of one instance; cheap to clone. Browsers keep cookies by host, whatever the port: under one name, each server on a host
/// would throw the people of the others out.
#[derive(Debug, Clone)]
pub(super) struct SessionCookie {
    name: Arc<str>,
    secure: bool,
}

/// A token that came with a request.
pub(super) struct Given {
    pub(super) token: Token,
    /// Under the name that it would get today.
    pub(super) is_current: bool,
}

impl SessionCookie {
    pub(super) fn new(secure: bool) -> Self {
        Self::named(NAME.to_owned(), secure)
    }

    /// The same, by the name of an instance.
    pub(super) fn of_instance(&self, instance: &str) -> Self {
        let digest = Sha256::digest(instance);
        let short: String = digest.iter().take(4).map(|byte| format!("{byte:02x}")).collect();
        Self::named(format!("{NAME}_{short}"), self.secure)
    }

    fn named(name: String, secure: bool) -> Self {
        let name = if secure { format!("{HOST_PREFIX}{name}") } else { name };
        Self { name: name.into(), secure }
    }

    /// The tokens to try, in this order: first under the current name, then under names of an older version, of other settings,
    /// or of other servers, since only the store knows whose they are.
    pub(super) fn tokens(&self, headers: &HeaderMap) -> Vec<Given> {
        let jar = CookieJar::from_headers(headers);
        let current = jar.get(&self.name).and_then(|cookie| Token::parse(cookie.value()));
        let current = current.map(|token| Given { token, is_current: true });
        let mut others: Vec<_> = jar
            .iter()
            .filter(|cookie| cookie.name() != &*self.name)
            .filter(|cookie| cookie.name().trim_start_matches(HOST_PREFIX).starts_with(NAME))
            .filter_map(|cookie| Some((cookie.name().len(), Token::parse(cookie.value())?)))
            .collect();
        // The oldest name is the shortest, and the likeliest after an upgrade.
        others.sort_by_key(|(length, _)| *length);
        let others = others.into_iter().take(MAX_OTHERS);
        current.into_iter().chain(others.map(|(_, token)| Given { token, is_current: false })).collect()
    }

    /// Out of reach for scripts, and not sent along with what other sites ask for.
    pub(super) fn set(&self, token: &Token) -> String {
        Cookie::build((&*self.name, token.as_str()))
            .path("/")
            .http_only(true)
            .same_site(SameSite::Lax)
            .secure(self.secure)
            .max_age(time::Duration::milliseconds(LIFE_MS as i64))
            .to_string()
    }
}
