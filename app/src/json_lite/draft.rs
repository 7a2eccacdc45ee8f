//! The form in which browsers store drafts. Its names are those of earlier versions, because stored drafts outlive an update.

use serde::{
    Serialize, Serializer,
    ser::{SerializeStruct, SerializeStructVariant},
};
use serde_json::Value;

use super::{FromJson, from_fields};
use crate::{
    model::outbox::Draft,
    protocol::{AboutChange, Action, DraftId},
};

impl Serialize for Draft {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut fields = serializer.serialize_struct("Draft", 10)?;
        fields.serialize_field("id", &self.id)?;
        fields.serialize_field("topic", &self.topic)?;
        fields.serialize_field("author", &self.author)?;
        fields.serialize_field("name", &self.name)?;
        fields.serialize_field("deed", &StoredAction(self))?;
        fields.serialize_field("body", self.action.body().unwrap_or_default())?;
        if let Some(reply_to) = self.action.reply_to() {
            fields.serialize_field("reply_to", &reply_to)?;
        }
        fields.serialize_field("place", &self.order)?;
        fields.serialize_field("tried", &self.was_sent)?;
        fields.serialize_field("refused", &self.refusal)?;
        fields.end()
    }
}

/// The action of a draft, without what the draft stores beside it: the text, and the message that it replies to.
struct StoredAction<'a>(&'a Draft);

impl Serialize for StoredAction<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        const TYPE: &str = "Action";
        let mut fields;
        match &self.0.action {
            Action::Publish { .. } => return serializer.serialize_str("say"),
            Action::Edit { message, revision, .. } => {
                fields = serializer.serialize_struct_variant(TYPE, 0, "edit", 3)?;
                fields.serialize_field("message", message)?;
                fields.serialize_field("revision", revision)?;
            }
            Action::Delete { message, revision } => {
                fields = serializer.serialize_struct_variant(TYPE, 0, "delete", 3)?;
                fields.serialize_field("message", message)?;
                fields.serialize_field("revision", revision)?;
            }
            Action::React { message, emoji, on } => {
                fields = serializer.serialize_struct_variant(TYPE, 0, "react", 3)?;
                fields.serialize_field("message", message)?;
                fields.serialize_field("emoji", emoji)?;
                fields.serialize_field("on", on)?;
            }
            Action::Describe { change, new } => {
                fields = serializer.serialize_struct_variant(TYPE, 0, "describe", 2)?;
                fields.serialize_field("change", change)?;
                fields.serialize_field("new", new)?;
            }
        }
        if let Some(base_draft) = &self.0.base_draft {
            fields.serialize_field("upon", base_draft)?;
        }
        fields.end()
    }
}

impl FromJson for Draft {
    fn from_json(json: &Value) -> Option<Self> {
        let (action, base_draft) = action_of(json)?;
        Some(Self {
            id: FromJson::from_json(&json["id"])?,
            topic: FromJson::from_json(&json["topic"])?,
            author: FromJson::from_json(&json["author"])?,
            name: FromJson::from_json(&json["name"])?,
            action,
            base_draft,
            order: FromJson::from_json(&json["place"])?,
            was_sent: FromJson::from_json(&json["tried"])?,
            refusal: FromJson::from_json(&json["refused"])?,
        })
    }
}

/// Returns the action of a stored draft, and its base draft.
fn action_of(draft: &Value) -> Option<(Action, Option<DraftId>)> {
    let body = FromJson::from_json(&draft["body"])?;
    let action = &draft["deed"];
    // Versions without this field stored messages only.
    if action.is_null() || action.as_str() == Some("say") {
        return Some((Action::Publish { body, reply_to: FromJson::from_json(&draft["reply_to"])? }, None));
    }
    let (name, of) = action.as_object()?.iter().next()?;
    let action = match name.as_str() {
        "edit" => Action::Edit {
            message: FromJson::from_json(&of["message"])?,
            revision: FromJson::from_json(&of["revision"])?,
            body,
        },
        "delete" => from_fields!(of, Action::Delete { message, revision }),
        "react" => from_fields!(of, Action::React { message, emoji, on }),
        "describe" => from_fields!(of, Action::Describe { change, new }),
        _ => return None,
    };
    Some((action, FromJson::from_json(&of["upon"])?))
}

