//! How much to trust the browser when it reports that it is offline. Behind some VPNs it always does.

use futures::{FutureExt, future::Fuse};
use gloo_timers::future::TimeoutFuture;

use crate::{browser::connection::network::is_online, protocol::ServerFrame};

/// The longest time that the server may take to answer a probe.
const PROBE_TIMEOUT_MS: u32 = 3_000;

/// The time after the first sign of the server until a probe must confirm it. The browser may report that it is offline
/// shortly before the network is cut, so the first sign may have been under way already.
const CONFIRMATION_MS: u32 = 2_000;

#[derive(Default)]
pub(super) enum OfflineReport {
    /// The browser has not reported that it is offline on this connection.
    #[default]
    None,
    /// It has, and a probe was sent, which the server must answer in time. Nothing else is sent meanwhile, because a sent
    /// draft cannot be withdrawn any more.
    Probing {
        /// The request to answer. `None` before the connection is live: then any frame is a sign of the server.
        request: Option<u64>,
        timeout: Fuse<TimeoutFuture>,
        /// The server has given a sign before.
        confirms: bool,
    },
    /// It has, but the server gave a sign. A second probe is sent when the timer fires.
    Doubted(Fuse<TimeoutFuture>),
    /// It has, and the server has confirmed that it can be reached all the same.
    Wrong,
}

impl OfflineReport {
    pub(super) fn probing(request: Option<u64>, confirms: bool) -> Self {
        Self::Probing { request, timeout: TimeoutFuture::new(PROBE_TIMEOUT_MS).fuse(), confirms }
    }

    fn doubted() -> Self {
        Self::Doubted(TimeoutFuture::new(CONFIRMATION_MS).fuse())
    }

    pub(super) fn is_probing(&self) -> bool {
        matches!(self, Self::Probing { .. })
    }

    /// The timer to wait for.
    pub(super) fn timer(&mut self) -> Option<&mut Fuse<TimeoutFuture>> {
        match self {
            Self::Probing { timeout: timer, .. } | Self::Doubted(timer) => Some(timer),
            Self::None | Self::Wrong => None,
        }
    }

    /// Takes a frame as a sign of the server, unless it may have been under way before the network was cut.
    pub(super) fn frame_received(&mut self, frame: &ServerFrame, was_live: bool) {
        let confirms = match self {
            Self::Probing { request: Some(request), .. } if reply_to(frame) != Some(*request) => return,
            Self::Probing { confirms, .. } => *confirms,
            Self::None if !was_live => false,
            Self::None | Self::Doubted(_) | Self::Wrong => return,
        };
        *self = match (is_online(), confirms) {
            (true, _) => Self::None,
            (false, true) => Self::Wrong,
            (false, false) => Self::doubted(),
        };
    }
}

/// Returns the request that this frame answers, if it can be the reply to a probe.
fn reply_to(frame: &ServerFrame) -> Option<u64> {
    match frame {
        ServerFrame::Members { reference, .. } => Some(*reference),
        ServerFrame::Error { reference, .. } => *reference,
        _ => None,
    }
}
