//! The pagination cursor of a list of messages.

use std::{fmt, str::FromStr};

use app::protocol::{Event, Position};

use super::event_id::{event_id, parse_event_id};

/// The position where a list of messages continues, and the direction. The position names the message's draft id, so that a cursor from
/// another epoch is detected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum MessagesCursor {
    /// Continues with the newest messages before the position.
    Older(Position),
    /// Continues with the oldest messages after the position.
    Newer(Position),
}

/// The text is not a cursor.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct InvalidCursor;

impl MessagesCursor {
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
    type Err = InvalidCursor;

    fn from_str(text: &str) -> Result<Self, InvalidCursor> {
        let (direction, id) = text.split_once(':').ok_or(InvalidCursor)?;
        let position = parse_event_id(id).ok_or(InvalidCursor)?;
        match direction {
            "older" => Ok(Self::Older(position)),
            "newer" => Ok(Self::Newer(position)),
            _ => Err(InvalidCursor),
        }
    }
}
