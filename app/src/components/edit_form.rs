use std::sync::Arc;

use leptos::{
    ev::{KeyboardEvent, SubmitEvent},
    html,
    prelude::*,
};

use super::composer::focus_composer;
use crate::{
    chat::{Chat, Editing, Unwritten},
    protocol::{Event, EventKind},
};

/// Where a message gets another text, in its place. Enter saves, Escape leaves it as it was.
#[component]
pub(crate) fn EditForm(begun: Editing, event: RwSignal<Arc<Event>>) -> impl IntoView {
    let chat = Chat::here();
    let (form, field) = (NodeRef::<html::Form>::new(), NodeRef::<html::Textarea>::new());
    let problem = RwSignal::new(None::<Unwritten>);

    Effect::new(move |_| {
        if let Some(field) = field.get() {
            let _ = field.focus();
            let end = u32::try_from(field.value().encode_utf16().count()).unwrap_or(u32::MAX);
            let _ = field.set_selection_range(end, end);
        }
    });
    let (begun, text) = (StoredValue::new(begun.clone()), begun.text);
    let overtaken = Memo::new(move |_| begun.with_value(|begun| chat.is_overtaken(begun, &event.get())));
    let end = move || {
        chat.editing().set(None);
        focus_composer();
    };
    let save = move |submit: SubmitEvent| {
        submit.prevent_default();
        let Some(field) = field.get_untracked() else { return };
        match begun.with_value(|begun| chat.rewrite(begun, &field.value())) {
            Ok(()) => end(),
            Err(why) => problem.set(Some(why)),
        }
    };
    let key = move |key: KeyboardEvent| match key.key().as_str() {
        "Enter" if !key.shift_key() && !key.is_composing() => {
            key.prevent_default();
            if let Some(form) = form.get_untracked() {
                let _ = form.request_submit();
            }
        }
        "Escape" => end(),
        _ => {}
    };

    view! {
        <form class="edit" node_ref=form on:submit=save>
            <textarea aria-label="Edit message" dir="auto" rows="1" node_ref=field prop:value=text on:keydown=key></textarea>
            <button type="submit">"Save"</button>
            <button type="button" class="quiet" on:click=move |_| end()>
                "Cancel"
            </button>
            <Show when=move || overtaken.get()>
                <p class="problem" role="alert">
                    {move || now(&event.get())}
                </p>
            </Show>
            <Show when=move || problem.with(Option::is_some)>
                <p class="problem" role="alert">
                    {move || problem.get().map(|why| format!("Not saved. {why}."))}
                </p>
            </Show>
        </form>
    }
}

/// What stands in the log now.
fn now(event: &Event) -> String {
    match &event.kind {
        EventKind::Message { deleted: false, body, .. } => format!("Changed elsewhere meanwhile: {body}"),
        _ => "Deleted elsewhere meanwhile.".to_owned(),
    }
}
