//! Writing with a plain form, before and without any script.

use std::{net::IpAddr, sync::Arc};

use app::protocol::{Author, Body, DraftId, Name, TopicName};
use axum::{
    Extension, Form,
    extract::{Path, State},
    response::{IntoResponse, Redirect, Response},
};
use serde::Deserialize;
use tracing::error;

use super::{by_address::ClientAddress, refused::Refused};
use crate::{
    chat::Chat,
    config::Settings,
    log::{AppendError, Log, NewEvent, NewMessage},
    session::Session,
};

/// What the form sends.
#[derive(Debug, Deserialize)]
pub(crate) struct Written {
    /// Made with the page, so that sending the form twice says it once.
    pub(super) draft: DraftId,
    #[serde(default)]
    pub(super) name: String,
    #[serde(default)]
    pub(super) message: String,
}

/// `POST /t/{topic}`.
pub(crate) async fn write(
    State(log): State<Log>,
    State(chat): State<Arc<Chat>>,
    State(settings): State<Settings>,
    Extension(session): Extension<Session>,
    Path(topic): Path<TopicName>,
    ClientAddress(from): ClientAddress,
    Form(written): Form<Written>,
) -> Response {
    let back = Redirect::to(&format!("/t/{topic}"));
    let text = Body::clean(&written.message);
    if text.is_empty() {
        return back.into_response();
    }
    match store(&log, &chat, &session, from, &topic, &written, text, settings.limits.body_bytes).await {
        Ok(()) => back.into_response(),
        Err(refused) => refused.page(&topic, &written),
    }
}

#[allow(clippy::too_many_arguments)]
async fn store(
    log: &Log,
    chat: &Chat,
    session: &Session,
    from: IpAddr,
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
        && let Err(error) = chat.goes_by(session, &name).await
    {
        error!(%error, "session.unavailable");
        return Err(AppendError::Unavailable.into());
    }
    let author = Author { user: session.user, name: name.clone(), unverified: false };
    let message = NewMessage { topic: topic.clone(), author, draft: written.draft, body: body.into_string() };
    let event = NewEvent::from(message).from_address(from);
    let receipt = log.append(chat.worded(event).await).await?;
    chat.has_written_on_a_page(session.user, &name, topic, receipt.seq).await;
    Ok(())
}
