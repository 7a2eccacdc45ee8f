use leptos::{html, nonce::use_nonce, prelude::*};
use leptos_meta::MetaTags;

use crate::{
    App,
    page_data::{Appearance, BasePath, Page, PageData},
    view::head,
};

/// The paths of the page's files. They contain a hash of the content, so caches may keep them for ever.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assets {
    /// The JavaScript module that loads the WebAssembly.
    pub js: String,
    /// The WebAssembly module.
    pub wasm: String,
    /// The style sheet.
    pub css: String,
    /// The JavaScript module that loads the other WebAssembly files. `None` in a build without the feature `split`.
    pub loader: Option<String>,
    /// Files that a topic's page loads once it is live.
    pub lazy: Vec<String>,
    /// Files that all other pages need to become live.
    pub pages: Vec<String>,
}

/// A placeholder in the start script for the number of nodes in the body, which is known only after rendering.
pub const NODES_MARK: &str = "'nodes'";

/// A placeholder in the start script: the beginning of texts that begin with the path below which the page is served.
const BASE_MARK: &str = "'base";

/// The script that hydrates the page.
const START: &str = include_str!("start.js");

/// The colour of the browser's own controls in a colour scheme, which `theme` may demand.
fn theme_color(scheme: &'static str, color: &'static str, theme: Option<&str>) -> impl IntoView {
    let media = match theme {
        None => format!("(prefers-color-scheme: {scheme})"),
        Some(theme) if theme == scheme => "all".to_owned(),
        Some(_) => return None,
    };
    Some(html::meta().attr("name", "theme-color").content(color).attr("media", media))
}

/// The HTML document around the page.
pub fn shell(assets: Assets, dev: impl IntoView) -> impl IntoView {
    let Assets { js, wasm, css, loader, lazy, pages } = assets;
    let nonce = use_nonce();
    let PageData { language, page, .. } = use_context().unwrap_or_default();
    let Appearance { theme, density, closed } = use_context().unwrap_or_default();
    let base: BasePath = use_context().unwrap_or_default();
    let below = |path: &str| base.address(format_args!("{path}"));
    let data_base = (!base.is_root()).then(|| base.to_string());
    let is_topic = matches!(page, Page::Topic(_));
    let script = START.replace(BASE_MARK, &format!("'{base}"));
    let start =
        format!("const JS = '{js}', WASM = '{wasm}', IS_TOPIC = {is_topic}, NODES = {NODES_MARK};\n{script}");
    // The service worker caches these together with the page.
    let mut parts = if is_topic { lazy } else { pages };
    parts.extend(loader);
    let parts: Vec<String> = parts.iter().map(|part| below(part)).collect();
    view! {
        <!DOCTYPE html>
        <html lang=language.tag() dir=language.direction() data-theme=theme data-density=density data-closed=closed data-base=data_base>
            <head>
                <meta charset="utf-8"/>
                <meta name="viewport" content="width=device-width, initial-scale=1, interactive-widget=resizes-content"/>
                <meta name="color-scheme" content=theme.unwrap_or("light dark")/>
                {theme_color("light", "#f6f4f0", theme)}
                {theme_color("dark", "#17181c", theme)}
                <link rel="icon" href=below("/favicon.svg") type="image/svg+xml"/>
                <link rel="apple-touch-icon" href=below("/icons/apple-touch.png")/>
                <link rel="manifest" href=below("/manifest.webmanifest")/>
                <link rel="stylesheet" href=below(&css)/>
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

#[cfg(test)]
mod tests {
    use super::{BASE_MARK, START};

    #[test]
    fn the_start_script_has_the_base_path_before_each_file() {
        assert_eq!(START.matches("load('").count(), 2);
        assert_eq!(START.matches(&format!("load({BASE_MARK}")).count(), 2);
        assert_eq!(START.matches(BASE_MARK).count(), 2);
    }
}
