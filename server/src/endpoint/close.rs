//! Why a connection ends. Every way out of its task is one of these.

use app::protocol::CloseCode;
use axum::Error;
use tokio_tungstenite::tungstenite;

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

impl Close {
    /// What an error while reading means: a peer that breaks the rules hears which, a broken line hears nothing.
    pub(super) fn from_read_error(error: Error) -> Self {
        let error = error.into_inner();
        match error.downcast_ref::<tungstenite::Error>() {
            Some(tungstenite::Error::Capacity(_)) => Self::Us(CloseCode::Limit),
            Some(tungstenite::Error::Utf8(_)) => Self::Us(CloseCode::BadFrame),
            Some(tungstenite::Error::Protocol(error)) if !left_without_goodbye(error) => {
                Self::Us(CloseCode::BadFrame)
            }
            _ => Self::Gone,
        }
    }
}

fn left_without_goodbye(error: &tungstenite::error::ProtocolError) -> bool {
    matches!(error, tungstenite::error::ProtocolError::ResetWithoutClosingHandshake)
}
