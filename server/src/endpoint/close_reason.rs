use app::protocol::CloseCode;

use super::frame::FrameError;

/// The reason for the end of a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CloseReason {
    /// The peer sent a close frame, with this code if it gave one.
    Peer(Option<u16>),
    /// The transport failed or was closed without a close frame.
    Disconnected,
    /// The server closes the connection with this code.
    Server(CloseCode),
}

impl From<FrameError> for CloseReason {
    fn from(error: FrameError) -> Self {
        Self::Server(match error {
            FrameError::Invalid => CloseCode::BadFrame,
            FrameError::TooLong => CloseCode::Limit,
        })
    }
}
