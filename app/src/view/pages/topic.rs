use leptos::prelude::*;

use crate::{
    browser::{
        focus::{self, FIELD_ID},
        preferences::Preferences,
    },
    chat::{Chat, notifications},
    erased::{Erase, each, effect, reactive},
    i18n::language,
    page_data::TopicPage,
    view::components::{
        Composer, Dialogs, Log, OwnName, PageTitle, QuickSwitcher, SearchDialog, Sections, Shortcuts,
        Sidebar, StatusLine, TopicHeader, TypingIndicator, provide_lazy_parts,
    },
};

/// A topic's page: the sidebar, the log and the composer.
#[component]
pub(crate) fn Topic(page: TopicPage) -> impl IntoView {
    let chat = Chat::new(page.clone());
    provide_context(chat);
    let preferences = Preferences::provide();
    Sections::provide();
    effect(move || chat.start());
    provide_lazy_parts(chat, preferences);
    let topic_title = chat.title();
    let current = chat.current();
    let user = chat.user_signal();
    // The page of a message keeps its title until the person navigates away.
    let target = page.target;
    let of_message = page.title(language());
    let unread = notifications::unread(chat);
    let title = move || {
        let title = topic_title.get();
        let title = match (target, title.is_empty()) {
            (Some(_), _) if chat.target().get() == target => of_message.clone(),
            (_, true) => current.get().to_string(),
            (_, false) => title,
        };
        notifications::with_unread_count(unread.get(), &title)
    };
    let topics = RwSignal::new(false);
    let dialogs = Dialogs::new();
    provide_context(dialogs);
    let own_name = OwnName::new(chat, preferences);
    let skip = move |event: leptos::ev::MouseEvent| {
        event.prevent_default();
        focus::focus_composer();
    };
    view! {
        <PageTitle text=title/>
        <div class="chat">
            <a class="skip" href=format!("#{FIELD_ID}") on:click=skip>
                {language().topic().skip_to_composer}
            </a>
            <Sidebar open=topics dialogs own_name/>
            <main class="topic" inert=reactive(move || topics.get())>
                <TopicHeader topics dialogs page=page.clone()/>
                // A change of the topic or of the person renders a new log: none of the rows may be reused.
                {each(move || vec![(current.get(), user.get())], Clone::clone, move |_shown| view! {
                    <Log/>
                }.erased())}
                <TypingIndicator/>
                <StatusLine/>
                <Composer page own_name/>
            </main>
            <Shortcuts dialogs/>
            <SearchDialog dialog=dialogs.search/>
            <QuickSwitcher switcher=dialogs.switcher/>
        </div>
    }
    .erased()
}
