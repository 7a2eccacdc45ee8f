//! Connections that count for the limit of their address.

use clap::Parser;

use super::*;
use crate::{
    accept::slots::ConnectionSlot,
    config::{Cli, Command},
};

fn server(settings: &str) -> HttpServer {
    let line = format!("chorus {settings}");
    let Command::Serve(settings) = Cli::try_parse_from(line.split(' ')).unwrap().into_command() else {
        panic!("{line} serves")
    };
    let server = HttpServer::new(Router::new(), &settings.limits, CancellationToken::new());
    server.with_proxies(settings.trusted_proxy)
}

async fn slot(server: &HttpServer, peer: &str) -> Result<ConnectionSlot, NoSlot> {
    let peer = Peer { address: peer.parse().ok(), is_tls: false };
    server.shared.slots.acquire(server.limited_address(peer)).await
}

#[tokio::test]
async fn connections_of_a_trusted_proxy_are_not_limited_by_its_address() {
    let server = server("--max-address-connections 1 --trusted-proxy 10.0.0.0/8");
    for peer in ["10.0.0.7:4711", "[::ffff:10.0.0.7]:4711", "unix"] {
        let _first = slot(&server, peer).await.unwrap();
        slot(&server, peer).await.unwrap();
    }
    let _first = slot(&server, "198.51.100.7:4711").await.unwrap();
    assert_eq!(slot(&server, "198.51.100.7:4712").await.unwrap_err(), NoSlot::AddressFull);
}
