//! Forms that were posted and not accepted, as pages that return them, so that no text is lost.

use app::{Field, i18n::Language, page_data::UnsentForm, protocol::TopicName};
use axum::{
    extract::{DefaultBodyLimit, FromRequest, Request},
    http::{Method, StatusCode},
    response::Response,
};
use leptos::prelude::*;

use super::{
    access_form::AccessForm,
    form_error::{FormError, textarea_content},
    new_topic_form::{NEW_TOPIC_PATH, NewTopicForm},
    page_context::Presentation,
    page_error::PageError,
    page_form::PageForm,
    publish_form::PublishForm,
    small_page::{address, small_page},
};
use crate::event_log::AppendError;

/// Where the form for the access secret is posted to.
const ACCESS_PATH: &str = "/access";

/// A form as it was posted.
pub(super) enum PostedForm {
    Message(TopicName, PublishForm),
    Topic(NewTopicForm),
    Access(AccessForm),
}

/// Why no handler looked at a form, or none could.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum FormRefusal {
    /// The client address exceeds a limit.
    TooManyRequests {
        /// The time until the next request is allowed, in milliseconds.
        retry_ms: u64,
    },
    /// The database does not answer.
    Unavailable,
}

impl PostedForm {
    /// Reads the form that a request posts, of at most `max_bytes`. Returns `None` for a request that posts none with a text.
    pub(super) async fn read(mut request: Request, max_bytes: usize) -> Result<Option<Self>, PageError> {
        if *request.method() != Method::POST {
            return Ok(None);
        }
        // Middleware outside of the routes reads forms too.
        DefaultBodyLimit::max(max_bytes).apply(&mut request);
        let path = request.uri().path();
        if let Some(topic) = path.strip_prefix("/t/").and_then(|topic| topic.parse().ok()) {
            return Ok(Some(Self::Message(topic, fields(request).await?)));
        }
        Ok(match path {
            NEW_TOPIC_PATH => Some(Self::Topic(fields(request).await?)),
            ACCESS_PATH => Some(Self::Access(fields(request).await?)),
            _ => None,
        })
    }

    /// Returns what the form for the access secret keeps of this form until the secret is given.
    pub(super) fn unsent(self) -> Option<UnsentForm> {
        match self {
            Self::Message(topic, form) => Some(form.unsent(topic)),
            Self::Topic(form) => Some(form.unsent()),
            Self::Access(form) => form.unsent(),
        }
    }

    /// Renders the form with its text and the reason. The page needs no database.
    pub(super) fn page(self, refusal: FormRefusal, presentation: Presentation) -> Response {
        match self {
            Self::Message(topic, form) => {
                FormError::from(refusal.append_error()).page(&topic, &form, presentation)
            }
            Self::Topic(form) => new_topic_page(form, refusal, presentation),
            Self::Access(form) => access_page(&form, refusal, presentation),
        }
    }
}

async fn fields<T: serde::de::DeserializeOwned>(request: Request) -> Result<T, PageError> {
    let PageForm(fields) = PageForm::from_request(request, &()).await?;
    Ok(fields)
}

impl FormRefusal {
    fn status(self) -> StatusCode {
        match self {
            Self::TooManyRequests { .. } => StatusCode::TOO_MANY_REQUESTS,
            Self::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    fn append_error(self) -> AppendError {
        match self {
            Self::TooManyRequests { retry_ms } => AppendError::TooFast { retry_ms },
            Self::Unavailable => AppendError::Unavailable,
        }
    }

    fn message(self, language: Language) -> &'static str {
        match self {
            Self::TooManyRequests { .. } => language.access().too_fast_help,
            Self::Unavailable => language.form_errors().unavailable,
        }
    }

    fn page(self, presentation: Presentation, form: AnyView) -> Response {
        let language = presentation.language;
        let failed = language.form_errors().failed;
        let body = view! {
            <h1>{failed}</h1>
            <p class="problem" role="alert">{self.message(language)}</p>
            {form}
        };
        small_page(self.status(), presentation, failed, body)
    }
}

fn new_topic_page(form: NewTopicForm, refusal: FormRefusal, presentation: Presentation) -> Response {
    let words = presentation.language.directory();
    let NewTopicForm { draft, title, name, description } = form;
    let title = view! { <input name="title" dir="auto" value=title/> }.into_any();
    let name = view! { <input name="name" value=name/> }.into_any();
    let description =
        view! { <textarea name="description" rows="3" dir="auto">{textarea_content(&description)}</textarea> }
            .into_any();
    let form = view! {
        <form method="post" action=address(format_args!("{NEW_TOPIC_PATH}"))>
            <input type="hidden" name="draft" value=draft.to_string()/>
            <Field label=words.topic_title control=title/>
            <Field label=words.name control=name/>
            <Field label=words.description control=description/>
            <button type="submit">{words.create}</button>
        </form>
    };
    refusal.page(presentation, form.into_any())
}

/// The secret itself is not returned: a page may stay in a browser's history.
fn access_page(form: &AccessForm, refusal: FormRefusal, presentation: Presentation) -> Response {
    let words = presentation.language.access();
    let unsent = form.unsent().map(UnsentForm::into_fields).into_iter().flatten();
    let hidden = unsent.map(|(name, value)| view! { <input type="hidden" name=name value=value/> });
    let secret =
        view! { <input type="password" name="secret" required autocomplete="current-password"/> }.into_any();
    let form = view! {
        <form method="post" action=address(format_args!("{ACCESS_PATH}"))>
            <input type="hidden" name="next" value=form.next.clone()/>
            {hidden.collect_view()}
            <Field label=words.secret control=secret/>
            <button type="submit">{words.sign_in}</button>
        </form>
    };
    refusal.page(presentation, form.into_any())
}
