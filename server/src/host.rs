//! Which hosts a server answers for: a page of another name that points here (DNS rebinding) is not one of ours.

use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use axum::{
    extract::{Request, State},
    http::{StatusCode, Version, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use tracing::warn;

/// The hosts that are served; cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct AllowedHosts {
    /// `None`: any. Names of the machine itself and addresses are always served.
    names: Option<Arc<[String]>>,
    warned: Arc<AtomicBool>,
}

/// What is wrong with a request's host.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum HostError {
    /// There is none, or more than one, or it is no text.
    Invalid,
    /// It is not one of ours.
    Unknown,
}

impl AllowedHosts {
    /// A server with a public URL answers for that one, and one that listens on `loopback` only for none but the machine's own names; for both
    /// the hosts of allowed origins are added. Any other server may be known by names that it does not know itself.
    pub fn new(public_url: Option<&str>, allow_origin: &[String], loopback: bool) -> Self {
        let names = public_url.into_iter().chain(allow_origin.iter().map(String::as_str));
        let names =
            names.filter_map(|origin| Some(name_of(origin.split_once("://")?.1).to_ascii_lowercase()));
        let has_names = public_url.is_some() || loopback;
        Self { names: has_names.then(|| names.collect()), warned: Arc::default() }
    }

    /// Whether a host, with or without its port, is served.
    fn serves(&self, host: &str) -> bool {
        let Some(names) = &self.names else { return true };
        let name = name_of(host).to_ascii_lowercase();
        let is_local = name == "localhost" || name.ends_with(".localhost");
        is_local || is_address(&name) || names.contains(&name)
    }

    fn check(&self, request: &Request) -> Result<(), HostError> {
        let mut hosts = request.headers().get_all(header::HOST).iter();
        match (hosts.next(), hosts.next()) {
            (Some(host), None) if !self.serves(host.to_str().map_err(|_| HostError::Invalid)?) => {
                return Err(HostError::Unknown);
            }
            (Some(_), None) => {}
            // Before HTTP/1.1 there was none, and no browser speaks that.
            (None, _) if request.version() < Version::HTTP_11 => {}
            _ => return Err(HostError::Invalid),
        }
        // In its absolute form, the address has the last word (RFC 9112, section 3.2.2).
        match request.uri().authority() {
            Some(authority) if !self.serves(authority.as_str()) => Err(HostError::Unknown),
            _ => Ok(()),
        }
    }

    fn warn_once(&self, request: &Request) {
        if !self.warned.swap(true, Ordering::Relaxed) {
            let host = request.headers().get(header::HOST);
            warn!(?host, "host.refused: allow it with --public-url or --allow-origin; said once");
        }
    }
}

/// Middleware: requests for other hosts are misdirected (RFC 9110, section 15.5.20).
pub(crate) async fn require_known_host(
    State(hosts): State<AllowedHosts>,
    request: Request,
    next: Next,
) -> Response {
    match hosts.check(&request) {
        Ok(()) => next.run(request).await,
        Err(HostError::Invalid) => {
            (StatusCode::BAD_REQUEST, "A request needs exactly one Host header.\n").into_response()
        }
        Err(HostError::Unknown) => {
            hosts.warn_once(&request);
            let message = "This server is not known by the name that you asked for. Whoever runs it can allow the name: \
                           --public-url https://NAME (CHORUS_PUBLIC_URL), or --allow-origin.\n";
            (StatusCode::MISDIRECTED_REQUEST, message).into_response()
        }
    }
}

/// Without the port and the root's dot.
fn name_of(host: &str) -> &str {
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    };
    name.strip_suffix('.').unwrap_or(name)
}

fn is_address(name: &str) -> bool {
    let v6 = name.strip_prefix('[').and_then(|name| name.strip_suffix(']'));
    v6.map_or_else(|| name.parse::<Ipv4Addr>().is_ok(), |name| name.parse::<Ipv6Addr>().is_ok())
}

/// Whether none but this machine can reach a listener here.
pub(crate) fn is_loopback(listener: IpAddr) -> bool {
    listener.to_canonical().is_loopback()
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::body::Body;

    fn public() -> AllowedHosts {
        AllowedHosts::new(Some("https://chat.example"), &["https://Friend.example:8443".to_owned()], false)
    }

    #[test]
    fn names_are_known_by_setting_and_addresses_by_themselves() {
        for host in [
            "chat.example",
            "CHAT.example.",
            "chat.example:3000",
            "friend.example",
            "friend.example:8443",
            "localhost",
            "localhost:3000",
            "chat.localhost:3000",
            "127.0.0.1:3000",
            "192.168.1.7",
            "[::1]:3000",
            "[2001:db8::1]",
        ] {
            assert!(public().serves(host), "{host}");
        }
        for host in [
            "evil.example",
            "chat.example.evil.example",
            "evil.example:443",
            "localhost.evil.example",
            "1.2.3.4.evil.example",
            "127.1",
            "[evil]",
            "",
            "chat.example:x",
        ] {
            assert!(!public().serves(host), "{host}");
        }
    }

    #[test]
    fn on_loopback_none_but_the_machines_own_names_are_known() {
        let hosts = AllowedHosts::new(None, &[], true);
        assert!(hosts.serves("localhost:3000") && hosts.serves("127.0.0.1"));
        assert!(!hosts.serves("rebound.example"));
    }

    #[test]
    fn elsewhere_a_server_does_not_know_its_names() {
        assert!(
            AllowedHosts::new(None, &["https://friend.example".to_owned()], false).serves("chat.example")
        );
    }

    fn request(uri: &str, hosts: &[&str]) -> Request {
        let request = Request::builder().uri(uri);
        let request = hosts.iter().fold(request, |request, host| request.header("host", *host));
        request.body(Body::empty()).unwrap()
    }

    #[test]
    fn a_request_names_one_host() {
        let check = |request: &Request| public().check(request);
        assert_eq!(check(&request("/", &["chat.example"])), Ok(()));
        assert_eq!(check(&request("/", &[])), Err(HostError::Invalid));
        assert_eq!(check(&request("/", &["chat.example", "chat.example"])), Err(HostError::Invalid));
        assert_eq!(check(&request("/", &["evil.example"])), Err(HostError::Unknown));
        assert_eq!(check(&request("http://evil.example/", &["chat.example"])), Err(HostError::Unknown));
        let mut old = request("/", &[]);
        *old.version_mut() = Version::HTTP_10;
        assert_eq!(check(&old), Ok(()));
    }
}
