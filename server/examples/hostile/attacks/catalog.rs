//! The list of attacks, and what the server must refuse in each.

use tokio_util::task::TaskTracker;

use super::{Target, api, http, sockets};
use crate::server::ServerOptions;

/// The access secret of a server that has one.
const SECRET: &str = "open-sesame";
/// The attacker is a client like any other.
const NO_PROXY: &[&str] = &["--trusted-proxy", "none"];

#[derive(Clone, Copy)]
pub(crate) struct Attack {
    pub(crate) name: &'static str,
    pub(crate) start: fn(&Target, &TaskTracker),
    pub(crate) server: ServerOptions,
    /// The most attempts that the server may admit within so many seconds.
    pub(crate) max_admitted: fn(f64) -> u64,
    /// The fewest attempts that it must have refused by then.
    pub(crate) min_refused: fn(f64) -> u64,
}

impl Attack {
    /// An attack on a server with default settings, which is judged by what others notice.
    const fn new(name: &'static str, start: fn(&Target, &TaskTracker)) -> Self {
        Self { name, start, server: ServerOptions::DEFAULT, max_admitted: |_| u64::MAX, min_refused: |_| 0 }
    }
}

pub(crate) const ATTACKS: &[Attack] = &[
    Attack::new("event streams that are closed at once", http::streams_closed_at_once),
    Attack::new("half heads", http::half_heads),
    Attack::new("half bodies", http::half_bodies),
    // Without room for more descriptors, each new connection takes the place of an idle one.
    Attack {
        server: ServerOptions { open_files: Some(256), ..ServerOptions::DEFAULT },
        min_refused: |_| 100,
        ..Attack::new("idle connections", http::idle)
    },
    Attack::new("slow readers", http::slow_readers),
    // --page-burst and --pages-per-second.
    Attack {
        max_admitted: |seconds| 1_000 + (50.0 * seconds).ceil() as u64,
        ..Attack::new("reads of the API", api::reads)
    },
    // --wrong-secrets-per-minute. Guesses that arrive together may be compared before the first is counted: one on each core.
    Attack {
        server: ServerOptions {
            settings: &["--access-secret", SECRET],
            secret: Some(SECRET),
            ..ServerOptions::DEFAULT
        },
        max_admitted: |seconds| 80 + (4.0 * seconds).ceil() as u64,
        ..Attack::new("guesses at the access secret", api::wrong_secrets)
    },
    Attack::new("topics without end", http::topics),
    Attack::new("forms to be returned", http::refused_forms),
    Attack::new("long phrases to search for", http::phrases),
    Attack::new("the sitemap", http::sitemap),
    // An event stream counts as four pages. By default a program on this machine is a proxy, whose connections take no turns.
    Attack {
        server: ServerOptions { settings: NO_PROXY, ..ServerOptions::DEFAULT },
        max_admitted: |seconds| 250 + (12.5 * seconds).ceil() as u64,
        ..Attack::new("event streams that are held", http::held_streams)
    },
    // Within five seconds the timeout has passed for all streams that were opened first.
    Attack {
        server: ServerOptions { settings: &["--write-seconds", "1"], ..ServerOptions::DEFAULT },
        min_refused: |seconds| if seconds < 5.0 { 0 } else { 100 },
        ..Attack::new("event streams that are not read", api::stalled_streams)
    },
    // --max-reactions-per-person is 20; without it, --frames-per-second would admit 60 at once and 20 a second.
    Attack { max_admitted: |_| 40, ..Attack::new("reactions to one message", api::reactions) },
    Attack {
        server: ServerOptions { settings: NO_PROXY, ..ServerOptions::DEFAULT },
        ..Attack::new("sockets that are held", sockets::held)
    },
    Attack::new("large messages", sockets::large_messages),
    Attack::new("frames full of unknown fields", sockets::unknown_fields),
    Attack::new("tails requested by clients that do not read", sockets::unread_tails),
    Attack::new("empty continuations", sockets::empty_continuations),
];
