//! Why a connection ends. Every way out of its task is one of these.

use app::protocol::CloseCode;

use super::frame::Wrong;

/// Why a connection ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Close {
    /// The peer said goodbye, with this code if it gave one.
    Peer(Option<u16>),
    /// The line broke.
    Gone,
    /// We end it.
    Us(CloseCode),
}

/// A peer that breaks the rules hears which.
impl From<Wrong> for Close {
    fn from(wrong: Wrong) -> Self {
        Self::Us(match wrong {
            Wrong::Frame => CloseCode::BadFrame,
            Wrong::TooLong => CloseCode::Limit,
        })
    }
}
