//! The audit log.

use std::collections::HashMap;

use app::{i18n::AdminTexts, protocol::UserId};
use axum::{
    extract::{Query, State, rejection::QueryRejection},
    http::StatusCode,
    response::Response,
};
use leptos::prelude::*;
use sea_orm::DbErr;
use serde::Deserialize;
use uuid::Uuid;

use super::{
    Part, ROWS_PER_PAGE, page,
    staff::Owner,
    texts::{network_line, person_link, policy_line, standing_texts, time},
    unreadable,
};
use crate::{
    chat::Chat,
    http::small_page::address,
    rights::{Act, AuditEntry, Changed},
    state::AppState,
};

/// The query of the page. An invalid one is ignored.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct AuditQuery {
    before: String,
}

struct AuditPage {
    is_first: bool,
    entries: Vec<AuditEntry>,
    names: HashMap<UserId, String>,
    /// The last entry of this page, if there are older ones.
    next: Option<Uuid>,
}

/// `GET /admin/audit`
pub(crate) async fn open(
    State(state): State<AppState>,
    Owner(staff): Owner,
    query: Result<Query<AuditQuery>, QueryRejection>,
) -> Response {
    let Query(AuditQuery { before }) = query.unwrap_or_default();
    match read(&state.chat, before.parse().ok()).await {
        Ok(log) => page(StatusCode::OK, &staff, Part::Audit, body(&log, staff.texts())),
        Err(error) => unreadable(&error),
    }
}

async fn read(chat: &Chat, before: Option<Uuid>) -> Result<AuditPage, DbErr> {
    let moderation = chat.moderation();
    let mut entries = moderation.audit(before, ROWS_PER_PAGE as u64 + 1).await?;
    let has_more = entries.len() > ROWS_PER_PAGE;
    entries.truncate(ROWS_PER_PAGE);
    let next = entries.last().filter(|_| has_more).map(|entry| entry.id);
    let mut users: Vec<UserId> =
        entries.iter().flat_map(|entry| [Some(entry.user), entry.actor]).flatten().collect();
    users.sort_unstable();
    users.dedup();
    let names = moderation.names(&users).await?;
    Ok(AuditPage { is_first: before.is_none(), entries, names, next })
}

fn body(log: &AuditPage, texts: &'static AdminTexts) -> AnyView {
    let rows = log.entries.iter().map(|entry| row(entry, log, texts)).collect_view();
    let none = log.entries.is_empty().then(|| view! { <p class="note">{texts.no_entries}</p> });
    let href = |before: &str| address(format_args!("/admin/audit?before={before}"));
    let first = (!log.is_first).then(|| view! { <a href=href("")>{texts.first_page}</a> });
    let next = log.next.map(|id| view! { <a href=href(&id.to_string()) rel="next">{texts.next_page}</a> });
    let pager = (first.is_some() || next.is_some()).then(|| view! { <nav class="more">{first} {next}</nav> });
    view! {
        <p>{texts.audit_lead}</p>
        {none}
        <ol class="log-rows">{rows}</ol>
        {pager}
    }
    .into_any()
}

fn row(entry: &AuditEntry, log: &AuditPage, texts: &'static AdminTexts) -> AnyView {
    let link = |user: UserId| person_link(user, log.names.get(&user).map(String::as_str), texts);
    let actor = entry.actor.map_or_else(|| view! { <bdi>{texts.server}</bdi> }.into_any(), link);
    let act = match (entry.act, &entry.changed) {
        (Act::OwnerCode, _) => texts.became_owner.to_owned(),
        (_, Changed::Standing(standing)) => standing_texts(standing, entry.at, texts).join(" · "),
        (_, Changed::Network(change)) => network_line(change, entry.at, texts),
        (_, Changed::Policy(policy)) => format!("{} · {}", texts.changed_policy, policy_line(policy, texts)),
    };
    let person = matches!(entry.changed, Changed::Standing(_))
        .then(|| view! { <div><dt>{texts.person}</dt><dd>{link(entry.user)}</dd></div> });
    let reason = Some(entry.reason.clone()).filter(|reason| !reason.is_empty());
    let reason = reason.map(|reason| view! { <div><dt>{texts.why}</dt><dd><bdi>{reason}</bdi></dd></div> });
    view! {
        <li>
            <time datetime=entry.at.to_rfc3339()>{time(entry.at)}</time>
            <dl>
                <div><dt>{texts.actor}</dt><dd>{actor}</dd></div>
                {person}
                <div><dt>{texts.act}</dt><dd>{act}</dd></div>
                {reason}
            </dl>
        </li>
    }
    .into_any()
}
