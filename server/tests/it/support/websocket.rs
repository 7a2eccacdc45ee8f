use app::protocol::CloseCode;
use futures::{SinkExt, StreamExt};
use tokio::net::TcpStream;
use tokio_tungstenite::{WebSocketStream, tungstenite::Message};

use super::soon;

/// A WebSocket's client end, one message after the other.
pub struct WebSocket {
    socket: WebSocketStream<TcpStream>,
}

impl WebSocket {
    pub fn new(socket: WebSocketStream<TcpStream>) -> Self {
        Self { socket }
    }

    /// Sends a message.
    pub async fn sends(&mut self, message: Message) {
        soon("sending", self.socket.send(message)).await.unwrap();
    }

    /// Sends text.
    pub async fn sends_text(&mut self, text: &str) {
        self.sends(Message::text(text)).await;
    }

    /// Sends many messages at once.
    pub async fn sends_all(&mut self, messages: impl IntoIterator<Item = Message>) {
        let sending = async {
            for message in messages {
                self.socket.feed(message).await.unwrap();
            }
            self.socket.flush().await.unwrap();
        };
        soon("sending", sending).await;
    }

    /// The next message, of whatever kind.
    pub async fn next(&mut self) -> Message {
        let message = soon("a message", self.socket.next()).await;
        message.expect("an open connection").expect("an intact connection")
    }

    /// The next message besides pings, which come however long a test takes; it is text.
    pub async fn next_text(&mut self) -> String {
        loop {
            match self.next().await {
                Message::Text(text) => return text.as_str().to_owned(),
                Message::Ping(_) => {}
                other => panic!("{other:?} is no text"),
            }
        }
    }

    /// The next message is a close frame with this code and its reason, and nothing follows it.
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

    /// The line ends without another message or a close frame.
    pub async fn is_disconnected(&mut self) {
        let heard = soon("the end", self.socket.next()).await;
        assert!(!matches!(heard, Some(Ok(_))), "{heard:?}");
    }

    /// Sends what the server does not want to read to its end, and is closed with this code.
    pub async fn sends_until_closed(self, message: Message, code: CloseCode) {
        let (mut sink, mut stream) = self.socket.split();
        let sending = async {
            // The server may hang up before all of it was sent.
            let _ = sink.send(message).await;
        };
        let (heard, ()) = soon("the close frame", async { tokio::join!(stream.next(), sending) }).await;
        match heard {
            Some(Ok(Message::Close(Some(frame)))) => assert_eq!(u16::from(frame.code), code.number()),
            other => panic!("{other:?} is no close frame"),
        }
    }

    /// Says goodbye and waits for the answer.
    pub async fn leaves(mut self) {
        soon("goodbye", self.socket.close(None)).await.unwrap();
        while let Some(Ok(_)) = soon("the end", self.socket.next()).await {}
    }
}
