//! The files of Slack's export. Fields that are not read are left out.

use serde::Deserialize;

/// The last second of the year 9999.
const MAX_SECONDS: i64 = 253_402_300_799;

#[derive(Debug, Deserialize)]
pub(super) struct SlackChannel {
    pub(super) id: String,
    pub(super) name: String,
    /// Seconds since 1970.
    #[serde(default)]
    pub(super) created: i64,
    #[serde(default)]
    pub(super) is_private: bool,
    #[serde(default)]
    pub(super) topic: ChannelText,
    #[serde(default)]
    pub(super) purpose: ChannelText,
}

#[derive(Debug, Default, Deserialize)]
pub(super) struct ChannelText {
    #[serde(default)]
    pub(super) value: String,
}

#[derive(Debug, Deserialize)]
pub(super) struct User {
    pub(super) id: String,
    #[serde(default)]
    pub(super) name: Option<String>,
    #[serde(default)]
    pub(super) real_name: Option<String>,
    #[serde(default)]
    pub(super) profile: Option<Profile>,
}

#[derive(Debug, Default, Deserialize)]
pub(super) struct Profile {
    #[serde(default)]
    pub(super) display_name: Option<String>,
    #[serde(default)]
    pub(super) real_name: Option<String>,
    #[serde(default)]
    pub(super) name: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(super) struct SlackMessage {
    /// Seconds since 1970 and a fraction that tells the messages of a channel apart.
    pub(super) ts: String,
    #[serde(default)]
    pub(super) subtype: Option<String>,
    #[serde(default)]
    pub(super) user: Option<String>,
    #[serde(default)]
    pub(super) user_profile: Option<Profile>,
    #[serde(default)]
    pub(super) bot_id: Option<String>,
    #[serde(default)]
    pub(super) bot_profile: Option<Profile>,
    #[serde(default)]
    pub(super) username: Option<String>,
    #[serde(default)]
    pub(super) text: Option<String>,
    /// The `ts` of the message that begins the thread.
    #[serde(default)]
    pub(super) thread_ts: Option<String>,
    #[serde(default)]
    pub(super) edited: Option<Edited>,
    #[serde(default)]
    pub(super) reactions: Option<Vec<SlackReaction>>,
    #[serde(default)]
    pub(super) files: Option<Vec<SlackFile>>,
    #[serde(default)]
    pub(super) attachments: Option<Vec<Attachment>>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Edited {
    pub(super) ts: String,
}

#[derive(Debug, Deserialize)]
pub(super) struct SlackReaction {
    pub(super) name: String,
    #[serde(default)]
    pub(super) users: Vec<String>,
    /// The number of people. Not all of them need be in `users`.
    #[serde(default)]
    pub(super) count: usize,
}

#[derive(Debug, Deserialize)]
pub(super) struct SlackFile {
    #[serde(default)]
    pub(super) title: Option<String>,
    #[serde(default)]
    pub(super) name: Option<String>,
    #[serde(default)]
    pub(super) permalink: Option<String>,
    #[serde(default)]
    pub(super) url_private: Option<String>,
}

/// A block of a message of a program, or the preview of a link.
#[derive(Debug, Deserialize)]
pub(super) struct Attachment {
    /// The link that this is the preview of.
    #[serde(default)]
    pub(super) from_url: Option<String>,
    #[serde(default)]
    pub(super) pretext: Option<String>,
    #[serde(default)]
    pub(super) title: Option<String>,
    #[serde(default)]
    pub(super) title_link: Option<String>,
    #[serde(default)]
    pub(super) text: Option<String>,
    #[serde(default)]
    pub(super) fallback: Option<String>,
}

impl SlackChannel {
    pub(super) fn created_at(&self) -> i64 {
        self.created.clamp(0, MAX_SECONDS) * 1_000
    }
}

impl SlackMessage {
    pub(super) fn at(&self) -> Option<i64> {
        milliseconds(&self.ts)
    }

    /// Returns the time of the last edit.
    pub(super) fn edited_at(&self) -> Option<i64> {
        milliseconds(&self.edited.as_ref()?.ts)
    }
}

/// `1355517523.000005` as milliseconds.
fn milliseconds(ts: &str) -> Option<i64> {
    let (seconds, fraction) = ts.split_once('.').unwrap_or((ts, ""));
    let seconds = seconds.parse::<i64>().ok().filter(|seconds| (0..=MAX_SECONDS).contains(seconds))?;
    let digits = format!("{fraction:0<3}");
    let thousandths = digits.get(..3)?.parse::<u16>().ok()?;
    Some(seconds * 1_000 + i64::from(thousandths))
}

#[cfg(test)]
mod tests;
