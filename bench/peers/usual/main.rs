//! The peer `usual`: axum's chat example, with a `broadcast` channel and a task for each direction. Usage: `usual [--nodelay]`.

#![allow(clippy::print_stdout, reason = "it says where it listens")]

use anyhow::Result;
use axum::{
    Router,
    extract::{
        State, WebSocketUpgrade,
        ws::{Message, WebSocket},
    },
    response::Response,
    routing::get,
    serve::ListenerExt,
};
use futures::{SinkExt, StreamExt};
use tokio::{net::TcpListener, sync::broadcast};

/// The capacity of the example's channel, in messages.
const BROADCAST_CAPACITY: usize = 100;

#[tokio::main]
async fn main() -> Result<()> {
    let nodelay = std::env::args().any(|argument| argument == "--nodelay");
    let (sender, _) = broadcast::channel::<String>(BROADCAST_CAPACITY);
    let app = Router::new().route("/chat", get(upgrade)).with_state(sender);
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    println!("ready http://{}", listener.local_addr()?);
    if !nodelay {
        return Ok(axum::serve(listener, app).await?);
    }
    let listener = listener.tap_io(|stream| {
        // Fails if the socket is closed already, which the next read reports.
        let _ = stream.set_nodelay(true);
    });
    Ok(axum::serve(listener, app).await?)
}

async fn upgrade(State(sender): State<broadcast::Sender<String>>, upgrade: WebSocketUpgrade) -> Response {
    upgrade.on_upgrade(|socket| talk(socket, sender))
}

async fn talk(socket: WebSocket, sender: broadcast::Sender<String>) {
    let (mut sink, mut stream) = socket.split();
    let mut receiver = sender.subscribe();
    let mut sending = tokio::spawn(async move {
        while let Ok(text) = receiver.recv().await {
            if sink.send(Message::text(text)).await.is_err() {
                break;
            }
        }
    });
    let mut receiving = tokio::spawn(async move {
        while let Some(Ok(Message::Text(text))) = stream.next().await {
            // Fails if there are no receivers, which is not an error.
            let _ = sender.send(text.to_string());
        }
    });
    tokio::select! {
        _ = &mut sending => receiving.abort(),
        _ = &mut receiving => sending.abort(),
    }
}
