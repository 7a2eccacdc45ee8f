//! The page for somebody who may not read what they ask for.

use app::i18n::Language;
use axum::{http::StatusCode, response::Response};

use super::{page_context::PageContext, pages::not_found, small_page::message_page};
use crate::rights::{Denied, Refusal};

/// Answers as for an address that does not exist, or says why the person may not read this.
pub(super) async fn denied_page(denied: Denied, context: PageContext) -> Response {
    let Denied::Refused(refusal) = denied else { return not_found(context).await };
    let presentation = context.presentation();
    let words = presentation.language.form_errors();
    let text = match refusal {
        Refusal::SignIn => words.not_a_reader,
        _ => refusal_text(refusal, presentation.language),
    };
    message_page(StatusCode::FORBIDDEN, presentation, words.not_shown, text)
}

/// Returns the reason of a refusal in the reader's language.
pub(super) fn refusal_text(refusal: Refusal, language: Language) -> &'static str {
    let texts = language.refusals();
    match refusal {
        Refusal::Banned => texts.banned,
        Refusal::Muted => texts.muted,
        Refusal::SignIn => language.form_errors().members_only,
        Refusal::Forbidden => language.form_errors().not_permitted,
        // In English: no topic is locked so far.
        Refusal::Locked => "The topic is closed for this.",
    }
}
