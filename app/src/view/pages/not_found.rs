use leptos::prelude::*;

use crate::{browser::base_path::address, erased::Erase, i18n::language, view::components::PageTitle};

/// The page for 404.
#[component]
pub(crate) fn NotFound() -> impl IntoView {
    let texts = language().access();
    view! {
        <PageTitle text=move || texts.not_found.to_owned()/>
        <main class="card">
            <p class="brand">"Chorus"</p>
            <h1>{texts.not_found_heading}</h1>
            <p>{texts.not_found_help}</p>
            <p>
                <a class="button" href=address(format_args!("/")) rel="external">
                    {texts.all_topics}
                </a>
            </p>
        </main>
    }
    .erased()
}
