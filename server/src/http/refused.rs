//! The answer to a plain form that could not be taken: what was written comes back with it.

use app::{
    i18n::{Language, fill},
    protocol::{DraftId, TextError, TopicName},
};
use axum::{http::StatusCode, response::Response};
use leptos::prelude::*;

use super::{forms::Written, notice::small_page};
use crate::event_log::AppendError;

/// Why a form was not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Why {
    /// It has no draft id.
    NoDraft,
    /// The name may not be.
    Name(TextError),
    /// The text may not be.
    Message(TextError),
    /// The log did not take it.
    Log(AppendError),
    /// It came without the access secret, which was given since.
    Kept,
}

/// A form that was not taken.
pub(super) struct Refused(pub(super) Why);

impl From<Why> for Refused {
    fn from(why: Why) -> Self {
        Self(why)
    }
}

impl From<AppendError> for Refused {
    fn from(error: AppendError) -> Self {
        Self(Why::Log(error))
    }
}

impl Refused {
    /// Hands back what was written, so that nothing is lost.
    pub(super) fn page(self, topic: &TopicName, written: &Written, language: Language) -> Response {
        let (words, composer) = (language.refusals(), language.composer());
        let Written { draft, name, message } = written;
        // Under a draft that another text has, this one would never be taken.
        let is_used = matches!(self.0, Why::NoDraft | Why::Log(AppendError::Conflict));
        let draft = if is_used { DraftId::fresh().to_string() } else { draft.clone() };
        let form = view! {
            <h1>{words.message_not_sent}</h1>
            <p class="problem" role="alert">{self.0.told(language)}</p>
            <form method="post" action=format!("/t/{topic}")>
                <input type="hidden" name="draft" value=draft/>
                <label><span>{composer.name}</span> <input name="name" value=name.clone()/></label>
                <label><span>{composer.message}</span> <textarea name="message" rows="8" dir="auto">{escaped(message)}</textarea></label>
                <button type="submit">{composer.write}</button>
            </form>
        };
        small_page(self.0.status(), language, words.not_sent, form)
    }
}

impl Why {
    fn status(self) -> StatusCode {
        match self {
            Self::NoDraft | Self::Name(_) | Self::Message(_) => StatusCode::UNPROCESSABLE_ENTITY,
            Self::Kept => StatusCode::OK,
            Self::Log(AppendError::TooManyTopics | AppendError::DiskAlmostFull) => {
                StatusCode::INSUFFICIENT_STORAGE
            }
            Self::Log(AppendError::TooManyNewTopics { .. } | AppendError::TooFast { .. }) => {
                StatusCode::TOO_MANY_REQUESTS
            }
            Self::Log(AppendError::Unavailable) => StatusCode::SERVICE_UNAVAILABLE,
            Self::Log(_) => StatusCode::CONFLICT,
        }
    }

    fn told(self, language: Language) -> String {
        let (words, composer) = (language.refusals(), language.composer());
        let text = match self {
            Self::Name(error) => return fill(composer.name_problem, &language.text_problem(error)) + ".",
            Self::Message(error) => {
                return fill(composer.message_problem, &language.text_problem(error)) + ".";
            }
            Self::NoDraft => words.no_draft,
            Self::Kept => words.kept,
            Self::Log(AppendError::TooManyTopics) => words.too_many_topics,
            Self::Log(AppendError::TooManyNewTopics { .. }) => words.too_many_new_topics,
            Self::Log(AppendError::TooFast { .. }) => words.too_fast,
            Self::Log(AppendError::DiskAlmostFull) => words.disk_full,
            Self::Log(AppendError::Unavailable) => words.unavailable,
            // A message without an answer changes nothing that is there: only its draft can be in the way.
            Self::Log(_) => words.other_text,
        };
        text.to_owned()
    }
}

/// Text between the tags of a textarea, which leptos writes there as it is. The first line end would be taken for the tag's own.
fn escaped(text: &str) -> String {
    format!("\n{}", text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;"))
}
