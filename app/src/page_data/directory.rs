//! The topics of a server, and a form to make one.

use serde::{Deserialize, Serialize};

use crate::protocol::{DraftId, Timestamp, TopicName, TopicSummary};

/// A part of the directory.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DirectoryPage {
    /// What was looked for; empty: everything.
    pub query: String,
    /// The topic to begin with, on the first page of all.
    pub pinned: Option<TopicSummary>,
    /// The topics, the most recently used first.
    pub topics: Vec<TopicSummary>,
    /// Whether this begins with the first topic.
    pub is_first: bool,
    /// How many to leave out to go on, if there are more.
    pub next: Option<u64>,
    /// The server's clock, so that server and browser see the same things as long ago.
    pub now: Timestamp,
    /// The form for a new topic.
    pub form: NewTopicFormData,
}

/// What stands in the form for a new topic.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewTopicFormData {
    /// So that sending the form twice makes one topic.
    pub draft: DraftId,
    /// As it was typed.
    pub title: String,
    /// As it was typed.
    pub name: String,
    /// As it was typed.
    pub description: String,
    /// Why it was not made just now.
    pub problem: Option<CreateTopicError>,
}

/// Why a topic was not made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CreateTopicError {
    /// Neither title nor name.
    Untitled,
    /// A title that gives no name.
    Nameless,
    /// No topic's name.
    BadName,
    /// It is there.
    Exists(TopicName),
    /// The title is too long.
    LongTitle,
    /// The title holds this character.
    TitleHolds(char),
    /// The description is too long.
    LongDescription,
    /// The description holds this character.
    DescriptionHolds(char),
    /// The form was sent before with other content.
    #[serde(rename = "again")]
    DraftConflict,
    /// The server has as many topics as it may.
    TooMany,
    /// The store cannot take it now.
    Unavailable,
}

/// A field of the form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NewTopicField {
    /// What the topic is called.
    Title,
    /// Where it is.
    Name,
    /// What it is about.
    Description,
}

impl CreateTopicError {
    /// The field that is at fault; none when no other words would help.
    pub fn field(&self) -> Option<NewTopicField> {
        match self {
            Self::Untitled | Self::LongTitle | Self::TitleHolds(_) => Some(NewTopicField::Title),
            Self::Nameless | Self::BadName | Self::Exists(_) => Some(NewTopicField::Name),
            Self::LongDescription | Self::DescriptionHolds(_) => Some(NewTopicField::Description),
            Self::DraftConflict | Self::TooMany | Self::Unavailable => None,
        }
    }
}

impl NewTopicFormData {
    /// A form that nobody has filled in.
    pub fn empty() -> Self {
        Self {
            draft: DraftId::fresh(),
            title: String::new(),
            name: String::new(),
            description: String::new(),
            problem: None,
        }
    }
}

impl DirectoryPage {
    /// Whether somebody looked for what is not there.
    pub fn found_nothing(&self) -> bool {
        !self.query.is_empty() && self.topics.is_empty()
    }

    /// Whether nobody has said anything anywhere.
    pub fn is_untouched(&self) -> bool {
        let pinned_is_new = self.pinned.as_ref().is_none_or(|topic| topic.head == 0);
        self.query.is_empty() && self.is_first && self.topics.is_empty() && pinned_is_new
    }

    /// The address of the same search without the first `skip` topics.
    pub fn href(&self, skip: u64) -> String {
        let query = (!self.query.is_empty()).then(|| format!("q={}", escaped(&self.query)));
        let skip = (skip > 0).then(|| format!("skip={skip}"));
        let asked: Vec<String> = query.into_iter().chain(skip).collect();
        if asked.is_empty() { "/".to_owned() } else { format!("/?{}", asked.join("&")) }
    }
}

/// A text inside an address (RFC 3986, section 2.1).
pub(super) fn escaped(text: &str) -> String {
    let byte = |byte: u8| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => (byte as char).to_string(),
        _ => format!("%{byte:02X}"),
    };
    text.bytes().map(byte).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_search_goes_on_under_its_own_address() {
        let page = |query: &str| DirectoryPage {
            query: query.to_owned(),
            pinned: None,
            topics: Vec::new(),
            is_first: true,
            next: None,
            now: Timestamp(0),
            form: NewTopicFormData::empty(),
        };
        assert_eq!((page("").href(0), page("").href(50)), ("/".to_owned(), "/?skip=50".to_owned()));
        assert_eq!(page("tea & é").href(50), "/?q=tea%20%26%20%C3%A9&skip=50");
    }
}
