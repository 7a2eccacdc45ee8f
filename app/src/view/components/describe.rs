use leptos::{ev::SubmitEvent, html, prelude::*};

use super::{Alert, Field};
use crate::{
    chat::Chat,
    erased::{Erase, ErasedView, effect_with_previous, reactive},
    i18n::language,
    model::conversation::{ConnectionStatus, DescribeState},
    protocol::About,
};

/// The dialog for the topic's title and description.
pub(super) fn dialog(open: RwSignal<bool>) -> ErasedView {
    let language = language();
    let texts = language.topic();
    let chat = Chat::from_context();
    let state = chat.describe_state();
    let status = chat.status();
    // Only what differs from this is sent, so that the dialog does not undo concurrent changes by others.
    let now = chat.about().get_untracked().unwrap_or_default();
    let seen = StoredValue::new(now.clone());
    let dialog = NodeRef::<html::Dialog>::new();
    let title = NodeRef::<html::Input>::new();
    let description = NodeRef::<html::Textarea>::new();
    let problem = RwSignal::new(None::<String>);
    let close = move || super::dialog::close(dialog);
    let save = move |event: SubmitEvent| {
        event.prevent_default();
        let (Some(title), Some(description)) = (title.get_untracked(), description.get_untracked()) else {
            return;
        };
        match seen.with_value(|seen| chat.describe(seen, &title.value(), &description.value())) {
            Ok(true) => problem.set(None),
            Ok(false) => close(),
            Err(error) => problem.set(Some(language.text_error(error))),
        }
    };
    let may_not_save = move || status.get() != ConnectionStatus::Live || state.get() == DescribeState::Sent;
    let closed = move || {
        chat.forget_description();
        open.set(false);
    };
    super::dialog::show(dialog);
    // Skips the first run: it would see the outcome of an earlier change.
    effect_with_previous(move |has_begun: Option<()>| match (has_begun, state.get()) {
        (Some(()), DescribeState::Done) => close(),
        (Some(()), DescribeState::Refused(why)) => problem.set(Some(language.refusal(&why))),
        _ => {}
    });
    view! {
        <dialog class="form" aria-labelledby="describe-title" node_ref=dialog on:close=super::dialog::on_close(closed)>
            <form on:submit=save>
                <h2 id="describe-title">{texts.describe}</h2>
                <Field label=texts.title control=view! {
                    <input
                        dir="auto"
                        maxlength=About::TITLE_CHARS.to_string()
                        value=now.title().to_owned()
                        node_ref=title
                    />
                }.erased()/>
                <Field label=texts.description control=view! {
                    <textarea
                        dir="auto"
                        rows="4"
                        maxlength=About::DESCRIPTION_CHARS.to_string()
                        prop:value=now.description().to_owned()
                        node_ref=description
                    ></textarea>
                }.erased()/>
                <Alert text=move || problem.get()/>
                <p class="choices">
                    <button type="button" class="quiet" on:click=move |_| close()>
                        {language.composer().cancel}
                    </button>
                    <button type="submit" disabled=reactive(may_not_save)>
                        {language.composer().save}
                    </button>
                </p>
            </form>
        </dialog>
    }
    .erased()
}
