//! The pages of moderators and owners. They need no script, and no browser loads code for them.

mod audit;
mod form;
mod overview;
mod people;
mod person;
mod person_forms;
mod policy;
mod staff;
mod texts;

use app::i18n::AdminTexts;
use axum::{
    Router,
    http::StatusCode,
    response::{IntoResponse, Response},
    routing::get,
};
use leptos::prelude::*;
use tracing::error;

use super::{
    page_error::unavailable,
    small_page::{address, static_page},
};
use crate::state::AppState;
use staff::Staff;

/// The rows of a page of a list.
const ROWS_PER_PAGE: usize = 50;

pub(crate) fn routes() -> Router<AppState> {
    Router::new()
        .route("/admin", get(overview::open))
        .route("/admin/audit", get(audit::open))
        .route("/admin/people", get(people::open))
        .route("/admin/people/{user}", get(person::open).post(person::submit))
        .route("/admin/policy", get(policy::open).post(policy::submit))
}

/// The part of the pages that is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Overview,
    People,
    Policy,
    Audit,
}

impl Part {
    const ALL: [Self; 4] = [Self::Overview, Self::People, Self::Policy, Self::Audit];

    fn path(self) -> &'static str {
        match self {
            Self::Overview => "/admin",
            Self::People => "/admin/people",
            Self::Policy => "/admin/policy",
            Self::Audit => "/admin/audit",
        }
    }

    fn title(self, texts: &AdminTexts) -> &'static str {
        match self {
            Self::Overview => texts.overview,
            Self::People => texts.people,
            Self::Policy => texts.policy,
            Self::Audit => texts.audit,
        }
    }

    fn is_for(self, staff: &Staff) -> bool {
        match self {
            Self::Overview | Self::People => true,
            Self::Policy | Self::Audit => staff.is_owner,
        }
    }
}

/// A page with links to the parts that its reader may open.
fn page(status: StatusCode, staff: &Staff, here: Part, body: AnyView) -> Response {
    let texts = staff.texts();
    let link = |part: Part| {
        let current = (part == here).then_some("page");
        let href = address(format_args!("{}", part.path()));
        view! { <a href=href aria-current=current>{part.title(texts)}</a> }
    };
    let links = Part::ALL.into_iter().filter(|part| part.is_for(staff)).map(link).collect_view();
    let main = view! {
        <header>
            <h1>{here.title(texts)}</h1>
            <p><a href=address(format_args!("/"))>{texts.back}</a></p>
        </header>
        <nav class="parts" aria-label=texts.title>{links}</nav>
        {body}
    };
    static_page(status, staff.context.presentation(), here.title(texts), "directory admin", main)
}

/// The answer while the database does not answer.
fn unreadable(error: &dyn std::error::Error) -> Response {
    error!(%error, "page.unavailable");
    unavailable().into_response()
}
