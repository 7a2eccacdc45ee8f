//! A page in its markup.

use std::{cell::Cell, str::FromStr};

use serde_json::Value;

use super::{Read, reads, tree};
use crate::page_data::{Carried, Page, PagePath, Shown, TopicPage};

/// How a page is read.
type Reader = fn(&Value) -> Option<Page>;

thread_local! {
    /// How a page is read that is no topic's, once that is loaded.
    static OTHERS: Cell<Option<Reader>> = const { Cell::new(None) };
}

/// Knows from now on how pages are read that are no topic's.
#[cfg(feature = "hydrate")]
pub(crate) fn reads_others(read: Reader) {
    OTHERS.set(Some(read));
}

reads! {
    TopicPage {
        topic, epoch, part, head_draft, target, user, name, draft, body_bytes, about, memberships, quoted,
    }
    Shown { language, path, page }
}

impl Read for PagePath {
    fn read(json: &Value) -> Option<Self> {
        Read::read(json).map(Self)
    }
}

impl Read for Page {
    fn read(json: &Value) -> Option<Self> {
        match json["page"].as_str()? {
            "topic" => Read::read(json).map(Self::Topic),
            _ => (OTHERS.get()?)(json),
        }
    }
}

impl FromStr for Carried {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        tree(text).and_then(|json| Shown::read(&json)).map(Self).ok_or(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        i18n::Language,
        model::{
            fixtures::{epoch, message, reaction, user},
            timeline::LogSlice,
        },
        protocol::{About, DraftId, Name},
    };

    fn page() -> TopicPage {
        let events = vec![message(3), reaction(4, 3, 9, true)];
        TopicPage {
            topic: "lobby".parse().unwrap(),
            epoch: epoch("one"),
            part: LogSlice { from: 3, to: 4, head: 9, events },
            head_draft: Some(DraftId::fresh()),
            target: Some(3),
            user: user(7),
            name: Name::anonymous(),
            draft: DraftId::fresh(),
            body_bytes: 16_384,
            about: About::parse("Tea", "Green\nor black").unwrap(),
            memberships: Vec::new(),
            quoted: vec![message(2)],
        }
    }

    #[test]
    fn a_page_is_read_as_it_was_written() {
        let path = PagePath("/t/lobby/3?x=\"".to_owned());
        let shown = Shown { language: Language::Ar, path, page: Page::Topic(page()) };
        let carried = Carried(shown.clone()).to_string();
        assert_eq!(carried.parse::<Carried>().map(|carried| carried.0), Ok(shown));
        assert!("{}".parse::<Carried>().is_err());
    }
}
