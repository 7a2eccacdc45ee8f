//! The texts of the page, as types: one struct an area. Each language has one value of every struct (`en.rs`, `de.rs`,
//! `ar.rs`), so a language that lacks a text does not compile.

use super::Plural;

/// The topic page: its header, and the list of topics beside it.
pub struct TopicTexts {
    pub skip_to_composer: &'static str,
    pub topics: &'static str,
    pub favourites: &'static str,
    pub all_topics: &'static str,
    pub your_topics: &'static str,
    pub new_topic: &'static str,
    pub settings: &'static str,
    pub close: &'static str,
    pub search: &'static str,
    pub follow: &'static str,
    pub following: &'static str,
    pub muted: &'static str,
    pub follow_state: &'static str,
    pub not_followed: &'static str,
    pub following_hint: &'static str,
    pub muted_hint: &'static str,
    pub not_followed_hint: &'static str,
    pub more_options: &'static str,
    pub connecting: &'static str,
    pub connected: &'static str,
    pub offline: &'static str,
    pub retry_now: &'static str,
    pub signed_out: &'static str,
    pub people_here: Plural,
    pub unread: Plural,
    pub mentions: Plural,
    pub present_people: &'static str,
    pub is_typing: &'static str,
    pub are_typing: &'static str,
    pub describe: &'static str,
    pub title: &'static str,
    pub description: &'static str,
    pub loading: &'static str,
    pub topic_unavailable: &'static str,
}

/// The log: messages, their states, and the notices between them.
pub struct LogTexts {
    pub messages: &'static str,
    pub oldest_first: &'static str,
    pub pending_messages: &'static str,
    pub empty: &'static str,
    pub be_first: &'static str,
    pub new_messages: &'static str,
    pub jump_to_newest: &'static str,
    pub new_since: &'static str,
    pub unread_above: &'static str,
    pub jump_to_first: &'static str,
    pub mark_as_read: &'static str,
    pub older: &'static str,
    pub more: &'static str,
    pub edited: &'static str,
    pub deleted: &'static str,
    pub unverified: &'static str,
    pub unverified_hint: &'static str,
    pub reply_to: &'static str,
    pub reply_to_earlier: &'static str,
    pub show_more: &'static str,
    pub show_less: &'static str,
    pub today: &'static str,
    pub yesterday: &'static str,
    pub joined: &'static str,
    pub left: &'static str,
    pub and: &'static str,
    pub title_set: &'static str,
    pub title_removed: &'static str,
    pub more_people: Plural,
    pub missed: Plural,
}

/// The composer, and the states of drafts.
pub struct ComposerTexts {
    pub name: &'static str,
    pub own_name: &'static str,
    pub choose_name: &'static str,
    pub ask_name: &'static str,
    pub skip: &'static str,
    pub message: &'static str,
    pub placeholder: &'static str,
    pub write: &'static str,
    pub not_sent: &'static str,
    pub suggestions: &'static str,
    pub replying_to: &'static str,
    pub cancel_reply: &'static str,
    pub edit_message: &'static str,
    pub save: &'static str,
    pub cancel: &'static str,
    pub changed_meanwhile: &'static str,
    pub deleted_meanwhile: &'static str,
    pub waiting: &'static str,
    pub waiting_in_memory: &'static str,
    pub from_earlier_session: &'static str,
    pub sending: &'static str,
    pub sent: &'static str,
    pub not_sent_why: &'static str,
    pub try_again: &'static str,
    pub send_as: &'static str,
    pub edit: &'static str,
    pub delete: &'static str,
    pub discard: &'static str,
    pub stop_trying: &'static str,
    pub may_have_arrived: &'static str,
    pub edits_earlier: &'static str,
    pub deletes_earlier: &'static str,
    pub reacts_earlier: &'static str,
    pub unreacts_earlier: &'static str,
    pub name_problem: &'static str,
    pub blank: &'static str,
    pub too_long: Plural,
    pub bad_character: &'static str,
}

/// Why the server refused a draft.
pub struct RefusalTexts {
    pub too_many_topics: &'static str,
    pub conflict: &'static str,
    pub forbidden: &'static str,
    pub banned: &'static str,
    pub muted: &'static str,
    pub not_found: &'static str,
    pub stale: &'static str,
    pub too_many_reactions: &'static str,
    pub exists: &'static str,
}

/// The menu of a message.
pub struct ActionTexts {
    pub menu_of: &'static str,
    pub menu: &'static str,
    pub react_with: &'static str,
    pub more_emoji: &'static str,
    pub find_emoji: &'static str,
    pub reactions: &'static str,
    pub reply: &'static str,
    pub copy_link: &'static str,
    pub copy_text: &'static str,
    pub copied: &'static str,
    pub copy_by_hand: &'static str,
    pub edit: &'static str,
    pub delete: &'static str,
    pub really_delete: &'static str,
}

