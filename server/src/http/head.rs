//! Metadata in a page's head, for search engines, feed readers and link previews.

use app::{
    head::PageMetadata,
    i18n::{Language, fill},
    page_data::{DirectoryPage, TopicPage, excerpt},
};

use super::base_url::BaseUrl;

/// Search engines and link previews show no more.
const MAX_DESCRIPTION_CHARS: usize = 200;

pub(super) fn topic_head(page: &TopicPage, BaseUrl(base): &BaseUrl, language: Language) -> PageMetadata {
    let absolute = |path: String| format!("{base}{path}");
    let topic = &page.snapshot.topic;
    let path = match (page.target, page.opened_at()) {
        (Some(seq), _) => format!("/t/{topic}/{seq}"),
        // The canonical URL of an older part names its end, however the reader got there.
        (None, Some(_)) => format!("/t/{topic}?before={}", page.snapshot.part.to + 1),
        (None, None) => format!("/t/{topic}"),
    };
    PageMetadata {
        title: page.title(language),
        description: description(page, language),
        url: absolute(path),
        feed: Some(absolute(format!("/t/{topic}/feed.atom"))),
        older: page.older().map(absolute),
        newer: page.newer().map(absolute),
    }
}

/// Returns the beginning of the target message, or else of the topic's description, or else a generic sentence.
fn description(page: &TopicPage, language: Language) -> String {
    let target = page.snapshot.part.events.iter().find(|event| Some(event.seq) == page.target);
    let text = target.filter(|event| !event.is_deleted()).map(|event| event.kind.plain_text());
    match text.as_deref().unwrap_or_else(|| page.snapshot.about.description()) {
        "" => fill(language.pager().about, page.name_or_title()),
        text => excerpt(text, MAX_DESCRIPTION_CHARS),
    }
}

pub(super) fn directory_head(
    page: &DirectoryPage,
    BaseUrl(base): &BaseUrl,
    language: Language,
) -> PageMetadata {
    let words = language.directory();
    PageMetadata {
        title: words.title.to_owned(),
        description: words.lead.to_owned(),
        url: format!("{base}/"),
        feed: None,
        older: page.next.map(|skip| format!("{base}{}", page.href(skip))),
        newer: None,
    }
}
