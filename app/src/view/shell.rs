use leptos::{nonce::use_nonce, prelude::*};
use leptos_meta::MetaTags;

use crate::{
    App,
    page_data::{Page, PageData},
    view::head,
};

/// The addresses of the page's files. They carry a hash of their content and may be kept for ever.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assets {
    /// The module that loads the WebAssembly.
    pub js: String,
    /// The WebAssembly.
    pub wasm: String,
    /// The style sheet.
    pub css: String,
    /// The module that loads the other parts of the WebAssembly. `None` in a build without parts.
    pub loader: Option<String>,
    /// What a topic's page loads once it is live.
    pub lazy: Vec<String>,
    /// What pages that are no topic's need besides.
    pub pages: Vec<String>,
}

/// Stands for the number of nodes in the page's body, which is known once that is rendered.
pub const NODES_MARK: &str = "'nodes'";

/// Brings the page to life.
const START: &str = include_str!("start.js");

/// The document around the page.
pub fn shell(assets: Assets, dev: impl IntoView) -> impl IntoView {
    let Assets { js, wasm, css, loader, lazy, pages } = assets;
    let nonce = use_nonce();
    let PageData { language, page, .. } = use_context().unwrap_or_default();
    let is_topic = matches!(page, Page::Topic(_));
    let start =
        format!("const JS = '{js}', WASM = '{wasm}', IS_TOPIC = {is_topic}, NODES = {NODES_MARK};\n{START}");
    // The service worker keeps a page with all files that its markup names.
    let mut parts = if is_topic { lazy } else { pages };
    parts.extend(loader);
    view! {
        <!DOCTYPE html>
        <html lang=language.tag() dir=language.direction()>
            <head>
                <meta charset="utf-8"/>
                <meta name="viewport" content="width=device-width, initial-scale=1, interactive-widget=resizes-content"/>
                <meta name="color-scheme" content="light dark"/>
                <meta name="theme-color" content="#f6f4f0" media="(prefers-color-scheme: light)"/>
                <meta name="theme-color" content="#17181c" media="(prefers-color-scheme: dark)"/>
                <link rel="icon" href="/favicon.svg" type="image/svg+xml"/>
                <link rel="apple-touch-icon" href="/icons/apple-touch.png"/>
                <link rel="manifest" href="/manifest.webmanifest"/>
                <link rel="stylesheet" href=css/>
                <meta name="chorus:parts" content=parts.join(" ")/>
                <script type="module" nonce=nonce>
                    {start}
                </script>
                {head::tags()}
                {dev}
                <MetaTags/>
            </head>
            <body>
                <App/>
            </body>
        </html>
    }
}
