//! The list of people.

use app::{i18n::AdminTexts, protocol::UserId};
use axum::{
    extract::{Query, State, rejection::QueryRejection},
    http::StatusCode,
    response::Response,
};
use leptos::prelude::*;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Deserialize;

use super::{
    Part, ROWS_PER_PAGE, Staff,
    form::without_controls,
    page,
    texts::{person_link, standing_line},
    unreadable,
};
use crate::{chat::Chat, http::small_page::address, rights::ListedPerson, state::AppState};

/// The query of the list. An invalid one is ignored.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct PeopleQuery {
    q: String,
    after: String,
}

struct PeopleList {
    query: String,
    is_first: bool,
    people: Vec<ListedPerson>,
    /// The last person of this page, if there are more.
    next: Option<UserId>,
}

/// `GET /admin/people`
pub(crate) async fn open(
    State(state): State<AppState>,
    staff: Staff,
    query: Result<Query<PeopleQuery>, QueryRejection>,
) -> Response {
    let Query(query) = query.unwrap_or_default();
    match find(&state.chat, &query).await {
        Ok(list) => page(StatusCode::OK, &staff, Part::People, body(&list, staff.texts())),
        Err(error) => unreadable(&error),
    }
}

async fn find(chat: &Chat, query: &PeopleQuery) -> Result<PeopleList, sea_orm::DbErr> {
    let moderation = chat.moderation();
    let text = without_controls(&query.q).trim().to_owned();
    let after = query.after.parse().ok().map(UserId);
    let mut people: Vec<ListedPerson> = match text.parse().map(UserId) {
        Ok(user) => moderation.listed_person(user).await?.into_iter().collect(),
        Err(_) => moderation.list_people(&text, after, ROWS_PER_PAGE as u64 + 1).await?,
    };
    let has_more = people.len() > ROWS_PER_PAGE;
    people.truncate(ROWS_PER_PAGE);
    let next = people.last().filter(|_| has_more).map(|person| person.user);
    Ok(PeopleList { query: text, is_first: after.is_none(), people, next })
}

fn body(list: &PeopleList, texts: &'static AdminTexts) -> AnyView {
    let row = |person: &ListedPerson| {
        let link = person_link(person.user, person.name.as_deref(), texts);
        let standing = standing_line(&person.person.standing(), texts);
        view! { <li>{link}<span>{standing}</span><code>{person.user.to_string()}</code></li> }
    };
    let rows = list.people.iter().map(row).collect_view();
    let nobody = list.people.is_empty().then(|| view! { <p class="note">{texts.no_people}</p> });
    let people = (!list.people.is_empty()).then(|| view! { <ul class="rows">{rows}</ul> });
    let query = list.query.clone();
    view! {
        <p>{texts.people_lead}</p>
        <form class="search" role="search" method="get" action=address(format_args!("/admin/people"))>
            <input type="search" name="q" value=query dir="auto" aria-label=texts.name_or_id placeholder=texts.name_or_id/>
            <button type="submit">{texts.search}</button>
        </form>
        {nobody}
        {people}
        {pager(list, texts)}
    }
    .into_any()
}

fn pager(list: &PeopleList, texts: &'static AdminTexts) -> AnyView {
    let href = |after: &str| {
        let query = utf8_percent_encode(&list.query, NON_ALPHANUMERIC);
        address(format_args!("/admin/people?q={query}&after={after}"))
    };
    let first = (!list.is_first).then(|| view! { <a href=href("")>{texts.first_page}</a> });
    let next =
        list.next.map(|user| view! { <a href=href(&user.to_string()) rel="next">{texts.next_page}</a> });
    (first.is_some() || next.is_some()).then(|| view! { <nav class="more">{first} {next}</nav> }).into_any()
}
