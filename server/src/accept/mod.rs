//! Accepts connections over TCP, with or without TLS, or over a Unix socket, and serves HTTP/1.1 on them, with limits on their
//! number and timeouts for each phase.
//!
//! A client that holds a connection costs a file descriptor and memory, so there is a timeout for everything that it can
//! leave unfinished: the head of a request, its body, reading the response, and the time between requests. A WebSocket
//! leaves this module with its upgrade, and keeps its connection slot.

mod bodies;
mod certificate_error;
mod certificate_expiry;
mod connection;
mod draining;
mod fd_limit;
mod http_transport;
mod listener;
mod memory_budget;
mod overload;
mod peer;
mod progress_timeout;
mod server;
mod service;
mod shared;
mod slot_limits;
mod slots;
mod stream;
mod timeouts;
#[cfg(feature = "tls")]
mod tls;
#[cfg(not(feature = "tls"))]
#[path = "tls_off.rs"]
mod tls;
mod tls_port;
mod turns;
#[cfg(unix)]
mod unix_socket;

pub use certificate_error::CertificateError;
pub use draining::Draining;
pub(crate) use fd_limit::raise as raise_fd_limit;
pub use http_transport::HttpTransport;
pub use listener::{Listener, listen};
pub use peer::{Peer, limit_key};
pub use server::HttpServer;
pub(crate) use server::OpenHttpConnections;
pub(crate) use service::{ResponseBytes, record_response_bytes};
pub use slots::ConnectionSlot;
pub use stream::Stream;
pub(crate) use tls::{Certificate, Tls};
