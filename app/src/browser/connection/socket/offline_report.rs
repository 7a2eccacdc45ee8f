//! Trust in the browser's report that it is offline. Behind some VPNs it always reports that.

use futures::{FutureExt, future::Fuse};
use gloo_timers::future::TimeoutFuture;

use crate::{browser::connection::network::is_online, protocol::ServerFrame};

/// The longest time that the server may take to answer a probe.
const PROBE_TIMEOUT_MS: u32 = 3_000;

/// The time between the first reply and the second probe. The browser may report that it is offline shortly before the
/// network is cut, so the first reply may have been under way already.
const SECOND_PROBE_DELAY_MS: u32 = 2_000;

#[derive(Default)]
pub(super) enum OfflineReport {
    /// The browser has not reported that it is offline on this connection.
    #[default]
    None,
    /// It has, and a probe was sent, which the server must answer in time. Nothing else is sent meanwhile, because a sent
    /// draft cannot be withdrawn any more.
    Probing {
        /// The request to answer. `None` before the connection is live: then any frame counts as the reply.
        request: Option<u64>,
        timeout: Fuse<TimeoutFuture>,
        /// The server has replied once before.
        is_second: bool,
    },
    /// It has, but the server replied. A second probe is sent when the timer fires.
    AwaitingSecondProbe(Fuse<TimeoutFuture>),
    /// It has, and the server has replied twice all the same.
    Wrong,
}

impl OfflineReport {
    pub(super) fn probing(request: Option<u64>, is_second: bool) -> Self {
        Self::Probing { request, timeout: TimeoutFuture::new(PROBE_TIMEOUT_MS).fuse(), is_second }
    }

    pub(super) fn awaiting_second_probe() -> Self {
        Self::AwaitingSecondProbe(TimeoutFuture::new(SECOND_PROBE_DELAY_MS).fuse())
    }

    pub(super) fn is_probing(&self) -> bool {
        matches!(self, Self::Probing { .. })
    }

    /// The timer to wait for.
    pub(super) fn timer(&mut self) -> Option<&mut Fuse<TimeoutFuture>> {
        match self {
            Self::Probing { timeout: timer, .. } | Self::AwaitingSecondProbe(timer) => Some(timer),
            Self::None | Self::Wrong => None,
        }
    }

    /// Takes a frame as a reply, unless it may have been sent before the network was cut.
    pub(super) fn frame_received(&mut self, frame: &ServerFrame, was_live: bool) {
        let is_second = match self {
            Self::Probing { request: Some(request), .. } if reply_to(frame) != Some(*request) => return,
            Self::Probing { is_second, .. } => *is_second,
            Self::None if !was_live => false,
            Self::None | Self::AwaitingSecondProbe(_) | Self::Wrong => return,
        };
        *self = match (is_online(), is_second) {
            (true, _) => Self::None,
            (false, true) => Self::Wrong,
            (false, false) => Self::awaiting_second_probe(),
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
