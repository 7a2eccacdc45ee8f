//! Checks the `Host` header against the names of the server, which defends against DNS rebinding: a foreign page whose name
//! resolves to this server is not one of ours.

use std::{net::IpAddr, sync::Arc};

use axum::{
    extract::Request,
    http::{Version, header, uri::Authority},
};

use crate::{
    forwarded::forwarded_host,
    web_origin::{Origin, host_and_port, is_address},
};

/// The host names that requests may use; cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct AllowedHosts {
    /// `None` allows any name. `localhost` and IP addresses are always allowed.
    names: Option<Arc<[String]>>,
}

/// The reason to reject a request for its host.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum HostError {
    /// The header is missing, repeated or not text.
    Invalid,
    /// The name is not allowed.
    Unknown,
}

impl AllowedHosts {
    /// A server with a public URL allows its host, and a server that only this machine reaches (`is_local`: at a loopback
    /// address or a Unix socket) only the local names; both allow the hosts of `allow_origin` too. Any other server allows all
    /// names, since it cannot know by which ones it is reached.
    pub fn new(public_url: Option<&Origin>, allow_origin: &[Origin], is_local: bool) -> Self {
        let names = public_url.into_iter().chain(allow_origin).map(|origin| origin.host().to_owned());
        let has_names = public_url.is_some() || is_local;
        Self { names: has_names.then(|| names.collect()) }
    }

    /// Returns whether requests may use this host, with or without a port.
    fn allows(&self, host: &str) -> bool {
        let Some(names) = &self.names else { return true };
        host_and_port(host).is_some_and(|(name, _)| {
            let is_local = name == "localhost" || name.ends_with(".localhost");
            is_local || is_address(&name) || names.contains(&name)
        })
    }

    /// Checks the `Host` header, and the authority of the request target and the host that a trusted proxy reports if there are any.
    pub(crate) fn check<B>(&self, request: &Request<B>) -> Result<(), HostError> {
        let mut hosts = request.headers().get_all(header::HOST).iter();
        match (hosts.next(), hosts.next()) {
            (Some(host), None) if !self.allows(host.to_str().map_err(|_| HostError::Invalid)?) => {
                return Err(HostError::Unknown);
            }
            (Some(_), None) => {}
            // HTTP/1.0 has no `Host` header, and no browser speaks it.
            (None, _) if request.version() < Version::HTTP_11 => {}
            _ => return Err(HostError::Invalid),
        }
        // The authority of an absolute request target takes precedence over `Host` (RFC 9112, section 3.2.2). A proxy that puts
        // its own name into `Host` reports the name that the page has.
        let target = request.uri().authority().map(Authority::as_str);
        let mut others = target.into_iter().chain(forwarded_host(request.headers()));
        if others.all(|host| self.allows(host)) { Ok(()) } else { Err(HostError::Unknown) }
    }
}

/// Returns whether a listener at this address can only be reached from this machine.
pub(crate) fn is_loopback(listener: IpAddr) -> bool {
    listener.to_canonical().is_loopback()
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::body::Body;

    fn public() -> AllowedHosts {
        let origin = |text| Origin::parse(text).unwrap();
        AllowedHosts::new(
            Some(&origin("https://chat.example")),
            &[origin("https://Friend.example:8443")],
            false,
        )
    }

    #[test]
    fn configured_names_and_all_addresses_are_allowed() {
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
            assert!(public().allows(host), "{host}");
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
            assert!(!public().allows(host), "{host}");
        }
    }

    #[test]
    fn on_loopback_only_local_names_are_allowed() {
        let hosts = AllowedHosts::new(None, &[], true);
        assert!(hosts.allows("localhost:3000") && hosts.allows("127.0.0.1"));
        assert!(!hosts.allows("rebound.example"));
    }

    #[test]
    fn elsewhere_all_names_are_allowed() {
        let friend = Origin::parse("https://friend.example").unwrap();
        assert!(AllowedHosts::new(None, &[friend], false).allows("chat.example"));
    }

    fn request(uri: &str, hosts: &[&str]) -> Request {
        let request = Request::builder().uri(uri);
        let request = hosts.iter().fold(request, |request, host| request.header("host", *host));
        request.body(Body::empty()).unwrap()
    }

    #[test]
    fn a_request_needs_exactly_one_host() {
        let check = |request: &Request| public().check(request);
        assert_eq!(check(&request("/", &["chat.example"])), Ok(()));
        assert_eq!(check(&request("/", &[])), Err(HostError::Invalid));
        assert_eq!(check(&request("/", &["chat.example", "chat.example"])), Err(HostError::Invalid));
        assert_eq!(check(&request("/", &["evil.example"])), Err(HostError::Unknown));
        assert_eq!(check(&request("http://evil.example/", &["chat.example"])), Err(HostError::Unknown));
        let mut proxied = request("/", &["127.0.0.1:3000"]);
        proxied.headers_mut().insert("x-forwarded-host", "chat.example".parse().unwrap());
        assert_eq!(check(&proxied), Ok(()));
        proxied.headers_mut().insert("x-forwarded-host", "evil.example".parse().unwrap());
        assert_eq!(check(&proxied), Err(HostError::Unknown));
        let mut old = request("/", &[]);
        *old.version_mut() = Version::HTTP_10;
        assert_eq!(check(&old), Ok(()));
    }
}
