//! A topic's events as server-sent events (WHATWG HTML standard), for `EventSource` or `curl -N`.

use std::{convert::Infallible, sync::Arc, time::Duration};

use app::protocol::{DEFAULT_PAGE_SIZE, Epoch, Position, SubscriptionMode, TopicName};
use axum::{
    extract::State,
    http::{HeaderMap, HeaderName, HeaderValue},
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
    caller::Streamer,
    event_id::{After, event_id, parse_event_id},
    input::ApiQuery,
    path::TopicPath,
    problem::Problem,
    sse::{BUFFERED_EVENTS, SseSender},
};
use crate::{
    chat::{Chat, pages::SubscriptionStart},
    event_log::Page,
    random::random_bytes,
    rights::{Door, Person},
    session::OpenSession,
    state::AppState,
};

/// The number of newest messages in a reset.
const RESET_PAGE_SIZE: u32 = DEFAULT_PAGE_SIZE;
/// How long a client waits before it reconnects. A random time of up to as much is added, so that clients do not all return at once.
const RECONNECT_MS: u64 = 1_000;

#[derive(Deserialize, JsonSchema)]
pub(super) struct EventsQuery {
    after: Option<After>,
}

/// The data of a `reset` event: the client's position is not in the current epoch's log, so it starts again from these messages.
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
    Streamer { person, permit, session, network }: Streamer,
    State(state): State<AppState>,
    State(chat): State<Arc<Chat>>,
    path: TopicPath,
    ApiQuery(EventsQuery { after }): ApiQuery<EventsQuery>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let topic = path.topic()?;
    let since = position(&chat, &person, &topic, after, &headers).await?;
    let tail = if since.is_some() { RESET_PAGE_SIZE } else { 0 };
    let reader = || session.as_ref().map_or_else(|| person.clone(), OpenSession::person);
    let (start, stream) = chat.open_event_stream(reader, &topic, since.clone(), tail).await?;

    let (sender, receiver) = mpsc::channel(BUFFERED_EVENTS);
    let write_timeout = Duration::from_secs(state.settings.limits.write_seconds);
    let epoch = start.page.epoch.clone();
    let first = first_event(&topic, &start, since);
    let missed = if start.mode == SubscriptionMode::Resume {
        chat.streamed_events(start.page.events)
    } else {
        Vec::new()
    };
    tokio::spawn(async move {
        let sender = SseSender { sender, epoch, permit, session, person, network, write_timeout };
        sender.run(first, missed, stream).await;
    });
    Ok(respond(receiver, state.settings.ping_seconds))
}

/// The position after which the client continues. `Last-Event-ID`, which its library sends when it reconnects, wins over the query's
/// `after`, which stays in the URL.
async fn position(
    chat: &Chat,
    person: &Person,
    topic: &TopicName,
    after: Option<After>,
    headers: &HeaderMap,
) -> Result<Option<Position>, Problem> {
    let last = headers.get("last-event-id").map(|id| id.to_str().unwrap_or("?")).filter(|id| !id.is_empty());
    if let Some(id) = last {
        // An id that we cannot parse is in no epoch, which leads to a reset.
        let unknown = Position::new(Epoch(String::new()), 0, None);
        return Ok(Some(parse_event_id(id).unwrap_or(unknown)));
    }
    match after {
        None => Ok(None),
        Some(After::Position(position)) => Ok(Some(position)),
        Some(After::Seq(seq)) => {
            let readable = chat.rights().read(Door::EventStreamPosition, person, topic)?;
            let newest = chat.log().tail(&readable, 0).await.map_err(|error| Problem::of_store(&error))?;
            Ok(Some(Position::new(newest.epoch, seq, None)))
        }
    }
}

/// The first event of a stream: a comment, so that the client sees at once that it is connected; an id, so that it can resume even if no
/// event follows; and after a reset, the newest messages.
fn first_event(topic: &TopicName, start: &SubscriptionStart, since: Option<Position>) -> Event {
    let SubscriptionStart { mode, page: Page { epoch, head, events, .. }, more, newest } = start;
    let newest = event_id(&Position::new(epoch.clone(), *head, *newest));
    let event = Event::default().comment("chorus").retry(with_jitter(RECONNECT_MS));
    match mode {
        SubscriptionMode::Tail => event.id(newest),
        SubscriptionMode::Resume => event.id(since.map_or(newest, |since| event_id(&since))),
        SubscriptionMode::Reset => {
            let reset = Reset { topic, epoch, head: *head, events, more: *more };
            let data = serde_json::to_string(&reset).unwrap_or_default();
            event.id(newest).event("reset").data(data)
        }
    }
}

/// Returns `ms` and a random time of up to as much.
fn with_jitter(ms: u64) -> Duration {
    Duration::from_millis(ms + u64::from_le_bytes(random_bytes()) % ms.max(1))
}

fn respond(receiver: mpsc::Receiver<Event>, ping_seconds: u64) -> Response {
    let stream = unfold(receiver, async |mut receiver| {
        receiver.recv().await.map(|event| (Ok::<_, Infallible>(event), receiver))
    });
    // Tells nginx and others not to buffer the response, which would hold events back.
    let unbuffered = (HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no"));
    let sse = Sse::new(stream);
    if ping_seconds == 0 {
        return ([unbuffered], sse).into_response();
    }
    let keep_alive = KeepAlive::new().interval(Duration::from_secs(ping_seconds));
    ([unbuffered], sse.keep_alive(keep_alive)).into_response()
}
