use leptos::prelude::*;
use leptos_meta::Title;

/// Nothing is there.
#[component]
pub(crate) fn NotFound() -> impl IntoView {
    view! {
        <Title text="Not found · Chorus"/>
        <main class="card">
            <h1>"Nothing is here"</h1>
            <p>"The address may be mistyped. Topics live under /t/ and have names of a-z, 0-9, dots and dashes."</p>
            <p>
                <a href="/" rel="external">
                    "To the chat"
                </a>
            </p>
        </main>
    }
}
