//! The page that answers a rejected message form. It hands the text back in a new form, so that no text is lost.

use app::{
    Field,
    i18n::Language,
    protocol::{DraftId, TextError, TopicName},
};
use axum::{http::StatusCode, response::Response};
use leptos::prelude::*;

use super::{
    denied_page::refusal_text,
    page_context::Presentation,
    publish_form::PublishForm,
    small_page::{address, small_page},
};
use crate::{event_log::AppendError, rights::Denied};

/// Why a message form was not published.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum FormError {
    /// The form has no draft id.
    NoDraft,
    /// The name is not valid.
    Name(TextError),
    /// The text is not valid.
    Message(TextError),
    /// The event log refused the message.
    Append(AppendError),
    /// The person may not write there.
    Denied(Denied),
    /// The form was posted before the access secret was given; now it can be posted again.
    AccessWasMissing,
}

impl From<AppendError> for FormError {
    fn from(error: AppendError) -> Self {
        Self::Append(error)
    }
}

impl From<Denied> for FormError {
    fn from(denied: Denied) -> Self {
        Self::Denied(denied)
    }
}

impl FormError {
    /// Renders the error and the form with its text.
    pub(super) fn page(self, topic: &TopicName, form: &PublishForm, presentation: Presentation) -> Response {
        let language = presentation.language;
        let words = language.form_errors();
        let composer = language.composer();
        let PublishForm { draft, name, message } = form;
        // A draft id that another text has used would conflict again, so the form gets a new one.
        let needs_new_draft = matches!(self, Self::NoDraft | Self::Append(AppendError::Conflict));
        let draft = if needs_new_draft { DraftId::fresh().to_string() } else { draft.clone() };
        let name = view! { <input name="name" value=name.clone()/> }.into_any();
        let message =
            view! { <textarea name="message" rows="8" dir="auto">{textarea_content(message)}</textarea> }
                .into_any();
        let form = view! {
            <h1>{words.message_not_sent}</h1>
            <p class="problem" role="alert">{self.message(language)}</p>
            <form method="post" action=address(format_args!("/t/{topic}"))>
                <input type="hidden" name="draft" value=draft/>
                <Field label=composer.name control=name/>
                <Field label=composer.message control=message/>
                <button type="submit">{composer.write}</button>
            </form>
        };
        small_page(self.status(), presentation, words.not_sent, form)
    }

    fn status(self) -> StatusCode {
        match self {
            Self::NoDraft | Self::Name(_) | Self::Message(_) => StatusCode::UNPROCESSABLE_ENTITY,
            Self::AccessWasMissing => StatusCode::OK,
            Self::Denied(Denied::Hidden) => StatusCode::NOT_FOUND,
            Self::Denied(Denied::Refused(_)) | Self::Append(AppendError::Denied(_)) => StatusCode::FORBIDDEN,
            Self::Append(AppendError::TooManyTopics | AppendError::DiskAlmostFull) => {
                StatusCode::INSUFFICIENT_STORAGE
            }
            Self::Append(AppendError::TooManyNewTopics { .. } | AppendError::TooFast { .. }) => {
                StatusCode::TOO_MANY_REQUESTS
            }
            Self::Append(AppendError::Unavailable) => StatusCode::SERVICE_UNAVAILABLE,
            Self::Append(_) => StatusCode::CONFLICT,
        }
    }

    fn message(self, language: Language) -> String {
        let words = language.form_errors();
        let text = match self {
            Self::Name(error) => return language.name_error(error),
            Self::Message(error) => return language.text_error(error),
            Self::Denied(Denied::Refused(refusal)) | Self::Append(AppendError::Denied(refusal)) => {
                refusal_text(refusal, language)
            }
            // The handler answers with the page of a missing topic.
            Self::Denied(Denied::Hidden) => return Denied::Hidden.to_string(),
            Self::NoDraft => words.no_draft,
            Self::AccessWasMissing => words.message_kept,
            Self::Append(AppendError::TooManyTopics) => words.too_many_topics,
            Self::Append(AppendError::TooManyNewTopics { .. }) => words.too_many_new_topics,
            Self::Append(AppendError::TooFast { .. }) => words.too_fast,
            Self::Append(AppendError::DiskAlmostFull) => words.disk_full,
            Self::Append(AppendError::Unavailable) => words.unavailable,
            // A message without `reply_to` refers to no other event, so only its draft id can conflict.
            Self::Append(_) => words.draft_conflict,
        };
        text.to_owned()
    }
}

/// Escapes a textarea's content, which leptos writes as it is. The leading line feed is there because an HTML parser drops the first
/// one after the start tag.
pub(super) fn textarea_content(text: &str) -> String {
    format!("\n{}", text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rights::Refusal;

    #[test]
    fn a_ban_and_a_mute_are_told_in_the_persons_language() {
        let told = |refusal: Refusal, language| {
            let at_the_door = FormError::from(Denied::from(refusal)).message(language);
            let by_the_committer = FormError::from(AppendError::Denied(refusal)).message(language);
            assert_eq!(at_the_door, by_the_committer);
            at_the_door
        };
        for (language, banned, muted) in [
            (Language::En, "You are banned from this chat.", "You are muted and can’t write right now."),
            (
                Language::De,
                "Du bist in diesem Chat gesperrt.",
                "Du bist stummgeschaltet und kannst gerade nicht schreiben.",
            ),
            (Language::Ar, "أنت محظور من هذه الدردشة.", "أنت مكتوم ولا يمكنك الكتابة الآن."),
        ] {
            assert_eq!(
                (told(Refusal::Banned, language), told(Refusal::Muted, language)),
                (banned.to_owned(), muted.to_owned())
            );
        }
    }
}
