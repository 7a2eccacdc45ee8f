use leptos::{nonce::use_nonce, prelude::*};
use leptos_meta::MetaTags;

use crate::App;

/// The addresses of the page's files. They carry a hash of their content and may be kept for ever.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assets {
    /// The module that loads the WebAssembly.
    pub js: String,
    /// The WebAssembly.
    pub wasm: String,
    /// The style sheet.
    pub css: String,
}

/// The document around the page.
pub fn shell(assets: Assets, dev: impl IntoView) -> impl IntoView {
    let Assets { js, wasm, css } = assets;
    let nonce = use_nonce();
    let start = format!(
        "import init, {{ hydrate }} from '{js}'; await init({{ module_or_path: '{wasm}' }}); hydrate();"
    );
    view! {
        <!DOCTYPE html>
        <html lang="en">
            <head>
                <meta charset="utf-8"/>
                <meta name="viewport" content="width=device-width, initial-scale=1, interactive-widget=resizes-content"/>
                <meta name="color-scheme" content="light dark"/>
                <meta name="theme-color" content="#f6f4f0" media="(prefers-color-scheme: light)"/>
                <meta name="theme-color" content="#17181c" media="(prefers-color-scheme: dark)"/>
                <link rel="icon" href="/favicon.svg" type="image/svg+xml"/>
                <link rel="stylesheet" href=css/>
                <link rel="modulepreload" href=js/>
                <link rel="preload" href=wasm r#as="fetch" r#type="application/wasm" crossorigin="anonymous"/>
                <script type="module" nonce=nonce>
                    {start}
                </script>
                {dev}
                <MetaTags/>
            </head>
            <body>
                <App/>
            </body>
        </html>
    }
}
