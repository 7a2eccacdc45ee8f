//! WebSocket endpoints: the [`Endpoint`] trait, and the task that runs one connection of an endpoint.
//!
//! To add an endpoint, implement [`Endpoint`] and mount it with [`route`]. The connection's task owns the transport: it
//! reads and decodes messages, calls the endpoint's handlers one after another, writes what they queued, sends pings, and
//! performs the close handshake. `tests/it/endpoint/echo_endpoint.rs` is a small example.

#![warn(missing_docs)]

mod client_ip;
mod close_handshake;
mod close_reason;
mod config;
mod connection;
mod frame;
mod handle;
mod handlers;
mod handshake;
mod keep_alive;
mod manager;
mod pending;
mod transport;
mod upgrade;
mod write_queue;

pub use crate::accept::Peer;
pub(crate) use client_ip::client_ip;
pub use close_reason::CloseReason;
pub use frame::{EncodedFrames, Message, put_text, text_offset};
pub use handle::{ConnectionHandle, Echo};
pub use handlers::{Endpoint, HandlerResult, InlineDelivery};
pub use handshake::{Handshake, Rejection};
pub use keep_alive::KeepAlive;
pub use manager::{ConnectionManager, route};
pub(crate) use manager::{ConnectionPermit, OpenConnections};
pub(crate) use pending::PendingBytes;

pub(crate) use crate::rate_limiter::{Bucket, Rate};
