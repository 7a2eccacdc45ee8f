use leptos::prelude::*;

use super::{Badge, Time};
use crate::{
    browser::base_path::message_address,
    erased::Erase,
    protocol::{Author, Event, SearchHit, SnippetPart},
};

/// A search result. All of it is a link to the message.
#[component]
pub(crate) fn HitRow(hit: SearchHit) -> impl IntoView {
    let SearchHit { event, snippet } = hit;
    let Event { topic, seq, at, author: Author { user, name, .. }, .. } = event;
    let href = message_address(&topic, seq);
    let pieces =
        snippet.into_iter().map(
            |SnippetPart { text, hit }| {
                if hit { view! { <mark>{text}</mark> }.erased() } else { text.erased() }
            },
        );
    view! {
        <Badge user name=name.clone()/>
        <p class="by">
            <bdi class="author">{name.to_string()}</bdi>
            <span class="where">{format!("#{topic}")}</span>
            <Time at dated=true/>
        </p>
        <p class="snippet">
            <a href=href rel="external" dir="auto">{pieces.collect_view()}</a>
        </p>
    }
    .erased()
}
