//! The pagination cursor of a list of messages.

use std::{fmt, str::FromStr};

use app::protocol::Position;

use super::event_id::{event_id, parse_event_id};

/// The position where a list of messages continues, and the direction. The position names its message, so that a cursor from another
/// history is detected.
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

impl fmt::Display for MessagesCursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (direction, position) = match self {
            Self::Older(position) => ("older", position),
            Self::Newer(position) => ("newer", position),
        };
        write!(f, "{direction}:{}", event_id(position))
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
