//! The chorus server. Modules point down this list only.
//!
//! | module | what |
//! |---|---|
//! | [`config`], [`telemetry`], [`shutdown`] | settings and their manual, logging, when to go |
//! | [`database`] | the open database and its migrations |
//! | [`markup`] | a message's text as safe HTML; pure |
//! | [`event_log`] | append, tail, since: what was said, on the disk before anyone hears of it |
//! | [`members`] | who follows which topic, and has read how far |
//! | [`restore`] | what a restored backup needs before it is served |
//! | [`session`], [`access`], [`origin`], [`host`] | who is who, who may come in, whose pages may ask, and under which names |
//! | [`accept`] | TCP connections, and HTTP on them: their number and their time |
//! | [`hub`] | who hears which topic; knows no socket and no database |
//! | [`endpoint`] | the trait of a WebSocket route, and one connection's task |
//! | [`chat`] | the chat: verbs to log and hub, in both dialects |
//! | `http` | pages, forms, files, headers, and the chat's verbs over plain HTTP (`http::api`) |
//! | [`router`] | every route on one page |
//!
//! `main` is a paragraph; [`run`] takes a bound listener and a future that says when to go, so tests use port 0.

pub mod accept;
pub mod access;
pub mod chat;
pub mod config;
pub mod database;
pub mod endpoint;
pub mod event_log;
pub mod host;
pub mod hub;
pub mod markup;
pub mod members;
pub mod origin;
pub mod restore;
pub mod router;
pub mod session;
pub mod shutdown;
pub mod telemetry;

mod address_limits;
mod clock;
mod http;
mod random;
mod rate_limiter;
mod serve;
mod unicode_script;

pub use clock::{ClockError, check_clock};
pub use serve::{Server, run};
