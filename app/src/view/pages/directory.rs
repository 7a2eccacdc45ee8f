use leptos::prelude::*;

use crate::{
    browser::base_path::address,
    erased::{Erase, ErasedView},
    i18n::{fill, language},
    page_data::DirectoryPage,
    view::components::{LanguageSwitch, NewTopicForm, PageTitle, TopicSearch},
};

/// The list of topics. Works without a script.
#[component]
pub(crate) fn Directory(page: DirectoryPage) -> impl IntoView {
    let texts = language().directory();
    let now = page.now;
    let focused = page.is_form_requested;
    let open = focused || page.form.problem.is_some() || page.found_nothing();
    // The language form reloads the page and would discard the rejected form, so it is left out.
    let language_switch = page.form.problem.is_none().then(|| view! { <LanguageSwitch/> });
    let note = note(&page);
    let pager = pager(&page);
    let search = TopicSearch::new(&page);
    let list = search.list(page.followed, page.pinned, page.topics, now);
    view! {
        <PageTitle text=move || texts.title.to_owned()/>
        <main class="directory">
            <header>
                <h1>{texts.title}</h1>
                <p>{texts.lead}</p>
            </header>
            {search.form()}
            {note}
            <NewTopicForm form=page.form open focused/>
            {list}
            {pager}
            <footer>{language_switch}</footer>
        </main>
    }
    .erased()
}

/// A note on the search's results, or for a server without topics.
fn note(page: &DirectoryPage) -> Option<ErasedView> {
    let texts = language().directory();
    let all = || view! { <a href=address(format_args!("/")) rel="external">{texts.all_topics}</a> };
    if page.found_nothing() {
        let nothing = fill(texts.no_results, &page.query);
        let note = view! {
            <div class="note" role="status">
                <p><strong>{nothing}</strong> {texts.no_results_help}</p>
                <p>{all()}</p>
            </div>
        };
        return Some(note.erased());
    }
    if !page.query.is_empty() {
        let found = fill(texts.results, &page.query);
        return Some(view! { <p class="asked"><span>{found}</span> {all()}</p> }.erased());
    }
    page.is_untouched().then(|| view! { <p class="note">{texts.empty}</p> }.erased())
}

fn pager(page: &DirectoryPage) -> impl IntoView + use<> {
    let texts = language().directory();
    let href = |skip| address(format_args!("{}", page.href(skip)));
    let start = (!page.is_first).then(|| view! { <a href=href(0) rel="external">{texts.first_page}</a> });
    let more = page.next.map(|skip| view! { <a href=href(skip) rel="external next">{texts.more_topics}</a> });
    (start.is_some() || more.is_some()).then(|| view! { <nav class="more">{start} {more}</nav> })
}
