//! The state of the row above the message field that asks for the person's own name, and of the buttons that open it.

use leptos::{ev::KeyboardEvent, html, prelude::*};

use super::{
    Badge,
    icon::{PERSON, icon},
};
use crate::{
    browser::{focus::focus_composer, preferences::Preferences, shortcuts::is_composing},
    chat::Chat,
    erased::{Derived, Erase, effect_with_previous, memo, reactive},
    i18n::{fill, language},
    protocol::{Name, TextError},
};

/// The state of the row.
#[derive(Clone, Copy)]
pub(crate) struct OwnName {
    /// Whether the row is shown.
    pub(super) open: RwSignal<bool>,
    /// Whether the person has a name or has declined to give one. The page then no longer asks.
    is_answered: Derived<bool>,
    pub(super) is_declined: RwSignal<bool>,
    pub(super) name: Derived<Name>,
    pub(super) field: NodeRef<html::Input>,
    pub(super) problem: RwSignal<Option<TextError>>,
    chat: Chat,
}

impl OwnName {
    pub(crate) fn new(chat: Chat, preferences: Preferences) -> Self {
        let name = chat.name_signal();
        let is_declined = RwSignal::new(false);
        let is_answered =
            memo(move || is_known(&name.get()) || is_declined.get() || preferences.get().name_asked);
        let open = RwSignal::new(false);
        let field = NodeRef::new();
        let problem = RwSignal::new(None);
        Self { open, is_answered, is_declined, name, field, problem, chat }
    }

    /// Keeps the field up to date with a name that another tab or device has set, unless the person has typed another one.
    pub(super) fn follow(self) {
        effect_with_previous(move |before: Option<Name>| {
            let name = self.name.get();
            if let (Some(before), Some(field)) = (before, self.field.get_untracked())
                && field.value() == before.as_input()
            {
                field.set_value(name.as_input());
            }
            name
        });
    }

    /// The state for the style sheet, which shows the row to people who have not answered even before the page is live.
    pub(super) fn state(self) -> &'static str {
        match (self.open.get(), self.is_answered.get()) {
            (true, _) => "open",
            (false, true) => "answered",
            (false, false) => "unanswered",
        }
    }

    /// Shows the row to a person who has not answered.
    pub(super) fn ask(self) {
        if !self.is_answered.get_untracked() {
            self.open.set(true);
        }
    }

    /// Shows the row and focuses its field.
    pub(super) fn edit(self) {
        if self.is_answered.get_untracked() && !self.open.get_untracked() {
            self.restore();
        }
        self.open.set(true);
        // In the next frame the row is rendered, and the drawer no longer makes it inert.
        request_animation_frame(move || self.focus());
    }

    /// The content of the field.
    pub(super) fn value(self) -> String {
        self.field.get_untracked().map(|field| field.value()).unwrap_or_default()
    }

    /// Shows why the name in the field is invalid.
    pub(super) fn refuse(self, problem: TextError) {
        self.problem.set(Some(problem));
        self.open.set(true);
        self.focus();
    }

    /// Hides the row for good.
    pub(super) fn close(self) {
        self.open.set(false);
        self.problem.set(None);
        if !self.is_answered.get_untracked() {
            self.is_declined.set(true);
        }
    }

    fn focus(self) {
        if let Some(field) = self.field.get_untracked() {
            let _ = field.focus();
            field.select();
        }
    }

    pub(super) fn save(self) {
        match self.chat.set_name(&self.value()) {
            Ok(()) => self.cancel(),
            Err(problem) => self.refuse(problem),
        }
    }

    /// Hides the row. The name stays what it is.
    pub(super) fn cancel(self) {
        self.restore();
        self.close();
        focus_composer();
    }

    /// Puts the person's name into the field.
    fn restore(self) {
        if let Some(field) = self.field.get_untracked() {
            field.set_value(self.name.get_untracked().as_input());
        }
    }

    pub(super) fn on_key(self, event: &KeyboardEvent) {
        match event.key().as_str() {
            _ if is_composing(event) => return,
            "Enter" => self.save(),
            "Escape" => self.cancel(),
            _ => return,
        }
        event.prevent_default();
    }

    /// The person's badge.
    pub(super) fn badge(self) -> impl IntoView {
        let user = self.chat.user_signal();
        reactive(move || {
            let name = self.name.get();
            if !is_known(&name) {
                return icon(PERSON);
            }
            view! { <Badge user=user.get() name/> }.erased()
        })
    }

    /// The label of a button that opens the row.
    pub(super) fn label(self) -> String {
        let label = self.short_label();
        if is_known(&self.name.get()) { fill(language().composer().own_name, &label) } else { label }
    }

    /// The name, or the invitation to choose one.
    pub(super) fn short_label(self) -> String {
        let name = self.name.get();
        if is_known(&name) { name.as_str() } else { language().composer().choose_name }.to_owned()
    }
}

pub(super) fn is_known(name: &Name) -> bool {
    *name != Name::anonymous()
}
