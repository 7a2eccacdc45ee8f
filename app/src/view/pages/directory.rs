use leptos::prelude::*;

use crate::{
    erased::{Erase, ErasedView},
    i18n::{fill, language},
    page_data::DirectoryPage,
    view::components::{LanguageSwitch, NewTopicForm, PageTitle, TopicEntry},
};

/// The list of topics. Works without a script.
#[component]
pub(crate) fn Directory(page: DirectoryPage) -> impl IntoView {
    let texts = language().directory();
    let now = page.now;
    let open = page.form.problem.is_some() || page.found_nothing();
    let note = note(&page);
    let pager = pager(&page);
    let pinned = page.pinned.map(|topic| view! { <TopicEntry topic now pinned=true/> });
    let topics = page.topics.into_iter().map(|topic| view! { <TopicEntry topic now/> }).collect_view();
    view! {
        <PageTitle text=move || texts.title.to_owned()/>
        <main class="directory">
            <header>
                <h1>{texts.title}</h1>
                <p>{texts.lead}</p>
            </header>
            <form class="search" role="search" method="get" action="/">
                <input type="search" name="q" value=page.query dir="auto" aria-label=texts.find placeholder=texts.find/>
                <button type="submit">{texts.search}</button>
            </form>
            {note}
            <NewTopicForm form=page.form open/>
            <ol class="topic-list">{pinned} {topics}</ol>
            {pager}
            <footer>
                <LanguageSwitch/>
            </footer>
        </main>
    }.erased()
}

/// A note on the search's results, or for a server without topics.
fn note(page: &DirectoryPage) -> Option<ErasedView> {
    let texts = language().directory();
    let all = || view! { <a href="/" rel="external">{texts.all}</a> };
    if page.found_nothing() {
        let nothing = fill(texts.nothing_found, &page.query);
        let note = view! {
            <div class="note" role="status">
                <p><strong>{nothing}</strong> {texts.nothing_found_help}</p>
                <p>{all()}</p>
            </div>
        };
        return Some(note.erased());
    }
    if !page.query.is_empty() {
        let found = fill(texts.found, &page.query);
        return Some(view! { <p class="asked"><span>{found}</span> {all()}</p> }.erased());
    }
    page.is_untouched().then(|| view! { <p class="note">{texts.untouched}</p> }.erased())
}

fn pager(page: &DirectoryPage) -> impl IntoView + use<> {
    let texts = language().directory();
    let start = (!page.is_first).then(|| view! { <a href=page.href(0) rel="external">{texts.start}</a> });
    let more = page.next.map(|skip| view! { <a href=page.href(skip) rel="external next">{texts.more}</a> });
    (start.is_some() || more.is_some()).then(|| view! { <nav class="more">{start} {more}</nav> })
}
