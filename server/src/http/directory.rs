//! The directory page: the list of topics, and the form that creates one.

use std::net::IpAddr;

use app::{
    page_data::{CreateTopicError, DirectoryPage, NewTopicFormData, Page},
    protocol::{About, Action, Author, TextError, TopicName, is_invisible},
};
use axum::{
    Extension,
    extract::{Query, State, rejection::QueryRejection},
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use serde::Deserialize;
use tracing::error;

use super::{
    address_limits::ClientIp,
    base_url::BaseUrl,
    denied_page::denied_page,
    directory_list::{TopicList, scope, topic_list},
    head::directory_head,
    new_topic_form::NewTopicForm,
    page_context::PageContext,
    page_error::unavailable,
    page_form::PageForm,
    page_viewer::PageViewer,
    pages::render_with_head,
    posted_form::{FormRefusal, PostedForm},
    refusal::returned,
};
use crate::{
    chat::Admission,
    clock::now,
    event_log::{AppendError, NewEvent, ReadError},
    rights::{Denied, Door, Refusal},
    session::Session,
    state::AppState,
};

/// A longer search is truncated.
const MAX_QUERY_CHARS: usize = 200;

/// The query of the directory page. Invalid values are ignored.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct DirectoryQuery {
    q: String,
    skip: String,
    /// Present for the form that creates a topic.
    new: Option<String>,
}

/// `GET /`.
pub(crate) async fn open(
    State(state): State<AppState>,
    Extension(session): Extension<Session>,
    base: BaseUrl,
    params: Result<Query<DirectoryQuery>, QueryRejection>,
    context: PageContext,
) -> Response {
    if let Err(denied) = scope(&state, &session.person()) {
        return denied_page(denied, context).await;
    }
    let Query(DirectoryQuery { q, skip, new }) = params.unwrap_or_default();
    let query = q.trim_matches(|c: char| c.is_whitespace() || is_invisible(c));
    let query: String = query.chars().take(MAX_QUERY_CHARS).collect();
    let skip = skip.parse().unwrap_or(0);
    let page = directory(&state, session, query, skip, NewTopicFormData::empty()).await;
    let page = page.map(|page| DirectoryPage { is_form_requested: new.is_some(), ..page });
    respond(page, base, StatusCode::OK, context).await
}

/// `POST /topics`: creates a topic and redirects to it, or returns the filled form with the error.
pub(crate) async fn create(
    State(state): State<AppState>,
    Extension(session): Extension<Session>,
    base: BaseUrl,
    ClientIp(address): ClientIp,
    context: PageContext,
    PageForm(form): PageForm<NewTopicForm>,
) -> Response {
    let problem = match create_topic(&state, session.clone(), address, &form).await {
        Ok(topic) => return Redirect::to(&format!("/t/{topic}")).into_response(),
        Err(problem) => problem,
    };
    let status = match problem {
        CreateTopicError::TooMany => StatusCode::INSUFFICIENT_STORAGE,
        CreateTopicError::Banned | CreateTopicError::Muted | CreateTopicError::NotAllowed => {
            StatusCode::FORBIDDEN
        }
        CreateTopicError::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        _ => StatusCode::UNPROCESSABLE_ENTITY,
    };
    respond_with_form(&state, session, form, problem, status, base, context).await
}

/// Returns the directory with a form that was posted before the access secret was given.
pub(super) async fn form_again(
    state: &AppState,
    session: Session,
    form: NewTopicForm,
    base: BaseUrl,
    context: PageContext,
) -> Response {
    let problem = CreateTopicError::AccessWasMissing;
    respond_with_form(state, session, form, problem, StatusCode::OK, base, context).await
}

/// Returns the directory with a form and its error, or a page with the form alone when the directory cannot be read.
async fn respond_with_form(
    state: &AppState,
    session: Session,
    form: NewTopicForm,
    problem: CreateTopicError,
    status: StatusCode,
    base: BaseUrl,
    context: PageContext,
) -> Response {
    match directory(state, session, String::new(), 0, form.clone().rejected(problem)).await {
        Ok(page) => respond(Ok(page), base, status, context).await,
        Err(error) => {
            error!(%error, "page.unavailable");
            returned(PostedForm::Topic(form), FormRefusal::Unavailable, context.presentation())
        }
    }
}

/// `GET /topics`: after an error the browser shows this address, and a reload gets here.
pub(crate) async fn redirect_to_directory() -> Redirect {
    Redirect::to("/")
}

