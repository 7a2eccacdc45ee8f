//! A topic's stream of server-sent events.

use std::time::Duration;

use app::protocol::{DraftId, Epoch, Event, Position, Timestamp, TopicName};
use reqwest::{Response, StatusCode};
use serde::Deserialize;
use tokio::time::timeout;

use crate::{Violation, api::Api, random::Random};

pub(crate) struct EventStream {
    response: Response,
    /// Bytes of blocks that are not complete yet.
    buffer: Vec<u8>,
}

/// The position from which a stream is requested.
#[derive(Debug, Clone)]
pub(crate) enum Since {
    /// New events only.
    Now,
    /// All events.
    Start,
    /// The events after a position.
    Position(Position),
}

/// The outcome of a request for a stream.
pub(crate) enum Opened {
    Stream(EventStream),
    /// The server cannot serve now.
    Unavailable,
    /// There was no answer.
    Lost,
}

/// One block of the stream.
#[derive(Debug, Default)]
pub(crate) struct Block {
    pub(crate) id: String,
    /// Empty in a block that only carries the position.
    pub(crate) event: String,
    pub(crate) data: String,
}

/// The data of a `reset`.
#[derive(Debug, Deserialize)]
pub(crate) struct Reset {
    pub(crate) epoch: Epoch,
    pub(crate) head: u64,
    pub(crate) events: Vec<Event>,
    pub(crate) more: bool,
}

impl EventStream {
    /// Requests the stream. A position goes into `Last-Event-ID`, as an `EventSource` sends it, or into `after`.
    pub(crate) async fn open(
        api: &Api,
        topic: &TopicName,
        since: &Since,
        random: &mut Random,
        response_timeout: Duration,
    ) -> Result<Opened, Violation> {
        let mut url = api.url(&["topics", topic.as_str(), "events"]);
        let mut last_event_id = None;
        match since {
            Since::Now => {}
            Since::Start => url.set_query(Some("after=0")),
            Since::Position(position) if random.one_in(2) => {
                url.query_pairs_mut().append_pair("after", &format_id(position));
            }
            Since::Position(position) => last_event_id = Some(format_id(position)),
        }
        let mut request = api.client.get(url).header("cookie", api.cookie());
        if let Some(id) = last_event_id {
            request = request.header("last-event-id", id);
        }
        let Ok(Ok(response)) = timeout(response_timeout, request.send()).await else {
            return Ok(Opened::Lost);
        };
        match response.status() {
            StatusCode::OK => Ok(Opened::Stream(Self { response, buffer: Vec::new() })),
            StatusCode::SERVICE_UNAVAILABLE => Ok(Opened::Unavailable),
            status => Err(format!("an event stream since {since:?} is answered with {status}")),
        }
    }

    /// Receives the next block. Returns `None` when the stream has ended. May be dropped before it is ready.
    pub(crate) async fn next(&mut self) -> Result<Option<Block>, Violation> {
        loop {
            if let Some(end) = self.buffer.windows(2).position(|two| two == b"\n\n") {
                let text: Vec<u8> = self.buffer.drain(..end + 2).collect();
                let text = String::from_utf8(text).map_err(|error| format!("an event stream: {error}"))?;
                if let Some(block) = Block::parse(&text)? {
                    return Ok(Some(block));
                }
                continue;
            }
            match self.response.chunk().await {
                Ok(Some(chunk)) => self.buffer.extend_from_slice(&chunk),
                Ok(None) | Err(_) => return Ok(None),
            }
        }
    }
}

impl Block {
    /// Returns `None` for a block without an id, such as a comment.
    fn parse(text: &str) -> Result<Option<Self>, Violation> {
        let mut block = Self::default();
        for line in text.lines().filter(|line| !line.is_empty() && !line.starts_with(':')) {
            let (field, value) =
                line.split_once(": ").ok_or_else(|| format!("in an event stream: {text}"))?;
            match field {
                "id" => value.clone_into(&mut block.id),
                "event" => value.clone_into(&mut block.event),
                "data" => value.clone_into(&mut block.data),
                "retry" => {}
                _ => return Err(format!("an unknown field in an event stream: {text}")),
            }
        }
        Ok(Some(block).filter(|block| !block.id.is_empty()))
    }

    /// The position that the id names.
    pub(crate) fn position(&self) -> Result<Position, Violation> {
        let mut parts = self.id.splitn(4, ':');
        let mut next = || parts.next();
        let position = (|| {
            let epoch = Epoch(next()?.to_owned());
            let seq = next()?.parse().ok()?;
            let draft = next().map(|draft| draft.parse().map(DraftId)).transpose().ok()?;
            let at = next().map(|at| at.parse().map(Timestamp)).transpose().ok()?;
            Some(Position { epoch, seq, draft, at })
        })();
        position.ok_or_else(|| format!("the id of an event: {:?}", self.id))
    }
}

fn format_id(Position { epoch, seq, draft, at }: &Position) -> String {
    let draft = draft.map(|draft| format!(":{draft}")).unwrap_or_default();
    let at = at.map(|Timestamp(at)| format!(":{at}")).unwrap_or_default();
    format!("{epoch}:{seq}{draft}{at}")
}
