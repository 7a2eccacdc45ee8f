use leptos::prelude::*;

use crate::erased::{Erase, ErasedView, reactive, when};

/// A form field under its label, and the problem of its value below it.
#[component]
pub fn Field(
    label: &'static str,
    /// The class of the label.
    #[prop(optional)]
    class: Option<&'static str>,
    /// The element that takes the value.
    control: ErasedView,
    #[prop(default = None)] problem: Option<ErasedView>,
) -> impl IntoView {
    let field = view! {
        <label class=class>
            <span>{label}</span>
            {control}
        </label>
    };
    match problem {
        Some(problem) => (field, problem).erased(),
        None => field.erased(),
    }
}

/// A check box before its label.
pub(crate) fn check_box(class: &'static str, label: String, input: ErasedView) -> ErasedView {
    view! {
        <label class=class>
            {input}
            <span>{label}</span>
        </label>
    }
    .erased()
}

/// The problem of a form, while there is one. Screen readers read it out.
#[component]
pub(crate) fn Alert(text: impl Fn() -> Option<String> + Copy + Send + Sync + 'static) -> impl IntoView {
    when(
        move || text().is_some(),
        move || {
            view! {
                <p class="problem" role="alert">
                    {reactive(text)}
                </p>
            }
            .erased()
        },
    )
}
