use leptos::prelude::*;
use leptos_meta::Title;

use crate::{
    chat::Chat,
    components::{Composer, LinkState, Log},
    page::TopicPage,
};

/// A topic: what was said, and where to say more.
#[component]
pub(crate) fn Topic(page: TopicPage) -> impl IntoView {
    let target = page.target;
    let chat = Chat::new(page.clone());
    provide_context(chat);
    Effect::new(move |_| chat.start());
    let here = chat.here_count();
    let people = move || match here.get() {
        Some(1) => "1 person here".to_owned(),
        Some(n) => format!("{n} people here"),
        None => String::new(),
    };
    view! {
        <Title text=format!("{} · Chorus", page.topic)/>
        <main class="topic">
            <header>
                <h1>{page.topic.to_string()}</h1>
                <p class="here">{people}</p>
                <LinkState/>
            </header>
            <Log target/>
            <Composer page/>
        </main>
    }
}
