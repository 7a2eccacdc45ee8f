//! `chorus export --html`: an archive of all topics as static pages, which need no script and no server.
//!
//! `index.html` lists the topics, and `t/TOPIC/1.html` has the first messages of one. A message keeps its page and its anchor:
//! deleted messages count as well, so a later export moves none.

mod export;
mod folder;
mod html;
mod index;
mod message;
mod read;
mod style;
mod topic_page;

pub use export::export_html;

/// Messages of a page. Another number would move messages to other pages, and break links to them.
const PAGE_MESSAGES: u64 = 100;
/// Topics of a page of the index.
const INDEX_TOPICS: usize = 500;

/// Returns the page of a message, where `number` counts the messages of its topic from 1.
fn page_of(number: u64) -> u64 {
    number.saturating_sub(1) / PAGE_MESSAGES + 1
}

/// Returns the name of a topic's page in the topic's folder.
fn page_file(page: u64) -> String {
    format!("{page}.html")
}
