//! The id of a server-sent event, `epoch:seq:draft`: a position in a topic's log and the draft id of the event there. Ids that older
//! clients hold have no draft id.

use std::{borrow::Cow, str::FromStr};

use app::protocol::{DraftId, Epoch, Position};
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
pub(super) fn event_id(epoch: &Epoch, seq: u64, draft: Option<DraftId>) -> String {
    draft.map_or_else(|| format!("{epoch}:{seq}"), |draft| format!("{epoch}:{seq}:{draft}"))
}

/// Parses an event id. Returns `None` for any other text.
pub(super) fn parse_event_id(id: &str) -> Option<Position> {
    let mut parts = id.splitn(3, ':');
    let epoch = Epoch(parts.next()?.to_owned());
    let seq = parts.next()?.parse().ok()?;
    let draft = parts.next().map(Uuid::from_str).transpose().ok()?.map(DraftId);
    Some(Position { epoch, seq, draft })
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
        let epoch = Epoch("77ed".to_owned());
        let draft = DraftId::fresh();
        for draft in [None, Some(draft)] {
            let position = Position { epoch: epoch.clone(), seq: 43, draft };
            assert_eq!(parse_event_id(&event_id(&epoch, 43, draft)), Some(position));
        }
    }

    #[test]
    fn any_other_text_is_no_event_id() {
        for id in ["", "77ed", "77ed:", "77ed:x", "77ed:43:", "77ed:43:x", "77ed:-1", ":"] {
            assert_eq!(parse_event_id(id), None, "{id}");
        }
    }
}
