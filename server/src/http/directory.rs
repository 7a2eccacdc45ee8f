//! The directory: which topics there are, and the form that makes one.

use std::net::IpAddr;

use app::{
    page_data::{DirectoryPage, NewTopic, NotMade, Page},
    protocol::{About, AboutFields, Author, DraftId, TextError, Timestamp, TopicName, TopicSummary},
};
use axum::{
    Extension,
    extract::{Query, Request, State, rejection::QueryRejection},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Redirect, Response},
};
use serde::Deserialize;
use tracing::error;

use super::{
    address_limits::ClientIp, base_url::BaseUrl, head::directory_head, language::language_of,
    page_error::unavailable, page_form::PageForm, pages::render_with_head,
};
use crate::{
    clock::now,
    event_log::{Action, AppendError, NewEvent, ReadError},
    router::AppState,
    session::Session,
};

/// Topics on one page.
const PAGE: u32 = 50;
/// A longer search is cut.
const QUERY_CHARS: usize = 200;

/// What the address asks for; what makes no sense is not asked.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct Asked {
    q: String,
    skip: String,
}

/// `GET /`.
pub(crate) async fn open(
    State(state): State<AppState>,
    base: BaseUrl,
    asked: Result<Query<Asked>, QueryRejection>,
    request: Request,
) -> Response {
    let Query(Asked { q, skip }) = asked.unwrap_or_default();
    let query: String = q.trim().chars().take(QUERY_CHARS).collect();
    let page = directory(&state, query, skip.parse().unwrap_or(0), NewTopic::empty()).await;
    answer(page, base, StatusCode::OK, request).await
}

/// What the form sends.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Typed {
    /// Made with the page, so that sending the form twice makes one topic.
    draft: DraftId,
    #[serde(default)]
    title: String,
    #[serde(default)]
    name: String,
    #[serde(default)]
    description: String,
}

/// `POST /topics`: makes a topic and goes there, or hands back what was typed.
pub(crate) async fn create(
    State(state): State<AppState>,
    Extension(session): Extension<Session>,
    base: BaseUrl,
    ClientIp(address): ClientIp,
    headers: HeaderMap,
    PageForm(typed): PageForm<Typed>,
) -> Response {
    let problem = match make(&state, session, address, &typed).await {
        Ok(topic) => return Redirect::to(&format!("/t/{topic}")).into_response(),
        Err(problem) => problem,
    };
    let status = match problem {
        NotMade::TooMany => StatusCode::INSUFFICIENT_STORAGE,
        NotMade::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        _ => StatusCode::UNPROCESSABLE_ENTITY,
    };
    let Typed { draft, title, name, description } = typed;
    let draft = if problem == NotMade::Again { DraftId::fresh() } else { draft };
    let form = NewTopic { draft, title, name, description, problem: Some(problem) };
    let mut request = Request::default();
    *request.headers_mut() = headers;
    answer(directory(&state, String::new(), 0, form).await, base, status, request).await
}

/// `GET /topics`: the address of a form that was handed back, opened again.
pub(crate) async fn to_directory() -> Redirect {
    Redirect::to("/")
}

async fn make(
    state: &AppState,
    session: Session,
    address: IpAddr,
    typed: &Typed,
) -> Result<TopicName, NotMade> {
    let (topic, about) = wish(typed)?;
    let author = Author { user: session.user, name: session.name, unverified: false };
    let action = Action::Describe { about, new: true, part: AboutFields::Both };
    let event = NewEvent::new(topic.clone(), author, typed.draft, action).from_address(address);
    let made = state.log.append(event).await;
    match made {
        Ok(_) => Ok(topic),
        Err(AppendError::Exists) => Err(NotMade::Exists(topic)),
        Err(AppendError::Conflict) => Err(NotMade::Again),
        Err(AppendError::TooManyTopics | AppendError::TooManyNewTopics { .. }) => Err(NotMade::TooMany),
        Err(_) => Err(NotMade::Unavailable),
    }
}

