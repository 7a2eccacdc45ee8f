//! A reader of a topic's event stream (server-sent events), as a browser's `EventSource` reads it: it keeps the id of its last event
//! and resumes from there.

use std::time::Duration;

use app::protocol::{DraftId, Epoch, Event, Position, SubscriptionMode, Timestamp, TopicName};
use axum::{
    Router,
    body::BodyDataStream,
    http::{Method, StatusCode},
};
use futures::{FutureExt, StreamExt};
use serde::Deserialize;
use testing::{Random, poll_times};
use tokio::time::timeout;

use super::{
    client_view::{ClientView, Subscribed},
    expected::Expected,
    http_client::send,
    run::{ModelTopic, TOPICS},
};
use crate::browser_request::{get, request};

/// The timeout of an event that must come.
const EVENT_TIMEOUT: Duration = Duration::from_secs(60);

pub(super) struct StreamReader {
    /// The index of the topic.
    pub(super) topic: usize,
    pub(super) view: Option<ClientView>,
    pub(super) is_stalled: bool,
    stream: Option<OpenStream>,
}

struct OpenStream {
    body: BodyDataStream,
    /// The position that was asked for.
    since: Option<Position>,
    /// The heads when the stream was opened, which may be long before its first block is received.
    min_heads: [u64; TOPICS],
    has_begun: bool,
    /// Bytes of blocks that have not arrived whole.
    partial: String,
    /// Received blocks that were not checked yet.
    inbox: Vec<Block>,
    /// The `seq` of the last id.
    last_seq: u64,
    /// Whether a read may have failed meanwhile, which ends a stream.
    may_end: bool,
}

/// One event of the stream.
#[derive(Debug, Default)]
struct Block {
    id: String,
    event: String,
    data: String,
}

/// The data of a `reset` event.
#[derive(Deserialize)]
struct Reset {
    topic: TopicName,
    epoch: Epoch,
    head: u64,
    events: Vec<Event>,
    more: bool,
}

impl StreamReader {
    pub(super) fn new(topic: usize) -> Self {
        Self { topic, view: None, is_stalled: false, stream: None }
    }

    pub(super) fn is_open(&self) -> bool {
        self.stream.is_some()
    }

    pub(super) fn close(&mut self) {
        self.stream = None;
    }

    /// Reads fail now, which may end the stream.
    pub(super) fn reads_fail(&mut self) {
        self.stream.iter_mut().for_each(|stream| stream.may_end = true);
    }

    /// Opens the stream after a position, which is sent in a header or in the address. The request is dropped after `polls` polls.
    /// Returns the status if it was refused.
    pub(super) async fn open(
        &mut self,
        router: &Router,
        topics: &[ModelTopic; TOPICS],
        since: Option<Position>,
        random: &mut Random,
        polls: u64,
    ) -> Option<StatusCode> {
        self.stream = None;
        let path = format!("/api/v1/topics/{}/events", topics[self.topic].name);
        let request = match since.as_ref().map(id) {
            None => get(&path),
            Some(id) if random.one_in(2) => request(Method::GET, &path, &[("last-event-id", &id)], ""),
            Some(id) => get(&format!("{path}?after={id}")),
        };
        let response = poll_times(polls, send(router, request)).await?;
        if response.status() != StatusCode::OK {
            return Some(response.status());
        }
        self.stream = Some(OpenStream {
            body: response.into_body().into_data_stream(),
            since,
            min_heads: topics.each_ref().map(|topic| topic.model.head()),
            has_begun: false,
            partial: String::new(),
            inbox: Vec::new(),
            last_seq: 0,
            may_end: false,
        });
        None
    }

    /// Receives what has arrived.
    pub(super) fn receive(&mut self) {
        while let Some(stream) = &mut self.stream
            && let Some(received) = stream.body.next().now_or_never()
        {
            self.accept(received);
        }
    }

    /// Receives until the event `head`, unless the stream ends before it.
    pub(super) async fn receive_until(&mut self, head: u64) {
        while let Some(stream) = &mut self.stream
            && (stream.last_seq < head || !stream.has_begun && stream.inbox.is_empty())
        {
            let received = timeout(EVENT_TIMEOUT, stream.body.next()).await;
            let last = stream.last_seq;
            self.accept(received.unwrap_or_else(|_| panic!("only {last} of {head} events came")));
        }
    }

