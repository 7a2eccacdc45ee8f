use leptos::prelude::*;

use crate::{
    browser::base_path::address,
    erased::Erase,
    i18n::language,
    page_data::{AccessPage, UnsentForm},
    view::components::{Field, LanguageSwitch, PageTitle},
};

/// The form that asks for the server's access secret.
#[component]
pub(crate) fn Access(page: AccessPage) -> impl IntoView {
    let texts = language().access();
    let wrong = page.wrong.then(|| {
        view! {
            <p class="problem" id="wrong" role="alert">
                {texts.wrong_secret}
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
    // The language form reloads the page and would discard this form, so it is left out.
    let language_switch = page.unsent.is_none().then(|| view! { <LanguageSwitch/> });
    view! {
        <PageTitle text=move || texts.title.to_owned()/>
        <main class="card">
            <p class="brand">"Chorus"</p>
            <h1>{texts.heading}</h1>
            <p>{texts.lead}</p>
            <form method="post" action=address(format_args!("/access"))>
                <input type="hidden" name="next" value=page.next/>
                {page.unsent.map(unsent_fields)}
                <Field label=texts.secret control=secret/>
                <button type="submit">{texts.sign_in}</button>
                {wrong}
            </form>
            {language_switch}
        </main>
    }
    .erased()
}

/// Hidden fields of the form that was refused for lack of the secret, so that it can be sent once the secret is right.
fn unsent_fields(unsent: UnsentForm) -> impl IntoView {
    unsent
        .into_fields()
        .map(|(name, value)| view! { <input type="hidden" name=name value=value/> })
        .into_iter()
        .collect_view()
}
