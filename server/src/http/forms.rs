//! Writing with a plain form, before and without any script.

use std::net::IpAddr;

use app::{
    page_data::Unsent,
    protocol::{Author, Body, DraftId, Name, TopicName},
};
use axum::{
    Extension,
    extract::{Path, Request, State},
    http::HeaderMap,
    response::{IntoResponse, Redirect, Response},
};
use serde::Deserialize;
use tracing::error;

use super::{
    address_limits::ClientIp,
    language::language_of,
    pages::not_found,
    posted::Posted,
    refused::{Refused, Why},
};
use crate::{
    event_log::{AppendError, NewEvent, NewMessage},
    router::AppState,
    session::Session,
};

/// What the form sends.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Written {
    /// A [`DraftId`], made with the page, so that sending the form twice says it once. Without one the form is handed back with
    /// a new one, so that its text is not lost.
    #[serde(default)]
    pub(super) draft: String,
    #[serde(default)]
    pub(super) name: String,
    #[serde(default)]
    pub(super) message: String,
}

impl Written {
    /// The same, for a page that keeps it.
    pub(super) fn unsent(self, topic: TopicName) -> Unsent {
        let Self { draft, name, message } = self;
        Unsent { topic, draft, name, message }
    }
}

/// `POST /t/{topic}`.
pub(crate) async fn write(
    State(state): State<AppState>,
    Extension(session): Extension<Session>,
    Path(topic): Path<String>,
    ClientIp(from): ClientIp,
    headers: HeaderMap,
    Posted(written): Posted<Written>,
) -> Response {
    let Ok(topic) = topic.parse::<TopicName>() else {
        let mut request = Request::default();
        *request.headers_mut() = headers;
        return not_found(request).await;
    };
    let back = Redirect::to(&format!("/t/{topic}"));
    let text = Body::clean(&written.message);
    if text.is_empty() {
        return back.into_response();
    }
    match store(&state, &session, from, &topic, &written, text).await {
        Ok(()) => back.into_response(),
        Err(refused) => refused.page(&topic, &written, language_of(&headers)),
    }
}

async fn store(
    AppState { log, chat, settings, .. }: &AppState,
    session: &Session,
    from: IpAddr,
    topic: &TopicName,
    written: &Written,
    text: String,
) -> Result<(), Refused> {
    let draft = written.draft.parse().map(DraftId).map_err(|_| Why::NoDraft)?;
    let name = Name::parse(&written.name).map_err(Why::Name)?;
    let body = Body::parse(text, settings.limits.body_bytes).map_err(Why::Message)?;
    if name != session.name
        && let Err(error) = chat.goes_by(session, &name).await
    {
        error!(%error, "session.unavailable");
        return Err(AppendError::Unavailable.into());
    }
    let author = Author { user: session.user, name: name.clone(), unverified: false };
    let message = NewMessage { topic: topic.clone(), author, draft, body: body.into_string() };
    let event = NewEvent::from(message).from_address(from);
    let receipt = log.append(chat.worded(event).await).await?;
    chat.has_written_on_a_page(session.user, &name, topic, receipt.seq).await;
    Ok(())
}
