//! A WebSocket connection and its session.

use std::{net::SocketAddr, time::Duration};

use app::protocol::{ClientFrame, CloseCode, SUBPROTOCOL, ServerFrame};
use futures::{SinkExt, StreamExt};
use tokio::{net::TcpStream, time::timeout};
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream, connect_async,
    tungstenite::{Message, client::IntoClientRequest, http::HeaderValue},
};

use crate::Violation;

/// A running server answers within this time.
pub(crate) const RESPONSE_TIMEOUT: Duration = Duration::from_secs(20);

pub(crate) struct Connection {
    socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
}

/// Opens a page, as a browser does, and returns the session cookie that comes with it.
pub(crate) async fn open_session(address: SocketAddr) -> Option<String> {
    let page = reqwest::get(format!("http://{address}/t/lobby"));
    let answer = timeout(RESPONSE_TIMEOUT, page).await.ok()?.ok()?;
    let cookie = answer.headers().get("set-cookie")?.to_str().ok()?;
    cookie.split(';').next().map(str::to_owned)
}

impl Connection {
    /// Connects. Returns `None` if no server answers within `response_timeout`.
    pub(crate) async fn open(address: SocketAddr, cookie: &str, response_timeout: Duration) -> Option<Self> {
        let mut request = format!("ws://{address}/chat").into_client_request().expect("an address");
        request.headers_mut().insert("sec-websocket-protocol", HeaderValue::from_static(SUBPROTOCOL));
        request.headers_mut().insert("cookie", cookie.parse().expect("a cookie"));
        let (socket, _) = timeout(response_timeout, connect_async(request)).await.ok()?.ok()?;
        Some(Self { socket })
    }

    /// Sends a frame. Returns `None` if the connection is lost.
    pub(crate) async fn send(&mut self, frame: &ClientFrame) -> Option<()> {
        let json = serde_json::to_string(frame).expect("JSON");
        self.socket.send(Message::Text(json.into())).await.ok()
    }

    /// Receives the next frame. Returns `None` if the connection is lost or the server shuts down. Any other close code is a
    /// violation, unless `may_close` says otherwise.
    pub(crate) async fn receive(
        &mut self,
        may_close: impl Fn(u16) -> bool,
    ) -> Result<Option<ServerFrame>, Violation> {
        loop {
            match self.socket.next().await {
                Some(Ok(Message::Text(text))) => {
                    let frame = serde_json::from_str(&text);
                    return frame
                        .map(Some)
                        .map_err(|error| format!("not a frame of chorus.v1: {text}: {error}"));
                }
                Some(Ok(Message::Close(Some(close))))
                    if u16::from(close.code) != CloseCode::Drain.number()
                        && !may_close(close.code.into()) =>
                {
                    return Err(format!("closed with {}: {}", close.code, close.reason));
                }
                Some(Ok(Message::Close(_))) | Some(Err(_)) | None => return Ok(None),
                Some(Ok(_)) => {}
            }
        }
    }
}