impl FromJson for AboutChange {
    fn from_json(json: &Value) -> Option<Self> {
        Self::parse(json["title"].as_str(), json["description"].as_str()).ok()?
    }
}

#[cfg(test)]
mod tests {
    use crate::{
        json_lite,
        model::outbox::Draft,
        protocol::{About, AboutChange, AboutFields, Action, DraftId, Emoji, Name, UserId},
    };

    fn draft(action: Action, base_draft: Option<DraftId>) -> Draft {
        Draft {
            id: DraftId(uuid::Uuid::from_u128(1)),
            topic: "lobby".parse().unwrap(),
            author: UserId(uuid::Uuid::from_u128(1)),
            name: Some(Name::parse("Ann").unwrap()),
            action,
            base_draft,
            order: 1_795_374_123_045_000,
            was_sent: true,
            refusal: Some("too late".to_owned()),
        }
    }

    /// Browsers hold drafts of earlier versions, and tabs of two versions share them.
    #[test]
    fn a_draft_is_stored_as_earlier_versions_store_it() {
        let id = "00000000-0000-0000-0000-000000000001";
        let base = Some(DraftId(uuid::Uuid::from_u128(2)));
        let upon = r#""upon":"00000000-0000-0000-0000-000000000002""#;
        let body = || "hi".to_owned();
        let emoji = Emoji::try_from("👍".to_owned()).unwrap();
        for (action, base, expected) in [
            (
                Action::Publish { body: body(), reply_to: Some(7) },
                None,
                r#""say","body":"hi","reply_to":7"#.to_owned(),
            ),
            (Action::Publish { body: body(), reply_to: None }, None, r#""say","body":"hi""#.to_owned()),
            (
                Action::Edit { message: 3, revision: 4, body: body() },
                None,
                r#"{"edit":{"message":3,"revision":4}},"body":"hi""#.to_owned(),
            ),
            (
                Action::Edit { message: 3, revision: 4, body: body() },
                base,
                format!(r#"{{"edit":{{"message":3,"revision":4,{upon}}}}},"body":"hi""#),
            ),
            (
                Action::Delete { message: 3, revision: 4 },
                base,
                format!(r#"{{"delete":{{"message":3,"revision":4,{upon}}}}},"body":"""#),
            ),
            (
                Action::React { message: 3, emoji, on: false },
                None,
                r#"{"react":{"message":3,"emoji":"👍","on":false}},"body":"""#.to_owned(),
            ),
        ] {
            assert_eq!(
                serde_json::to_string(&draft(action, base)).unwrap(),
                format!(
                    r#"{{"id":"{id}","topic":"lobby","author":"{id}","name":"Ann","deed":{expected},"place":1795374123045000,"tried":true,"refused":"too late"}}"#
                )
            );
        }
    }

    #[test]
    fn a_stored_draft_is_decoded_as_it_was_encoded() {
        let body = || "a \"quoted\" line\nand another".to_owned();
        let emoji = Emoji::try_from("👍".to_owned()).unwrap();
        let change = AboutChange { about: About::parse("Tea", "").unwrap(), part: AboutFields::Title };
        for (action, base) in [
            (Action::Publish { body: body(), reply_to: Some(7) }, None),
            (Action::Edit { message: 3, revision: 4, body: body() }, Some(DraftId::fresh())),
            (Action::Delete { message: 3, revision: 3 }, None),
            (Action::React { message: 3, emoji, on: false }, None),
            (Action::Describe { change, new: true }, None),
        ] {
            let draft = draft(action, base);
            assert_eq!(json_lite::parse(&serde_json::to_string(&draft).unwrap()), Some(draft));
        }
    }

    #[test]
    fn a_draft_stored_by_an_older_version_is_a_message() {
        let publish = |reply_to| Action::Publish { body: "hi".to_owned(), reply_to };
        let now = draft(publish(Some(7)), None);
        let mut kept = serde_json::to_value(&now).unwrap();
        for newer in ["deed", "name", "reply_to", "tried", "refused"] {
            kept.as_object_mut().unwrap().remove(newer);
        }
        let then = Draft { name: None, action: publish(None), was_sent: false, refusal: None, ..now };
        assert_eq!(json_lite::parse(&kept.to_string()), Some(then));
        assert_eq!(json_lite::parse::<Draft>("{}"), None);
    }
}
