//! The whole server without a socket: requests as hyper would hand them over.

mod dropped;
mod held;
mod looking;

use std::net::SocketAddr;

use axum::{
    Router,
    body::Body,
    extract::ConnectInfo,
    http::{Method, Request, header},
    response::Response,
};
use clap::Parser;
use sea_orm::{DatabaseTransaction, TransactionTrait};
use testing::TestDatabase;
use tower::ServiceExt;

use super::*;
use crate::{
    accept::Peer,
    config::{Cli, Command},
    database::MAX_READ_CONNECTIONS,
};

/// A server whose requests are handed over by the test.
struct Bench {
    router: Router,
    state: AppState,
    database: Database,
    _place: TestDatabase,
}

/// Keeps little in memory, so that requests read the database.
const SETTINGS: &str = "--hub-ring 4 --recent-topics 1 --hot-pages 0 --pages-per-second 0 --frames-per-second 0 \
     --searches-per-second 0 --max-searches 1000";

async fn bench(place: TestDatabase) -> Bench {
    let line = format!("chorus --database {} {SETTINGS}", place.url());
    let Command::Serve(settings) = Cli::try_parse_from(line.split_whitespace()).unwrap().into_command()
    else {
        panic!("{line:?} serves")
    };
    let Server { state, database, .. } = Server::open(settings).await.unwrap();
    Bench {
        router: router(state.clone(), AllowedHosts::new(None, &[], true)),
        state,
        database,
        _place: place,
    }
}

/// A request from a browser on this machine.
fn request(method: Method, path: &str, headers: &[(&str, &str)], body: &str) -> Request<Body> {
    let mut request = Request::builder().method(method).uri(path).header(header::HOST, "localhost");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let address = SocketAddr::from(([127, 0, 0, 1], 4_000));
    let mut request = request.body(Body::from(body.to_owned())).unwrap();
    request.extensions_mut().insert(ConnectInfo(Peer { address }));
    request
}

fn get(path: &str) -> Request<Body> {
    request(Method::GET, path, &[], "")
}

impl Bench {
    async fn answer(&self, request: Request<Body>) -> Response {
        self.router.clone().oneshot(request).await.unwrap()
    }

    /// A new session's cookie.
    async fn cookie(&self) -> String {
        let answer = self.answer(request(Method::POST, "/api/v1/session", &[], "")).await;
        let cookie = answer.headers()[header::SET_COOKIE].to_str().unwrap();
        cookie.split(';').next().unwrap().to_owned()
    }

    /// All connections that read.
    async fn all_readers(&self) -> Vec<DatabaseTransaction> {
        let mut held = Vec::new();
        for _ in 0..MAX_READ_CONNECTIONS {
            held.push(self.database.read().pool().begin().await.expect("a connection that reads is free"));
        }
        held
    }
}
