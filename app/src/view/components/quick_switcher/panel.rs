//! The dialog: a field, and the list of what it finds.

use leptos::{ev::KeyboardEvent, html, prelude::*, wasm_bindgen::JsCast, web_sys::HtmlElement};

use super::{
    found_topics::FoundTopics,
    list::{LIST_ID, id_of, list},
};
use crate::{
    browser::{shortcuts::is_composing, text_format},
    chat::Chat,
    erased::{Derived, Erase, ErasedView, effect, memo, reactive},
    i18n::language,
    model::quick_switcher::{Candidates, SwitcherChoice, choices},
    view::components::{dialog, dialogs::Switcher},
};

pub(in super::super) fn dialog(switcher: Switcher) -> ErasedView {
    let content = view! { <Panel switcher/> }.erased();
    dialog::dialog(switcher.dialog.open, "switcher", language().switcher().jump, content)
}

/// The list, and which of its rows is selected.
#[derive(Clone, Copy)]
struct Selection {
    choices: Derived<Vec<SwitcherChoice>>,
    /// The key of the row that was selected by an arrow key. Otherwise the first row is selected.
    picked: RwSignal<Option<String>>,
}

impl Selection {
    fn index(self) -> usize {
        let picked = self.picked.get();
        self.choices.with(|all| {
            all.iter().position(|choice| picked.as_deref() == Some(&choice.key())).unwrap_or_default()
        })
    }

    fn get(self) -> Option<SwitcherChoice> {
        self.choices.with(|all| all.get(self.index()).cloned())
    }

    /// Handles a key press. Returns whether it has moved the selection.
    fn key(self, event: &KeyboardEvent) -> bool {
        let count = self.choices.with_untracked(Vec::len);
        let at = untrack(|| self.index());
        let to = match event.key().as_str() {
            "ArrowDown" => (at + 1) % count.max(1),
            "ArrowUp" => at.checked_sub(1).unwrap_or(count.saturating_sub(1)),
            // With Shift they select text.
            "Home" if !event.shift_key() => 0,
            "End" if !event.shift_key() => count.saturating_sub(1),
            _ => return false,
        };
        self.picked.set(self.choices.with_untracked(|all| all.get(to).map(SwitcherChoice::key)));
        true
    }
}

/// The field, and the list below it.
#[derive(Clone, Copy)]
struct PanelState {
    chat: Chat,
    switcher: Switcher,
    field: NodeRef<html::Input>,
    text: RwSignal<String>,
    found_topics: FoundTopics,
    selection: Selection,
}

impl PanelState {
    fn new(switcher: Switcher) -> Self {
        let chat = Chat::from_context();
        let text = RwSignal::new(String::new());
        let found_topics = FoundTopics::new(chat);
        let choices = memo(move || {
            let text = text.get();
            let (found, is_answer) = found_topics.get(&text);
            choices(&text, &Candidates { is_answer, ..chat.candidates(found) })
        });
        let selection = Selection { choices, picked: RwSignal::new(None) };
        Self { chat, switcher, field: NodeRef::new(), text, found_topics, selection }
    }

    fn choose(self, choice: SwitcherChoice) {
        self.close();
        go(self.chat, self.switcher, choice);
    }

    fn choose_selected(self) {
        if let Some(choice) = untrack(|| self.selection.get()) {
            self.choose(choice);
        }
    }

    /// Returns whether the dialog was shown.
    fn close(self) -> bool {
        self.field.get_untracked().inspect(|field| dialog::close_around(field)).is_some()
    }

    fn typed(self) {
        if let Some(field) = self.field.get_untracked() {
            self.selection.picked.set(None);
            self.text.set(field.value());
            self.found_topics.request(field.value());
        }
    }

    /// The dialog is shown: from now on, the field has the keys.
    fn focused(self) {
        let early = self.switcher.dialog.take_early_keys();
        if let Some(field) = self.field.get_untracked().filter(|_| !early.text.is_empty()) {
            field.set_value(&early.text);
            self.typed();
        }
        if early.is_submitted {
            // The dialog cannot be closed while it is being shown.
            request_animation_frame(move || self.choose_selected());
        }
    }

    fn on_key(self, event: &KeyboardEvent) {
        if is_composing(event) {
            return;
        }
        let is_handled = match event.key().as_str() {
            "Enter" => {
                self.choose_selected();
                true
            }
            // The shortcut closes what it has opened.
            "k" if event.ctrl_key() || event.meta_key() => self.close(),
            _ => self.selection.key(event),
        };
        if is_handled {
            event.prevent_default();
        }
    }
}

#[component]
fn Panel(switcher: Switcher) -> impl IntoView {
    let texts = language().switcher();
    let state = PanelState::new(switcher);
    let selection = state.selection;
    let active = memo(move || selection.get().as_ref().map(id_of));
    let choose = Callback::new(move |choice: SwitcherChoice| state.choose(choice));
    scroll_to(active);
    state.chat.request_people();
    view! {
        <div class="switcher">
            <input
                role="combobox"
                dir="auto"
                autocomplete="off"
                autocapitalize="none"
                spellcheck="false"
                enterkeyhint="go"
                placeholder=texts.find
                aria-label=texts.find
                aria-expanded="true"
                aria-autocomplete="list"
                aria-controls=LIST_ID
                aria-activedescendant=reactive(move || active.get())
                node_ref=state.field
                on:focus=move |_| state.focused()
                on:input=move |_| state.typed()
                on:keydown=move |event| state.on_key(&event)
            />
            {list(selection.choices, active, choose)}
        </div>
    }
    .erased()
}

/// Keeps the selected row in view.
fn scroll_to(active: Derived<Option<String>>) {
    effect(move || {
        let row = active.get().and_then(|id| document().get_element_by_id(&id));
        let Some(row) = row.and_then(|row| row.dyn_into::<HtmlElement>().ok()) else { return };
        let Some(list) = row.parent_element() else { return };
        let start = row.offset_top();
        let end = start + row.offset_height() - list.client_height();
        list.set_scroll_top(list.scroll_top().clamp(end.min(start), start));
    });
}

/// Does what was chosen, once the dialog has given the focus back.
fn go(chat: Chat, switcher: Switcher, choice: SwitcherChoice) {
    match choice {
        SwitcherChoice::Topic(topic) => chat.open(&topic.found.topic),
        // In the next frame the composer is no longer inert.
        SwitcherChoice::Person(person) => request_animation_frame(move || {
            text_format::append_to_composer(&format!("@{} ", person.name.as_str()));
        }),
        SwitcherChoice::Search(text) => {
            chat.search(text, false);
            request_animation_frame(move || switcher.search.show());
        }
    }
}
