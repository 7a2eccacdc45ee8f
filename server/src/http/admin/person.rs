//! The page of one person, with the forms that change their role, ban and mute.

use app::protocol::{Timestamp, UserId};
use axum::{
    extract::{RawQuery, State},
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use leptos::prelude::*;
use serde::Deserialize;

use super::{
    Part, Staff,
    form::{parse_reason, problem, saved},
    page,
    person_forms::forms,
    texts::{FOR_EVER, standing_line},
    unreadable,
};
use crate::{
    clock::now,
    http::{page_form::PageForm, page_params::PageParams, pages::not_found},
    rights::{ChangeError, ListedPerson, Role, StandingChange},
    state::AppState,
};

const HOUR_MS: u64 = 60 * 60 * 1_000;

/// The fields of all forms of the page.
#[derive(Deserialize)]
pub(crate) struct PersonForm {
    act: PersonAct,
    #[serde(default)]
    role: Role,
    /// The hours of a ban or mute; 0 for one without an end.
    #[serde(default = "one_hour")]
    hours: u64,
    #[serde(default)]
    reason: String,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum PersonAct {
    Role,
    Ban,
    LiftBan,
    Mute,
    LiftMute,
}

fn one_hour() -> u64 {
    1
}

impl PersonForm {
    fn change(&self, now: Timestamp) -> StandingChange {
        let until = Some(end_of(self.hours, now));
        match self.act {
            PersonAct::Role => StandingChange::Role(self.role),
            PersonAct::Ban => StandingChange::Ban(until),
            PersonAct::LiftBan => StandingChange::Ban(None),
            PersonAct::Mute => StandingChange::Mute(until),
            PersonAct::LiftMute => StandingChange::Mute(None),
        }
    }
}

fn end_of(hours: u64, now: Timestamp) -> Timestamp {
    let end = now.0.saturating_add(hours.saturating_mul(HOUR_MS));
    if hours == 0 { FOR_EVER } else { Timestamp(end.min(FOR_EVER.0)) }
}

/// `GET /admin/people/{user}`
pub(crate) async fn open(
    State(state): State<AppState>,
    staff: Staff,
    PageParams(user): PageParams<String>,
    RawQuery(query): RawQuery,
) -> Response {
    let Some(user) = user_of(user) else { return not_found(staff.context).await };
    let note = saved(query.as_deref(), staff.texts());
    show(&state, StatusCode::OK, &staff, user, note, "").await
}

/// `POST /admin/people/{user}`
pub(crate) async fn submit(
    State(state): State<AppState>,
    staff: Staff,
    PageParams(user): PageParams<String>,
    PageForm(form): PageForm<PersonForm>,
) -> Response {
    let Some(user) = user_of(user) else { return not_found(staff.context).await };
    let texts = staff.texts();
    let Some(reason) = parse_reason(&form.reason) else {
        let problem = problem(Some(texts.needs_reason));
        return show(&state, StatusCode::UNPROCESSABLE_ENTITY, &staff, user, problem, "").await;
    };
    let change = form.change(now());
    let (status, text) = match state.chat.moderation().change_person(staff.user, user, change, reason).await {
        Ok(_) => return Redirect::to(&format!("/admin/people/{user}?saved")).into_response(),
        Err(ChangeError::LastOwner) => (StatusCode::CONFLICT, texts.last_owner),
        Err(ChangeError::Denied(_) | ChangeError::UsedCode | ChangeError::TooManyNetworks) => {
            (StatusCode::FORBIDDEN, texts.not_allowed)
        }
        Err(ChangeError::Unavailable(error)) => return unreadable(&error),
    };
    show(&state, status, &staff, user, problem(Some(text)), &form.reason).await
}

fn user_of(text: Option<String>) -> Option<UserId> {
    text?.parse().ok().map(UserId)
}

async fn show(
    state: &AppState,
    status: StatusCode,
    staff: &Staff,
    user: UserId,
    note: AnyView,
    reason: &str,
) -> Response {
    match state.chat.moderation().listed_person(user).await {
        Ok(Some(person)) => page(status, staff, Part::People, body(&person, staff, note, reason)),
        Ok(None) => not_found(staff.context.clone()).await,
        Err(error) => unreadable(&error),
    }
}

fn body(listed: &ListedPerson, staff: &Staff, note: AnyView, reason: &str) -> AnyView {
    let texts = staff.texts();
    let name = listed.name.clone().unwrap_or_else(|| texts.no_name.to_owned());
    let standing = listed.person.standing();
    let forms = forms(listed.user, &standing, staff, reason);
    view! {
        <h2><bdi>{name}</bdi></h2>
        <p><code>{listed.user.to_string()}</code></p>
        <p class="standing">{standing_line(&standing, texts)}</p>
        {note}
        <div class="forms">{forms}</div>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ban_ends_after_its_hours_or_never() {
        let now = Timestamp(1_000);
        assert_eq!(end_of(1, now), Timestamp(3_601_000));
        assert_eq!([0, u64::MAX].map(|hours| end_of(hours, now)), [FOR_EVER; 2]);
    }
}
