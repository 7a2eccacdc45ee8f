//! The Chorus server. A module depends only on modules above it in this list. Small helpers that any module may use (`clock`,
//! `counters`, `drain_notice`, `field_error`, `public_url`, `random`, `rate_limiter`, `refusals`, `request_context`, `sync`,
//! `unicode_script`, `web_origin`) are not listed.
//!
//! | module | contents |
//! |---|---|
//! | [`config`], [`telemetry`], [`shutdown`], [`service_manager`], [`status`] | command line and settings, logging, shutdown on signals, messages to systemd, questions to a running server |
//! | [`database`] | database connections, migrations and maintenance |
//! | `nodes` | signals between the servers on one PostgreSQL database |
//! | [`markup`] | renders message texts as safe HTML; pure |
//! | [`rights`] | decides what a person may do; every door asks it |
//! | [`event_log`] | the append-only log of all messages: storage, commit, reads and search. An event is on disk before it is published |
//! | [`session`], [`access`], [`origin`], [`host`] | sessions, access secret, same-origin checks, host names |
//! | `moderation` | changes of people's rights and bans of networks, and their effect on open connections |
//! | [`members`] | which topics a person follows, and how far they have read |
//! | [`restore`] | prepares a restored backup, whose log continues under a new epoch |
//! | [`maintenance`] | backups, exports, imports, and moves to another database, for the commands of these names |
//! | [`forwarded`] | the client behind reverse proxies; pure |
//! | [`accept`], `address_limits` | connections and HTTP on them, with limits and timeouts; limits by client address |
//! | [`hub`] | publish/subscribe in memory: topics, subscriptions, fan-out |
//! | [`endpoint`] | WebSocket endpoints: the trait, and the task of a connection |
//! | [`chat`] | the chat: connects event log, hub and presence, in both dialects |
//! | `page_cache`, `sitemap` | caches of rendered pages and of the sitemap |
//! | `refused_forms` | chooses the refused forms that are returned with their text |
//! | [`state`] | [`state::AppState`]: what handlers extract |
//! | `http` | pages, forms, static files, middleware, and the REST API (`http::api`) |
//! | [`router`] | all routes, and the middleware that guards them |
//! | `metrics` | metrics for Prometheus |
//! | `start_log` | the line that the log begins with |
//! | [`check`] | what a server with these settings would serve, for the command of this name |
//! | [`reload`] | reads the settings again while the server runs |
//! | `serve` | starts all of it, and shuts it down in order |
//!
//! `main` parses the command line. Its module `program` has the commands, and calls [`run`] with a bound listener and a shutdown future, so that tests can use port 0.

pub mod accept;
pub mod access;
pub mod chat;
pub mod check;
pub mod config;
pub mod database;
pub mod endpoint;
pub mod event_log;
pub mod forwarded;
pub mod host;
pub mod hub;
pub mod maintenance;
pub mod markup;
pub mod members;
pub mod origin;
pub mod reload;
pub mod restore;
pub mod rights;
pub mod router;
pub mod service_manager;
pub mod session;
pub mod shutdown;
pub mod state;
pub mod status;
pub mod telemetry;

mod address_limits;
#[cfg(test)]
mod browser_request;
mod clock;
mod counters;
mod drain_notice;
mod field_error;
mod http;
#[cfg(test)]
mod lobby_message;
mod metrics;
mod moderation;
mod nodes;
mod page_cache;
mod public_url;
mod random;
mod rate_limiter;
mod refusals;
mod refused_forms;
mod request_context;
mod serve;
mod sitemap;
mod start_log;
mod sync;
mod unicode_script;
mod web_origin;

pub use clock::{ClockError, check_clock};
pub use public_url::PublicUrl;
pub use serve::{Server, run};
pub use web_origin::Origin;
