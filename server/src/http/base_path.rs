//! A server that answers below a path of `--public-url`. Behind this module, requests have paths as on a server that has its origin
//! for itself. Proxies pass paths on as they are.

use std::{convert::Infallible, sync::Arc};

use app::page_data::BasePath;
use axum::{
    Router,
    body::Body,
    extract::{Request, State},
    http::{HeaderValue, Method, StatusCode, Uri, header, uri::PathAndQuery},
    response::{IntoResponse, Redirect, Response},
};
use bytes::Bytes;
use futures::stream;
use tower_service::Service as _;

use crate::config::Settings;

/// The routers of a server below a path.
struct Below {
    base: BasePath,
    /// Answers below the path, which it does not see.
    inside: Router,
    /// Answers all other requests.
    outside: Router,
}

/// A request extension: the path that was removed from the URI.
#[derive(Clone)]
pub(crate) struct StrippedPath(pub(crate) BasePath);

/// Mounts `inside` below `base`, and `outside` everywhere else.
pub(crate) fn mount(base: BasePath, inside: Router, outside: Router) -> Router {
    Router::new().fallback(serve).with_state(Arc::new(Below { base, inside, outside }))
}

async fn serve(State(below): State<Arc<Below>>, mut request: Request) -> Response {
    let Below { base, inside, outside } = &*below;
    let Some(uri) = strip(request.uri(), base) else { return call(outside, request).await };
    *request.uri_mut() = uri;
    request.extensions_mut().insert(StrippedPath(base.clone()));
    let is_head = *request.method() == Method::HEAD;
    let response = with_base(call(inside, request).await, base);
    if is_head { with_unknown_length(response) } else { response }
}

async fn call(router: &Router, request: Request) -> Response {
    let Ok(response) = router.clone().call(request).await;
    response
}

/// Keeps the outer router from taking the body of an answer to HEAD, which the inner one has removed, for the whole body: it would
/// add the length 0.
fn with_unknown_length(response: Response) -> Response {
    if response.headers().contains_key(header::CONTENT_LENGTH) {
        return response;
    }
    response.map(|_| Body::from_stream(stream::empty::<Result<Bytes, Infallible>>()))
}

/// Returns the URI relative to the path, or `None` outside of it.
fn strip(uri: &Uri, base: &BasePath) -> Option<Uri> {
    let path = base.strip(uri.path_and_query()?.as_str())?;
    let mut parts = uri.clone().into_parts();
    parts.path_and_query = Some(PathAndQuery::try_from(path).ok()?);
    Uri::from_parts(parts).ok()
}

/// Makes a redirect to a path one to its address.
fn with_base(mut response: Response, base: &BasePath) -> Response {
    // As bytes: a query may contain UTF-8.
    let location = response.headers().get(header::LOCATION).map(HeaderValue::as_bytes);
    let path = location.filter(|location| location.starts_with(b"/") && !location.starts_with(b"//"));
    let address = path.map(|path| [base.as_str().as_bytes(), path].concat());
    let address = address.and_then(|address| HeaderValue::from_bytes(&address).ok());
    if let Some(address) = address {
        response.headers_mut().insert(header::LOCATION, address);
    }
    response
}

/// Answers outside of the path: the path itself lacks the slash at its end.
pub(crate) async fn answer_outside(State(settings): State<Settings>, uri: Uri) -> Response {
    let base = settings.base_path();
    if uri.path() == base.as_str() {
        let query = uri.query().map_or_else(String::new, |query| format!("?{query}"));
        return Redirect::permanent(&base.address(format_args!("/{query}"))).into_response();
    }
    (StatusCode::NOT_FOUND, format!("This server answers below {base}/ (--public-url).\n")).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_is_below_the_path_or_outside_of_it() {
        let base = BasePath::parse("/chat").unwrap();
        let stripped = |address: &str| strip(&address.parse().unwrap(), &base);
        for (address, path) in [
            ("/chat/", "/"),
            ("/chat/?new", "/?new"),
            ("/chat/chat", "/chat"),
            ("/chat//evil.example", "//evil.example"),
            ("/chat/t/tea?before=3", "/t/tea?before=3"),
            ("http://site.example/chat/t/tea", "http://site.example/t/tea"),
        ] {
            assert_eq!(stripped(address), Some(path.parse().unwrap()), "{address}");
        }
        for address in ["/", "/chat", "/chat?a", "/t/tea", "/chatter/", "/CHAT/", "/a/chat/", "/%63hat/", "*"]
        {
            assert_eq!(stripped(address), None, "{address}");
        }
    }

    #[test]
    fn redirects_stay_below_the_path() {
        let base = BasePath::parse("/chat").unwrap();
        for (location, is) in [
            ("/", "/chat/"),
            ("/t/tea?a", "/chat/t/tea?a"),
            ("/t/tea?é", "/chat/t/tea?é"),
            ("https://site.example/", "https://site.example/"),
            ("//site.example/", "//site.example/"),
        ] {
            let response = with_base(Redirect::to(location).into_response(), &base);
            assert_eq!(response.headers()[header::LOCATION], is);
        }
        assert!(!with_base(StatusCode::OK.into_response(), &base).headers().contains_key(header::LOCATION));
    }
}
