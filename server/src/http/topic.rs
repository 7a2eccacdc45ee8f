//! Topic pages.

use std::collections::BTreeSet;

use app::{
    model::{conversation::TopicSnapshot, timeline::LogSlice},
    page_data::{Page, TopicPage},
    protocol::{DEFAULT_PAGE_SIZE, Event, EventKind, HistoryRange, TopicName, UserId},
};
use axum::{
    Extension,
    extract::{Query, State, rejection::QueryRejection},
    http::{StatusCode, Uri},
    response::{IntoResponse, Response},
};
use serde::Deserialize;
use tracing::error;

use super::{
    base_url::BaseUrl,
    canonical,
    denied_page::denied_page,
    head::topic_head,
    page_context::PageContext,
    page_error::unavailable,
    page_params::PageParams,
    page_viewer::PageViewer,
    pages::{not_found, render_with_head},
};
use crate::{
    event_log::{self, ReadError},
    page_cache::PageKey,
    rights::{Door, Readable},
    session::Session,
    state::AppState,
};

/// The number of messages on a page.
const PAGE_SIZE: u64 = DEFAULT_PAGE_SIZE as u64;
/// The number of messages on a page around a target message.
const AROUND_PAGE_SIZE: u64 = 60;

/// The query of a topic page; both are a `seq`.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct TopicPageQuery {
    before: Option<u64>,
    after: Option<u64>,
}

/// `GET /t/{topic}`: the newest messages, or those `?before=` or `?after=` a `seq`. An invalid query is ignored.
pub(crate) async fn newest(
    State(state): State<AppState>,
    Extension(session): Extension<Session>,
    base: BaseUrl,
    PageParams(name): PageParams<String>,
    query: Result<Query<TopicPageQuery>, QueryRejection>,
    uri: Uri,
    context: PageContext,
) -> Response {
    let Some(topic) = name.and_then(|name| TopicName::from_user_input(&name).ok()) else {
        return not_found(context).await;
    };
    if let Some(moved) = canonical::redirect_to(&format!("/t/{topic}"), &uri) {
        return moved;
    }
    let person = session.person();
    let readable = match state.rights.read(Door::TopicPage, &person, &topic) {
        Ok(readable) => readable,
        Err(denied) => return denied_page(denied, context).await,
    };
    let viewer = PageViewer::load(session, &state.chat).await;
    // Only the address without a query is cached.
    if viewer.is_anonymous()
        && uri == *format!("/t/{topic}")
        && let Some(page) = cached_page(&readable, &state, viewer.user, &base, &context).await
    {
        return page;
    }
    let Query(TopicPageQuery { before, after }) = query.unwrap_or_default();
    let part = match (before, after) {
        (Some(seq), _) => state.log.history(&readable, HistoryRange::Before(seq), PAGE_SIZE).await,
        (None, Some(seq)) => state.log.history(&readable, HistoryRange::After(seq), PAGE_SIZE).await,
        (None, None) => state.log.tail(&readable, PAGE_SIZE).await,
    };
    topic_page(part, &readable, None, &state, viewer, &base, context).await
}

/// Returns the page of the newest messages for an anonymous viewer from the [`page cache`](crate::page_cache), or `None` when this
/// viewer needs a page rendered for them alone.
async fn cached_page(
    readable: &Readable,
    state: &AppState,
    user: UserId,
    base: &BaseUrl,
    context: &PageContext,
) -> Option<Response> {
    let topic = readable.topic();
    // Read before the head, which may be that of an event that is not stored.
    let divergences = state.log.divergences();
    // A topic without events is not cached: names of such topics are unlimited and would evict the pages of real ones.
    let head = state.log.head(readable).await.ok().filter(|head| *head > 0)?;
    let key = PageKey {
        topic: topic.clone(),
        base: base.0.clone(),
        language: context.language,
        appearance: context.appearance,
        divergences,
    };
    let render = async move |user, draft| {
        // The first caller's request may be a HEAD request, whose context has another path.
        let context = context.at(&format!("/t/{topic}"));
        let viewer = PageViewer::anonymous(user, draft);
        let newest = state.log.tail(readable, PAGE_SIZE).await;
        topic_page(newest, readable, None, state, viewer, base, context).await
    };
    state.page_cache.get_or_render(key, head, user, render).await
}

