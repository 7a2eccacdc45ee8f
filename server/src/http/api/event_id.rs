//! The id of a server-sent event, `epoch:seq:draft:at`: a position in a topic's log, and the draft id and the time of the event there.
//! Ids that older clients hold have no time, or no draft id either.

use std::{borrow::Cow, str::FromStr};

use app::protocol::{DraftId, Epoch, Position, Timestamp};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{
    Deserialize, Deserializer,
    de::{Error, Unexpected},
};
use uuid::Uuid;

/// The event after which a client continues: a `seq` in the current epoch, or an event id.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum After {
    Seq(u64),
    Position(Position),
}

/// Formats an event id. Events of unknown kinds, and the position before the first event, have no draft id.
pub(super) fn event_id(Position { epoch, seq, draft, at }: &Position) -> String {
    match (draft, at) {
        (None, _) => format!("{epoch}:{seq}"),
        (Some(draft), None) => format!("{epoch}:{seq}:{draft}"),
        (Some(draft), Some(Timestamp(at))) => format!("{epoch}:{seq}:{draft}:{at}"),
    }
}

/// Parses an event id. Returns `None` for any other text.
pub(super) fn parse_event_id(id: &str) -> Option<Position> {
    let mut parts = id.splitn(4, ':');
    let epoch = Epoch(parts.next()?.to_owned());
    let seq = parts.next()?.parse().ok()?;
    let draft = parts.next().map(Uuid::from_str).transpose().ok()?.map(DraftId);
    let at = parts.next().map(u64::from_str).transpose().ok()?.map(Timestamp);
    Some(Position { epoch, seq, draft, at })
}

impl JsonSchema for After {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "After".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "description": "The `seq` or the id of an event" })
    }
}

impl<'de> Deserialize<'de> for After {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let seq = text.parse().map(Self::Seq).ok();
        let after = seq.or_else(|| parse_event_id(&text).map(Self::Position));
        after.ok_or_else(|| {
            D::Error::invalid_value(Unexpected::Str(&text), &"the `seq` or the id of an event")
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_formatted_id_parses_to_the_same_position() {
        let draft = Some(DraftId::fresh());
        for (draft, at) in [(None, None), (draft, None), (draft, Some(Timestamp(1_795_374_123_045)))] {
            let position = Position { epoch: Epoch("77ed".to_owned()), seq: 43, draft, at };
            assert_eq!(parse_event_id(&event_id(&position)), Some(position));
        }
    }

    #[test]
    fn any_other_text_is_no_event_id() {
        for id in ["", "77ed", "77ed:", "77ed:x", "77ed:43:", "77ed:43:x", "77ed:-1", ":"] {
            assert_eq!(parse_event_id(id), None, "{id}");
        }
        let draft = DraftId::fresh();
        for at in ["", "x", "-1", "1:2", "18446744073709551616"] {
            assert_eq!(parse_event_id(&format!("77ed:43:{draft}:{at}")), None, "{at}");
        }
    }
}
