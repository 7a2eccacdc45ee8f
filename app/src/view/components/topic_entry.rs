use leptos::prelude::*;

use crate::{
    erased::Erase,
    i18n::{ago, language},
    protocol::{Timestamp, TopicName, TopicSummary},
};

/// The number of colours for topics.
const HUE_COUNT: u32 = 8;

/// A topic in the directory.
#[component]
pub(crate) fn TopicEntry(
    topic: TopicSummary,
    /// The server's clock.
    now: Timestamp,
    /// Whether this is the topic recommended to newcomers.
    #[prop(default = false)]
    pinned: bool,
) -> impl IntoView {
    let texts = language().directory();
    let TopicSummary { topic: name, about, head, messages, at, here } = topic;
    let title = if about.title().is_empty() { name.to_string() } else { about.title().to_owned() };
    let named = (!about.title().is_empty()).then(|| view! { <bdi class="name">{format!("#{name}")}</bdi> });
    let first = pinned.then(|| view! { <span class="first">{texts.start_here}</span> });
    let hue = hue_of(&name);
    let initial = initial_of(&title);
    let description = about.description().to_owned();
    let description =
        (!description.is_empty()).then(|| view! { <p class="about" dir="auto">{description}</p> });
    let people =
        (here > 0).then(|| view! { <span class="here">{texts.people_here.format(language(), here)}</span> });
    let facts = if head == 0 {
        view! { <span>{texts.no_messages}</span> }.erased()
    } else {
        let since = now.0.saturating_sub(at.0) / 1_000;
        view! {
            <span>{texts.messages.format(language(), messages)}</span>
            <time datetime=at.to_rfc3339() title=at.to_rfc3339()>{ago(language(), since)}</time>
        }
        .erased()
    };
    view! {
        <li class="topic-entry">
            <span class="tile" aria-hidden="true" data-hue=hue>{initial}</span>
            <div class="heading">
                <h2>
                    <a href=format!("/t/{name}") rel="external" dir="auto">{title}</a>
                </h2>
                {named}
                {first}
            </div>
            {description}
            <p class="facts">{people} {facts}</p>
        </li>
    }
    .erased()
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