/// The topic that is wanted, or which field is at fault.
fn wish(typed: &Typed) -> Result<(TopicName, About), NotMade> {
    let Typed { title, name, description, .. } = typed;
    About::parse(title, "").map_err(|error| match error {
        TextError::ForbiddenCharacter(c) => NotMade::TitleHolds(c),
        TextError::TooLong { .. } | TextError::Blank => NotMade::LongTitle,
    })?;
    let about = About::parse(title, description).map_err(|error| match error {
        TextError::ForbiddenCharacter(c) => NotMade::DescriptionHolds(c),
        TextError::TooLong { .. } | TextError::Blank => NotMade::LongDescription,
    })?;
    let topic = match (name.trim(), about.title()) {
        ("", "") => return Err(NotMade::Untitled),
        ("", title) => TopicName::from_title(title).ok_or(NotMade::Nameless)?,
        (name, _) => TopicName::from_user_input(name).map_err(|_| NotMade::BadName)?,
    };
    Ok((topic, about))
}

/// A part of the directory. The default topic comes first, whether anybody wrote in it or not.
async fn directory(
    state: &AppState,
    query: String,
    skip: u64,
    mut form: NewTopic,
) -> Result<DirectoryPage, ReadError> {
    let (mut topics, more) = state.chat.topics(&query, skip, PAGE).await?;
    let first = &state.settings.default_topic;
    let mut pinned = None;
    if query.is_empty() {
        topics.retain(|topic| topic.topic != *first);
        if skip == 0 {
            let there = state.chat.summary(first).await?;
            pinned = Some(there.unwrap_or_else(|| untouched(first, state.chat.people_count(first))));
        }
    }
    if topics.is_empty() && form.title.is_empty() && form.problem.is_none() {
        // Whoever looked for it in vain may want to make it.
        form.title.clone_from(&query);
    }
    let next = more.then(|| skip.saturating_add(PAGE.into()));
    Ok(DirectoryPage { query, pinned, topics, is_first: skip == 0, next, now: now(), form })
}

fn untouched(topic: &TopicName, here: u64) -> TopicSummary {
    TopicSummary {
        topic: topic.clone(),
        about: About::default(),
        head: 0,
        messages: 0,
        at: Timestamp(0),
        here,
    }
}

async fn answer(
    page: Result<DirectoryPage, ReadError>,
    base: BaseUrl,
    status: StatusCode,
    request: Request,
) -> Response {
    match page {
        Ok(page) => {
            let head = directory_head(&page, &base, language_of(request.headers()));
            render_with_head(Some(head), Page::Directory(page), status, request).await
        }
        Err(error) => {
            error!(%error, "page.unavailable");
            unavailable().into_response()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(title: &str, name: &str, description: &str) -> Typed {
        let [title, name, description] = [title, name, description].map(str::to_owned);
        Typed { draft: DraftId::fresh(), title, name, description }
    }

    #[test]
    fn a_topic_is_named_as_told_or_by_its_title() {
        for (title, name, topic) in
            [("Tea & Cake", "", "tea-cake"), ("Tea", " brew ", "brew"), ("", "#Brew", "brew")]
        {
            assert_eq!(wish(&typed(title, name, "")).unwrap().0.as_str(), topic);
        }
    }

    #[test]
    fn each_fault_is_its_fields() {
        let (title, description) = ("x".repeat(101), "x".repeat(1_001));
        for (typed, problem) in [
            (typed(" ", "", ""), NotMade::Untitled),
            (typed("中文", "", ""), NotMade::Nameless),
            (typed("Tea", "The Tea", ""), NotMade::BadName),
            (typed(&title, "", ""), NotMade::LongTitle),
            (typed("a\u{202e}b", "", ""), NotMade::TitleHolds('\u{202e}')),
            (typed("Tea", "", &description), NotMade::LongDescription),
            (typed("Tea", "", "a\0"), NotMade::DescriptionHolds('\0')),
        ] {
            assert_eq!(wish(&typed).unwrap_err(), problem);
        }
    }
}
