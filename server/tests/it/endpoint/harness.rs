//! A router with two echo endpoints, its sessions and its clients.

use std::{
    net::{Ipv4Addr, SocketAddr},
    sync::Arc,
    time::Duration,
};

use app::protocol::Name;
use axum::{
    Router,
    http::{HeaderMap, HeaderValue, header::COOKIE},
};
use clap::Parser;
use server::{
    accept,
    config::{Cli, Command},
    database::Database,
    endpoint::{CloseReason, ConnectionManager, KeepAlive, route},
    hub::Hub,
    origin::AllowedOrigins,
    session::Sessions,
};
use tempfile::TempDir;
use tokio::sync::{Semaphore, mpsc};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use super::echo_endpoint::EchoEndpoint;
use crate::support::{HandshakeClient, WebSocket, soon};

/// A server with two echo endpoints: `/calm` sends no pings, `/keen` pings often with a short timeout.
pub struct Harness {
    pub address: SocketAddr,
    sessions: Sessions,
    closed: mpsc::UnboundedReceiver<(Name, usize, CloseReason)>,
    pub drain: CancellationToken,
    pub gate: Arc<Semaphore>,
    _directory: TempDir,
}

impl Harness {
    pub async fn opens() -> Self {
        let directory = TempDir::new().unwrap();
        let database =
            Database::open(&format!("sqlite://{}/x.db", directory.path().display())).await.unwrap();
        database.migrate().await.unwrap();
        let Command::Serve(settings) = Cli::try_parse_from(["chorus"]).unwrap().into_command() else {
            panic!("chorus serves")
        };
        let sessions = Sessions::new(database, false);
        let drain = CancellationToken::new();
        let tracker = TaskTracker::new();
        let origins = AllowedOrigins::default();
        let limits = settings.limits;
        let connections =
            ConnectionManager::new(sessions.clone(), origins, limits.clone(), tracker, drain.clone(), 1_000);
        let gate = Arc::new(Semaphore::new(0));
        let (closing, closed) = mpsc::unbounded_channel();
        let echo = |interval| {
            let interval = Duration::from_millis(interval);
            let pong_timeout = Duration::from_millis(400);
            let keep_alive = KeepAlive { interval, pong_timeout };
            let gate = Arc::clone(&gate);
            let closed = closing.clone();
            Arc::new(EchoEndpoint { hub: Hub::new(8), keep_alive, gate, closed })
        };
        let router = Router::new().route("/calm", route(echo(0))).route("/keen", route(echo(100)));
        let listener = accept::listen((Ipv4Addr::LOCALHOST, 0).into()).unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(
            accept::HttpServer::new(router.with_state(connections), &limits, CancellationToken::new())
                .run(listener),
        );
        Self { address, sessions, closed, drain, gate, _directory: directory }
    }

    /// Prepares a handshake with a session of this name.
    pub async fn handshake(&self, path: &str, name: &str) -> HandshakeClient {
        let (session, cookie) = self.sessions.find_or_create(&HeaderMap::new()).await.unwrap();
        self.sessions.rename(&session, &Name::parse(name).unwrap()).await.unwrap();
        let cookie = cookie.unwrap().split(';').next().unwrap().to_owned();
        let headers = HeaderMap::from_iter([(COOKIE, HeaderValue::try_from(&cookie).unwrap())]);
        assert_eq!(self.sessions.find(&headers).await.unwrap().unwrap().user, session.user);
        HandshakeClient::new(self.address, path).with("cookie", &cookie)
    }

    /// Connects with a session of this name.
    pub async fn connects(&self, path: &str, name: &str) -> WebSocket {
        self.handshake(path, name).await.connects().await
    }

    pub async fn next_closed(&mut self) -> (String, usize, CloseReason) {
        let (name, texts, close) = soon("on_close", self.closed.recv()).await.unwrap();
        (name.to_string(), texts, close)
    }
}
