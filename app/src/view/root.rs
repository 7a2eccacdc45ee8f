use leptos::prelude::*;
use leptos_meta::provide_meta_context;

use crate::{
    browser::calendar::DayClock,
    erased::Erase,
    page_data::{Page, PageData, PageDataJson},
    view::pages::{Topic, render_other_page},
};

/// The root component: provides the contexts and renders the page that the server chose.
///
/// The server provides the page's data ([`PageData`]) as a context; the browser reads the same data from the markup, so
/// that both render the same tree.
#[component]
pub fn App() -> impl IntoView {
    provide_meta_context();
    let shown =
        SharedValue::new_str(|| PageDataJson(use_context::<PageData>().unwrap_or_default())).into_inner();
    let PageDataJson(PageData { language, path, page }) = shown;
    provide_context(language);
    provide_context(path);
    DayClock::provide();
    match page {
        Page::Topic(page) => view! { <Topic page/> }.erased(),
        page => render_other_page(page),
    }
}

/// Makes the page's view from the data in the markup.
#[cfg(feature = "hydrate")]
pub fn prepare() {
    crate::erased::hydration::prepare(|| view! { <App/> }.erased());
}

/// Hydrates the markup that the server rendered. Panics if it was changed on its way to the browser.
#[cfg(feature = "hydrate")]
pub fn hydrate() {
    crate::erased::hydration::hydrate(mark_live);
}

/// Replaces such markup by a page that is rendered in the browser.
#[cfg(feature = "hydrate")]
pub fn replace_markup() {
    crate::erased::hydration::replace_markup(mark_live);
}

/// Marks the page as live in the markup. Style sheets and tests rely on the mark.
#[cfg(feature = "hydrate")]
fn mark_live() {
    if let Some(root) = document().document_element() {
        let _ = root.set_attribute("data-live", "");
    }
}
