//! The answer to a plain form that could not be taken: what was written comes back with it.

use app::protocol::TopicName;
use axum::{
    http::{StatusCode, header},
    response::{Html, IntoResponse, Response},
};
use leptos::prelude::*;

use super::{assets::page_assets, forms::Written, headers::FORM_POLICY};
use crate::log::AppendError;

/// Why a form was not taken.
pub(super) struct Refused {
    status: StatusCode,
    why: String,
}

impl Refused {
    pub(super) fn unprocessable(why: String) -> Self {
        Self { status: StatusCode::UNPROCESSABLE_ENTITY, why }
    }

    /// Hands back what was written, so that nothing is lost.
    pub(super) fn page(self, topic: &TopicName, written: &Written) -> Response {
        let Written { draft, name, message } = written;
        let form = view! {
            <html lang="en">
                <head>
                    <meta charset="utf-8"/>
                    <meta name="viewport" content="width=device-width, initial-scale=1"/>
                    <meta name="color-scheme" content="light dark"/>
                    <title>"Not sent · Chorus"</title>
                    {page_assets().map(|assets| view! { <link rel="icon" href="/favicon.svg" type="image/svg+xml"/><link rel="stylesheet" href=assets.css/> })}
                </head>
                <body>
                    <main class="card">
                    <h1>"Your message was not sent"</h1>
                    <p class="problem" role="alert">{self.why}</p>
                    <form method="post" action=format!("/t/{topic}")>
                        <input type="hidden" name="draft" value=draft.to_string()/>
                        <label><span>"Name"</span> <input name="name" value=name.clone()/></label>
                        <label><span>"Message"</span> <textarea name="message" rows="8">{escaped(message)}</textarea></label>
                        <button type="submit">"Write"</button>
                    </form>
                    </main>
                </body>
            </html>
        };
        let policy = [(header::CONTENT_SECURITY_POLICY, FORM_POLICY)];
        (self.status, policy, Html(format!("<!DOCTYPE html>{}", form.to_html()))).into_response()
    }
}

/// Text between the tags of a textarea, which leptos writes there as it is.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

impl From<AppendError> for Refused {
    fn from(error: AppendError) -> Self {
        let status = match error {
            AppendError::TooManyTopics => StatusCode::INSUFFICIENT_STORAGE,
            AppendError::TooManyNewTopics { .. } | AppendError::TooFast { .. } => {
                StatusCode::TOO_MANY_REQUESTS
            }
            AppendError::DiskAlmostFull => StatusCode::INSUFFICIENT_STORAGE,
            AppendError::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
            _ => StatusCode::CONFLICT,
        };
        Self { status, why: format!("Not stored: {error}.") }
    }
}
