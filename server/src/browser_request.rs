//! Requests of tests that call the router without a network.

use std::net::SocketAddr;

use axum::{
    body::Body,
    extract::ConnectInfo,
    http::{Method, Request, header},
};

use crate::accept::Peer;

/// Builds a request of a client on this machine.
pub(crate) fn request(method: Method, path: &str, headers: &[(&str, &str)], body: &str) -> Request<Body> {
    let mut request = Request::builder().method(method).uri(path).header(header::HOST, "localhost");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let address = SocketAddr::from(([127, 0, 0, 1], 4_000));
    let mut request = request.body(Body::from(body.to_owned())).unwrap();
    request.extensions_mut().insert(ConnectInfo(Peer { address: Some(address), is_tls: false }));
    request
}

/// A `GET` request without headers of its own.
pub(crate) fn get(path: &str) -> Request<Body> {
    request(Method::GET, path, &[], "")
}
