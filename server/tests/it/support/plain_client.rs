use app::protocol::Timestamp;

use super::WebSocket;

/// The notice that a person has joined.
const JOINED: &str = " [ New person joined ]\n";
/// The notice that a person has left.
const LEFT: &str = " [ A person left ]\n";

/// A client of the plain dialect.
pub struct PlainClient {
    pub socket: WebSocket,
}

impl PlainClient {
    pub fn new(socket: WebSocket) -> Self {
        Self { socket }
    }

    /// Sends text unchanged.
    pub async fn sends(&mut self, text: &str) {
        self.socket.sends_text(text).await;
    }

    /// Sends a message under a name.
    pub async fn publishes(&mut self, name: &str, body: &str) {
        self.sends(&format!("{name} : 2026-11-22T19:02:03.045Z\n{body}")).await;
    }

    /// Expects this message as the next frame: a head line with name and time, then the text.
    pub async fn receives(&mut self, name: &str, body: &str) {
        let text = self.socket.next_text().await;
        let (head, rest) = text.split_once('\n').unwrap_or_else(|| panic!("{text:?} has no head line"));
        let (author, moment) = head.rsplit_once(" : ").unwrap_or_else(|| panic!("{head:?} has no moment"));
        assert!(Timestamp::is_rfc3339(moment), "{head:?}");
        assert_eq!((author, rest), (name, body));
    }

    /// Expects the notice that a person has joined.
    pub async fn receives_joined(&mut self) {
        assert_eq!(self.socket.next_text().await, JOINED);
    }

    /// Expects the notice that a person has left.
    pub async fn receives_left(&mut self) {
        assert_eq!(self.socket.next_text().await, LEFT);
    }

    /// Expects the notice that a message was not sent.
    pub async fn receives_error(&mut self) {
        let text = self.socket.next_text().await;
        assert!(text.starts_with(" [ Not sent: ") && text.ends_with(" ]\n"), "{text:?}");
    }

    pub async fn leaves(self) {
        self.socket.leaves().await;
    }
}
