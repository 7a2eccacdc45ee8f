//! The person who opens one of these pages. For everybody else, they do not exist.

use app::{i18n::AdminTexts, protocol::UserId};
use axum::{extract::FromRequestParts, http::request::Parts, response::Response};

use crate::{
    http::{page_context::PageContext, pages::not_found},
    rights::{HousePermission, Person},
    session::Session,
    state::AppState,
};

/// A moderator or an owner.
pub(crate) struct Staff {
    pub(super) user: UserId,
    pub(super) is_owner: bool,
    pub(super) context: PageContext,
}

/// An owner.
pub(crate) struct Owner(pub(super) Staff);

impl Staff {
    pub(super) fn texts(&self) -> &'static AdminTexts {
        self.context.presentation().language.admin()
    }
}

impl FromRequestParts<AppState> for Staff {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Response> {
        let Ok(context) = PageContext::from_request_parts(parts, state).await;
        let person = parts.extensions.get::<Session>().map_or_else(Person::stranger, Session::person);
        let may = |permission| state.rights.house(&person, permission).is_ok();
        match person.user() {
            Some(user) if may(HousePermission::Ban) => {
                Ok(Self { user, is_owner: may(HousePermission::Administer), context })
            }
            _ => Err(not_found(context).await),
        }
    }
}

impl FromRequestParts<AppState> for Owner {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Response> {
        let staff = Staff::from_request_parts(parts, state).await?;
        if staff.is_owner { Ok(Self(staff)) } else { Err(not_found(staff.context).await) }
    }
}
