use leptos::prelude::*;

use crate::{
    browser::base_path::{address, topic_address},
    i18n::language,
    page_data::TopicPage,
};

/// Links to a topic's older and newer messages, for use without a script. Hidden with one, because the log then loads
/// them itself.
#[component]
pub(crate) fn Pager(page: TopicPage) -> impl IntoView {
    let texts = language().pager();
    let older = page
        .older()
        .map(|path| view! { <a rel="prev external" href=address(format_args!("{path}"))>{texts.older}</a> });
    let newest = topic_address(&page.snapshot.topic);
    let newer = page.newer().map(|path| {
        view! {
            <a rel="next external" href=address(format_args!("{path}"))>{texts.newer}</a>
            <a rel="external" href=newest>{texts.newest}</a>
        }
    });
    (older.is_some() || newer.is_some()).then(|| {
        view! { <nav class="pager" aria-label=texts.pages>{older} {newer}</nav> }
    })
}
