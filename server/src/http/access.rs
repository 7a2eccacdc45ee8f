//! The access secret on pages: the middleware that asks for it, and the form that takes it.

use app::page_data::{AccessPage, Page, UnsentForm};
use axum::{
    Extension,
    extract::{Request, State},
    http::{HeaderMap, HeaderValue, StatusCode, header::SET_COOKIE},
    middleware::Next,
    response::{IntoResponse, Redirect, Response},
};

use super::{
    access_form::AccessForm,
    address_limits::{ClientIp, WRONG_SECRETS_LIMIT},
    base_url::BaseUrl,
    directory,
    form_error::FormError,
    local_path::local_path,
    new_topic_form::NewTopicForm,
    page_context::PageContext,
    page_form::{MAX_FORM_BYTES, PageForm},
    pages,
    posted_form::{FormRefusal, PostedForm},
    publish_form::PublishForm,
    refusal::returned,
};
use crate::{
    access::{Access, bearer},
    refusals::{self, RefusalCode},
    session::{AccessProof, Session, Sessions},
    state::AppState,
};

/// Middleware: answers 401 with the form for the access secret to visitors who have not given it. A message or a new topic that they
/// posted is kept in that form, so that it is not lost.
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
    match PostedForm::read(request, MAX_FORM_BYTES).await {
        Ok(form) => {
            let unsent = form.and_then(PostedForm::unsent);
            access_page(AccessPage { next: address, wrong: false, unsent }, &context).await
        }
        Err(error) => error.into_response(),
    }
}

async fn access_page(page: AccessPage, context: &PageContext) -> Response {
    let context = context.at(&page.next);
    pages::render(Page::Access(page), StatusCode::UNAUTHORIZED, context).await
}

/// `POST /access`.
pub(crate) async fn submit(
    State(state): State<AppState>,
    Extension(session): Extension<Session>,
    headers: HeaderMap,
    ClientIp(address): ClientIp,
    base: BaseUrl,
    context: PageContext,
    PageForm(form): PageForm<AccessForm>,
) -> Response {
    let next = local_path(&form.next).to_owned();
    if let Err(retry_ms) = state.address_limits.check_secret_attempt(address) {
        refusals::record(RefusalCode::Rate, WRONG_SECRETS_LIMIT);
        let refusal = FormRefusal::TooManyRequests { retry_ms };
        return returned(PostedForm::Access(form), refusal, context.presentation());
    }
    let Some(proof) = state.access.verify_secret(&form.secret) else {
        state.address_limits.record_wrong_secret(address);
        return access_page(AccessPage { next, wrong: true, unsent: form.unsent() }, &context).await;
    };
    let Some(cookie) = grant(&state.sessions, &session, proof, &headers).await else {
        return returned(PostedForm::Access(form), FormRefusal::Unavailable, context.presentation());
    };
    let response = match form.unsent() {
        Some(unsent) => form_again(unsent, &state, session, base, context).await,
        None => Redirect::to(&next).into_response(),
    };
    ([(SET_COOKIE, cookie)], response).into_response()
}

/// Grants a session access, and returns its new cookie, or `None` when that failed.
async fn grant(
    sessions: &Sessions,
    session: &Session,
    proof: AccessProof,
    headers: &HeaderMap,
) -> Option<HeaderValue> {
    let granted = sessions.grant(session, proof).await.inspect_err(|error| sessions.log_failure(error));
    HeaderValue::try_from(sessions.cookie(&granted.ok()?, headers)).ok()
}

/// The form that was posted before the secret was given, to be posted again.
async fn form_again(
    unsent: UnsentForm,
    state: &AppState,
    session: Session,
    base: BaseUrl,
    context: PageContext,
) -> Response {
    match unsent {
        UnsentForm::Message { topic, draft, name, message } => {
            let form = PublishForm { draft, name, message };
            FormError::AccessWasMissing.page(&topic, &form, context.presentation())
        }
        UnsentForm::Topic { draft, title, name, description } => {
            let form = NewTopicForm { draft, title, name, description };
            directory::form_again(state, session, form, base, context).await
        }
    }
}
