use leptos::prelude::*;

use crate::{
    browser::base_path::address,
    erased::Erase,
    i18n::{Language, language},
    page_data::PagePath,
};

/// Buttons for the languages, each by its own name. A plain form that comes back to the same page.
#[component]
pub(crate) fn LanguageSwitch() -> impl IntoView {
    let current = language();
    let next = use_context::<PagePath>().map_or_else(|| "/".to_owned(), |path| path.0);
    let choices = Language::ALL.map(|choice| {
        view! {
            <button
                name="lang"
                value=choice.tag()
                lang=choice.tag()
                dir=choice.direction()
                aria-current=(choice == current).then_some("true")
            >
                {choice.own_name()}
            </button>
        }
    });
    view! {
        <form class="languages" method="post" action=address(format_args!("/language")) aria-label=current.directory().language>
            <input type="hidden" name="next" value=next/>
            {choices.into_iter().collect_view()}
        </form>
    }
    .erased()
}
