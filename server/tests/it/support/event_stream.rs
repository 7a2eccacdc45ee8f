use app::protocol::{Event, ServerFrame};
use reqwest::Response;

use super::soon;

/// A stream of server-sent events.
pub struct EventStream {
    response: Response,
    buffer: Vec<u8>,
}

/// The fields between two blank lines of a stream.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct SseBlock {
    pub id: String,
    pub event: String,
    pub data: String,
    pub comment: Option<String>,
    pub retry_ms: Option<u64>,
}

impl EventStream {
    pub fn new(response: Response) -> Self {
        Self { response, buffer: Vec::new() }
    }

    /// Returns the next block, or `None` at the end of the stream.
    pub async fn next(&mut self) -> Option<SseBlock> {
        loop {
            if let Some(end) = self.buffer.windows(2).position(|two| two == b"\n\n") {
                let block: Vec<u8> = self.buffer.drain(..end + 2).collect();
                return Some(SseBlock::parse(std::str::from_utf8(&block).unwrap()));
            }
            // A connection that breaks in the middle of a block is an end as well.
            match soon("a block", self.response.chunk()).await {
                Ok(Some(bytes)) => self.buffer.extend_from_slice(&bytes),
                Ok(None) | Err(_) => return None,
            }
        }
    }

    /// Receives the next event of the log and checks its id. Skips keep-alive comments.
    pub async fn receives_event(&mut self) -> Event {
        let block = loop {
            let block = self.next().await.expect("the stream goes on");
            if !block.data.is_empty() {
                break block;
            }
        };
        assert_eq!(block.event, "event", "{block:?}");
        match serde_json::from_str(&block.data).unwrap() {
            ServerFrame::Event(event) => {
                let mark = event.kind.draft().expect("every event has a draft");
                assert!(block.id.ends_with(&format!(":{}:{mark}:{}", event.seq, event.at.0)), "{block:?}");
                event
            }
            other => panic!("{other:?} is no event"),
        }
    }
}

impl SseBlock {
    fn parse(text: &str) -> Self {
        let mut block = Self::default();
        for line in text.lines().filter(|line| !line.is_empty()) {
            let (field, value) = line.split_once(':').unwrap_or((line, ""));
            let value = value.strip_prefix(' ').unwrap_or(value).to_owned();
            match field {
                "" => block.comment = Some(value),
                "id" => block.id = value,
                "event" => block.event = value,
                "data" => block.data += &value,
                "retry" => block.retry_ms = Some(value.parse().unwrap()),
                other => panic!("unexpected field {other:?}"),
            }
        }
        block
    }
}
