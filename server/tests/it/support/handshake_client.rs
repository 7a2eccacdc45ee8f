use std::net::SocketAddr;

use app::protocol::SUBPROTOCOL;
use tokio::net::TcpSocket;
use tokio_tungstenite::{
    client_async,
    tungstenite::{
        Error,
        client::IntoClientRequest,
        handshake::client::Request,
        http::{HeaderName, HeaderValue},
    },
};

use super::{WebSocket, soon};

/// A WebSocket handshake that can be configured and then sent.
pub struct HandshakeClient {
    address: SocketAddr,
    request: Request,
    receive_buffer: Option<u32>,
}

impl HandshakeClient {
    pub fn new(address: SocketAddr, path: &str) -> Self {
        let request = format!("ws://{address}{path}").into_client_request().unwrap();
        Self { address, request, receive_buffer: None }
    }

    /// Adds a header.
    pub fn with(mut self, name: &str, value: &str) -> Self {
        let name: HeaderName = name.parse().unwrap();
        self.request.headers_mut().insert(name, HeaderValue::from_str(value).unwrap());
        self
    }

    /// Requests the protocol `chorus.v1`; without it, the plain dialect is spoken.
    pub fn with_v1(self) -> Self {
        self.with("sec-websocket-protocol", SUBPROTOCOL)
    }

    /// Sets the socket's receive buffer in bytes, so that a client that does not read soon stalls the server.
    pub fn with_receive_buffer(mut self, bytes: u32) -> Self {
        self.receive_buffer = Some(bytes);
        self
    }

    /// Connects, and expects to be accepted.
    pub async fn connects(self) -> WebSocket {
        match self.connects_or_status().await {
            Ok(socket) => socket,
            Err(status) => panic!("refused with {status}"),
        }
    }

    /// Connects, and expects to be rejected with the returned status.
    pub async fn rejection_status(self) -> u16 {
        match self.connects_or_status().await {
            Ok(_) => panic!("not refused"),
            Err(status) => status,
        }
    }

    /// Connects. Returns the status if it is rejected.
    pub async fn connects_or_status(self) -> Result<WebSocket, u16> {
        let Self { address, request, receive_buffer } = self;
        let socket = TcpSocket::new_v4().unwrap();
        if let Some(bytes) = receive_buffer {
            socket.set_recv_buffer_size(bytes).unwrap();
        }
        let stream = soon("a connection", socket.connect(address)).await.unwrap();
        match soon("a handshake", client_async(request, stream)).await {
            Ok((socket, _)) => Ok(WebSocket::new(socket)),
            Err(Error::Http(response)) => Err(response.status().as_u16()),
            Err(error) => panic!("no handshake: {error}"),
        }
    }
}