/// Texts of menus and tools that the browser loads lazily. An area's texts are loaded together.
pub struct LazyTexts {
    pub mark_unread: &'static str,
    pub mark_all_read: &'static str,
    pub add_favourite: &'static str,
    pub remove_favourite: &'static str,
    pub recent_emoji: &'static str,
    /// The names of `emoji::GROUPS`.
    pub emoji_groups: [&'static str; 7],
}

/// The search for messages.
pub struct SearchTexts {
    pub title: &'static str,
    pub back: &'static str,
    pub find: &'static str,
    pub search: &'static str,
    pub only_in: &'static str,
    pub results: &'static str,
    pub syntax_help: &'static str,
    pub searching: &'static str,
    pub no_results: &'static str,
    pub no_results_help: &'static str,
    pub indexing: &'static str,
    pub blank: &'static str,
    pub too_long: &'static str,
    pub too_slow: &'static str,
    pub invalid_day: &'static str,
    pub invalid_topic: &'static str,
    pub invalid_address: &'static str,
    pub unavailable: &'static str,
    pub older: &'static str,
    pub newest: &'static str,
    pub pages: &'static str,
}

/// The settings of this browser.
pub struct SettingsTexts {
    pub scope_hint: &'static str,
    pub theme: &'static str,
    pub system_theme: &'static str,
    pub light_theme: &'static str,
    pub dark_theme: &'static str,
    pub compact: &'static str,
    pub close: &'static str,
    pub presence: &'static str,
    pub sound: &'static str,
    pub sound_off: &'static str,
    pub sound_mentions: &'static str,
    pub sound_all: &'static str,
    pub notifications: &'static str,
    pub not_allowed: &'static str,
    pub not_possible: &'static str,
    pub single_keys: &'static str,
    pub language: &'static str,
    pub shortcuts: &'static str,
}

/// The quick switcher.
pub struct SwitcherTexts {
    pub jump: &'static str,
    pub find: &'static str,
    pub results: &'static str,
    pub mention: &'static str,
    pub search_messages: &'static str,
}

/// The list of keyboard shortcuts.
pub struct ShortcutTexts {
    pub ctrl_key: &'static str,
    pub shift_key: &'static str,
    pub page: &'static str,
    pub log: &'static str,
    pub field: &'static str,
    pub or: &'static str,
    pub help: &'static str,
    pub jump: &'static str,
    pub search: &'static str,
    pub adjacent_topic: &'static str,
    pub adjacent_unread_topic: &'static str,
    pub region: &'static str,
    pub settings: &'static str,
    pub escape: &'static str,
    pub mark_all_read: &'static str,
    pub message_above: &'static str,
    pub message_below: &'static str,
    pub reply: &'static str,
    pub react: &'static str,
    pub edit: &'static str,
    pub controls: &'static str,
    pub send: &'static str,
    pub new_line: &'static str,
    pub edit_last: &'static str,
    pub reply_above: &'static str,
    pub reply_below: &'static str,
    pub bold: &'static str,
    pub italic: &'static str,
    pub code: &'static str,
}

/// The directory: the list of topics, and the form for a new one.
pub struct DirectoryTexts {
    pub title: &'static str,
    pub lead: &'static str,
    pub language: &'static str,

    pub find: &'static str,
    pub search: &'static str,
    pub results: &'static str,
    pub search_all: &'static str,
    pub shown: Plural,
    pub all_topics: &'static str,
    pub more_topics: &'static str,
    pub first_page: &'static str,
    pub no_results: &'static str,
    pub no_results_help: &'static str,
    pub empty: &'static str,
    pub start_here: &'static str,
    pub no_messages: &'static str,
    pub messages: Plural,
    pub people_here: Plural,

    pub new_topic: &'static str,
    pub topic_title: &'static str,
    pub name: &'static str,
    pub name_help: &'static str,
    pub address: &'static str,
    pub description: &'static str,
    pub create: &'static str,

    pub title_missing: &'static str,
    pub no_name_from_title: &'static str,
    pub bad_name: &'static str,
    pub exists: &'static str,
    pub open: &'static str,
    pub too_long: &'static str,
    pub bad_character: &'static str,
    pub draft_conflict: &'static str,
    pub too_many_topics: &'static str,
    pub not_allowed: &'static str,
    pub unavailable: &'static str,
    pub access_was_missing: &'static str,
}

/// The pages of a topic for a reader without JavaScript.
pub struct PagerTexts {
    pub message: &'static str,
    pub pages: &'static str,
    pub older: &'static str,
    pub newer: &'static str,
    pub newest: &'static str,
    pub about: &'static str,
}

/// The time since an event.
pub struct AgoTexts {
    pub now: &'static str,
    pub minutes: Plural,
    pub hours: Plural,
    pub days: Plural,
    pub months: Plural,
    pub years: Plural,
}

/// The form for the access secret, and the pages for a missing address and for too many requests.
pub struct AccessTexts {
    pub title: &'static str,
    pub heading: &'static str,
    pub lead: &'static str,
    pub secret: &'static str,
    pub sign_in: &'static str,
    pub wrong_secret: &'static str,

    pub too_fast: &'static str,
    pub too_fast_help: &'static str,

    pub not_found: &'static str,
    pub not_found_heading: &'static str,
    pub not_found_help: &'static str,
    pub all_topics: &'static str,
}

/// The page on which a person becomes the owner.
pub struct OwnerTexts {
    pub title: &'static str,
    pub lead: &'static str,
    pub code: &'static str,
    pub become_owner: &'static str,
    pub wrong: &'static str,
    pub used: &'static str,
}

/// Errors of forms that work without JavaScript.
pub struct FormErrorTexts {
    pub not_sent: &'static str,
    pub message_not_sent: &'static str,
    pub failed: &'static str,

    pub message_kept: &'static str,
    pub draft_conflict: &'static str,
    pub no_draft: &'static str,
    pub too_many_topics: &'static str,
    pub too_many_new_topics: &'static str,
    pub too_fast: &'static str,
    pub disk_full: &'static str,
    pub unavailable: &'static str,

    pub unknown_host: &'static str,
    pub foreign_origin: &'static str,
    pub unreadable: &'static str,
    pub too_long: &'static str,
    pub server_fault: &'static str,
}
