//! Who may see a page: the door's middleware, and the form that opens it.

use app::page::{AccessPage, Page};
use axum::{
    Extension, Form,
    extract::{Request, State},
    http::{Extensions, HeaderMap, HeaderValue, StatusCode, header::SET_COOKIE},
    middleware::Next,
    response::{IntoResponse, Redirect, Response},
};
use serde::Deserialize;
use tracing::error;

use super::{crowd::too_fast, language::language_of, local_path::local_path, pages, problem::unavailable};
use crate::{
    access::{Access, bearer},
    address_limits::AddressLimits,
    endpoint::address_of,
    session::{Session, Sessions},
};

/// Middleware: whoever did not give the access secret sees the form for it, and nothing else.
pub(crate) async fn door(
    State(access): State<Access>,
    Extension(session): Extension<Session>,
    request: Request,
    next: Next,
) -> Response {
    if access.admits(Some(&session), bearer(request.headers())) {
        return next.run(request).await;
    }
    let path = request.uri().path().to_owned();
    pages::render(Page::Access(AccessPage { next: path, wrong: false }), StatusCode::UNAUTHORIZED, request)
        .await
}

/// What the form sends.
#[derive(Deserialize)]
pub(crate) struct Given {
    secret: String,
    #[serde(default)]
    next: String,
}

/// `POST /access`.
pub(crate) async fn enter(
    State(access): State<Access>,
    State(sessions): State<Sessions>,
    State(limits): State<AddressLimits>,
    Extension(session): Extension<Session>,
    headers: HeaderMap,
    extensions: Extensions,
    Form(Given { secret, next }): Form<Given>,
) -> Response {
    let next = local_path(&next);
    let address = address_of(&extensions, &headers);
    if let Err(wait_ms) = limits.may_try_secret(address) {
        return too_fast(wait_ms, language_of(&headers));
    }
    let Some(proof) = access.try_secret(&secret) else {
        limits.wrong_secret(address);
        let page = Page::Access(AccessPage { next: next.to_owned(), wrong: true });
        let mut request = Request::default();
        *request.headers_mut() = headers;
        return pages::render(page, StatusCode::UNAUTHORIZED, request).await;
    };
    match sessions.grant(&session, proof).await.map(|token| HeaderValue::try_from(sessions.cookie(&token))) {
        Ok(Ok(cookie)) => ([(SET_COOKIE, cookie)], Redirect::to(next)).into_response(),
        Ok(Err(_)) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
        Err(error) => {
            error!(%error, "session.unavailable");
            unavailable().into_response()
        }
    }
}
