use serde_json::Value;

use super::{FromJson, from_fields, impl_from_json};
use crate::model::outbox::{Action, BaseRevision, Draft};

impl_from_json! {
    Draft {
        id, topic, author, name, action as "deed", body, reply_to,
        order as "place", was_sent as "tried", refusal as "refused",
    }
    BaseRevision { revision, base_draft as "upon" }
}

impl FromJson for Action {
    fn from_json(json: &Value) -> Option<Self> {
        let base = |of: &Value| Some((FromJson::from_json(&of["message"])?, FromJson::from_json(of)?));
        match json {
            // Versions without this field stored messages only.
            Value::Null => Some(Self::Publish),
            Value::String(word) => (word == "say").then_some(Self::Publish),
            Value::Object(deeds) => match deeds.iter().next().map(|(name, of)| (name.as_str(), of))? {
                ("edit", of) => base(of).map(|(message, base)| Self::Edit { message, base }),
                ("delete", of) => base(of).map(|(message, base)| Self::Delete { message, base }),
                ("react", of) => Some(from_fields!(of, Self::React { message, emoji, on })),
                _ => None,
            },
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::{
        json_lite,
        model::outbox::{Action, BaseRevision, Draft},
        protocol::{DraftId, Emoji, Name, UserId},
    };

    fn draft(action: Action) -> Draft {
        Draft {
            id: DraftId::fresh(),
            topic: "lobby".parse().unwrap(),
            author: UserId(uuid::Uuid::new_v4()),
            name: Some(Name::parse("Ann").unwrap()),
            action,
            body: "a \"quoted\" line\nand another".to_owned(),
            reply_to: Some(7),
            order: 1_795_374_123_045_000,
            was_sent: true,
            refusal: Some("too late".to_owned()),
        }
    }

    #[test]
    fn a_stored_draft_is_decoded_as_it_was_encoded() {
        let base = BaseRevision { revision: 4, base_draft: Some(DraftId::fresh()) };
        let emoji = Emoji::try_from("👍".to_owned()).unwrap();
        for action in [
            Action::Publish,
            Action::Edit { message: 3, base },
            Action::Delete { message: 3, base: BaseRevision { revision: 3, base_draft: None } },
            Action::React { message: 3, emoji, on: false },
        ] {
            let draft = draft(action);
            assert_eq!(json_lite::parse(&serde_json::to_string(&draft).unwrap()), Some(draft));
        }
    }

    /// Browsers hold drafts of earlier versions, and tabs of two versions share them.
    #[test]
    fn a_draft_is_stored_as_earlier_versions_store_it() {
        let id = "00000000-0000-0000-0000-000000000001";
        let other = "00000000-0000-0000-0000-000000000002";
        let base = |base_draft| BaseRevision { revision: 4, base_draft };
        let upon = Some(DraftId(uuid::Uuid::from_u128(2)));
        let emoji = Emoji::try_from("👍".to_owned()).unwrap();
        for (action, reply_to, expected) in [
            (Action::Publish, Some(7), r#""say","body":"hi","reply_to":7"#.to_owned()),
            (Action::Publish, None, r#""say","body":"hi""#.to_owned()),
            (
                Action::Edit { message: 3, base: base(None) },
                None,
                r#"{"edit":{"message":3,"revision":4}},"body":"hi""#.to_owned(),
            ),
            (
                Action::Edit { message: 3, base: base(upon) },
                None,
                format!(r#"{{"edit":{{"message":3,"revision":4,"upon":"{other}"}}}},"body":"hi""#),
            ),
            (
                Action::Delete { message: 3, base: base(upon) },
                None,
                format!(r#"{{"delete":{{"message":3,"revision":4,"upon":"{other}"}}}},"body":"hi""#),
            ),
            (
                Action::React { message: 3, emoji, on: false },
                None,
                r#"{"react":{"message":3,"emoji":"👍","on":false}},"body":"hi""#.to_owned(),
            ),
        ] {
            let (id_of, author) = (DraftId(uuid::Uuid::from_u128(1)), UserId(uuid::Uuid::from_u128(1)));
            let draft = Draft { id: id_of, author, reply_to, body: "hi".to_owned(), ..draft(action) };
            assert_eq!(
                serde_json::to_string(&draft).unwrap(),
                format!(
                    r#"{{"id":"{id}","topic":"lobby","author":"{id}","name":"Ann","deed":{expected},"place":1795374123045000,"tried":true,"refused":"too late"}}"#
                )
            );
        }
    }

    #[test]
    fn a_draft_stored_by_an_older_version_is_a_message() {
        let now = draft(Action::Publish);
        let mut kept = serde_json::to_value(&now).unwrap();
        for newer in ["deed", "name", "reply_to", "tried", "refused"] {
            kept.as_object_mut().unwrap().remove(newer);
        }
        let then = Draft { name: None, reply_to: None, was_sent: false, refusal: None, ..now };
        assert_eq!(json_lite::parse(&kept.to_string()), Some(then));
        assert_eq!(json_lite::parse::<Draft>("{}"), None);
    }
}
