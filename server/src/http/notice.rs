//! Small pages made by hand, for answers that a whole page would cost too much for or could fail in.

use app::i18n::Language;
use axum::{
    http::{StatusCode, header},
    response::{Html, IntoResponse, Response},
};
use leptos::prelude::*;

use super::{assets::page_assets, headers::FORM_POLICY};

/// A page that says one thing.
pub(super) fn notice(
    status: StatusCode,
    language: Language,
    heading: &'static str,
    text: &'static str,
) -> Response {
    let body = view! {
        <h1>{heading}</h1>
        <p>{text}</p>
    };
    small_page(status, language, heading, body)
}

/// A page of a heading and a little more.
pub(super) fn small_page(
    status: StatusCode,
    language: Language,
    title: &'static str,
    body: impl IntoView,
) -> Response {
    let page = view! {
        <html lang=language.tag() dir=language.direction()>
            <head>
                <meta charset="utf-8"/>
                <meta name="viewport" content="width=device-width, initial-scale=1"/>
                <meta name="color-scheme" content="light dark"/>
                <title>{format!("{title} · Chorus")}</title>
                {page_assets().map(|assets| view! { <link rel="icon" href="/favicon.svg" type="image/svg+xml"/><link rel="stylesheet" href=assets.css/> })}
            </head>
            <body>
                <main class="card">{body}</main>
            </body>
        </html>
    };
    let policy = [(header::CONTENT_SECURITY_POLICY, FORM_POLICY)];
    (status, policy, Html(format!("<!DOCTYPE html>{}", page.to_html()))).into_response()
}
