//! Tests of the whole server without a socket: requests are passed to the router as hyper would.

mod anonymous_reads;
mod architecture;
mod cancelled_requests;
mod cancelled_routes;
mod guards;
mod model;
mod panics;
mod pool_exhausted;
mod returned_forms;
mod walk;

use axum::{
    Router,
    body::Body,
    http::{Method, Request, header},
    response::Response,
};
use clap::Parser;
use sea_orm::{DatabaseTransaction, TransactionTrait};
use testing::TestDatabase;
use tower::ServiceExt;

use super::*;
use crate::{
    browser_request::{get, request},
    config::{Cli, Command},
    database::MAX_READ_CONNECTIONS,
};

/// A server that is called without a network.
struct InProcessServer {
    router: Router,
    state: AppState,
    database: Database,
    _test_database: TestDatabase,
}

/// Settings with small caches, so that requests read the database, and without rate limits: one address sends everything.
const SETTINGS: &str = "--hub-ring 4 --recent-topics 1 --hot-pages 0 --pages-per-second 0 --frames-per-second 0 \
     --searches-per-second 0 --max-searches 1000 --topics-per-hour 0 --address-messages-per-second 0";

/// Gives the access secret to a server that has this one.
const ACCESS: (&str, &str) = ("authorization", "Bearer open-sesame");

async fn start(test_database: TestDatabase) -> InProcessServer {
    start_with(test_database, "").await
}

/// Starts a server with settings besides [`SETTINGS`].
async fn start_with(test_database: TestDatabase, settings: &str) -> InProcessServer {
    let line = format!("chorus --database {} {SETTINGS} {settings}", test_database.url());
    let Command::Serve(settings) = Cli::try_parse_from(line.split_whitespace()).unwrap().into_command()
    else {
        panic!("{line:?} serves")
    };
    let Server { state, database, .. } = Server::open(settings).await.unwrap();
    InProcessServer {
        router: router(state.clone(), AllowedHosts::new(None, &[], true)),
        state,
        database,
        _test_database: test_database,
    }
}

impl InProcessServer {
    async fn send(&self, request: Request<Body>) -> Response {
        self.router.clone().oneshot(request).await.unwrap()
    }

    /// Starts a session and returns its cookie.
    async fn cookie(&self) -> String {
        let response = self.send(request(Method::POST, "/api/v1/session", &[ACCESS], "")).await;
        let cookie = response.headers()[header::SET_COOKIE].to_str().unwrap();
        cookie.split(';').next().unwrap().to_owned()
    }

    /// Takes all read connections of the pool.
    async fn take_read_connections(&self) -> Vec<DatabaseTransaction> {
        let mut held = Vec::new();
        for _ in 0..MAX_READ_CONNECTIONS {
            held.push(self.database.read().pool().begin().await.expect("a read connection is free"));
        }
        held
    }
}
