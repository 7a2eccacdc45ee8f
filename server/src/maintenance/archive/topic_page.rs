//! A page of a topic.

use std::collections::HashMap;

use app::{i18n::Language, page_data::excerpt, protocol::Event};

use super::{
    html::{DESCRIPTION_CHARS, Document, Pager, escape},
    message::message_html,
    page_file,
    read::{ArchivedTopic, QuotedMessage},
};

/// The path from a page of a topic to the folder of the archive.
const ROOT: &str = "../../";

/// Returns the page with these messages. `quoted` has the messages that they reply to.
pub(super) fn topic_page(
    topic: &ArchivedTopic,
    page: u64,
    messages: &[Event],
    quoted: &HashMap<u64, QuotedMessage>,
) -> String {
    let pager = Pager { page, pages: topic.pages(), file_of: page_file };
    let rows: String = messages.iter().map(|message| message_html(message, quoted)).collect();
    let content = format!(
        "<a class=\"skip\" href=\"#messages\">Skip to messages</a>\n{}{}<main id=\"messages\">\n\
        <h2 class=\"visually-hidden\">{}</h2>\n<ol>\n{rows}</ol>\n</main>\n{}",
        header(topic),
        pager.html("Pages, above the messages"),
        Language::En.log().messages,
        pager.html("Pages")
    );
    let title = match page {
        1 => topic.title().to_owned(),
        _ => format!("{} · page {page}", topic.title()),
    };
    Document {
        title: &title,
        description: &description(topic, messages),
        root: ROOT,
        pager,
        content: &content,
    }
    .html()
}

fn header(topic: &ArchivedTopic) -> String {
    let title = escape(topic.title());
    let about = match topic.about.description() {
        "" => String::new(),
        text => format!("<p class=\"about\" lang=\"\" dir=\"auto\">{}</p>\n", escape(text)),
    };
    format!(
        "<header>\n<p><a href=\"{ROOT}index.html\">All topics</a></p>\n\
        <h1 lang=\"\" dir=\"auto\">{title}</h1>\n{about}</header>\n"
    )
}

/// The description of the topic, or else the beginning of the page's first text.
fn description(topic: &ArchivedTopic, messages: &[Event]) -> String {
    let text = match topic.about.description() {
        "" => {
            let mut texts = messages.iter().map(|message| message.kind.plain_text());
            texts.find(|text| !text.trim().is_empty()).unwrap_or_default().into_owned()
        }
        description => description.to_owned(),
    };
    excerpt(&text, DESCRIPTION_CHARS)
}
