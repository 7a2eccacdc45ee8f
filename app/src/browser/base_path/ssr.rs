//! The server's side: the path is a context of the page.

use leptos::prelude::use_context;

use crate::page_data::BasePath;

pub(crate) fn base_path() -> BasePath {
    use_context().unwrap_or_default()
}
