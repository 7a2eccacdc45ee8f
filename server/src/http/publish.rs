//! Publishing a message by a plain HTML form, which works without scripts and before they have loaded.

use std::net::IpAddr;

use app::protocol::{Action, Author, Body, DraftId, Name, TopicName};
use axum::{
    Extension,
    extract::State,
    response::{IntoResponse, Redirect, Response},
};
use tracing::error;

use super::{
    address_limits::ClientIp, form_error::FormError, page_context::PageContext, page_form::PageForm,
    page_params::PageParams, pages::not_found, publish_form::PublishForm,
};
use crate::{
    chat::Admission,
    event_log::{AppendError, NewEvent},
    rights::{Denied, Door},
    session::Session,
    state::AppState,
};

/// `POST /t/{topic}`.
pub(crate) async fn submit(
    State(state): State<AppState>,
    Extension(session): Extension<Session>,
    PageParams(topic): PageParams<String>,
    ClientIp(from): ClientIp,
    context: PageContext,
    PageForm(form): PageForm<PublishForm>,
) -> Response {
    let Some(topic) = topic.and_then(|topic| topic.parse::<TopicName>().ok()) else {
        return not_found(context).await;
    };
    let back = Redirect::to(&format!("/t/{topic}"));
    let text = Body::clean(&form.message);
    if text.is_empty() {
        return back.into_response();
    }
    match publish(&state, &session, from, &topic, &form, text).await {
        Ok(()) => back.into_response(),
        Err(FormError::Denied(Denied::Hidden)) => not_found(context).await,
        Err(error) => error.page(&topic, &form, context.presentation()),
    }
}

async fn publish(
    AppState { chat, settings, .. }: &AppState,
    session: &Session,
    from: IpAddr,
    topic: &TopicName,
    form: &PublishForm,
    text: String,
) -> Result<(), FormError> {
    let draft = form.draft.parse().map(DraftId).map_err(|_| FormError::NoDraft)?;
    let name = Name::parse(&form.name).map_err(FormError::Name)?;
    let body = Body::parse(text, settings.limits.body_bytes).map_err(FormError::Message)?;
    let author = Author { user: session.user, name: name.clone(), unverified: false };
    let action = Action::Publish { body: body.into_string(), reply_to: None };
    let person = session.person();
    // Before anything is changed by the form.
    let writable = match chat.admit(Door::MessageForm, &person, topic, action, author, draft).await? {
        Admission::New(writable) => writable,
        Admission::Retry(_) => return Ok(()),
    };
    if name != session.name
        && let Err(error) = chat.rename_person(session, &name).await
    {
        error!(%error, "session.unavailable");
        return Err(AppendError::Unavailable.into());
    }
    let event = NewEvent::new(writable, draft).from_address(from);
    chat.publish_and_read(event).await?;
    Ok(())
}
