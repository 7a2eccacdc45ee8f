use leptos::{ev::SubmitEvent, html, prelude::*};

use super::{Alert, Field};
use crate::{
    chat::Chat,
    erased::{Derived, Erase, ErasedView, effect_with_previous, reactive},
    i18n::{Language, language},
    model::conversation::{ConnectionStatus, DescribeState},
    protocol::About,
};

#[derive(Clone, Copy)]
struct DescribeForm {
    chat: Chat,
    language: Language,
    /// Only what differs from this is sent, so that the dialog does not undo concurrent changes by others.
    seen: StoredValue<About>,
    dialog: NodeRef<html::Dialog>,
    title: NodeRef<html::Input>,
    description: NodeRef<html::Textarea>,
    problem: RwSignal<Option<String>>,
}

impl DescribeForm {
    fn save(self, event: &SubmitEvent) {
        event.prevent_default();
        let (Some(title), Some(description)) = (self.title.get_untracked(), self.description.get_untracked())
        else {
            return;
        };
        match self.seen.with_value(|seen| self.chat.describe(seen, &title.value(), &description.value())) {
            Ok(true) => self.problem.set(None),
            Ok(false) => super::dialog::close(self.dialog),
            Err(error) => self.problem.set(Some(self.language.text_error(error))),
        }
    }

    /// Closes the dialog once the change is published, or shows why it was refused.
    fn follow(self, state: Derived<DescribeState>) {
        // Skips the first run: it would see the outcome of an earlier change.
        effect_with_previous(move |has_begun: Option<()>| match (has_begun, state.get()) {
            (Some(()), DescribeState::Done) => super::dialog::close(self.dialog),
            (Some(()), DescribeState::Refused(why)) => self.problem.set(Some(self.language.refusal(&why))),
            _ => {}
        });
    }
}

/// The dialog for the topic's title and description.
pub(super) fn dialog(open: RwSignal<bool>) -> ErasedView {
    let language = language();
    let texts = language.topic();
    let chat = Chat::from_context();
    let state = chat.describe_state();
    let status = chat.status();
    let now = chat.about().get_untracked().unwrap_or_default();
    let form = DescribeForm {
        chat,
        language,
        seen: StoredValue::new(now.clone()),
        dialog: NodeRef::new(),
        title: NodeRef::new(),
        description: NodeRef::new(),
        problem: RwSignal::new(None),
    };
    let DescribeForm { dialog, title, description, problem, .. } = form;
    let may_not_save = move || status.get() != ConnectionStatus::Live || state.get() == DescribeState::Sent;
    let closed = move || {
        chat.forget_description();
        open.set(false);
    };
    super::dialog::show(dialog);
    form.follow(state);
    view! {
        <dialog class="form" aria-labelledby="describe-title" node_ref=dialog on:close=super::dialog::on_close(closed)>
            <form on:submit=move |event| form.save(&event)>
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
                    <button type="button" class="quiet" on:click=move |_| super::dialog::close(dialog)>
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
