//! Writing with a plain form, before and without any script.

use app::protocol::{Author, Body, DraftId, Name, TopicName};
use axum::{
    Extension, Form,
    extract::{Path, State},
    http::StatusCode,
    response::{Html, IntoResponse, Redirect, Response},
};
use leptos::prelude::{ElementChild, GlobalAttributes, RenderHtml, view};
use serde::Deserialize;
use tracing::error;

use crate::{
    config::Settings,
    log::{AppendError, Log, NewMessage},
    session::{Session, Sessions},
};

/// What the form sends.
#[derive(Debug, Deserialize)]
pub(crate) struct Written {
    /// Made with the page, so that sending the form twice says it once.
    draft: DraftId,
    #[serde(default)]
    name: String,
    #[serde(default)]
    message: String,
}

/// `POST /t/{topic}`.
pub(crate) async fn write(
    State(log): State<Log>,
    State(sessions): State<Sessions>,
    State(settings): State<Settings>,
    Extension(session): Extension<Session>,
    Path(topic): Path<TopicName>,
    Form(written): Form<Written>,
) -> Response {
    let back = Redirect::to(&format!("/t/{topic}"));
    let text = Body::clean(&written.message);
    if text.is_empty() {
        return back.into_response();
    }
    match store(&log, &sessions, &session, &topic, &written, text, settings.limits.body_bytes).await {
        Ok(()) => back.into_response(),
        Err(refused) => refused.page(&topic, &written),
    }
}

async fn store(
    log: &Log,
    sessions: &Sessions,
    session: &Session,
    topic: &TopicName,
    written: &Written,
    text: String,
    body_bytes: usize,
) -> Result<(), Refused> {
    let name =
        Name::parse(&written.name).map_err(|error| Refused::unprocessable(format!("Name: {error}.")))?;
    let body = Body::parse(text, body_bytes)
        .map_err(|error| Refused::unprocessable(format!("Message: {error}.")))?;
    if name != session.name
        && let Err(error) = sessions.rename(session, &name).await
    {
        error!(%error, "session.unavailable");
        return Err(AppendError::Unavailable.into());
    }
    let author = Author { user: session.user, name, unverified: false };
    let message = NewMessage { topic: topic.clone(), author, draft: written.draft, body: body.into_string() };
    log.append(message).await?;
    Ok(())
}

/// Why a form was not taken.
struct Refused {
    status: StatusCode,
    why: String,
}

impl Refused {
    fn unprocessable(why: String) -> Self {
        Self { status: StatusCode::UNPROCESSABLE_ENTITY, why }
    }

    /// Hands back what was written, so that nothing is lost.
    fn page(self, topic: &TopicName, written: &Written) -> Response {
        let Written { draft, name, message } = written;
        let form = view! {
            <html lang="en">
                <head>
                    <meta charset="utf-8"/>
                    <meta name="viewport" content="width=device-width, initial-scale=1"/>
                    <meta name="color-scheme" content="light dark"/>
                    <title>"Not sent · Chorus"</title>
                </head>
                <body>
                    <h1>"Your message was not sent"</h1>
                    <p role="alert">{self.why}</p>
                    <form method="post" action=format!("/t/{topic}")>
                        <input type="hidden" name="draft" value=draft.to_string()/>
                        <p>
                            <label>"Name " <input name="name" value=name.clone()/></label>
                        </p>
                        <p>
                            <label>"Message " <textarea name="message" rows="8" cols="60">{escaped(message)}</textarea></label>
                        </p>
                        <button type="submit">"Write"</button>
                    </form>
                </body>
            </html>
        };
        (self.status, Html(format!("<!DOCTYPE html>{}", form.to_html()))).into_response()
    }
}

/// Text between the tags of a textarea, which leptos writes there as it is.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

impl From<AppendError> for Refused {
    fn from(error: AppendError) -> Self {
        let status = match error {
            AppendError::Conflict => StatusCode::CONFLICT,
            AppendError::TooManyTopics => StatusCode::INSUFFICIENT_STORAGE,
            AppendError::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        };
        Self { status, why: format!("Not stored: {error}.") }
    }
}
