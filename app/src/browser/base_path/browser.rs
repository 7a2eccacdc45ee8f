//! The browser's side: the server writes the path into the root element.

use leptos::prelude::document;

pub(crate) fn base_path() -> String {
    let root = document().document_element();
    root.and_then(|root| root.get_attribute("data-base")).unwrap_or_default()
}
