use leptos::prelude::*;
use leptos_meta::provide_meta_context;

use crate::{
    page::Page,
    pages::{Access, NotFound, Topic},
};

/// The root: contexts, then the page that the server chose.
///
/// The server provides a [`Page`]; the browser reads the same one from the markup, so both draw the same tree.
#[component]
pub fn App() -> impl IntoView {
    provide_meta_context();
    let page = SharedValue::new(|| use_context::<Page>().unwrap_or(Page::NotFound)).into_inner();
    Effect::new(|_| mark_live());
    match page {
        Page::Topic(page) => view! { <Topic page/> }.into_any(),
        Page::Access(page) => view! { <Access page/> }.into_any(),
        Page::NotFound => view! { <NotFound/> }.into_any(),
    }
}

/// Says in the markup that the page is live: styles and tests wait for it.
fn mark_live() {
    if let Some(root) = document().document_element() {
        let _ = root.set_attribute("data-live", "");
    }
}
