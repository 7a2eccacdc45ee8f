//! The directory of topics, and the form for a new one.

use serde::{Deserialize, Serialize};

use crate::protocol::{DraftId, Membership, Name, Timestamp, TopicName, TopicSummary};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DirectoryPage {
    /// The search query; empty for all topics.
    pub query: String,
    /// The topics that the reader follows, on the first page of all topics.
    pub followed: Vec<DirectoryTopic>,
    /// The default topic, on the first page of all topics, unless it is followed.
    pub pinned: Option<DirectoryTopic>,
    /// The other topics, the most recently used first. The results of a search begin with the topics that the reader follows.
    pub topics: Vec<DirectoryTopic>,
    /// Whether this is the first page.
    pub is_first: bool,
    /// The number of topics to skip for the next page, if there is one.
    pub next: Option<u64>,
    /// The time of the server's clock, so that server and browser render the same ages.
    pub now: Timestamp,
    pub form: NewTopicFormData,
    /// Whether the page was opened for the form.
    pub is_form_requested: bool,
}

/// A topic in the list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DirectoryTopic {
    /// The topic.
    pub summary: TopicSummary,
    /// How the reader follows it, if they do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub membership: Option<Membership>,
    /// The beginning of its newest message.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub newest: Option<MessageExcerpt>,
}

/// The beginning of a message.
#[allow(missing_docs, reason = "fields that are named after their type say enough")]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MessageExcerpt {
    pub author: Name,
    /// Whether the name came with the message instead of a session.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub unverified: bool,
    pub at: Timestamp,
    /// Its first words, on one line.
    pub text: String,
}

/// The content of the form for a new topic.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewTopicFormData {
    /// The draft id, so that submitting the form twice creates one topic.
    pub draft: DraftId,
    /// The title as it was typed.
    pub title: String,
    /// The name as it was typed.
    pub name: String,
    /// The description as it was typed.
    pub description: String,
    /// The error of the last submission.
    pub problem: Option<CreateTopicError>,
}

/// The error of a topic that was not created.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CreateTopicError {
    /// Title and name are empty.
    Untitled,
    /// The title has no letter or digit to make a name of.
    Nameless,
    /// The name is not valid.
    BadName,
    /// The topic exists already.
    Exists(TopicName),
    /// The title is too long.
    LongTitle,
    /// The title contains this forbidden character.
    TitleHolds(char),
    /// The description is too long.
    LongDescription,
    /// The description contains this forbidden character.
    DescriptionHolds(char),
    /// The form was submitted before with other content.
    #[serde(rename = "again")]
    DraftConflict,
    /// The server has reached the limit of topics.
    TooMany,
    /// The person is banned.
    Banned,
    /// The person is muted.
    Muted,
    /// The person may not create this topic, or none.
    NotAllowed,
    /// The database is not available.
    Unavailable,
    /// The form was submitted before the access secret was given; now it can be submitted again.
    AccessWasMissing,
}

/// A field of the form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NewTopicField {
    Title,
    /// The name in the URL.
    Name,
    Description,
}

impl CreateTopicError {
    /// Returns the field with the error; `None` when the error has no field.
    pub fn field(&self) -> Option<NewTopicField> {
        match self {
            Self::Untitled | Self::LongTitle | Self::TitleHolds(_) => Some(NewTopicField::Title),
            Self::Nameless | Self::BadName | Self::Exists(_) => Some(NewTopicField::Name),
            Self::LongDescription | Self::DescriptionHolds(_) => Some(NewTopicField::Description),
            Self::DraftConflict
            | Self::TooMany
            | Self::Banned
            | Self::Muted
            | Self::NotAllowed
            | Self::Unavailable
            | Self::AccessWasMissing => None,
        }
    }
}

impl NewTopicFormData {
    /// Creates an empty form.
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
    /// Whether the page shows every topic there is.
    pub fn is_complete(&self) -> bool {
        self.query.is_empty() && self.is_first && self.next.is_none()
    }

    /// Whether a search has no results.
    pub fn found_nothing(&self) -> bool {
        !self.query.is_empty() && self.topics.is_empty()
    }

    /// Whether the server has no message at all.
    pub fn is_untouched(&self) -> bool {
        let pinned_is_new = self.pinned.as_ref().is_none_or(|topic| topic.summary.head == 0);
        let has_others = !self.topics.is_empty() || !self.followed.is_empty();
        self.query.is_empty() && self.is_first && pinned_is_new && !has_others
    }

    /// Returns the URL of the same search without the first `skip` topics.
    pub fn href(&self, skip: u64) -> String {
        let query = (!self.query.is_empty()).then(|| format!("q={}", escaped(&self.query)));
        let skip = (skip > 0).then(|| format!("skip={skip}"));
        let parameters: Vec<String> = query.into_iter().chain(skip).collect();
        if parameters.is_empty() { "/".to_owned() } else { format!("/?{}", parameters.join("&")) }
    }
}

/// Percent-encodes a text for a URL (RFC 3986, section 2.1).
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
    fn each_page_of_a_search_has_its_own_url() {
        let page = |query: &str| DirectoryPage {
            query: query.to_owned(),
            followed: Vec::new(),
            pinned: None,
            topics: Vec::new(),
            is_first: true,
            next: None,
            now: Timestamp(0),
            form: NewTopicFormData::empty(),
            is_form_requested: false,
        };
        assert_eq!((page("").href(0), page("").href(50)), ("/".to_owned(), "/?skip=50".to_owned()));
        assert_eq!(page("tea & é").href(50), "/?q=tea%20%26%20%C3%A9&skip=50");
    }
}
