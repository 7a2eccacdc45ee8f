//! A message of Zulip as one of Chorus.

use app::protocol::Emoji;

use super::{
    format::{ReactionRow, ZulipMessage},
    markdown::Converter,
    realm::Realm,
};
use crate::maintenance::foreign::{
    emoji::{emoji_coded, emoji_named},
    events::ForeignMessage,
    report::{FILES, Report, UNKNOWN_EMOJI},
};

/// The beginning of the address of an uploaded file in a link.
const UPLOAD: &str = "](/user_uploads/";
/// The type of reactions with an emoji of Unicode.
const UNICODE: &str = "unicode_emoji";
const ACTION: &str = "/me ";

pub(super) fn foreign_message(
    realm: &Realm,
    message: &ZulipMessage,
    at: i64,
    report: &mut Report,
) -> ForeignMessage {
    report.note_many(FILES, message.content.matches(UPLOAD).count());
    let mut converter = Converter::new(realm);
    let text = match action(&message.content) {
        Some(action) => format!("_{}_", converter.markdown(action)),
        None => converter.markdown(&message.content),
    };
    let mut reactions = Vec::new();
    for row in realm.reactions(message.id) {
        match emoji_of(row) {
            Some(emoji) => reactions.push((emoji, realm.person(row.user_profile, report))),
            None => report.note(UNKNOWN_EMOJI),
        }
    }
    ForeignMessage {
        key: realm.key(&format!("message:{}", message.id)),
        at,
        author: realm.person(message.sender, report),
        text,
        mentions: converter.mentions,
        reply_to: None,
        edited_at: message.edited_at(),
        is_deleted: false,
        reactions,
    }
}

/// Returns what an author says to do: `/me waves`.
fn action(content: &str) -> Option<&str> {
    content.strip_prefix(ACTION).map(str::trim).filter(|text| !text.is_empty() && !text.contains(['\n', '_']))
}

fn emoji_of(row: &ReactionRow) -> Option<Emoji> {
    let coded = if row.reaction_type == UNICODE { emoji_coded(&row.emoji_code) } else { None };
    // A custom emoji may have the name of another one.
    let is_custom = row.reaction_type == "realm_emoji";
    coded.or_else(|| emoji_named(&row.emoji_name).filter(|_| !is_custom))
}