    fn accept(&mut self, received: Option<Result<axum::body::Bytes, axum::Error>>) {
        let Some(stream) = &mut self.stream else { return };
        match received {
            Some(bytes) => stream.accept(&bytes.unwrap()),
            None => {
                assert!(stream.may_end, "the stream has ended without a reason");
                self.stream = None;
            }
        }
    }

    /// Checks all received events against the model.
    pub(super) fn check(&mut self, expected: &Expected<'_>) {
        let Some(stream) = &mut self.stream else { return };
        let model = &expected.topics[self.topic].model;
        for block in std::mem::take(&mut stream.inbox) {
            if !std::mem::replace(&mut stream.has_begun, true) {
                let expected = &Expected { min_heads: stream.min_heads, ..*expected };
                let subscribed = block.subscribed(expected, self.topic, stream.since.as_ref());
                let view = self.view.get_or_insert_default();
                view.begin(model, stream.since.clone(), subscribed, true);
                continue;
            }
            assert_eq!(block.event, "event");
            let event: Event = serde_json::from_str(&block.data).unwrap();
            assert_eq!(block.id, id(&Position::on(expected.epoch.clone(), &event)));
            assert_eq!(event.topic, expected.topics[self.topic].name);
            self.view.as_mut().expect("the stream has begun").receive(model, event);
        }
    }
}

impl OpenStream {
    fn accept(&mut self, bytes: &[u8]) {
        self.partial.push_str(std::str::from_utf8(bytes).unwrap());
        while let Some((block, rest)) = self.partial.split_once("\n\n") {
            let block = Block::parse(block);
            let rest = rest.to_owned();
            self.last_seq = block.position().seq;
            self.inbox.push(block);
            self.partial = rest;
        }
    }
}

impl Block {
    fn parse(text: &str) -> Self {
        let mut block = Self::default();
        for line in text.lines() {
            match line.split_once(": ") {
                Some(("id", id)) => id.clone_into(&mut block.id),
                Some(("event", event)) => event.clone_into(&mut block.event),
                Some(("data", data)) => block.data.push_str(data),
                Some(("" | "retry", _)) => {}
                _ => panic!("an unexpected line in {text:?}"),
            }
        }
        block
    }

    fn position(&self) -> Position {
        let mut parts = self.id.split(':');
        let epoch = Epoch(parts.next().unwrap().to_owned());
        let seq =
            parts.next().and_then(|seq| seq.parse().ok()).unwrap_or_else(|| panic!("{self:?} has no id"));
        let draft = parts.next().map(|draft| DraftId(draft.parse().unwrap()));
        let at = parts.next().map(|at| Timestamp(at.parse().unwrap()));
        Position { epoch, seq, draft, at }
    }

    /// Reads a stream's first block, which says how it begins.
    fn subscribed(self, expected: &Expected<'_>, topic: usize, since: Option<&Position>) -> Subscribed {
        let Position { epoch, seq, draft, at } = self.position();
        assert_eq!(&epoch, expected.epoch);
        if let Some(since) = since.filter(|_| self.event.is_empty()) {
            assert_eq!(self.id, id(since), "it resumes where it was asked to");
            let head = expected.topics[topic].model.head();
            expected.assert_mode(topic, Some(since), head, SubscriptionMode::Resume);
            return Subscribed {
                mode: SubscriptionMode::Resume,
                epoch,
                head: seq,
                draft: None,
                at: None,
                events: Vec::new(),
                more: false,
            };
        }
        if since.is_none() {
            expected.assert_mode(topic, None, seq, SubscriptionMode::Tail);
            return Subscribed {
                mode: SubscriptionMode::Tail,
                epoch,
                head: seq,
                draft,
                at,
                events: Vec::new(),
                more: true,
            };
        }
        assert_eq!(self.event, "reset");
        let reset: Reset = serde_json::from_str(&self.data).unwrap();
        assert_eq!((&reset.topic, &reset.epoch, reset.head), (&expected.topics[topic].name, &epoch, seq));
        expected.assert_mode(topic, since, reset.head, SubscriptionMode::Reset);
        let Reset { head, events, more, .. } = reset;
        Subscribed { mode: SubscriptionMode::Reset, epoch, head, draft, at, events, more }
    }
}

/// Formats an event id.
fn id(Position { epoch, seq, draft, at }: &Position) -> String {
    let draft = draft.map(|draft| format!(":{draft}")).unwrap_or_default();
    let at = at.map(|Timestamp(at)| format!(":{at}")).unwrap_or_default();
    format!("{epoch}:{seq}{draft}{at}")
}
