use serde_json::Value;

use super::{Read, fields, reads};
use crate::model::outbox::{Deed, Draft, Seen};

reads! {
    Draft { id, topic, author, name, deed, body, reply_to, place, tried, refused }
    Seen { revision, upon }
}

impl Read for Deed {
    fn read(json: &Value) -> Option<Self> {
        let seen = |of: &Value| Some((Read::read(&of["message"])?, Read::read(of)?));
        match json {
            // An older page kept nothing but messages.
            Value::Null => Some(Self::Say),
            Value::String(word) => (word == "say").then_some(Self::Say),
            Value::Object(deeds) => match deeds.iter().next().map(|(name, of)| (name.as_str(), of))? {
                ("edit", of) => seen(of).map(|(message, seen)| Self::Edit { message, seen }),
                ("delete", of) => seen(of).map(|(message, seen)| Self::Delete { message, seen }),
                ("react", of) => Some(fields!(of, Self::React { message, emoji, on })),
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
        model::outbox::{Deed, Draft, Seen},
        protocol::{DraftId, Emoji, Name, UserId},
    };

    fn draft(deed: Deed) -> Draft {
        Draft {
            id: DraftId::fresh(),
            topic: "lobby".parse().unwrap(),
            author: UserId(uuid::Uuid::new_v4()),
            name: Some(Name::parse("Ann").unwrap()),
            deed,
            body: "a \"quoted\" line\nand another".to_owned(),
            reply_to: Some(7),
            place: 1_795_374_123_045_000,
            tried: true,
            refused: Some("too late".to_owned()),
        }
    }

    #[test]
    fn what_is_kept_is_read_back() {
        let seen = Seen { revision: 4, upon: Some(DraftId::fresh()) };
        let emoji = Emoji::try_from("👍".to_owned()).unwrap();
        for deed in [
            Deed::Say,
            Deed::Edit { message: 3, seen },
            Deed::Delete { message: 3, seen: Seen { revision: 3, upon: None } },
            Deed::React { message: 3, emoji, on: false },
        ] {
            let draft = draft(deed);
            assert_eq!(json_lite::parse(&serde_json::to_string(&draft).unwrap()), Some(draft));
        }
    }

    #[test]
    fn what_an_older_page_kept_is_a_message() {
        let now = draft(Deed::Say);
        let mut kept = serde_json::to_value(&now).unwrap();
        for newer in ["deed", "name", "reply_to", "tried", "refused"] {
            kept.as_object_mut().unwrap().remove(newer);
        }
        let then = Draft { name: None, reply_to: None, tried: false, refused: None, ..now };
        assert_eq!(json_lite::parse(&kept.to_string()), Some(then));
        assert_eq!(json_lite::parse::<Draft>("{}"), None);
    }
}
