use leptos::prelude::*;
use leptos_meta::provide_meta_context;

use crate::{
    browser::calendar::Clock,
    erased::Draw,
    page_data::{Carried, Page, Shown},
    view::pages::{Topic, draw_other},
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
    Clock::provide();
    match page {
        Page::Topic(page) => view! { <Topic page/> }.drawn(),
        page => draw_other(page),
    }
}

/// Makes the page's view; what it shows stands in the markup.
#[cfg(feature = "hydrate")]
pub fn prepare() {
    crate::erased::first::prepare(|| view! { <App/> }.drawn());
}

/// Takes over the markup that the server rendered. Panics where somebody has changed it on its way.
#[cfg(feature = "hydrate")]
pub fn take_over() {
    crate::erased::first::take_over(mark_live);
}

/// Draws the page in place of such markup.
#[cfg(feature = "hydrate")]
pub fn replace_markup() {
    crate::erased::first::replace(mark_live);
}

/// Says in the markup that the page is live: styles and tests wait for it.
#[cfg(feature = "hydrate")]
fn mark_live() {
    if let Some(root) = document().document_element() {
        let _ = root.set_attribute("data-live", "");
    }
}
