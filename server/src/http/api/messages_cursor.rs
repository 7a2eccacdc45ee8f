//! Where a list of messages goes on.

use std::{fmt, str::FromStr};

use app::protocol::{Event, Position};

use super::event_id::{event_id, position_of};

/// Where a list of messages goes on, and in which direction: a position names the message that stands there, so that one of
/// another history is noticed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum MessagesCursor {
    /// With the newest messages before it.
    Older(Position),
    /// With the oldest messages after it.
    Newer(Position),
}

/// A text that is no cursor.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct NoCursor;

impl MessagesCursor {
    /// The position of a message.
    pub(super) fn position(epoch: &app::protocol::Epoch, event: &Event) -> Position {
        Position { epoch: epoch.clone(), seq: event.seq, draft: event.kind.draft() }
    }
}

impl fmt::Display for MessagesCursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (direction, Position { epoch, seq, draft }) = match self {
            Self::Older(position) => ("older", position),
            Self::Newer(position) => ("newer", position),
        };
        write!(f, "{direction}:{}", event_id(epoch, *seq, *draft))
    }
}

impl FromStr for MessagesCursor {
    type Err = NoCursor;

    fn from_str(text: &str) -> Result<Self, NoCursor> {
        let (direction, id) = text.split_once(':').ok_or(NoCursor)?;
        let position = position_of(id).ok_or(NoCursor)?;
        match direction {
            "older" => Ok(Self::Older(position)),
            "newer" => Ok(Self::Newer(position)),
            _ => Err(NoCursor),
        }
    }
}
