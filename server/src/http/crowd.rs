//! How fast one address may ask for pages, send forms and begin sessions.

use std::net::IpAddr;

use app::words::Language;
use axum::{
    extract::{ConnectInfo, Request, State},
    http::{HeaderValue, StatusCode, header},
    middleware::Next,
    response::{Html, IntoResponse, Response},
};
use leptos::prelude::*;
use tokio::time::Instant;

use super::{assets::page_assets, headers::FORM_POLICY, language::language_of};
use crate::endpoint::Peer;
pub(super) use crate::endpoint::whose;
use crate::rate_limiter::KeyedRateLimiter;

/// Everybody's pace, by where they are.
pub(crate) type Crowd = KeyedRateLimiter<IpAddr>;

/// Middleware: whoever asks too fast is told when to go on.
pub(crate) async fn one_at_a_time(
    State(crowd): State<Crowd>,
    ConnectInfo(peer): ConnectInfo<Peer>,
    request: Request,
    next: Next,
) -> Response {
    let address = whose(peer.address.ip(), request.headers());
    match crowd.take(address, Instant::now()) {
        Ok(()) => next.run(request).await,
        Err(wait_ms) => too_fast(wait_ms, language_of(request.headers())),
    }
}

/// Made by hand: a page would cost what is to be saved.
pub(super) fn too_fast(wait_ms: u64, language: Language) -> Response {
    let words = language.doors();
    let page = view! {
        <html lang=language.tag() dir=language.direction()>
            <head>
                <meta charset="utf-8"/>
                <meta name="viewport" content="width=device-width, initial-scale=1"/>
                <meta name="color-scheme" content="light dark"/>
                <title>{format!("{} · Chorus", words.too_fast)}</title>
                {page_assets().map(|assets| view! { <link rel="stylesheet" href=assets.css/> })}
            </head>
            <body>
                <main class="card">
                    <h1>{words.too_fast}</h1>
                    <p>{words.wait}</p>
                </main>
            </body>
        </html>
    };
    let retry = HeaderValue::from(wait_ms.div_ceil(1_000).max(1));
    let headers = [(header::RETRY_AFTER, retry), (header::CONTENT_SECURITY_POLICY, FORM_POLICY)];
    (StatusCode::TOO_MANY_REQUESTS, headers, Html(format!("<!DOCTYPE html>{}", page.to_html())))
        .into_response()
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderMap;

    use super::*;

    fn who(peer: &str, forwarded: &'static str) -> String {
        let headers =
            HeaderMap::from_iter([("x-forwarded-for".parse().unwrap(), HeaderValue::from_static(forwarded))]);
        whose(peer.parse().unwrap(), &headers).to_string()
    }

    #[test]
    fn only_a_proxy_on_this_machine_is_believed_and_only_what_it_saw_itself() {
        assert_eq!(who("127.0.0.1", "6.6.6.6, 203.0.113.9"), "203.0.113.9");
        assert_eq!(who("::1", "203.0.113.9"), "203.0.113.9");
        assert_eq!(who("127.0.0.1", "unknown"), "127.0.0.1");
        assert_eq!(who("198.51.100.7", "203.0.113.9"), "198.51.100.7");
    }

    #[test]
    fn a_home_is_one_however_many_addresses_it_has() {
        assert_eq!(who("2001:db8:1:2:3:4:5:6", ""), "2001:db8:1:2::");
        assert_eq!(who("::ffff:198.51.100.7", ""), "198.51.100.7");
    }
}
