use leptos::prelude::*;

use crate::{i18n::language, page_data::TopicPage};

/// Links to a topic's older and newer messages, for use without a script. Hidden with one, because the log then loads
/// them itself.
#[component]
pub(crate) fn Pager(page: TopicPage) -> impl IntoView {
    let texts = language().pager();
    let older = page.older().map(|href| view! { <a rel="prev external" href=href>{texts.older}</a> });
    let newest = format!("/t/{}", page.snapshot.topic);
    let newer = page.newer().map(|href| {
        view! {
            <a rel="next external" href=href>{texts.newer}</a>
            <a rel="external" href=newest>{texts.newest}</a>
        }
    });
    (older.is_some() || newer.is_some()).then(|| {
        view! { <nav class="pager" aria-label=texts.pages>{older} {newer}</nav> }
    })
}
