//! Request ids, and the access log.

use std::{
    sync::{
        Arc, LazyLock,
        atomic::{AtomicU64, Ordering},
    },
    time::Instant,
};

use app::page_data::BasePath;
use axum::{
    extract::{ConnectInfo, Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, Method},
    middleware::Next,
    response::Response,
};
use tracing::info;

use super::base_path::StrippedPath;
use crate::{
    accept::Peer, endpoint::client_ip, forwarded::TrustedProxies, random::random_hex, refusals::ShownAddress,
    request_context::RequestContext,
};

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// The longest id of a proxy that is kept.
const MAX_ID_BYTES: usize = 64;
/// The characters of a path that are logged.
const MAX_PATH_CHARACTERS: usize = 512;

/// Middleware: gives the request an id, which the response has too, and logs it if `log_requests` is set. The time in the log is
/// that until the head of the response is ready. Belongs inside of [`super::client::resolve_client`].
pub(crate) async fn identify(
    State((log_requests, proxies, base)): State<(bool, TrustedProxies, BasePath)>,
    request: Request,
    next: Next,
) -> Response {
    let id = proxy_id(&request, &proxies).unwrap_or_else(new_id);
    let address = client_ip(request.extensions());
    let asked = log_requests.then(|| Asked::new(&request));
    let context = RequestContext { id: Arc::clone(&id), address, base };
    let mut response = context.clone().scope(next.run(request)).await;
    if let Some(asked) = asked {
        asked.log(&context, &response);
    }
    if let Ok(id) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(REQUEST_ID, id);
    }
    response
}

/// A request for the access log. A query is not logged: searches have words of messages in it.
struct Asked {
    method: Method,
    path: String,
    started: Instant,
}

impl Asked {
    fn new(request: &Request) -> Self {
        let stripped =
            request.extensions().get::<StrippedPath>().map_or("", |StrippedPath(base)| base.as_str());
        Self {
            method: request.method().clone(),
            path: stripped.chars().chain(request.uri().path().chars()).take(MAX_PATH_CHARACTERS).collect(),
            started: Instant::now(),
        }
    }

    fn log(self, RequestContext { id, address, .. }: &RequestContext, response: &Response) {
        let Self { method, path, started } = self;
        let ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
        let status = response.status().as_u16();
        info!(%method, %path, status, ms, address = %ShownAddress(*address), request = %id, "http.request");
    }
}

/// Returns the id that a trusted proxy gave the request, if it is short and plain.
fn proxy_id(request: &Request, proxies: &TrustedProxies) -> Option<Arc<str>> {
    let ConnectInfo(peer) = request.extensions().get::<ConnectInfo<Peer>>()?;
    // Clients cannot choose what the log says.
    proxies.trusts(peer.ip()).then(|| plain_id(request.headers()))?
}

fn plain_id(headers: &HeaderMap) -> Option<Arc<str>> {
    let id = headers.get(REQUEST_ID)?.to_str().ok()?;
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    ((1..=MAX_ID_BYTES).contains(&id.len()) && id.bytes().all(is_plain)).then(|| id.into())
}

/// Returns an id that no other request has: a random name of this process, and a number.
fn new_id() -> Arc<str> {
    static PROCESS: LazyLock<String> = LazyLock::new(random_hex::<4>);
    static NEXT: AtomicU64 = AtomicU64::new(1);
    format!("{}-{}", *PROCESS, NEXT.fetch_add(1, Ordering::Relaxed)).into()
}

#[cfg(test)]
mod tests {
    use axum::body::Body;

    use super::*;

    fn proxied(peer: Option<&str>, id: &str) -> Option<String> {
        let mut request = Request::new(Body::empty());
        request.headers_mut().insert(REQUEST_ID, HeaderValue::from_str(id).unwrap());
        let address = peer.map(|peer| format!("{peer}:50000").parse().unwrap());
        request.extensions_mut().insert(ConnectInfo(Peer { address, is_tls: false }));
        let proxies = TrustedProxies::new(&["127.0.0.0/8".parse().unwrap()]);
        proxy_id(&request, &proxies).map(|id| id.to_string())
    }

    #[test]
    fn only_a_short_and_plain_id_of_a_trusted_proxy_is_kept() {
        let longest = "x".repeat(MAX_ID_BYTES);
        for id in ["0af7651916cd43dd8448eb211c80319c", "a_b-c.9", &longest] {
            assert_eq!(proxied(Some("127.0.0.1"), id).as_deref(), Some(id));
            assert_eq!(proxied(None, id).as_deref(), Some(id), "a proxy at the Unix socket");
            assert_eq!(proxied(Some("198.51.100.7"), id), None, "not a proxy of ours");
        }
        for id in ["", " ", "a b", "a=\"b\"", "<i>", &format!("{longest}x")] {
            assert_eq!(proxied(Some("127.0.0.1"), id), None, "{id}");
        }
    }

    #[test]
    fn ids_differ() {
        assert_ne!(new_id(), new_id());
    }
}
