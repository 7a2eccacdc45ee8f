//! The parts of a request that a page depends on.

use std::convert::Infallible;

use app::{
    i18n::Language,
    page_data::{Appearance, PagePath},
};
use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, Method, Uri, request::Parts},
};
use axum_extra::extract::cookie::CookieJar;

use super::language::language_of;
use crate::request_context::RequestContext;

/// The parts of a request that a page depends on; a handler extracts it and passes it to [`super::pages::render`].
#[derive(Debug, Clone)]
pub(crate) struct PageContext {
    pub(super) language: Language,
    pub(super) appearance: Appearance,
    /// The path under which the page can be loaded again: `/` for the response to a form.
    pub(super) path: PagePath,
}

/// The reader's choices that all pages show, also a small page for an error.
#[derive(Debug, Clone, Copy)]
pub(super) struct Presentation {
    pub(super) language: Language,
    pub(super) appearance: Appearance,
}

impl Presentation {
    pub(super) fn of(headers: &HeaderMap) -> Self {
        Self { language: language_of(headers), appearance: appearance_of(headers) }
    }
}

impl PageContext {
    pub(super) fn presentation(&self) -> Presentation {
        Presentation { language: self.language, appearance: self.appearance }
    }

    /// The context of a page that is loaded again under `address`, or under `/` if that is not a valid URI.
    pub(super) fn at(&self, address: &str) -> Self {
        let uri = address.parse::<Uri>().unwrap_or_default();
        Self { path: path_of(&uri), ..self.clone() }
    }
}

impl<S: Sync> FromRequestParts<S> for PageContext {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let path = if parts.method == Method::GET { path_of(&parts.uri) } else { root() };
        let Presentation { language, appearance } = Presentation::of(&parts.headers);
        Ok(Self { language, appearance, path })
    }
}

fn appearance_of(headers: &HeaderMap) -> Appearance {
    let jar = CookieJar::from_headers(headers);
    let base = RequestContext::base_path();
    let value = |name| jar.get(&base.cookie_name(name)).map(|cookie| cookie.value());
    Appearance::from_cookies(value(Appearance::THEME), value(Appearance::DENSITY), value(Appearance::CLOSED))
}

fn path_of(uri: &Uri) -> PagePath {
    uri.path_and_query().map_or_else(root, |path| PagePath(path.as_str().to_owned()))
}

fn root() -> PagePath {
    PagePath("/".to_owned())
}

#[cfg(test)]
mod tests {
    use axum::http::Request;

    use super::*;

    async fn path(method: Method, address: &str) -> String {
        let (mut parts, ()) = Request::builder().method(method).uri(address).body(()).unwrap().into_parts();
        let Ok(context) = PageContext::from_request_parts(&mut parts, &()).await;
        context.path.0
    }

    #[tokio::test]
    async fn a_page_is_loaded_again_under_its_address_and_the_response_to_a_form_under_the_root() {
        assert_eq!(path(Method::GET, "/t/tea?before=3").await, "/t/tea?before=3");
        assert_eq!(path(Method::GET, "http://localhost/t/tea").await, "/t/tea");
        assert_eq!(path(Method::POST, "/t/tea").await, "/");
    }

    #[test]
    fn an_invalid_address_becomes_the_root() {
        let context = PageContext { language: Language::De, appearance: Appearance::default(), path: root() };
        for (address, path) in [("/t/tea?a=b", "/t/tea?a=b"), ("/a b", "/"), ("", "/")] {
            let moved = context.at(address);
            assert_eq!((moved.language, moved.path.0.as_str()), (Language::De, path), "{address:?}");
        }
    }
}
