//! Small static pages for errors: they need no script and no database, so they are cheap and cannot fail for the same reason as the page
//! that they replace.

use std::fmt::Arguments;

use app::page_data::Appearance;
use axum::{
    http::{StatusCode, header},
    response::{Html, IntoResponse, Response},
};
use leptos::prelude::*;

use super::{
    assets::page_assets, language::VARY, page_context::Presentation, pages::NO_STORE,
    security_headers::FORM_POLICY,
};
use crate::request_context::RequestContext;

/// Returns the address of a path, for a page that is rendered without the contexts of Leptos.
pub(super) fn address(path: Arguments<'_>) -> String {
    RequestContext::base_path().address(path)
}

/// A page with a heading and one paragraph.
pub(super) fn message_page(
    status: StatusCode,
    presentation: Presentation,
    heading: &'static str,
    text: &'static str,
) -> Response {
    let body = view! {
        <h1>{heading}</h1>
        <p>{text}</p>
    };
    small_page(status, presentation, heading, body)
}

/// A page without scripts: a card around `body`.
pub(super) fn small_page(
    status: StatusCode,
    presentation: Presentation,
    title: &'static str,
    body: impl IntoView,
) -> Response {
    let card = view! {
        <p class="brand">"Chorus"</p>
        {body}
    };
    static_page(status, presentation, title, "card", card)
}

/// A page without scripts, around `body`. `class` is that of its main part.
pub(super) fn static_page(
    status: StatusCode,
    Presentation { language, appearance: Appearance { theme, .. } }: Presentation,
    title: &'static str,
    class: &'static str,
    body: impl IntoView,
) -> Response {
    let page = view! {
        <html lang=language.tag() dir=language.direction() data-theme=theme>
            <head>
                <meta charset="utf-8"/>
                <meta name="viewport" content="width=device-width, initial-scale=1"/>
                <meta name="color-scheme" content=theme.unwrap_or("light dark")/>
                <title>{format!("{title} · Chorus")}</title>
                {page_assets().map(|assets| view! { <link rel="icon" href=address(format_args!("/favicon.svg")) type="image/svg+xml"/><link rel="stylesheet" href=address(format_args!("{}", assets.css))/> })}
            </head>
            <body>
                <main class=class>{body}</main>
            </body>
        </html>
    };
    let policy = [(header::CONTENT_SECURITY_POLICY, FORM_POLICY)];
    // A page may return a text, which belongs to its author.
    let caching = [(header::CACHE_CONTROL, NO_STORE), (header::VARY, VARY)];
    (status, policy, caching, Html(format!("<!DOCTYPE html>{}", page.to_html()))).into_response()
}
