use leptos::prelude::*;
use leptos_meta::provide_meta_context;

use crate::{
    drawn::Draw,
    page::{Carried, Page, Shown},
    pages::{Topic, draw_other},
};

/// The root: contexts, then the page that the server chose.
///
/// The server provides what is [`Shown`]; the browser reads the same from the markup, so both draw the same tree.
#[component]
pub fn App() -> impl IntoView {
    provide_meta_context();
    let shown = SharedValue::new_str(|| Carried(use_context::<Shown>().unwrap_or_default())).into_inner();
    let Carried(Shown { language, path, page }) = shown;
    provide_context(language);
    provide_context(path);
    match page {
        Page::Topic(page) => view! { <Topic page/> }.drawn(),
        page => draw_other(page),
    }
}

/// Takes over the markup that the server rendered.
#[cfg(feature = "hydrate")]
pub async fn take_over() {
    crate::drawn::first::take_over(|| view! { <App/> }.drawn(), mark_live).await;
}

/// Says in the markup that the page is live: styles and tests wait for it.
#[cfg(feature = "hydrate")]
fn mark_live() {
    if let Some(root) = document().document_element() {
        let _ = root.set_attribute("data-live", "");
    }
}
