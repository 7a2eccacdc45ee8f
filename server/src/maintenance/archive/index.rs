//! The list of topics.

use app::i18n::Language;

use super::{
    html::{Document, Pager, escape, time},
    page_file,
    read::ArchivedTopic,
};

/// The beginning of the names of all pages but the first.
pub(super) const INDEX_PREFIX: &str = "index-";

const TITLE: &str = "Archive";

/// Returns the name of a page of the index.
pub(super) fn index_file(page: u64) -> String {
    if page == 1 { "index.html".to_owned() } else { format!("{INDEX_PREFIX}{page}.html") }
}

/// Returns the page with these topics.
pub(super) fn index_page(topics: &[&ArchivedTopic], page: u64, pages: u64) -> String {
    let pager = Pager { page, pages, file_of: index_file };
    let entries: String = topics.iter().map(|topic| entry(topic)).collect();
    let list = if entries.is_empty() {
        format!("<p>{}</p>\n", Language::En.log().empty)
    } else {
        format!("<ul class=\"topics\">\n{entries}</ul>\n")
    };
    let content =
        format!("<header>\n<h1>{TITLE}</h1>\n</header>\n<main>\n{list}</main>\n{}", pager.html("Pages"));
    let title = if page == 1 { TITLE.to_owned() } else { format!("{TITLE} · page {page}") };
    Document { title: &title, description: "All topics of this chat.", root: "", pager, content: &content }
        .html()
}

/// A topic with links to its first and its newest page.
fn entry(topic: &ArchivedTopic) -> String {
    let title = escape(topic.title());
    let folder = format!("t/{}", topic.name);
    let about = match topic.about.description() {
        "" => String::new(),
        text => format!("<p class=\"about\" lang=\"\" dir=\"auto\">{}</p>\n", escape(text)),
    };
    let count = Language::En.directory().messages.format(Language::En, topic.messages);
    let newest = match topic.pages() {
        0 | 1 => String::new(),
        last => format!(" · <a href=\"{folder}/{}\">Newest messages of {title}</a>", page_file(last)),
    };
    format!(
        "<li>\n<h2 dir=\"auto\"><a href=\"{folder}/{}\" lang=\"\">{title}</a></h2>\n{about}\
        <p class=\"facts\">#{} · {count} · {}{newest}</p>\n</li>\n",
        page_file(1),
        topic.name,
        time(topic.active_at, None)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_topic_has_a_link_and_no_title_is_markup() {
        let tea = ArchivedTopic::example("tea", "<b>\"Tea\"</b>", 101);
        let lobby = ArchivedTopic::example("lobby", "", 1);
        let html = index_page(&[&lobby, &tea], 1, 1);
        assert!(html.contains("<a href=\"t/lobby/1.html\" lang=\"\">lobby</a>"), "{html}");
        assert!(html.contains("<a href=\"t/tea/1.html\" lang=\"\">&lt;b&gt;&quot;Tea&quot;&lt;/b&gt;</a>"));
        assert!(html.contains("href=\"t/tea/2.html\"") && !html.contains("t/lobby/2.html"), "{html}");
        assert!(html.contains("101 messages") && html.contains("1 message "), "{html}");
    }

    #[test]
    fn a_long_index_has_pages() {
        assert_eq!([index_file(1), index_file(2)], ["index.html", "index-2.html"]);
        assert!(index_page(&[], 2, 3).contains("<a href=\"index.html\" rel=\"prev\">"));
    }
}
