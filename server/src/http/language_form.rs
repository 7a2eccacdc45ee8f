//! The form that chooses a language.

use app::i18n::Language;
use axum::{
    extract::State,
    http::{HeaderMap, header},
    response::{IntoResponse, Redirect, Response},
};
use axum_extra::extract::cookie::{Cookie, SameSite};
use serde::Deserialize;

use super::{language::LANGUAGE_COOKIE, local_path::local_path, page_form::PageForm};
use crate::{config::Settings, forwarded::is_https};

const ONE_YEAR_SECONDS: i64 = 365 * 24 * 60 * 60;

/// The fields of the language form.
#[derive(Deserialize)]
pub(crate) struct LanguageForm {
    lang: String,
    #[serde(default)]
    next: String,
}

/// `POST /language`.
pub(crate) async fn choose(
    State(settings): State<Settings>,
    headers: HeaderMap,
    PageForm(form): PageForm<LanguageForm>,
) -> Response {
    let back = Redirect::to(local_path(&form.next));
    let Some(language) = Language::of_tag(&form.lang) else { return back.into_response() };
    let base = settings.base_path();
    let cookie = Cookie::build((base.cookie_name(LANGUAGE_COOKIE), language.tag()))
        .path(base.address(format_args!("/")))
        .max_age(time::Duration::seconds(ONE_YEAR_SECONDS))
        .same_site(SameSite::Lax)
        .secure(settings.is_https() || is_https(&headers) == Some(true));
    ([(header::SET_COOKIE, cookie.to_string())], back).into_response()
}
