//! The access secret on pages: the middleware that asks for it, and the form that takes it.

use app::{
    i18n::Language,
    page_data::{AccessPage, Page, UnsentMessage},
    protocol::TopicName,
};
use axum::{
    Extension,
    extract::{FromRequest, Request, State},
    http::{HeaderValue, Method, StatusCode, header::SET_COOKIE},
    middleware::Next,
    response::{IntoResponse, Redirect, Response},
};
use serde::Deserialize;
use tracing::error;

use super::{
    address_limits::ClientIp, form_error::FormError, local_path::local_path, page_context::PageContext,
    page_error::unavailable, page_form::PageForm, pages, publish_form::PublishForm,
    rate_limit::too_many_requests,
};
use crate::{
    access::{Access, bearer},
    address_limits::AddressLimits,
    session::{Session, Sessions},
};

/// Middleware: answers 401 with the form for the access secret to visitors who have not given it. A message that they posted is kept
/// in that form, so that it is not lost.
pub(crate) async fn require_access(
    State(access): State<Access>,
    Extension(session): Extension<Session>,
    context: PageContext,
    request: Request,
    next: Next,
) -> Response {
    if access.allows(Some(&session), bearer(request.headers())) {
        return next.run(request).await;
    }
    let address = request.uri().path_and_query().map_or("/", |path| path.as_str()).to_owned();
    let unsent = match topic_of_message_form(&request) {
        Some(topic) => match PageForm::<PublishForm>::from_request(request, &()).await {
            Ok(PageForm(form)) => Some(form.unsent(topic)),
            Err(error) => return error.into_response(),
        },
        None => None,
    };
    access_page(AccessPage { next: address, wrong: false, unsent }, &context).await
}

/// Returns the topic that the request posts a message to, or `None` for any other request.
fn topic_of_message_form(request: &Request) -> Option<TopicName> {
    let topic = request.uri().path().strip_prefix("/t/").filter(|_| *request.method() == Method::POST)?;
    topic.parse().ok()
}

async fn access_page(page: AccessPage, context: &PageContext) -> Response {
    let context = context.at(&page.next);
    pages::render(Page::Access(page), StatusCode::UNAUTHORIZED, context).await
}

/// The fields of the form for the access secret.
#[derive(Deserialize)]
pub(crate) struct AccessForm {
    secret: String,
    #[serde(default)]
    /// The path to go to afterwards.
    next: String,
    // A message that was posted without the secret travels along in these four.
    #[serde(default)]
    topic: String,
    #[serde(default)]
    draft: String,
    #[serde(default)]
    name: String,
    #[serde(default)]
    message: String,
}

impl AccessForm {
    fn unsent(&self) -> Option<UnsentMessage> {
        let topic = self.topic.parse().ok()?;
        let Self { draft, name, message, .. } = self;
        Some(UnsentMessage { topic, draft: draft.clone(), name: name.clone(), message: message.clone() })
    }
}

/// `POST /access`.
pub(crate) async fn submit(
    State(access): State<Access>,
    State(sessions): State<Sessions>,
    State(limits): State<AddressLimits>,
    Extension(session): Extension<Session>,
    ClientIp(address): ClientIp,
    context: PageContext,
    PageForm(form): PageForm<AccessForm>,
) -> Response {
    let next = local_path(&form.next);
    let unsent = form.unsent();
    if let Err(wait_ms) = limits.check_secret_attempt(address) {
        return too_many_requests(wait_ms, context.language);
    }
    let Some(proof) = access.verify_secret(&form.secret) else {
        limits.record_wrong_secret(address);
        return access_page(AccessPage { next: next.to_owned(), wrong: true, unsent }, &context).await;
    };
    match sessions.grant(&session, proof).await.map(|token| HeaderValue::try_from(sessions.cookie(&token))) {
        Ok(Ok(cookie)) => {
            let response = match unsent {
                Some(unsent) => message_form(unsent, context.language),
                None => Redirect::to(next).into_response(),
            };
            ([(SET_COOKIE, cookie)], response).into_response()
        }
        Ok(Err(_)) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
        Err(error) => {
            error!(%error, "session.unavailable");
            unavailable().into_response()
        }
    }
}

/// The message that was posted before the secret was given, in a form that posts it again.
fn message_form(
    UnsentMessage { topic, draft, name, message }: UnsentMessage,
    language: Language,
) -> Response {
    FormError::AccessWasMissing.page(&topic, &PublishForm { draft, name, message }, language)
}
