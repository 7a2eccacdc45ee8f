use app::protocol::CloseCode;
use futures::{SinkExt, StreamExt};
use tokio::net::TcpStream;
use tokio_tungstenite::{WebSocketStream, tungstenite::Message};

use super::soon;

/// The client side of a WebSocket.
pub struct WebSocket {
    socket: WebSocketStream<TcpStream>,
}

impl WebSocket {
    pub fn new(socket: WebSocketStream<TcpStream>) -> Self {
        Self { socket }
    }

    pub async fn sends(&mut self, message: Message) {
        soon("sending", self.socket.send(message)).await.unwrap();
    }

    pub async fn sends_text(&mut self, text: &str) {
        self.sends(Message::text(text)).await;
    }

    /// Sends many messages with one flush.
    pub async fn sends_all(&mut self, messages: impl IntoIterator<Item = Message>) {
        let sending = async {
            for message in messages {
                self.socket.feed(message).await.unwrap();
            }
            self.socket.flush().await.unwrap();
        };
        soon("sending", sending).await;
    }

    /// Receives the next message of any kind.
    pub async fn next(&mut self) -> Message {
        let message = soon("a message", self.socket.next()).await;
        message.expect("an open connection").expect("an intact connection")
    }

    /// Receives the next text message. Skips pings, whose number depends on how long a test takes.
    pub async fn next_text(&mut self) -> String {
        loop {
            match self.next().await {
                Message::Text(text) => return text.as_str().to_owned(),
                Message::Ping(_) => {}
                other => panic!("{other:?} is no text"),
            }
        }
    }

    /// Expects a close frame with this code and its reason, and then the end of the connection.
    pub async fn is_closed(&mut self, code: CloseCode) {
        match self.next().await {
            Message::Close(Some(frame)) => {
                assert_eq!((u16::from(frame.code), frame.reason.as_str()), (code.number(), code.reason()));
            }
            other => panic!("{other:?} is no close frame"),
        }
        let rest = soon("the end", self.socket.next()).await;
        assert!(!matches!(rest, Some(Ok(_))), "{rest:?} after the close frame");
    }

    /// Receives every text until the close frame. Returns its code too.
    pub async fn texts_until_closed(&mut self) -> (Vec<String>, u16) {
        let mut texts = Vec::new();
        loop {
            match self.next().await {
                Message::Text(text) => texts.push(text.as_str().to_owned()),
                Message::Ping(_) => {}
                Message::Close(Some(frame)) => return (texts, frame.code.into()),
                other => panic!("{other:?} is no text"),
            }
        }
    }

    /// Expects the connection to end without another message or a close frame.
    pub async fn is_disconnected(&mut self) {
        let received = soon("the end", self.socket.next()).await;
        assert!(!matches!(received, Some(Ok(_))), "{received:?}");
    }

    /// Sends a message that the server stops reading, and expects to be closed with this code.
    pub async fn sends_until_closed(self, message: Message, code: CloseCode) {
        let (mut sink, mut stream) = self.socket.split();
        let sending = async {
            // The server may close the connection before all of it was sent.
            let _ = sink.send(message).await;
        };
        let (received, ()) = soon("the close frame", async { tokio::join!(stream.next(), sending) }).await;
        match received {
            Some(Ok(Message::Close(Some(frame)))) => assert_eq!(u16::from(frame.code), code.number()),
            other => panic!("{other:?} is no close frame"),
        }
    }

    /// Performs the closing handshake.
    pub async fn leaves(mut self) {
        soon("a close frame", self.socket.close(None)).await.unwrap();
        while let Some(Ok(_)) = soon("the end", self.socket.next()).await {}
    }
}
