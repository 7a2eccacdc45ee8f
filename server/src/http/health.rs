//! Health checks for load balancers, orchestrators and monitoring.

use std::{net::IpAddr, sync::Arc};

use axum::{Extension, extract::State, http::StatusCode, response::Response};

use super::{api::json, readiness::Readiness};
use crate::{
    chat::Chat,
    config::{ListenAddress, Settings},
    drain_notice::DrainNotice,
    event_log::LogReader,
    forwarded::Client,
};

/// `GET /healthz`: liveness. The process runs.
pub(crate) async fn healthz() -> &'static str {
    "ok\n"
}

/// `GET /readyz`: readiness, with the reasons in JSON. Answers 503 when a write has failed, when a read of the database or a waiting
/// write takes longer than `stall-ms`, when there is no PostgreSQL server, when the database has lost messages or may have, when the
/// disk is almost full, and before a shutdown. A server that receives no hints of other servers is degraded, and ready all the same.
/// Only operators see the times of commits, from which others could tell when people write in topics that they may not read.
pub(crate) async fn readyz(
    client: Option<Extension<Client>>,
    State(settings): State<Settings>,
    State(log): State<LogReader>,
    State(chat): State<Arc<Chat>>,
    State(drain): State<DrainNotice>,
) -> Response {
    let readiness = Readiness::of(&log, chat.is_degraded(), &drain).await;
    let status = if readiness.is_ready() { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    match client.is_some_and(|Extension(client)| is_operator(&client, &settings)) {
        true => json(status, &readiness),
        false => json(status, &readiness.without_times()),
    }
}

/// Whether a request comes from this machine, as that of `chorus status` does, or from a trusted proxy itself. A proxy's clients are
/// known by its headers.
fn is_operator(client: &Client, settings: &Settings) -> bool {
    let is_own = |address: IpAddr| match &settings.addresses.listen {
        ListenAddress::Tcp(listen) => listen.ip().to_canonical() == address,
        ListenAddress::Unix(_) => false,
    };
    // Over a Unix socket there is no address.
    client.address.map(|address| address.to_canonical()).is_none_or(|address| {
        address.is_loopback() || is_own(address) || settings.trusted_proxy.contains(address)
    })
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderMap;
    use clap::Parser;

    use super::*;
    use crate::config::{Cli, Command};

    fn settings(settings: &str) -> Settings {
        let line = format!("chorus {settings}");
        let Command::Serve(settings) = Cli::try_parse_from(line.split(' ')).unwrap().into_command() else {
            panic!("{line} serves")
        };
        settings
    }

    #[test]
    fn operators_ask_from_this_machine_or_are_trusted_proxies() {
        let settings = settings("--listen 192.0.2.1:80 --trusted-proxy 10.0.0.0/8");
        let is_operator = |peer: Option<&str>, forwarded_for: Option<&str>| {
            let peer = peer.map(|peer| peer.parse::<IpAddr>().unwrap());
            let mut headers = HeaderMap::new();
            if let Some(client) = forwarded_for {
                headers.insert("x-forwarded-for", client.parse().unwrap());
            }
            is_operator(&settings.trusted_proxy.client(peer, &headers), &settings)
        };
        for peer in [None, Some("127.0.0.1"), Some("::1"), Some("::ffff:192.0.2.1"), Some("10.0.0.7")] {
            assert!(is_operator(peer, None), "{peer:?}");
        }
        for (peer, client) in [
            (Some("203.0.113.1"), None),
            (Some("203.0.113.1"), Some("127.0.0.1")),
            (Some("10.0.0.7"), Some("203.0.113.1")),
            (None, Some("203.0.113.1")),
        ] {
            assert!(!is_operator(peer, client), "{peer:?} {client:?}");
        }
    }
}
