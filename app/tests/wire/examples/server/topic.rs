//! Frames about many topics: heads, the directory and a search.

use app::protocol::{Head, SearchHit, ServerFrame, SnippetPart, Timestamp, TopicSummary};

use super::Example;
use crate::examples::{about, event, lobby};

pub(super) fn examples() -> Vec<Example> {
    vec![
        (
            "heads",
            ServerFrame::Heads {
                topics: vec![Head {
                    topic: lobby(),
                    head: 48,
                    messages: 40,
                    title: Some("The lobby".into()),
                }],
            },
        ),
        ("topics_page", ServerFrame::Topics { reference: 11, topics: vec![summary()], more: false }),
        (
            "found",
            ServerFrame::Found {
                reference: 14,
                hits: vec![hit()],
                more: Some("43".to_owned()),
                complete: true,
            },
        ),
        (
            "found_incomplete",
            ServerFrame::Found { reference: 14, hits: Vec::new(), more: None, complete: false },
        ),
    ]
}

fn summary() -> TopicSummary {
    let at = Timestamp(1_795_374_123_045);
    TopicSummary { topic: lobby(), about: about(), head: 48, messages: 40, at, here: 3 }
}

fn hit() -> SearchHit {
    let piece = |text: &str, hit| SnippetPart { text: text.to_owned(), hit };
    SearchHit { event: event(), snippet: vec![piece("Hello", true), piece(", everyone", false)] }
}
