//! Tells a PostgreSQL server that is gone from one that does not answer: a pool waits for both.

use std::{future::Future, io, time::Duration};

use sea_orm::sqlx::postgres::PgConnectOptions;
use tokio::{
    net::{TcpStream, UnixStream},
    time::timeout,
};

/// A server within reach takes a connection far sooner, however busy it is: its kernel does.
const CONNECT_TIMEOUT: Duration = Duration::from_millis(500);

/// Whether nothing accepts connections where the server should be.
pub(in crate::database) async fn is_unreachable(options: &PgConnectOptions) -> bool {
    let host = options.get_host();
    let port = options.get_port();
    let folder = options.get_socket().map(|folder| folder.display().to_string());
    let folder = folder.or_else(|| host.starts_with('/').then(|| host.to_owned()));
    match folder {
        Some(folder) => fails(UnixStream::connect(format!("{folder}/.s.PGSQL.{port}"))).await,
        None => fails(TcpStream::connect((host, port))).await,
    }
}

async fn fails<T>(connecting: impl Future<Output = io::Result<T>>) -> bool {
    !matches!(timeout(CONNECT_TIMEOUT, connecting).await, Ok(Ok(_)))
}

#[cfg(test)]
mod tests {
    use tokio::net::TcpListener;

    use super::*;

    #[tokio::test]
    async fn a_server_is_within_reach_if_it_takes_connections() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let options = PgConnectOptions::new_without_pgpass().host("127.0.0.1").port(address.port());
        assert!(!is_unreachable(&options).await, "although it says nothing");
        drop(listener);
        assert!(is_unreachable(&options).await);
        let folder = tempfile::tempdir().unwrap();
        assert!(is_unreachable(&options.socket(folder.path())).await, "there is no socket");
    }
}
