//! Lazy loading of the parts of a topic's page that reading, writing and sending do not need. `lazy_parts` lists them.

use std::{pin::Pin, sync::Arc, time::Duration};

use leptos::{ev::KeyboardEvent, prelude::*, task::spawn_local};

use super::{
    completion::CompletionState,
    dialogs::{Dialogs, Switcher},
    field_dialog::FieldDialog,
    menu::{HeaderMenu, Menu},
    own_name::OwnName,
    sections::Sections,
};
use crate::{
    browser::{preferences::Preferences, shortcuts::Shortcut},
    chat::{Chat, Editing, notifications::Baseline},
    erased::{Erase, ErasedView, effect, reactive},
    model::{conversation::ConnectionStatus, outbox::OutboxEntry},
    protocol::Event,
};

/// The time after a failure until a part that is waited for is requested again.
const RETRY_DELAY: Duration = Duration::from_secs(2);

/// The functions that the browser loads lazily.
#[derive(Clone, Copy)]
pub(super) struct LazyParts {
    pub(super) complete: fn(CompletionState),
    pub(super) completion_key: fn(CompletionState, &KeyboardEvent) -> bool,
    pub(super) completion_list: fn(CompletionState) -> ErasedView,
    pub(super) describe_dialog: fn(RwSignal<bool>) -> ErasedView,
    pub(super) draft_commands: fn(OutboxEntry) -> ErasedView,
    pub(super) edit_form: fn(Editing, RwSignal<Arc<Event>>) -> ErasedView,
    pub(super) follow_menu: fn(HeaderMenu) -> ErasedView,
    pub(super) message_menu: fn(Menu) -> ErasedView,
    pub(super) name_answers: fn(OwnName) -> ErasedView,
    pub(super) remember_answer: fn(Preferences),
    pub(super) people_list: fn() -> ErasedView,
    pub(super) quick_actions: fn(Menu) -> ErasedView,
    pub(super) reply_preview: fn() -> ErasedView,
    pub(super) run_shortcut: fn(Chat, Shortcut) -> bool,
    pub(super) search_dialog: fn(FieldDialog) -> ErasedView,
    pub(super) settings_dialog: fn(RwSignal<bool>, Callback<()>) -> ErasedView,
    pub(super) shortcuts_dialog: fn(RwSignal<bool>) -> ErasedView,
    pub(super) sidebar_foot: fn(RwSignal<bool>, Dialogs, OwnName) -> ErasedView,
    pub(super) sidebar_tools: fn() -> ErasedView,
    pub(super) switcher_dialog: fn(Switcher) -> ErasedView,
    pub(super) toggle_section: fn(Sections, bool),
    pub(super) topic_key: fn(&KeyboardEvent) -> bool,
    pub(super) topic_menu: fn(HeaderMenu) -> ErasedView,
    pub(super) unread_bar: fn(RwSignal<bool>) -> ErasedView,
    /// Starts notifications and the offline cache.
    pub(super) start_background: fn(Chat, Preferences, Baseline),
}

/// Loads the parts. Returns `None` if the browser could not fetch them.
pub(super) type LoadParts = fn() -> Pin<Box<dyn Future<Output = Option<LazyParts>>>>;

/// Loads the parts once for the whole page.
#[derive(Clone, Copy)]
pub(super) struct PartsLoader {
    load_parts: LoadParts,
    loaded: RwSignal<Option<LazyParts>>,
    is_loading: RwSignal<bool>,
    /// The shortcuts that were pressed before.
    pressed: StoredValue<Vec<Shortcut>>,
    chat: Chat,
    preferences: Preferences,
    /// The state when the page was opened. Taken once the background tasks start.
    baseline: StoredValue<Option<Baseline>>,
    /// The page's owner: background tasks live as long as the page, not as long as the component that happened to load
    /// the parts.
    owner: StoredValue<Owner>,
}

impl PartsLoader {
    /// Provides a loader as a context. Loading starts when the page has connected, so that it delays nothing, or cannot. The
    /// parts are then present before they are used, and belong to the page's own build even if the server is updated later.
    pub(super) fn provide(chat: Chat, preferences: Preferences, load_parts: LoadParts) {
        let loader = Self {
            load_parts,
            loaded: RwSignal::new(None),
            is_loading: RwSignal::new(false),
            pressed: StoredValue::default(),
            chat,
            preferences,
            baseline: StoredValue::new(Some(Baseline::now(chat))),
            owner: StoredValue::new(Owner::current().unwrap_or_default()),
        };
        provide_context(loader);
        let status = chat.status();
        effect(move || {
            if status.get() != ConnectionStatus::Connecting {
                loader.load();
            }
        });
    }

    /// Does nothing if the parts are loaded or being loaded. After a failure the next call tries again.
    fn load(self) {
        if self.loaded.with_untracked(Option::is_some) || self.is_loading.get_untracked() {
            return;
        }
        self.is_loading.set(true);
        spawn_local(async move {
            let parts = (self.load_parts)().await;
            // A key must not do anything long after it was pressed.
            let pressed = self.pressed.try_update_value(std::mem::take).unwrap_or_default();
            if let Some(parts) = parts {
                self.loaded.try_set(Some(parts));
                self.start_background(parts);
                for shortcut in pressed {
                    (parts.run_shortcut)(self.chat, shortcut);
                }
            }
            self.is_loading.try_set(false);
        });
    }

    fn start_background(self, parts: LazyParts) {
        if let Some(baseline) = self.baseline.try_update_value(Option::take).flatten() {
            let start = || (parts.start_background)(self.chat, self.preferences, baseline);
            self.owner.with_value(|owner| owner.with(start));
        }
    }

    /// Whether the parts are not there and not on their way. Subscribes to that.
    pub(super) fn has_failed(self) -> bool {
        !self.is_loading.get() && self.loaded.with(Option::is_none)
    }

    /// Does what a shortcut says, once the parts are loaded. Returns `false` if the browser should handle the key.
    pub(super) fn run_shortcut(self, chat: Chat, shortcut: Shortcut) -> bool {
        if let Some(parts) = self.get_untracked() {
            return (parts.run_shortcut)(chat, shortcut);
        }
        self.pressed.update_value(|pressed| pressed.push(shortcut));
        self.load();
        true
    }

    /// Returns the parts if they are loaded.
    pub(super) fn get_untracked(self) -> Option<LazyParts> {
        self.loaded.get_untracked()
    }

    /// Returns the parts once they are loaded, and subscribes to that.
    pub(super) fn get(self) -> Option<LazyParts> {
        self.loaded.get()
    }
}

/// Renders a lazily loaded part, and `placeholder` until it is loaded. While the part is waited for, a failure to load is
/// followed by another attempt.
pub(super) fn lazy(
    render: impl Fn(LazyParts) -> ErasedView + Send + 'static,
    placeholder: impl Fn() -> ErasedView + Send + 'static,
) -> ErasedView {
    let loader = expect_context::<PartsLoader>();
    effect(move || loader.load());
    effect(move || {
        if loader.has_failed()
            && let Ok(retry) = set_timeout_with_handle(move || loader.load(), RETRY_DELAY)
        {
            on_cleanup(move || retry.clear());
        }
    });
    reactive(move || loader.loaded.get().map_or_else(&placeholder, &render)).erased()
}

/// An empty placeholder.
pub(super) fn empty() -> ErasedView {
    ().erased()
}
