//! The id of a server-sent event: a position in a topic's log, `epoch:seq:mark`. The mark is the event's draft id; older
//! clients hold ids without one.

use std::{borrow::Cow, str::FromStr};

use app::protocol::{DraftId, Epoch, Position};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{
    Deserialize, Deserializer,
    de::{Error, Unexpected},
};
use uuid::Uuid;

/// Where a reader goes on: the number of an event in whatever history is served, or an id.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum After {
    Seq(u64),
    Position(Position),
}

/// The id of an event. An event of an unknown kind, and the place before the first, have no mark.
pub(super) fn event_id(epoch: &Epoch, seq: u64, draft: Option<DraftId>) -> String {
    draft.map_or_else(|| format!("{epoch}:{seq}"), |draft| format!("{epoch}:{seq}:{draft}"))
}

/// The position that an id means.
pub(super) fn position_of(id: &str) -> Option<Position> {
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
        json_schema!({ "type": "string", "description": "The number or the id of an event" })
    }
}

impl<'de> Deserialize<'de> for After {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let seq = text.parse().map(Self::Seq).ok();
        let after = seq.or_else(|| position_of(&text).map(Self::Position));
        after.ok_or_else(|| {
            D::Error::invalid_value(Unexpected::Str(&text), &"the number or the id of an event")
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_read_as_it_was_written() {
        let (epoch, draft) = (Epoch("77ed".to_owned()), DraftId::fresh());
        for draft in [None, Some(draft)] {
            let position = Position { epoch: epoch.clone(), seq: 43, draft };
            assert_eq!(position_of(&event_id(&epoch, 43, draft)), Some(position));
        }
    }

    #[test]
    fn anything_else_is_no_id() {
        for id in ["", "77ed", "77ed:", "77ed:x", "77ed:43:", "77ed:43:x", "77ed:-1", ":"] {
            assert_eq!(position_of(id), None, "{id}");
        }
    }
}
