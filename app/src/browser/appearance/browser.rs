use leptos::prelude::{document, window};
use wasm_bindgen::JsCast;
use web_sys::HtmlDocument;

use super::Choice;
use crate::browser::base_path::{address, base_path};

const ONE_YEAR_SECONDS: u32 = 365 * 24 * 60 * 60;

/// Returns the value of a choice; empty for the default.
pub(crate) fn chosen(choice: Choice) -> String {
    let root = document().document_element();
    root.and_then(|root| root.get_attribute(&attribute(choice))).unwrap_or_default()
}

/// Changes a choice here and for later pages; an empty value is the default.
pub(crate) fn choose(choice: Choice, value: &str) {
    apply(choice, value);
    if let Some(document) = html_document() {
        let age = if value.is_empty() { 0 } else { ONE_YEAR_SECONDS };
        let secure = if window().is_secure_context() { "; secure" } else { "" };
        let name = cookie_name(choice);
        let path = address(format_args!("/"));
        let _ =
            document.set_cookie(&format!("{name}={value}; path={path}; max-age={age}; samesite=lax{secure}"));
    }
}

/// Applies the stored choices to a page that the offline cache has kept from before. Stores them again, because browsers
/// limit the age of what a script has stored.
pub(crate) fn apply_cookies() {
    let cookies = html_document().and_then(|document| document.cookie().ok()).unwrap_or_default();
    for choice in [Choice::Theme, Choice::Density, Choice::Closed] {
        let name = cookie_name(choice);
        let value = cookies.split("; ").find_map(|cookie| cookie.strip_prefix(&*name)?.strip_prefix('='));
        match value {
            Some(value) if !value.is_empty() => choose(choice, value),
            _ => apply(choice, ""),
        }
    }
}

fn apply(choice: Choice, value: &str) {
    let Some(root) = document().document_element() else { return };
    let _ = match value {
        "" => root.remove_attribute(&attribute(choice)),
        value => root.set_attribute(&attribute(choice), value),
    };
}

fn attribute(choice: Choice) -> String {
    format!("data-{}", choice.name())
}

/// As [`BasePath::cookie_name`](crate::page_data::BasePath::cookie_name), by which the server finds the cookie.
fn cookie_name(choice: Choice) -> String {
    format!("{}{}", choice.name(), base_path().replace('/', "_"))
}

fn html_document() -> Option<HtmlDocument> {
    document().dyn_into().ok()
}
