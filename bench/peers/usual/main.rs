//! The peer `usual`: a chat as axum's example writes it, with `broadcast` and a task for each direction. `usual
//! [--nodelay]`.

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

/// As many messages as the example keeps for a receiver.
const KEPT: usize = 100;

#[tokio::main]
async fn main() -> Result<()> {
    let nodelay = std::env::args().any(|argument| argument == "--nodelay");
    let (to_all, _) = broadcast::channel::<String>(KEPT);
    let app = Router::new().route("/chat", get(upgrade)).with_state(to_all);
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    println!("ready http://{}", listener.local_addr()?);
    if !nodelay {
        return Ok(axum::serve(listener, app).await?);
    }
    let listener = listener.tap_io(|stream| {
        // A socket that is gone already has no options, and the next read says so.
        let _ = stream.set_nodelay(true);
    });
    Ok(axum::serve(listener, app).await?)
}

async fn upgrade(State(to_all): State<broadcast::Sender<String>>, upgrade: WebSocketUpgrade) -> Response {
    upgrade.on_upgrade(|socket| talk(socket, to_all))
}

async fn talk(socket: WebSocket, to_all: broadcast::Sender<String>) {
    let (mut sink, mut stream) = socket.split();
    let mut from_all = to_all.subscribe();
    let mut sending = tokio::spawn(async move {
        while let Ok(text) = from_all.recv().await {
            if sink.send(Message::text(text)).await.is_err() {
                break;
            }
        }
    });
    let mut receiving = tokio::spawn(async move {
        while let Some(Ok(Message::Text(text))) = stream.next().await {
            // Nobody listening is no fault.
            let _ = to_all.send(text.to_string());
        }
    });
    tokio::select! {
        _ = &mut sending => receiving.abort(),
        _ = &mut receiving => sending.abort(),
    }
}
