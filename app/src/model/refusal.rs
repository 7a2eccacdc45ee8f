//! Why the server refused a draft, as it is shown and stored with the draft.

use crate::protocol::ErrorCode;

/// The reason for a message that was changed or replaced after its author saw it.
pub const STALE: &str = "stale";

/// Returns the name of a code for which the page has a text (`i18n::RefusalTexts`), or else the server's message.
pub(crate) fn reason(code: ErrorCode, message: &str) -> String {
    let name = match code {
        ErrorCode::TooManyTopics => "too_many_topics",
        ErrorCode::Conflict => "conflict",
        ErrorCode::Forbidden => "forbidden",
        ErrorCode::Banned => "banned",
        ErrorCode::Muted => "muted",
        ErrorCode::NotFound => "not_found",
        ErrorCode::Stale => STALE,
        ErrorCode::TooManyReactions => "too_many_reactions",
        ErrorCode::Exists => "exists",
        _ => message,
    };
    name.to_owned()
}
