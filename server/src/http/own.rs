//! The page on which a person becomes the owner, by a code from whoever runs the server. The code is pasted: in an address it would be
//! in the browser's history and in the logs of proxies.

use app::Field;
use axum::{
    Extension,
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use leptos::prelude::*;
use serde::Deserialize;
use tracing::error;

use super::{
    page_context::{PageContext, Presentation},
    page_error::{PageError, unavailable},
    page_form::PageForm,
    small_page::{address, small_page},
};
use crate::{
    rights::ChangeError,
    session::{OWN_PATH, OwnerCode, Session, Sessions},
    state::AppState,
};

/// The fields of the form.
#[derive(Deserialize)]
pub(crate) struct OwnForm {
    code: String,
}

/// `GET /own`.
pub(crate) async fn open(context: PageContext) -> Response {
    page(StatusCode::OK, context.presentation(), None)
}

/// `POST /own`.
pub(crate) async fn submit(
    State(state): State<AppState>,
    Extension(session): Extension<Session>,
    context: PageContext,
    PageForm(OwnForm { code }): PageForm<OwnForm>,
) -> Response {
    let presentation = context.presentation();
    let texts = presentation.language.owner();
    let code = match verify(&state.sessions, code.trim()).await {
        Ok(Some(code)) => code,
        Ok(None) => return page(StatusCode::NOT_FOUND, presentation, Some(texts.wrong)),
        Err(error) => return error.into_response(),
    };
    match state.chat.moderation().make_owner(session.user, code).await {
        Ok(_) => Redirect::to("/").into_response(),
        Err(ChangeError::UsedCode) => page(StatusCode::CONFLICT, presentation, Some(texts.used)),
        Err(error) => {
            error!(%error, "page.unavailable");
            unavailable().into_response()
        }
    }
}

/// Returns `None` for a wrong code and for an expired one.
async fn verify(sessions: &Sessions, code: &str) -> Result<Option<OwnerCode>, PageError> {
    sessions.verify_owner_code(code).await.map_err(|error| {
        sessions.log_failure(&error);
        unavailable()
    })
}

fn page(status: StatusCode, presentation: Presentation, problem: Option<&'static str>) -> Response {
    let texts = presentation.language.owner();
    let problem = problem.map(|problem| view! { <p class="problem" role="alert">{problem}</p> });
    let code =
        view! { <input name="code" required autocomplete="off" autocapitalize="none" spellcheck="false"/> }
            .into_any();
    let form = view! {
        <h1>{texts.title}</h1>
        <p>{texts.lead}</p>
        {problem}
        <form method="post" action=address(format_args!("{OWN_PATH}"))>
            <Field label=texts.code control=code/>
            <button type="submit">{texts.become_owner}</button>
        </form>
    };
    small_page(status, presentation, texts.title, form)
}
