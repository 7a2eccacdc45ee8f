//! The files of Zulip's export: rows of its tables. Columns that are not read are left out.

use serde::Deserialize;

/// The last second of the year 9999.
const MAX_SECONDS: f64 = 253_402_300_799.0;

#[derive(Debug, Deserialize)]
pub(super) struct RealmFile {
    pub(super) zerver_realm: Vec<RealmRow>,
    #[serde(default)]
    pub(super) zerver_userprofile: Vec<UserRow>,
    /// Programs of Zulip itself.
    #[serde(default)]
    pub(super) zerver_userprofile_crossrealm: Vec<UserRow>,
    /// People who have no account.
    #[serde(default)]
    pub(super) zerver_userprofile_mirrordummy: Vec<UserRow>,
    #[serde(default)]
    pub(super) zerver_stream: Vec<StreamRow>,
    #[serde(default)]
    pub(super) zerver_recipient: Vec<RecipientRow>,
    #[serde(default)]
    pub(super) zerver_reaction: Vec<ReactionRow>,
}

#[derive(Debug, Deserialize)]
pub(super) struct RealmRow {
    pub(super) id: i64,
    /// The subdomain.
    #[serde(default)]
    pub(super) string_id: String,
    /// Seconds since 1970.
    #[serde(default)]
    pub(super) date_created: f64,
}

#[derive(Debug, Deserialize)]
pub(super) struct UserRow {
    pub(super) id: i64,
    #[serde(default)]
    pub(super) full_name: String,
    #[serde(default)]
    pub(super) email: String,
}

#[derive(Debug, Deserialize)]
pub(super) struct StreamRow {
    pub(super) id: i64,
    pub(super) name: String,
    #[serde(default)]
    pub(super) description: Option<String>,
    #[serde(default)]
    pub(super) invite_only: Option<bool>,
}

#[derive(Debug, Deserialize)]
pub(super) struct RecipientRow {
    pub(super) id: i64,
    /// 1 is a person, 2 a channel, and 3 a group of people.
    #[serde(rename = "type")]
    pub(super) kind: i64,
    pub(super) type_id: i64,
}

#[derive(Debug, Deserialize)]
pub(super) struct ReactionRow {
    pub(super) message: i64,
    pub(super) user_profile: i64,
    #[serde(default)]
    pub(super) emoji_name: String,
    #[serde(default)]
    pub(super) emoji_code: String,
    #[serde(default)]
    pub(super) reaction_type: String,
}

#[derive(Debug, Deserialize)]
pub(super) struct MessageFile {
    #[serde(rename = "zerver_message")]
    pub(super) messages: Vec<ZulipMessage>,
    #[serde(rename = "zerver_reaction", default)]
    pub(super) reactions: Vec<ReactionRow>,
}

#[derive(Debug, Deserialize)]
pub(super) struct ZulipMessage {
    pub(super) id: i64,
    pub(super) sender: i64,
    pub(super) recipient: i64,
    /// The name of the topic.
    #[serde(default)]
    pub(super) subject: String,
    /// The text in Zulip's Markdown.
    pub(super) content: String,
    /// Seconds since 1970. Zulip before 2.0 has another name for it.
    #[serde(alias = "pub_date")]
    pub(super) date_sent: f64,
    #[serde(default)]
    pub(super) last_edit_time: Option<f64>,
    /// JSON. A message that was moved to another topic has entries without an earlier text.
    #[serde(default)]
    pub(super) edit_history: Option<String>,
}

impl ZulipMessage {
    /// Returns the time of the last edit, if one changed the text.
    pub(super) fn edited_at(&self) -> Option<i64> {
        let is_edited = self.edit_history.as_ref().is_none_or(|history| history.contains("\"prev_content\""));
        milliseconds(self.last_edit_time?).filter(|_| is_edited)
    }
}

pub(super) fn milliseconds(seconds: f64) -> Option<i64> {
    let is_valid = (0.0..=MAX_SECONDS).contains(&seconds);
    // Within this range, a number of milliseconds is exact.
    is_valid.then_some((seconds * 1_000.0).round() as i64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_read_to_the_millisecond() {
        assert_eq!(milliseconds(1_554_100_600.123_4), Some(1_554_100_600_123));
        for seconds in [-1.0, f64::NAN, f64::INFINITY, 1e12] {
            assert_eq!(milliseconds(seconds), None, "{seconds}");
        }
    }

    #[test]
    fn a_moved_message_is_not_edited() {
        let edited = |history: &str| {
            let message = format!(
                r#"{{"id":1,"sender":2,"recipient":3,"content":"a","pub_date":5,"last_edit_time":6.5,"edit_history":{history}}}"#
            );
            serde_json::from_str::<ZulipMessage>(&message).unwrap().edited_at()
        };
        assert_eq!(edited(r#""[{\"prev_content\":\"b\"}]""#), Some(6_500));
        assert_eq!(edited(r#""[{\"prev_topic\":\"b\"}]""#), None);
        assert_eq!(edited("null"), Some(6_500));
    }
}
