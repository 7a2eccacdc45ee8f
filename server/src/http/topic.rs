//! Topics' pages.

use std::collections::BTreeSet;

use app::{
    model::timeline::LogSlice,
    page_data::{Page, TopicPage},
    protocol::{Event, EventKind, HistoryRange, TopicName, UserId},
};
use axum::{
    Extension,
    extract::{Path, Query, Request, State, rejection::QueryRejection},
    http::{HeaderMap, StatusCode, Uri},
    response::{IntoResponse, Response},
};
use serde::Deserialize;
use tracing::error;

use super::{
    base::Base,
    head::head_of,
    hot::Key,
    language::language_of,
    moved,
    pages::{not_found, render_with},
    problem::unavailable,
    visitor::Visitor,
};
use crate::{
    event_log::{self, ReadError},
    router::AppState,
    session::Session,
};

/// How many of the newest messages a page begins with.
const NEWEST: u64 = 30;
/// How many messages a page around one of them holds.
const AROUND: u64 = 60;

/// What of a topic an address asks for.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct Asked {
    before: Option<u64>,
    after: Option<u64>,
}

/// `GET /t/{topic}`: the newest messages, or those `?before=` or `?after=` a `seq`.
pub(crate) async fn newest(
    State(state): State<AppState>,
    Extension(session): Extension<Session>,
    base: Base,
    Path(name): Path<String>,
    asked: Result<Query<Asked>, QueryRejection>,
    request: Request,
) -> Response {
    let Ok(topic) = TopicName::from_user_input(&name) else { return not_found(request).await };
    if let Some(moved) = moved::unless_at(&format!("/t/{topic}"), request.uri()) {
        return moved;
    }
    let visitor = Visitor::of(session, &state.chat).await;
    // Without a query, and by the one spelling that a page has.
    if visitor.is_stranger() && *request.uri() == *format!("/t/{topic}") {
        let (uri, headers) = (request.uri().clone(), request.headers().clone());
        if let Some(page) = as_strangers_see_it(&topic, &state, visitor.user, &base, uri, headers).await {
            return page;
        }
    }
    let Query(Asked { before, after }) = asked.unwrap_or_default();
    let part = match (before, after) {
        (Some(seq), _) => state.log.history(&topic, HistoryRange::Before(seq), NEWEST).await,
        (None, Some(seq)) => state.log.history(&topic, HistoryRange::After(seq), NEWEST).await,
        (None, None) => state.log.tail(&topic, NEWEST).await,
    };
    topic_page(part, topic, None, &state, visitor, &base, request).await
}

/// The newest messages as anybody sees them of whom nothing is known here; see [`super::hot`].
async fn as_strangers_see_it(
    topic: &TopicName,
    state: &AppState,
    user: UserId,
    base: &Base,
    uri: Uri,
    headers: HeaderMap,
) -> Option<Response> {
    // Topics that nobody has begun are no room for anything: there is no end of them.
    let head = state.log.head(topic).await.ok().filter(|head| *head > 0)?;
    let key = Key { topic: topic.clone(), base: base.0.clone(), language: language_of(&headers) };
    let render = async move |user, draft| {
        let mut request = Request::default();
        (*request.uri_mut(), *request.headers_mut()) = (uri, headers);
        let stranger = Visitor::stranger(user, draft);
        let newest = state.log.tail(topic, NEWEST).await;
        topic_page(newest, topic.clone(), None, state, stranger, base, request).await
    };
    state.hot.page(key, head, user, render).await
}

/// `GET /t/{topic}/{seq}`: the messages around one of them.
pub(crate) async fn message(
    State(state): State<AppState>,
    Extension(session): Extension<Session>,
    base: Base,
    Path((name, seq)): Path<(String, String)>,
    request: Request,
) -> Response {
    let (Ok(topic), Ok(seq)) = (TopicName::from_user_input(&name), seq.parse::<u64>()) else {
        return not_found(request).await;
    };
    if let Some(moved) = moved::unless_at(&format!("/t/{topic}/{seq}"), request.uri()) {
        return moved;
    }
    let around = state.log.history(&topic, HistoryRange::Around(seq), AROUND).await;
    if around.as_ref().is_ok_and(|page| seq == 0 || seq > page.head) {
        return not_found(request).await;
    }
    let visitor = Visitor::of(session, &state.chat).await;
    topic_page(around, topic, Some(seq), &state, visitor, &base, request).await
}

async fn topic_page(
    read: Result<event_log::Page, ReadError>,
    topic: TopicName,
    target: Option<u64>,
    state: &AppState,
    visitor: Visitor,
    base: &Base,
    request: Request,
) -> Response {
    let page = match read {
        Ok(page) => whole(page, topic, target, state, visitor).await,
        Err(error) => Err(error),
    };
    match page {
        Ok(page) => {
            let head = head_of(&page, base, language_of(request.headers()));
            render_with(Some(head), Page::Topic(page), StatusCode::OK, request).await
        }
        Err(error) => {
            error!(%error, "page.unavailable");
            unavailable().into_response()
        }
    }
}

/// A part of a topic, with what it needs from elsewhere.
async fn whole(
    read: event_log::Page,
    topic: TopicName,
    target: Option<u64>,
    state: &AppState,
    Visitor { user, name, memberships, draft }: Visitor,
) -> Result<TopicPage, ReadError> {
    let quoted = state.log.at(&topic, &answered_elsewhere(&read.events)).await?;
    let about = state.log.summary(&topic).await?.map(|summary| summary.about).unwrap_or_default();
    let head_draft = state.log.draft_at(&topic, read.head).await?;
    let event_log::Page { epoch, head, from, to, events, .. } = read;
    Ok(TopicPage {
        topic,
        epoch,
        part: LogSlice { from, to, head, events },
        head_draft,
        target,
        user,
        name,
        draft,
        body_bytes: state.settings.limits.body_bytes,
        about,
        memberships,
        quoted,
    })
}

/// The messages that these answer and that are not among them.
fn answered_elsewhere(events: &[Event]) -> Vec<u64> {
    let here: BTreeSet<u64> = events.iter().map(|event| event.seq).collect();
    let answered = events.iter().filter_map(|event| match event.kind {
        EventKind::Message { reply_to, .. } => reply_to,
        _ => None,
    });
    answered.filter(|seq| !here.contains(seq)).collect::<BTreeSet<_>>().into_iter().collect()
}
