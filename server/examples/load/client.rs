//! One client: joins, publishes with some requests under way, and checks what it hears.

use std::{
    collections::VecDeque,
    time::{Duration, Instant},
};

use app::protocol::{ClientFrame, DraftId, SUBPROTOCOL, ServerFrame, TopicName, VERSION};
use futures::{SinkExt, StreamExt};
use tokio::net::TcpStream;
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream, connect_async,
    tungstenite::{Message, client::IntoClientRequest, http::HeaderValue},
};

/// Requests that a publisher has under way.
const UNDER_WAY: u64 = 16;

pub(crate) struct Client {
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
    topic: TopicName,
    at: u64,
}

impl Client {
    /// Connects and subscribes.
    pub(crate) async fn join(address: &str) -> Self {
        let mut request = format!("ws://{address}/chat").into_client_request().expect("an address");
        request.headers_mut().insert("sec-websocket-protocol", HeaderValue::from_static(SUBPROTOCOL));
        let (socket, _) = connect_async(request).await.expect("a connection");
        let topic: TopicName = "load".parse().expect("a topic");
        let mut client = Self { socket, topic: topic.clone(), at: 0 };
        client.send(&ClientFrame::Hello { version: VERSION, name: None }).await;
        client.send(&ClientFrame::Subscribe { reference: 0, topic, since: None, tail: 0, echo: true }).await;
        while client.at == 0 {
            if let ServerFrame::Subscribed { head, .. } = client.hear().await {
                client.at = head;
                break;
            }
        }
        client
    }

    /// Publishes `own` messages and hears `total`. Says how long each own one took to be acknowledged.
    pub(crate) async fn talk(mut self, own: u64, total: u64) -> Vec<Duration> {
        let (end, mut sent, mut latencies) = (self.at + total, 0, Vec::new());
        let mut under_way = VecDeque::new();
        while self.at < end || (latencies.len() as u64) < own {
            while sent < own && (under_way.len() as u64) < UNDER_WAY {
                sent += 1;
                under_way.push_back(Instant::now());
                self.publish(sent).await;
            }
            match self.hear().await {
                ServerFrame::Ack { .. } => {
                    latencies.extend(under_way.pop_front().map(|begun: Instant| begun.elapsed()))
                }
                ServerFrame::Event(event) => {
                    assert_eq!(event.seq, self.at + 1, "an event is missing or doubled");
                    self.at = event.seq;
                }
                ServerFrame::Error { message, .. } => panic!("refused: {message}"),
                ServerFrame::Ping { n } => self.send(&ClientFrame::Pong { n }).await,
                _ => {}
            }
        }
        latencies
    }

    async fn publish(&mut self, n: u64) {
        let body = format!("message {n}: the quick brown fox jumps over the lazy dog");
        let (topic, draft) = (self.topic.clone(), DraftId::random());
        self.send(&ClientFrame::Publish { reference: n, topic, draft, body }).await;
    }

    async fn send(&mut self, frame: &ClientFrame) {
        let json = serde_json::to_string(frame).expect("JSON");
        self.socket.send(Message::Text(json.into())).await.expect("a connection");
    }

    async fn hear(&mut self) -> ServerFrame {
        loop {
            match self.socket.next().await.expect("a connection").expect("a frame") {
                Message::Text(text) => return serde_json::from_str(&text).expect("a frame of ours"),
                Message::Close(frame) => panic!("closed: {frame:?}"),
                _ => {}
            }
        }
    }
}
