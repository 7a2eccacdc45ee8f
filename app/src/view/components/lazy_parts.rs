//! The list of lazily loaded parts. Everything that only this file refers to goes to the split WebAssembly file.

use leptos::{prelude::*, wasm_split::SplitLoaderError};

use super::{
    completion::{self, CompletionState},
    describe,
    draft_commands::DraftCommands,
    edit_form::EditForm,
    follow_menu,
    lazy::{LazyParts, PartsLoader},
    message_menu, name_row, people_here, quick_actions, quick_switcher, reply_preview, search,
    sections::Sections,
    settings, shortcut_actions, shortcuts, sidebar_tools, topic_menu, unread_bar,
};
use crate::{
    browser::{appearance, focus, gestures, preferences::Preferences},
    chat::{Chat, notifications, offline_cache},
    erased::Erase,
};

/// Provides the loader of these parts to all components below.
pub(crate) fn provide_lazy_parts(chat: Chat, preferences: Preferences) {
    PartsLoader::provide(chat, preferences, || Box::pin(async { load_split().await.ok() }));
}

/// Loads the WebAssembly file of these parts, once. Its name contains `later`, the split's name.
#[cfg(feature = "split")]
#[leptos::wasm_split::wasm_split(later, wasm_split_path = ::leptos::wasm_split, fallible)]
fn load_split() -> Result<LazyParts, SplitLoaderError> {
    Ok(lazy_parts())
}

/// Without the feature `split`, the main WebAssembly file holds all parts.
#[cfg(not(feature = "split"))]
async fn load_split() -> Result<LazyParts, SplitLoaderError> {
    Ok(lazy_parts())
}

fn lazy_parts() -> LazyParts {
    LazyParts {
        complete: CompletionState::complete,
        completion_key: CompletionState::on_key,
        completion_list: completion::list,
        describe_dialog: describe::dialog,
        draft_commands: |entry| view! { <DraftCommands entry/> }.erased(),
        edit_form: |editing, event| view! { <EditForm editing event/> }.erased(),
        follow_menu: follow_menu::items,
        message_menu: message_menu::popover,
        name_answers: name_row::answers,
        remember_answer: |preferences| preferences.update(|values| values.name_asked = true),
        people_list: people_here::list,
        quick_actions: quick_actions::bar,
        reply_preview: reply_preview::preview,
        run_shortcut: shortcut_actions::run,
        search_dialog: search::dialog,
        settings_dialog: settings::dialog,
        shortcuts_dialog: shortcuts::dialog,
        sidebar_foot: sidebar_tools::foot,
        sidebar_tools: sidebar_tools::tools,
        switcher_dialog: quick_switcher::dialog,
        toggle_section: Sections::toggle,
        topic_key: focus::press_topic_key,
        topic_menu: topic_menu::items,
        unread_bar: unread_bar::bar,
        start_background: |chat, preferences, baseline| {
            notifications::watch(chat, preferences, baseline);
            offline_cache::cache_read_topics(chat);
            appearance::apply_cookies();
            Sections::from_context().refresh();
            gestures::watch(move |seq| shortcut_actions::reply(chat, seq));
        },
    }
}
