//! A message of Zulip as one of Chorus.

use app::protocol::Emoji;

use super::{
    format::{ReactionRow, ZulipMessage},
    markdown::MarkdownConverter,
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
    let mut converter = MarkdownConverter::new(realm);
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

/// Returns the text of an action: `/me waves`.
fn action(content: &str) -> Option<&str> {
    content.strip_prefix(ACTION).map(str::trim).filter(|text| !text.is_empty() && !text.contains(['\n', '_']))
}

fn emoji_of(row: &ReactionRow) -> Option<Emoji> {
    let coded = if row.reaction_type == UNICODE { emoji_coded(&row.emoji_code) } else { None };
    // A custom emoji may have the name of another one.
    let is_custom = row.reaction_type == "realm_emoji";
    coded.or_else(|| emoji_named(&row.emoji_name).filter(|_| !is_custom))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn actions_files_and_reactions_are_converted_or_counted() {
        let realm = Realm::example();
        let converted = |content: &str| {
            let message =
                json!({ "id": 1, "sender": 99, "recipient": 3, "content": content, "date_sent": 5 });
            let mut report = Report::default();
            let message = serde_json::from_value(message).unwrap();
            (foreign_message(&realm, &message, 5_000, &mut report), report)
        };
        let (message, report) = converted("/me waves to @**Bob**");
        assert_eq!((message.text.as_str(), message.mentions.len()), ("_waves to @Bob_", 1));
        assert_eq!(message.author.name.as_str(), "user 99", "the export lacks the person");
        let reactions: Vec<_> =
            message.reactions.iter().map(|(emoji, person)| (emoji.as_str(), person.name.as_str())).collect();
        assert_eq!(reactions, [("🎉", "Ann Lee")]);
        assert_eq!((report.count(UNKNOWN_EMOJI), report.count(FILES)), (1, 0));
        assert_eq!(converted("/me a\nb").0.text, "/me a\nb");
        assert_eq!(converted("[a](/user_uploads/1/a) [b](/user_uploads/1/b)").1.count(FILES), 2);
    }
}
