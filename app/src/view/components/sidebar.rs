use leptos::{ev::KeyboardEvent, html, prelude::*};

use super::{
    Dialogs, OwnName,
    icon::{CHEVRON, icon},
    lazy::PartsLoader,
    quick_switcher::JumpButton,
    sections::Sections,
};
use crate::{
    browser::base_path::{address, topic_address},
    chat::Chat,
    erased::{Derived, Erase, ErasedView, each, effect, effect_with_previous, memo, reactive},
    i18n::language,
    protocol::{Follow, Membership, TopicName},
};

/// Larger counts are shown as `99+`.
const MAX_COUNT: u64 = 99;

/// The person's topics with their unread counts, and the topic that is shown. A drawer on narrow screens.
#[component]
pub(crate) fn Sidebar(open: RwSignal<bool>, dialogs: Dialogs, own_name: OwnName) -> impl IntoView {
    let texts = language().topic();
    let chat = Chat::from_context();
    let memberships = chat.memberships();
    let current = chat.current();
    let loader = expect_context::<PartsLoader>();
    let first = NodeRef::<html::A>::new();
    // Only the names are listed: each row subscribes to its own counts and is made once.
    let names = chat.topic_list();
    effect_with_previous(move |was: Option<bool>| {
        let is = open.get();
        if let (true, Some(first)) = (is && was == Some(false), first.get_untracked()) {
            let _ = first.focus();
        }
        is
    });
    // Closes the drawer on navigation.
    effect(move || {
        current.track();
        open.set(false);
    });
    let key = move |key: KeyboardEvent| {
        if key.key() == "Escape" && open.get_untracked() {
            key.prevent_default();
            open.set(false);
        } else if loader.get_untracked().is_some_and(|parts| (parts.topic_key)(&key)) {
            key.prevent_default();
        }
    };
    view! {
        <nav
            id="topics"
            class="sidebar"
            aria-label=texts.your_topics
            data-open=reactive(move || open.get().then_some(""))
            on:keydown=key
        >
            <p class="home">
                <a href=address(format_args!("/")) rel="external" node_ref=first>
                    {texts.all_topics}
                </a>
                {reactive(move || loader.get().map(|parts| (parts.sidebar_tools)()))}
                <button type="button" class="quiet close" on:click=move |_| open.set(false)>
                    {texts.close}
                </button>
            </p>
            <JumpButton switcher=dialogs.switcher drawer=open/>
            <div class="sections">
                {section(texts.favourites, true, names, memberships)}
                {section(texts.topics, false, names, memberships)}
            </div>
            {reactive(move || loader.get().map(|parts| (parts.sidebar_foot)(open, dialogs, own_name)))}
        </nav>
        <div class="scrim" data-open=reactive(move || open.get().then_some("")) on:click=move |_| open.set(false)></div>
    }.erased()
}

/// The favourites or the other topics. By the style sheet, a closed section shows what is unread and the topic that is shown, and
/// an empty one is hidden.
fn section(
    label: &'static str,
    is_favourites: bool,
    names: Derived<Vec<(bool, TopicName)>>,
    memberships: Derived<Vec<Membership>>,
) -> ErasedView {
    let sections = Sections::from_context();
    let loader = expect_context::<PartsLoader>();
    let toggle = move |_| {
        if let Some(parts) = loader.get_untracked() {
            (parts.toggle_section)(sections, is_favourites);
        }
    };
    let here = move || {
        let of_section = |(is_favourite, _): &(bool, TopicName)| *is_favourite == is_favourites;
        names.get().into_iter().filter(of_section).map(|(_, name)| name).collect::<Vec<_>>()
    };
    view! {
        <button
            type="button"
            class="quiet section"
            aria-expanded=reactive(move || (!sections.is_closed(is_favourites)).to_string())
            on:click=toggle
        >
            {icon(CHEVRON)}
            {label}
        </button>
        <ul aria-label=label>
            {each(here, TopicName::clone, move |name| view! { <SidebarEntry name memberships/> }.erased())}
        </ul>
    }
    .erased()
}

#[component]
fn SidebarEntry(name: TopicName, memberships: Derived<Vec<Membership>>) -> impl IntoView {
    let current = Chat::from_context().current();
    let topic = name.clone();
    let membership = memo(move || memberships.with(|all| all.iter().find(|m| m.topic == topic).cloned()));
    let topic = name.clone();
    let is_current = memo(move || current.with(|current| *current == topic));
    let title = {
        let name = name.to_string();
        reactive(move || {
            membership
                .with(|m| m.as_ref().map(|m| m.title.clone()).filter(|t| !t.is_empty()))
                .unwrap_or(name.clone())
        })
    };
    let muted = move || membership.with(|m| m.as_ref().is_some_and(|m| m.follow == Follow::Muted));
    view! {
        <li>
            <a
                href=topic_address(&name)
                aria-current=reactive(move || is_current.get().then_some("page"))
                data-muted=reactive(move || muted().then_some(""))
            >
                <bdi class="name">{title}</bdi>
                {reactive(move || membership.get().map(|membership| unread_count(&membership)))}
            </a>
        </li>
    }
    .erased()
}

/// The count of mentions, or else of unread messages. A muted topic counts mentions only.
pub(super) fn unread_count(membership: &Membership) -> impl IntoView + use<> {
    badge(counts(membership))
}

/// The numbers of mentions and of unread messages that count.
pub(super) fn counts(membership: &Membership) -> (u64, u64) {
    let is_followed = membership.follow == Follow::Following;
    (membership.mentions, if is_followed { membership.unread() } else { 0 })
}

pub(super) fn badge((mentions, unread): (u64, u64)) -> impl IntoView + use<> {
    let language = language();
    let texts = language.topic();
    let (count, label, class) = match (mentions, unread) {
        (0, 0) => return None,
        (0, unread) => (unread, texts.unread.format(language, unread), "unread"),
        (mentions, _) => (mentions, texts.mentions.format(language, mentions), "mentions"),
    };
    let shown = if count > MAX_COUNT { format!("{MAX_COUNT}+") } else { count.to_string() };
    Some(view! {
        <span class=class>
            <span aria-hidden="true">{shown}</span>
            <span class="visually-hidden">{label}</span>
        </span>
    })
}
