use leptos::prelude::*;

use crate::{
    erased::Erase,
    i18n::language,
    page_data::{AccessPage, UnsentMessage},
    view::components::{Field, LanguageSwitch, PageTitle},
};

/// The form that asks for the server's access secret.
#[component]
pub(crate) fn Access(page: AccessPage) -> impl IntoView {
    let texts = language().access();
    let wrong = page.wrong.then(|| {
        view! {
            <p class="problem" id="wrong" role="alert">
                {texts.wrong}
            </p>
        }
    });
    let secret = view! {
        <input
            type="password"
            name="secret"
            required
            autocomplete="current-password"
            aria-invalid=page.wrong.then_some("true")
            aria-describedby=page.wrong.then_some("wrong")
        />
    }
    .erased();
    view! {
        <PageTitle text=move || texts.title.to_owned()/>
        <main class="card">
            <h1>{texts.heading}</h1>
            <p>{texts.lead}</p>
            <form method="post" action="/access">
                <input type="hidden" name="next" value=page.next/>
                {page.unsent.map(unsent_fields)}
                <Field label=texts.secret control=secret/>
                <button type="submit">{texts.enter}</button>
                {wrong}
            </form>
            <LanguageSwitch/>
        </main>
    }
    .erased()
}

/// Hidden fields with the message that was refused for lack of the secret, so that it is sent once the secret is right.
fn unsent_fields(unsent: UnsentMessage) -> impl IntoView {
    let UnsentMessage { topic, draft, name, message } = unsent;
    let fields = [("topic", topic.to_string()), ("draft", draft), ("name", name), ("message", message)];
    fields
        .map(|(name, value)| view! { <input type="hidden" name=name value=value/> })
        .into_iter()
        .collect_view()
}
