//! What a browser loads once the page is live: all that one does not need to read, write and send.

use std::sync::Arc;

use leptos::{prelude::*, task::spawn_local, wasm_split::SplitLoaderError};

use super::{
    describe, draft_offers::DraftOffers, edit_form::EditForm, message_actions, message_actions::Menu, search,
    settings, shortcuts,
};
use crate::{
    browser::preferences::Preferences,
    chat::{
        Chat, Editing,
        notifications::{self, Baseline},
        offline_cache,
    },
    erased::{Erase, ErasedView, effect, reactive},
    model::{
        completion::{Offers, offers},
        conversation::ConnectionStatus,
        outbox::OutboxEntry,
    },
    protocol::{Event, Name},
};

/// The parts that are loaded later, and what begins with them.
#[derive(Clone, Copy)]
pub(super) struct Later {
    pub(super) draft_offers: fn(OutboxEntry) -> ErasedView,
    pub(super) describe: fn(RwSignal<bool>) -> ErasedView,
    pub(super) edit: fn(Editing, RwSignal<Arc<Event>>) -> ErasedView,
    pub(super) menu: fn(Menu) -> ErasedView,
    pub(super) offers: fn(&str, &[Name]) -> Offers,
    pub(super) search: fn(RwSignal<bool>) -> ErasedView,
    pub(super) settings: fn(RwSignal<bool>, Callback<()>) -> ErasedView,
    pub(super) shortcuts: fn(RwSignal<bool>) -> ErasedView,
    begin: fn(Chat, Preferences, Baseline),
}

/// Loads the file that holds these parts, once.
#[cfg(feature = "split")]
#[leptos::wasm_split::wasm_split(later, wasm_split_path = ::leptos::wasm_split, fallible)]
fn load_parts() -> Result<Later, SplitLoaderError> {
    Ok(parts())
}

/// In a build without the feature `split`, the page's one file holds all parts.
#[cfg(not(feature = "split"))]
async fn load_parts() -> Result<Later, SplitLoaderError> {
    Ok(parts())
}

fn parts() -> Later {
    Later {
        describe: describe::dialog,
        draft_offers: |entry| view! { <DraftOffers entry/> }.erased(),
        edit: |baseline, event| view! { <EditForm baseline event/> }.erased(),
        menu: message_actions::menu,
        offers: |before, names| offers(before, names.iter().map(Name::as_str)),
        search: search::dialog,
        settings: settings::dialog,
        shortcuts: shortcuts::dialog,
        begin: |chat, preferences, baseline| {
            notifications::watch(chat, preferences, baseline);
            offline_cache::cache_read_topics(chat);
        },
    }
}

/// Who loads them, for all of a page.
#[derive(Clone, Copy)]
pub(crate) struct Loader {
    loaded: RwSignal<Option<Later>>,
    is_loading: StoredValue<bool>,
    chat: Chat,
    preferences: Preferences,
    baseline: StoredValue<Option<Baseline>>,
    /// For how long what begins with them lasts.
    owner: StoredValue<Owner>,
}

impl Loader {
    /// Begins to load as soon as the page is connected, so that nobody waits for it and a newer build on the server is no trouble.
    pub(crate) fn provide(chat: Chat, preferences: Preferences) {
        let (loaded, is_loading) = (RwSignal::new(None), StoredValue::new(false));
        let owner = StoredValue::new(Owner::current().unwrap_or_default());
        let baseline = StoredValue::new(Some(Baseline::now(chat)));
        let loader = Self { loaded, is_loading, chat, preferences, baseline, owner };
        provide_context(loader);
        let link = chat.link();
        effect(move || {
            if link.get() == ConnectionStatus::Live {
                loader.load();
            }
        });
    }

    fn load(self) {
        if self.loaded.with_untracked(Option::is_some) || self.is_loading.get_value() {
            return;
        }
        self.is_loading.set_value(true);
        spawn_local(async move {
            let parts = load_parts().await;
            self.is_loading.try_set_value(false);
            if let Ok(parts) = parts {
                self.loaded.try_set(Some(parts));
                if let Some(baseline) = self.baseline.try_update_value(Option::take).flatten() {
                    self.owner.with_value(|owner| {
                        owner.with(|| (parts.begin)(self.chat, self.preferences, baseline))
                    });
                }
            }
        });
    }

    /// What is loaded, as soon as it is.
    pub(super) fn get(self) -> Option<Later> {
        self.loaded.get()
    }
}

/// Draws a part that is loaded later; until then, something else.
pub(super) fn later(
    draw: impl Fn(Later) -> ErasedView + Send + 'static,
    meanwhile: impl Fn() -> ErasedView + Send + 'static,
) -> ErasedView {
    let loader = expect_context::<Loader>();
    effect(move || loader.load());
    reactive(move || loader.loaded.get().map_or_else(&meanwhile, &draw)).erased()
}

/// Nothing.
pub(super) fn nothing() -> ErasedView {
    ().erased()
}
