use leptos::{html, prelude::*};

use crate::{
    browser::{
        base_path::{address, topic_address},
        calendar,
    },
    erased::{Erase, ErasedView},
    i18n::{fill, language},
    page_data::{SearchError, SearchPage, join_offsets},
    view::components::{HitRow, PageTitle, check_box},
};

/// The search page. Works without a script.
#[component]
pub(crate) fn Search(page: SearchPage) -> impl IntoView {
    let texts = language().search();
    let note = note(&page);
    let pager = pager(&page);
    let indexing = page.incomplete.then(|| view! { <p class="note" role="status">{texts.indexing}</p> });
    let field = NodeRef::<html::Input>::new();
    let offsets = NodeRef::<html::Input>::new();
    // Without a script, dates in the query are in UTC.
    let set_offsets = move |_| {
        if let (Some(field), Some(offsets)) = (field.get_untracked(), offsets.get_untracked()) {
            let list = join_offsets(&calendar::utc_offsets(&field.value()));
            offsets.set_disabled(list.is_empty());
            offsets.set_value(&list);
        }
    };
    let invalid = page.problem.is_some().then_some("true");
    let described = note.is_some().then_some("search-note");
    let narrowed = page.topic.as_ref().map(|topic| {
        let input = view! { <input type="checkbox" name="topic" value=topic.to_string() checked/> }.erased();
        check_box("narrowed", fill(texts.only_in, topic.as_str()), input)
    });
    let back = page.topic.as_ref().map_or_else(|| address(format_args!("/")), topic_address);
    let hits = page.hits.into_iter().map(|hit| view! { <li class="hit"><HitRow hit/></li> }).collect_view();
    view! {
        <PageTitle text=move || texts.title.to_owned()/>
        <main class="directory">
            <header>
                <h1>{texts.title}</h1>
                <p><a href=back rel="external">{texts.back}</a></p>
            </header>
            <form class="search" role="search" method="get" action=address(format_args!("/search")) on:submit=set_offsets>
                <input
                    type="search"
                    name="q"
                    value=page.query
                    dir="auto"
                    aria-label=texts.find
                    placeholder=texts.find
                    aria-invalid=invalid
                    aria-describedby=described
                    node_ref=field
                />
                <input type="hidden" name="offsets" disabled node_ref=offsets/>
                <button type="submit">{texts.search}</button>
                {narrowed}
            </form>
            {note}
            {indexing}
            <ol class="hits" aria-label=texts.results>{hits}</ol>
            {pager}
        </main>
    }
    .erased()
}

/// A note: the error, that nothing was found, or how to search.
fn note(page: &SearchPage) -> Option<ErasedView> {
    let texts = language().search();
    if let Some(problem) = page.problem {
        let why = match problem {
            SearchError::Blank => texts.blank,
            SearchError::TooLong => texts.too_long,
            SearchError::TooSlow => texts.too_slow,
            SearchError::InvalidDay => texts.invalid_day,
            SearchError::InvalidTopic => texts.invalid_topic,
            SearchError::InvalidAddress => texts.invalid_address,
            SearchError::Unavailable => texts.unavailable,
        };
        return Some(view! { <p class="problem" id="search-note" role="alert">{why}</p> }.erased());
    }
    if page.found_nothing() {
        let nothing = fill(texts.no_results, &page.query);
        let note = view! {
            <div class="note" id="search-note" role="status">
                <p><strong>{nothing}</strong> {texts.no_results_help}</p>
            </div>
        };
        return Some(note.erased());
    }
    page.query.is_empty().then(|| view! { <p class="note" id="search-note">{texts.syntax_help}</p> }.erased())
}

fn pager(page: &SearchPage) -> impl IntoView + use<> {
    let texts = language().search();
    let href = |after| address(format_args!("{}", page.href(after)));
    let start = (!page.is_first).then(|| view! { <a href=href(None) rel="external">{texts.newest}</a> });
    let more = page.more.as_deref().map(|after| {
        view! { <a href=href(Some(after)) rel="external next">{texts.older}</a> }
    });
    (start.is_some() || more.is_some())
        .then(|| view! { <nav class="more" aria-label=texts.pages>{start} {more}</nav> })
}
