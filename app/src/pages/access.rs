use leptos::prelude::*;
use leptos_meta::Title;

use crate::page::AccessPage;

/// The door of a server that has an access secret.
#[component]
pub(crate) fn Access(page: AccessPage) -> impl IntoView {
    let problem = page.wrong.then(|| {
        view! {
            <p class="problem" role="alert">
                "That is not the access secret. Ask whoever runs this server for it."
            </p>
        }
    });
    view! {
        <Title text="Access · Chorus"/>
        <main class="card">
            <h1>"This chat has a door"</h1>
            <p>"Enter its access secret once; this browser remembers that you did."</p>
            <form method="post" action="/access">
                <input type="hidden" name="next" value=page.next/>
                <label>
                    <span>"Access secret"</span>
                    <input type="password" name="secret" required autocomplete="current-password"/>
                </label>
                <button type="submit">"Enter"</button>
                {problem}
            </form>
        </main>
    }
}
