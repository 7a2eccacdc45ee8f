//! The directory's list of topics, which its search field filters while one types. Without a script the field searches on the server.

use leptos::{
    ev::{KeyboardEvent, keydown},
    html,
    prelude::*,
};

use super::TopicEntry;
use crate::{
    browser::{
        base_path::address,
        preferences::Preferences,
        shortcuts::{PageKey, Shortcut},
    },
    erased::{Derived, Erase, ErasedView, effect, memo, reactive, when},
    i18n::{fill, language},
    model::topic_filter::TopicFilter,
    page_data::{DirectoryPage, DirectoryTopic},
    protocol::Timestamp,
};

/// The form, which the button for a search of all topics submits from outside.
const FORM_ID: &str = "find-topics";

/// The search field, and what it filters.
#[derive(Clone, Copy)]
pub(crate) struct TopicSearch {
    /// The query that the server has searched for.
    query: StoredValue<String>,
    /// Whether the page has all topics.
    is_complete: bool,
    field: NodeRef<html::Input>,
    /// The text in the field; empty while it is the server's query, whose results may have other words.
    text: RwSignal<String>,
    filter: Derived<TopicFilter>,
}

impl TopicSearch {
    pub(crate) fn new(page: &DirectoryPage) -> Self {
        let text = RwSignal::new(String::new());
        let search = Self {
            query: StoredValue::new(page.query.clone()),
            is_complete: page.is_complete(),
            field: NodeRef::new(),
            text,
            filter: memo(move || text.with(|text| TopicFilter::new(text))),
        };
        // Includes what was typed before hydration.
        effect(move || search.read());
        let preferences = Preferences::provide();
        effect(move || {
            let keys = window_event_listener(keydown, move |event| search.on_key(&event, preferences));
            on_cleanup(move || keys.remove());
        });
        search
    }

    /// The keys that open the search and the quick switcher on a topic's page lead to the field here.
    fn on_key(self, event: &KeyboardEvent, preferences: Preferences) {
        let key = PageKey::from_event(event, preferences.get_untracked().keys);
        let is_search = matches!(key, Some(PageKey::Shortcut(Shortcut::Jump | Shortcut::Search)));
        if let (true, Some(field)) = (is_search, self.field.get_untracked()) {
            event.prevent_default();
            let _ = field.focus();
        }
    }

    fn read(self) {
        let Some(field) = self.field.get() else { return };
        let typed = field.value().trim().to_owned();
        let is_query = self.query.with_value(|query| *query == typed);
        self.text.set(if is_query { String::new() } else { typed });
    }

    /// The form.
    pub(crate) fn form(self) -> ErasedView {
        let texts = language().directory();
        view! {
            <form class="search" id=FORM_ID role="search" method="get" action=address(format_args!("/"))>
                <input
                    type="search"
                    name="q"
                    value=self.query.get_value()
                    dir="auto"
                    autocomplete="off"
                    aria-label=texts.find
                    placeholder=texts.find
                    node_ref=self.field
                    on:input=move |_| self.read()
                />
                <button type="submit">{texts.search}</button>
            </form>
        }
        .erased()
    }

    /// The list, and what there is to say of the filter.
    pub(crate) fn list(
        self,
        followed: Vec<DirectoryTopic>,
        pinned: Option<DirectoryTopic>,
        topics: Vec<DirectoryTopic>,
        now: Timestamp,
    ) -> ErasedView {
        let all = followed.iter().chain(&pinned).chain(&topics);
        let texts: Vec<String> = all.map(text_of).collect();
        let shown = memo(move || {
            self.filter.with(|filter| texts.iter().filter(|text| filter.matches(text)).count() as u64)
        });
        let entry = move |topic: DirectoryTopic, pinned: bool| {
            let text = text_of(&topic);
            let hidden = memo(move || !self.filter.with(|filter| filter.matches(&text)));
            view! { <TopicEntry topic now pinned hidden/> }.erased()
        };
        let followed = followed.into_iter().map(|topic| entry(topic, false)).collect_view();
        let pinned = pinned.map(|topic| entry(topic, true));
        let topics = topics.into_iter().map(|topic| entry(topic, false)).collect_view();
        view! {
            <ol class="topic-list">{followed} {pinned} {topics}</ol>
            {self.result(shown)}
        }
        .erased()
    }

    /// Says how many topics match, to screen readers, and to all when there are none.
    fn result(self, shown: Derived<u64>) -> ErasedView {
        let texts = language().directory();
        let is_active = move || self.filter.with(|filter| !filter.is_empty());
        let message = move || match (is_active(), shown.get()) {
            (false, _) => String::new(),
            (true, 0) => fill(texts.no_results, &self.text.get()),
            (true, shown) => texts.shown.format(language(), shown),
        };
        let is_note = move || is_active() && shown.get() == 0;
        let is_complete = self.is_complete;
        view! {
            <p class=reactive(move || if is_note() { "note" } else { "visually-hidden" }) aria-live="polite">
                {reactive(message)}
            </p>
            {when(move || is_active() && !is_complete, move || view! {
                <button type="submit" class="search-all" form=FORM_ID>
                    {texts.search_all}
                </button>
            }.erased())}
        }
        .erased()
    }
}

/// The texts in which words are found, as on the server.
fn text_of(topic: &DirectoryTopic) -> String {
    let summary = &topic.summary;
    [summary.topic.as_str(), summary.about.title(), summary.about.description()].join(" ")
}
