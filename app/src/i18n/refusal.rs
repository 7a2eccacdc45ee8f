//! Why the server refused a draft, in the person's language.

use super::Language;

impl Language {
    /// Returns the text for a reason of [`SendState::Refused`](crate::model::outbox::SendState::Refused). The server's own
    /// messages, which are English, stay as they are.
    pub(crate) fn refusal(self, reason: &str) -> String {
        let texts = self.refusals();
        let text = match reason {
            "too_many_topics" => texts.too_many_topics,
            "conflict" => texts.conflict,
            "forbidden" => texts.forbidden,
            "banned" => texts.banned,
            "muted" => texts.muted,
            "not_found" => texts.not_found,
            "stale" => texts.stale,
            "too_many_reactions" => texts.too_many_reactions,
            "exists" => texts.exists,
            message => message,
        };
        text.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::Language;
    use crate::{model::refusal::reason, protocol::ErrorCode};

    #[test]
    fn a_refusal_is_shown_in_the_persons_language() {
        let refusal = |code| Language::De.refusal(&reason(code, "an English message"));
        assert_eq!(refusal(ErrorCode::Stale), "Die Nachricht hat sich inzwischen geändert.");
        assert_eq!(refusal(ErrorCode::TooLarge), "an English message");
        let shown = ErrorCode::ALL.map(refusal);
        assert!(shown.iter().all(|text| text.contains(' ')), "each name has a text: {shown:?}");
    }
}