async fn create_topic(
    state: &AppState,
    session: Session,
    address: IpAddr,
    form: &NewTopicForm,
) -> Result<TopicName, CreateTopicError> {
    let (topic, about) = parse_form(form)?;
    let person = session.person();
    let author = Author { user: session.user, name: session.name, unverified: false };
    let action = Action::Describe { change: about.into(), new: true };
    let admitted = state.chat.admit(Door::NewTopicForm, &person, &topic, action, author, form.draft).await;
    let writable = match admitted.map_err(refused)? {
        Admission::New(writable) => writable,
        Admission::Retry(_) => return Ok(topic),
    };
    let event = NewEvent::new(writable, form.draft).from_address(address);
    let made = state.chat.publish_and_read(event).await;
    match made {
        Ok(_) => Ok(topic),
        Err(AppendError::Exists) => Err(CreateTopicError::Exists(topic)),
        Err(AppendError::Conflict) => Err(CreateTopicError::DraftConflict),
        Err(AppendError::Denied(refusal)) => Err(refused(refusal.into())),
        Err(AppendError::TooManyTopics | AppendError::TooManyNewTopics { .. }) => {
            Err(CreateTopicError::TooMany)
        }
        Err(_) => Err(CreateTopicError::Unavailable),
    }
}

/// A hidden topic is not told from one that the person may not create.
fn refused(denied: Denied) -> CreateTopicError {
    match denied {
        Denied::Refused(Refusal::Banned) => CreateTopicError::Banned,
        Denied::Refused(Refusal::Muted) => CreateTopicError::Muted,
        Denied::Refused(Refusal::SignIn | Refusal::Locked | Refusal::Forbidden) | Denied::Hidden => {
            CreateTopicError::NotAllowed
        }
    }
}

/// Returns the new topic's name and description, or the first field that is not valid.
fn parse_form(form: &NewTopicForm) -> Result<(TopicName, About), CreateTopicError> {
    let NewTopicForm { title, name, description, .. } = form;
    About::parse(title, "").map_err(|error| match error {
        TextError::ForbiddenCharacter(c) => CreateTopicError::TitleHolds(c),
        TextError::TooLong { .. } | TextError::Blank => CreateTopicError::LongTitle,
    })?;
    let about = About::parse(title, description).map_err(|error| match error {
        TextError::ForbiddenCharacter(c) => CreateTopicError::DescriptionHolds(c),
        TextError::TooLong { .. } | TextError::Blank => CreateTopicError::LongDescription,
    })?;
    let topic = match (name.trim(), about.title()) {
        ("", "") => return Err(CreateTopicError::Untitled),
        ("", title) => TopicName::from_title(title).ok_or(CreateTopicError::Nameless)?,
        (name, _) => TopicName::from_user_input(name).map_err(|_| CreateTopicError::BadName)?,
    };
    Ok((topic, about))
}

async fn directory(
    state: &AppState,
    session: Session,
    query: String,
    skip: u64,
    mut form: NewTopicFormData,
) -> Result<DirectoryPage, ReadError> {
    let person = session.person();
    let viewer = PageViewer::load(session, &state.chat).await;
    let TopicList { followed, pinned, topics, next } =
        topic_list(state, &person, viewer.memberships, &query, skip).await?;
    if topics.is_empty() && form.title.is_empty() && form.problem.is_none() {
        // A search without results suggests the title of a new topic.
        form.title.clone_from(&query);
    }
    Ok(DirectoryPage {
        query,
        followed,
        pinned,
        topics,
        is_first: skip == 0,
        next,
        now: now(),
        form,
        is_form_requested: false,
    })
}

async fn respond(
    page: Result<DirectoryPage, ReadError>,
    base: BaseUrl,
    status: StatusCode,
    context: PageContext,
) -> Response {
    match page {
        Ok(page) => {
            let head = directory_head(&page, &base, context.language);
            render_with_head(Some(head), Page::Directory(page), status, context).await
        }
        Err(error) => {
            error!(%error, "page.unavailable");
            unavailable().into_response()
        }
    }
}

#[cfg(test)]
mod tests {
    use app::protocol::DraftId;

    use super::*;

    fn form(title: &str, name: &str, description: &str) -> NewTopicForm {
        let [title, name, description] = [title, name, description].map(str::to_owned);
        NewTopicForm { draft: DraftId::fresh(), title, name, description }
    }

    #[test]
    fn a_topic_is_named_by_the_name_field_or_by_its_title() {
        for (title, name, topic) in
            [("Tea & Cake", "", "tea-cake"), ("Tea", " brew ", "brew"), ("", "#Brew", "brew")]
        {
            assert_eq!(parse_form(&form(title, name, "")).unwrap().0.as_str(), topic);
        }
    }

    #[test]
    fn each_error_names_its_field() {
        let title = "x".repeat(101);
        let description = "x".repeat(1_001);
        for (form, problem) in [
            (form(" ", "", ""), CreateTopicError::Untitled),
            (form("中文", "", ""), CreateTopicError::Nameless),
            (form("Tea", "The Tea", ""), CreateTopicError::BadName),
            (form(&title, "", ""), CreateTopicError::LongTitle),
            (form("a\u{202e}b", "", ""), CreateTopicError::TitleHolds('\u{202e}')),
            (form("Tea", "", &description), CreateTopicError::LongDescription),
            (form("Tea", "", "a\0"), CreateTopicError::DescriptionHolds('\0')),
        ] {
            assert_eq!(parse_form(&form).unwrap_err(), problem);
        }
    }
}
