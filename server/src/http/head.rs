//! What pages tell search engines, feed readers and link previews.

use app::{
    head::Head,
    i18n::{Language, fill},
    page_data::{DirectoryPage, TopicPage, excerpt},
};

use super::base_url::BaseUrl;

/// Characters of a description; more is shown nowhere.
const DESCRIPTION_CHARS: usize = 200;

/// Of a topic's page.
pub(super) fn topic_head(page: &TopicPage, BaseUrl(base): &BaseUrl, language: Language) -> Head {
    let absolute = |path: String| format!("{base}{path}");
    let topic = &page.topic;
    let path = match (page.target, page.opened_at()) {
        (Some(seq), _) => format!("/t/{topic}/{seq}"),
        // However one came there: an older part is named by where it ends.
        (None, Some(_)) => format!("/t/{topic}?before={}", page.part.to + 1),
        (None, None) => format!("/t/{topic}"),
    };
    Head {
        title: page.title(language),
        description: description_of(page, language),
        url: absolute(path),
        feed: Some(absolute(format!("/t/{topic}/feed.atom"))),
        older: page.older().map(absolute),
        newer: page.newer().map(absolute),
    }
}

/// What the message says that the page was opened at, else what the topic is about, else a sentence of ours.
fn description_of(page: &TopicPage, language: Language) -> String {
    let target = page.part.events.iter().find(|event| Some(event.seq) == page.target);
    let said = target.filter(|event| !event.is_deleted()).map(|event| event.kind.plain_text());
    match said.as_deref().unwrap_or_else(|| page.about.description()) {
        "" => fill(language.reading().about, page.name_or_title()),
        text => excerpt(text, DESCRIPTION_CHARS),
    }
}

/// Of the directory.
pub(super) fn directory_head(page: &DirectoryPage, BaseUrl(base): &BaseUrl, language: Language) -> Head {
    let words = language.directory();
    Head {
        title: words.title.to_owned(),
        description: words.lead.to_owned(),
        url: format!("{base}/"),
        feed: None,
        older: page.next.map(|skip| format!("{base}{}", page.href(skip))),
        newer: None,
    }
}
