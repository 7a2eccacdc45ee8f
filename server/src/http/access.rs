//! Who may see a page: the door's middleware, and the form that opens it.

use app::{
    i18n::Language,
    page_data::{AccessPage, Page, Unsent},
    protocol::TopicName,
};
use axum::{
    Extension,
    extract::{FromRequest, Request, State},
    http::{Extensions, HeaderMap, HeaderValue, Method, StatusCode, header::SET_COOKIE},
    middleware::Next,
    response::{IntoResponse, Redirect, Response},
};
use serde::Deserialize;
use tracing::error;

use super::{
    forms::Written,
    language::language_of,
    local_path::local_path,
    pages,
    posted::Posted,
    problem::unavailable,
    rate_limit::too_many_requests,
    refused::{Refused, Why},
};
use crate::{
    access::{Access, bearer},
    address_limits::AddressLimits,
    endpoint::address_of,
    session::{Session, Sessions},
};

/// Middleware: whoever did not give the access secret sees the form for it, and nothing else.
pub(crate) async fn require_access(
    State(access): State<Access>,
    Extension(session): Extension<Session>,
    request: Request,
    next: Next,
) -> Response {
    if access.admits(Some(&session), bearer(request.headers())) {
        return next.run(request).await;
    }
    let address = request.uri().path_and_query().map_or("/", |path| path.as_str()).to_owned();
    let headers = request.headers().clone();
    let unsent = match topic_of_form(&request) {
        Some(topic) => match Posted::<Written>::from_request(request, &()).await {
            Ok(Posted(written)) => Some(written.unsent(topic)),
            Err(problem) => return problem.into_response(),
        },
        None => None,
    };
    closed(AccessPage { next: address, wrong: false, unsent }, headers).await
}

/// The topic that a message is posted to.
fn topic_of_form(request: &Request) -> Option<TopicName> {
    let topic = request.uri().path().strip_prefix("/t/").filter(|_| *request.method() == Method::POST)?;
    topic.parse().ok()
}

async fn closed(page: AccessPage, headers: HeaderMap) -> Response {
    let mut request = Request::default();
    *request.headers_mut() = headers;
    *request.uri_mut() = page.next.parse().unwrap_or_default();
    pages::render(Page::Access(page), StatusCode::UNAUTHORIZED, request).await
}

/// What the form sends.
#[derive(Deserialize)]
pub(crate) struct Given {
    secret: String,
    #[serde(default)]
    next: String,
    /// The topic of a message that goes along.
    #[serde(default)]
    topic: String,
    #[serde(default)]
    draft: String,
    #[serde(default)]
    name: String,
    #[serde(default)]
    message: String,
}

impl Given {
    fn unsent(&self) -> Option<Unsent> {
        let topic = self.topic.parse().ok()?;
        let Self { draft, name, message, .. } = self;
        Some(Unsent { topic, draft: draft.clone(), name: name.clone(), message: message.clone() })
    }
}

/// `POST /access`.
pub(crate) async fn enter(
    State(access): State<Access>,
    State(sessions): State<Sessions>,
    State(limits): State<AddressLimits>,
    Extension(session): Extension<Session>,
    headers: HeaderMap,
    extensions: Extensions,
    Posted(given): Posted<Given>,
) -> Response {
    let (next, unsent) = (local_path(&given.next), given.unsent());
    let address = address_of(&extensions, &headers);
    if let Err(wait_ms) = limits.may_try_secret(address) {
        return too_many_requests(wait_ms, language_of(&headers));
    }
    let Some(proof) = access.try_secret(&given.secret) else {
        limits.wrong_secret(address);
        return closed(AccessPage { next: next.to_owned(), wrong: true, unsent }, headers).await;
    };
    match sessions.grant(&session, proof).await.map(|token| HeaderValue::try_from(sessions.cookie(&token))) {
        Ok(Ok(cookie)) => {
            let entered = match unsent {
                Some(unsent) => hand_back(unsent, language_of(&headers)),
                None => Redirect::to(next).into_response(),
            };
            ([(SET_COOKIE, cookie)], entered).into_response()
        }
        Ok(Err(_)) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
        Err(error) => {
            error!(%error, "session.unavailable");
            unavailable().into_response()
        }
    }
}

/// The message that came before the secret, in a form that sends it.
fn hand_back(Unsent { topic, draft, name, message }: Unsent, language: Language) -> Response {
    Refused(Why::Kept).page(&topic, &Written { draft, name, message }, language)
}