/// `GET /t/{topic}/{seq}`: the messages around one of them.
pub(crate) async fn message(
    State(state): State<AppState>,
    Extension(session): Extension<Session>,
    base: BaseUrl,
    PageParams(address): PageParams<(String, String)>,
    uri: Uri,
    context: PageContext,
) -> Response {
    let parsed = address.map(|(name, seq)| (TopicName::from_user_input(&name), seq.parse::<u64>()));
    let Some((Ok(topic), Ok(seq))) = parsed else {
        return not_found(context).await;
    };
    if let Some(moved) = canonical::redirect_to(&format!("/t/{topic}/{seq}"), &uri) {
        return moved;
    }
    let person = session.person();
    let readable = match state.rights.read(Door::MessagePage, &person, &topic) {
        Ok(readable) => readable,
        Err(denied) => return denied_page(denied, context).await,
    };
    let around = state.log.history(&readable, HistoryRange::Around(seq), AROUND_PAGE_SIZE).await;
    if around.as_ref().is_ok_and(|page| seq == 0 || seq > page.head) {
        return not_found(context).await;
    }
    let viewer = PageViewer::load(session, &state.chat).await;
    topic_page(around, &readable, Some(seq), &state, viewer, &base, context).await
}

async fn topic_page(
    read: Result<event_log::Page, ReadError>,
    topic: &Readable,
    target: Option<u64>,
    state: &AppState,
    viewer: PageViewer,
    base: &BaseUrl,
    context: PageContext,
) -> Response {
    let page = match read {
        Ok(page) => page_data(page, topic, target, state, viewer).await,
        Err(error) => Err(error),
    };
    match page {
        Ok(page) => {
            let head = topic_head(&page, base, context.language);
            render_with_head(Some(head), Page::Topic(page), StatusCode::OK, context).await
        }
        Err(error) => {
            error!(%error, "page.unavailable");
            unavailable().into_response()
        }
    }
}

/// Completes a page of the log to the data of a topic page.
async fn page_data(
    read: event_log::Page,
    topic: &Readable,
    target: Option<u64>,
    state: &AppState,
    PageViewer { user, name, memberships, draft, is_staff: staff }: PageViewer,
) -> Result<TopicPage, ReadError> {
    let quoted = state.log.at(topic, &missing_reply_targets(&read.events)).await?;
    let about = state.log.summary(topic).await?.map(|summary| summary.about).unwrap_or_default();
    let newest = state.log.identity_at(topic, read.head).await?;
    let head_draft = newest.map(|event| event.draft);
    let head_at = newest.map(|event| event.at);
    let event_log::Page { epoch, head, from, to, events, .. } = read;
    let part = LogSlice { from, to, head, events };
    let topic = topic.topic().clone();
    let snapshot =
        TopicSnapshot { topic, epoch, part, head_draft, head_at, user, name, about, memberships, quoted };
    Ok(TopicPage { snapshot, target, draft, body_bytes: state.settings.limits.body_bytes, staff })
}

/// Returns the `seq`s of the messages that `events` reply to and that are not among them.
fn missing_reply_targets(events: &[Event]) -> Vec<u64> {
    let present: BTreeSet<u64> = events.iter().map(|event| event.seq).collect();
    let targets = events.iter().filter_map(|event| match event.kind {
        EventKind::Message { reply_to, .. } => reply_to,
        _ => None,
    });
    targets.filter(|seq| !present.contains(seq)).collect::<BTreeSet<_>>().into_iter().collect()
}
