//! A position in a topic, as commands take it.

use std::str::FromStr;

use app::protocol::TopicName;

/// `TOPIC:SEQ`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventPosition {
    pub topic: TopicName,
    pub seq: i64,
}

impl FromStr for EventPosition {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (topic, seq) = text.rsplit_once(':').ok_or("write TOPIC:SEQ, like lobby:1234")?;
        let topic = topic.parse::<TopicName>().map_err(|error| error.to_string())?;
        let seq = seq.parse::<u64>().ok().and_then(|seq| i64::try_from(seq).ok());
        Ok(Self { topic, seq: seq.ok_or("the seq is not a number, as in lobby:1234")? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_position_is_a_topic_and_a_number() {
        let position = EventPosition::from_str("a.b:12").unwrap();
        assert_eq!((position.topic.as_str(), position.seq), ("a.b", 12));
        for text in ["", "lobby", "lobby:", "lobby:-1", "lobby:x", ":1", "Lobby:1"] {
            assert!(EventPosition::from_str(text).is_err(), "{text}");
        }
    }
}
