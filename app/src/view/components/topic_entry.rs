use leptos::prelude::*;

use super::{
    message_row::unverified_mark,
    sidebar::{counts, unread_count},
};
use crate::{
    browser::base_path::topic_address,
    erased::{Derived, Erase, ErasedView, reactive},
    i18n::{ago, language},
    page_data::{DirectoryTopic, MessageExcerpt},
    protocol::{Timestamp, TopicName, TopicSummary},
};

/// The number of colours for topics.
const HUE_COUNT: u32 = 8;

/// A topic in the directory.
#[component]
pub(crate) fn TopicEntry(
    topic: DirectoryTopic,
    /// The server's clock.
    now: Timestamp,
    /// Whether this is the topic recommended to newcomers.
    #[prop(default = false)]
    pinned: bool,
    /// Whether the words in the search field are not in it.
    hidden: Derived<bool>,
) -> impl IntoView {
    let texts = language().directory();
    let DirectoryTopic { summary, membership, newest } = topic;
    let TopicSummary { topic: name, about, head, messages, at, here } = summary;
    let title = if about.title().is_empty() { name.to_string() } else { about.title().to_owned() };
    let named = (!about.title().is_empty()).then(|| view! { <bdi class="name">{format!("#{name}")}</bdi> });
    let first = pinned.then(|| view! { <span class="first">{texts.start_here}</span> });
    let hue = hue_of(&name);
    let initial = initial_of(&title);
    let description = about.description().to_owned();
    let description =
        (!description.is_empty()).then(|| view! { <p class="about" dir="auto">{description}</p> });
    let is_unread = membership.as_ref().is_some_and(|membership| counts(membership) != (0, 0));
    let unread = membership.as_ref().map(unread_count);
    let newest = newest.map(|newest| excerpt(newest, now));
    let people =
        (here > 0).then(|| view! { <span class="here">{texts.people_here.format(language(), here)}</span> });
    let facts = if head == 0 {
        view! { <span>{texts.no_messages}</span> }.erased()
    } else {
        // The newest message has its own time.
        let at = newest.is_none().then(|| age(at, now));
        view! {
            <span>{texts.messages.format(language(), messages)}</span>
            {at}
        }
        .erased()
    };
    view! {
        <li class="topic-entry" data-unread=is_unread.then_some("") hidden=reactive(move || hidden.get())>
            <span class="tile" aria-hidden="true" data-hue=hue>{initial}</span>
            <div class="heading">
                <h2>
                    <a href=topic_address(&name) rel="external" dir="auto">{title}</a>
                </h2>
                {named}
                {first}
                {unread}
            </div>
            {description}
            {newest}
            <p class="facts">{people} {facts}</p>
        </li>
    }
    .erased()
}

/// The beginning of the newest message, on one line.
fn excerpt(newest: MessageExcerpt, now: Timestamp) -> ErasedView {
    let MessageExcerpt { author, unverified, at, text } = newest;
    let unverified = unverified.then(|| view! { " " {unverified_mark()} }.erased());
    view! {
        <p class="newest">
            <span class="words">
                <bdi class="author">{author.to_string()}</bdi>
                {unverified}
                ": "
                <bdi>{text}</bdi>
            </span>
            {age(at, now)}
        </p>
    }
    .erased()
}

fn age(at: Timestamp, now: Timestamp) -> ErasedView {
    let since = now.0.saturating_sub(at.0) / 1_000;
    view! { <time datetime=at.to_rfc3339() title=at.to_rfc3339()>{ago(language(), since)}</time> }.erased()
}

/// A colour derived from the name.
fn hue_of(name: &TopicName) -> String {
    let sum = name.as_str().bytes().fold(0u32, |sum, byte| sum.wrapping_mul(31).wrapping_add(byte.into()));
    (sum % HUE_COUNT).to_string()
}

fn initial_of(title: &str) -> String {
    title
        .chars()
        .find(|c| c.is_alphanumeric())
        .map_or_else(|| "#".to_owned(), |c| c.to_uppercase().to_string())
}
