//! The data of a page, embedded in its markup.

use std::{cell::Cell, str::FromStr};

use serde_json::Value;

use super::{FromJson, impl_from_json, parse_value};
use crate::{
    model::conversation::TopicSnapshot,
    page_data::{Page, PageData, PageDataJson, PagePath, TopicPage},
};

/// Decodes the data of a page.
type PageReader = fn(&Value) -> Option<Page>;

thread_local! {
    /// The decoder of pages other than topics, once the lazily loaded part of the app has registered it.
    static OTHER_PAGES: Cell<Option<PageReader>> = const { Cell::new(None) };
}

/// Registers the decoder of pages other than topics.
#[cfg(feature = "hydrate")]
pub(crate) fn set_other_page_reader(read: PageReader) {
    OTHER_PAGES.set(Some(read));
}

impl_from_json! {
    TopicSnapshot { topic, epoch, part, head_draft, head_at, user, name, about, memberships, quoted }
    PageData { language, path, page }
}

impl FromJson for TopicPage {
    fn from_json(json: &Value) -> Option<Self> {
        Some(Self {
            snapshot: FromJson::from_json(json)?,
            target: FromJson::from_json(&json["target"])?,
            draft: FromJson::from_json(&json["draft"])?,
            body_bytes: FromJson::from_json(&json["body_bytes"])?,
            staff: json["staff"].as_bool().unwrap_or_default(),
        })
    }
}

impl FromJson for PagePath {
    fn from_json(json: &Value) -> Option<Self> {
        FromJson::from_json(json).map(Self)
    }
}

impl FromJson for Page {
    fn from_json(json: &Value) -> Option<Self> {
        match json["page"].as_str()? {
            "topic" => FromJson::from_json(json).map(Self::Topic),
            _ => (OTHER_PAGES.get()?)(json),
        }
    }
}

impl FromStr for PageDataJson {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        parse_value(text).and_then(|json| PageData::from_json(&json)).map(Self).ok_or(())
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
        protocol::{About, DraftId, Name, Timestamp},
    };

    fn page(staff: bool) -> TopicPage {
        let events = vec![message(3), reaction(4, 3, 9, true)];
        let snapshot = TopicSnapshot {
            topic: "lobby".parse().unwrap(),
            epoch: epoch("one"),
            part: LogSlice { from: 3, to: 4, head: 9, events },
            head_draft: Some(DraftId::fresh()),
            head_at: Some(Timestamp(1_795_374_100_000)),
            user: user(7),
            name: Name::anonymous(),
            about: About::parse("Tea", "Green\nor black").unwrap(),
            memberships: Vec::new(),
            quoted: vec![message(2)],
        };
        TopicPage { snapshot, target: Some(3), draft: DraftId::fresh(), body_bytes: 16_384, staff }
    }

    #[test]
    fn a_page_is_decoded_as_it_was_encoded() {
        for staff in [false, true] {
            let path = PagePath("/t/lobby/3?x=\"".to_owned());
            let shown = PageData { language: Language::Ar, path, page: Page::Topic(page(staff)) };
            let carried = PageDataJson(shown.clone()).to_string();
            assert_eq!(carried.contains("staff"), staff, "others need no byte of it");
            assert_eq!(carried.parse::<PageDataJson>().map(|carried| carried.0), Ok(shown));
        }
        assert!("{}".parse::<PageDataJson>().is_err());
    }
}
