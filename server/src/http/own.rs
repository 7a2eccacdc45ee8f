//! The page that a link of the server's operator leads to, on which a person becomes the owner.

use app::i18n::Language;
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
    page_context::PageContext,
    page_error::{PageError, unavailable},
    page_form::PageForm,
    page_params::PageParams,
    pages::not_found,
    small_page::{message_page, small_page},
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

/// `GET /own/{code}`: the form. A link must not act by itself: programs that look at links before people do would use it up.
pub(crate) async fn open(
    State(sessions): State<Sessions>,
    PageParams(code): PageParams<String>,
    context: PageContext,
) -> Response {
    let code = code.unwrap_or_default();
    match verify(&sessions, &code).await {
        Ok(Some(_)) => form(code, context.language),
        Ok(None) => not_found(context).await,
        Err(error) => error.into_response(),
    }
}

/// `POST /own`.
pub(crate) async fn submit(
    State(state): State<AppState>,
    Extension(session): Extension<Session>,
    context: PageContext,
    PageForm(OwnForm { code }): PageForm<OwnForm>,
) -> Response {
    let code = match verify(&state.sessions, &code).await {
        Ok(Some(code)) => code,
        Ok(None) => return not_found(context).await,
        Err(error) => return error.into_response(),
    };
    match state.chat.moderation().make_owner(session.user, code).await {
        Ok(_) => Redirect::to("/").into_response(),
        Err(ChangeError::UsedCode) => {
            let words = context.language.owner();
            message_page(StatusCode::CONFLICT, context.language, words.title, words.used)
        }
        Err(error) => {
            error!(%error, "page.unavailable");
            unavailable().into_response()
        }
    }
}

/// Returns `None` for a wrong code and for an expired one, which have no page.
async fn verify(sessions: &Sessions, code: &str) -> Result<Option<OwnerCode>, PageError> {
    sessions.verify_owner_code(code).await.map_err(|error| {
        sessions.log_failure(&error);
        unavailable()
    })
}

fn form(code: String, language: Language) -> Response {
    let words = language.owner();
    let form = view! {
        <h1>{words.title}</h1>
        <p>{words.lead}</p>
        <form method="post" action=OWN_PATH>
            <input type="hidden" name="code" value=code/>
            <button type="submit">{words.become_owner}</button>
        </form>
    };
    small_page(StatusCode::OK, language, words.title, form)
}
