//! The connections of the server, on a transport in memory.

#[path = "../../server/src/endpoint/close_handshake.rs"]
mod close_handshake;
#[path = "../../server/src/endpoint/close_reason.rs"]
mod close_reason;
#[path = "../../server/src/endpoint/config.rs"]
mod config;
#[path = "../../server/src/endpoint/connection/mod.rs"]
mod connection;
#[path = "../../server/src/endpoint/frame/mod.rs"]
mod frame;
#[path = "../../server/src/endpoint/handle.rs"]
mod handle;
#[path = "../../server/src/endpoint/handlers.rs"]
mod handlers;
#[path = "../../server/src/endpoint/keep_alive.rs"]
mod keep_alive;
#[path = "../../server/src/endpoint/pending.rs"]
mod pending;
#[path = "../../server/src/endpoint/write_queue.rs"]
mod write_queue;

mod echo;
pub mod scenarios;
mod transport;

use close_reason::CloseReason;
use frame::{EncodedFrames, Message};
use handle::ConnectionHandle;
use handlers::{Endpoint, HandlerResult, InlineDelivery};
use keep_alive::KeepAlive;
use pending::PendingBytes;

use crate::rate_limiter::{Bucket, Rate};

/// The request before the upgrade, which the scenarios begin after.
pub struct Handshake;

/// The rejection of that request.
pub struct Rejection;
