//! Hearing a topic as server-sent events: the WHATWG HTML standard's `EventSource`, or `curl -N`.

use std::{convert::Infallible, sync::Arc, time::Duration};

use app::protocol::{Epoch, Position, SubscriptionMode, TopicName};
use axum::{
    extract::State,
    http::{Extensions, HeaderMap, HeaderName, HeaderValue},
    response::{
        IntoResponse, Response,
        sse::{Event, KeepAlive, Sse},
    },
};
use futures::stream::unfold;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tokio::sync::mpsc;

use super::{
    caller::Reader,
    event_id::{After, event_id, position_of},
    feed::{AHEAD, Feed},
    input::ApiQuery,
    path::TopicPath,
    problem::Problem,
};
use crate::{
    chat::{Chat, pages::SubscriptionStart},
    endpoint::address_of,
    event_log::Page,
    random::random_bytes,
    router::AppState,
};

/// How many of the newest messages come with a reset.
const NEWEST: u32 = 30;
/// How long a reader whose line broke waits before it comes back, in milliseconds, and as much again at random.
const RETRY_MS: u64 = 1_000;

#[derive(Deserialize, JsonSchema)]
pub(super) struct EventsQuery {
    after: Option<After>,
}

/// Another history than the reader's: what it begins with instead.
#[derive(Serialize)]
struct Reset<'a> {
    topic: &'a TopicName,
    epoch: &'a Epoch,
    head: u64,
    events: &'a [app::protocol::Event],
    more: bool,
}

/// `GET /api/v1/topics/{topic}/events`
pub(super) async fn events(
    _: Reader,
    State(state): State<AppState>,
    State(chat): State<Arc<Chat>>,
    path: TopicPath,
    ApiQuery(EventsQuery { after }): ApiQuery<EventsQuery>,
    headers: HeaderMap,
    extensions: Extensions,
) -> Result<Response, Problem> {
    let (topic, seat) = (path.topic()?, state.sockets.seat(&headers, address_of(&extensions, &headers))?);
    let since = position(&chat, &topic, after, &headers).await?;
    let tail = if since.is_some() { NEWEST } else { 0 };
    let asked = since.clone();
    let (begun, stream) =
        chat.open_event_stream(&topic, since, tail).await.map_err(|error| Problem::of_store(&error))?;

    let (sender, receiver) = mpsc::channel(AHEAD);
    let patience = Duration::from_secs(state.settings.limits.write_seconds);
    let epoch = begun.page.epoch.clone();
    let first = first(&topic, &begun, asked);
    let missed = if begun.mode == SubscriptionMode::Resume {
        chat.streamed_events(begun.page.events)
    } else {
        Vec::new()
    };
    tokio::spawn(async move {
        Feed { sender, epoch, seat, patience }.run(first, missed, stream).await;
    });
    Ok(respond(receiver, state.settings.ping_seconds))
}

/// Where the reader is: `Last-Event-ID`, which its library sends when it comes back, before the address's `after`.
async fn position(
    chat: &Chat,
    topic: &TopicName,
    after: Option<After>,
    headers: &HeaderMap,
) -> Result<Option<Position>, Problem> {
    let last = headers.get("last-event-id").map(|id| id.to_str().unwrap_or("?")).filter(|id| !id.is_empty());
    if let Some(id) = last {
        // An id that is none of ours belongs to another history.
        let nowhere = Position { epoch: Epoch(String::new()), seq: 0, draft: None };
        return Ok(Some(position_of(id).unwrap_or(nowhere)));
    }
    match after {
        None => Ok(None),
        Some(After::Position(position)) => Ok(Some(position)),
        Some(After::Seq(seq)) => {
            let newest = chat.log().tail(topic, 0).await.map_err(|error| Problem::of_store(&error))?;
            Ok(Some(Position { epoch: newest.epoch, seq, draft: None }))
        }
    }
}

/// A comment, so that the reader knows it is heard; where it is, so that it can come back even if nothing happens; and
/// after a reset, what to begin with.
fn first(topic: &TopicName, begun: &SubscriptionStart, since: Option<Position>) -> Event {
    let SubscriptionStart { mode, page: Page { epoch, head, events, .. }, more, draft } = begun;
    let newest = event_id(epoch, *head, *draft);
    let event = Event::default().comment("chorus").retry(with_jitter(RETRY_MS));
    match mode {
        SubscriptionMode::Tail => event.id(newest),
        SubscriptionMode::Resume => {
            event.id(since.map_or(newest, |since| event_id(epoch, since.seq, since.draft)))
        }
        SubscriptionMode::Reset => {
            let reset = Reset { topic, epoch, head: *head, events, more: *more };
            let data = serde_json::to_string(&reset).unwrap_or_default();
            event.id(newest).event("reset").data(data)
        }
    }
}

/// That long, and up to as long again.
fn with_jitter(ms: u64) -> Duration {
    Duration::from_millis(ms + u64::from_le_bytes(random_bytes()) % ms.max(1))
}

fn respond(receiver: mpsc::Receiver<Event>, ping_seconds: u64) -> Response {
    let stream = unfold(receiver, async |mut receiver| {
        receiver.recv().await.map(|event| (Ok::<_, Infallible>(event), receiver))
    });
    // A proxy that gathers before it passes on would hold events back.
    let unbuffered = (HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no"));
    let sse = Sse::new(stream);
    if ping_seconds == 0 {
        return ([unbuffered], sse).into_response();
    }
    let keep_alive = KeepAlive::new().interval(Duration::from_secs(ping_seconds));
    ([unbuffered], sse.keep_alive(keep_alive)).into_response()
}
