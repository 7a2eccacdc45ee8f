use leptos::prelude::*;

use crate::{erased::Erase, i18n::language, view::components::PageTitle};

/// The page for 404.
#[component]
pub(crate) fn NotFound() -> impl IntoView {
    let words = language().access();
    view! {
        <PageTitle text=move || words.not_found.to_owned()/>
        <main class="card">
            <h1>{words.nothing_here}</h1>
            <p>{words.maybe}</p>
            <p>
                <a href="/" rel="external">
                    {words.to_topics}
                </a>
            </p>
        </main>
    }
    .erased()
}
