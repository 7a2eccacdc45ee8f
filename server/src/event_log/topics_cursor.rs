//! The cursor of a paginated list of topics.

use std::{fmt, str::FromStr};

use app::protocol::TopicSummary;

/// The most topics of a first page that a cursor may exclude.
const MAX_EXCLUDED: usize = 200;

/// The position after a page of topics.
///
/// The first page holds the most recently used topics. That order changes between two pages, so the other pages follow in the
/// order of names, without the topics of the first page.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TopicsCursor {
    /// The ids of the topics on the first page.
    pub(in crate::event_log) shown: Vec<i64>,
    /// The last name so far; empty after the first page.
    pub(in crate::event_log) after: String,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TopicsPage {
    /// The topics; their presence counts are not filled in.
    pub topics: Vec<TopicSummary>,
    /// The cursor of the next page; `None` on the last page.
    pub next: Option<TopicsCursor>,
}

/// The error of parsing a text that is not a cursor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TopicsCursorError;

impl TopicsCursor {
    /// Creates a cursor for all topics after a name, in the order of names.
    pub fn after(name: String) -> Self {
        Self { shown: Vec::new(), after: name }
    }
}

impl fmt::Display for TopicsCursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown: Vec<_> = self.shown.iter().map(i64::to_string).collect();
        write!(f, "{}:{}", shown.join("."), self.after)
    }
}

impl FromStr for TopicsCursor {
    type Err = TopicsCursorError;

    fn from_str(text: &str) -> Result<Self, TopicsCursorError> {
        let (shown, after) = text.split_once(':').ok_or(TopicsCursorError)?;
        let numbers = shown.split('.').filter(|number| !number.is_empty());
        let shown: Vec<_> =
            numbers.map(str::parse).collect::<Result<_, _>>().map_err(|_| TopicsCursorError)?;
        if shown.len() > MAX_EXCLUDED {
            return Err(TopicsCursorError);
        }
        Ok(Self { shown, after: after.to_owned() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_survives_formatting_and_parsing_and_other_texts_are_errors() {
        for cursor in [
            TopicsCursor::after("lobby".to_owned()),
            TopicsCursor { shown: vec![1, 23], after: String::new() },
            TopicsCursor { shown: vec![7], after: "tea.room-1_a".to_owned() },
            TopicsCursor { shown: vec![1; MAX_EXCLUDED], after: "lobby".to_owned() },
        ] {
            assert_eq!(cursor.to_string().parse(), Ok(cursor));
        }
        for text in ["", "lobby", "x:", "1.x:lobby", &format!("{}:", "1.".repeat(201))] {
            assert_eq!(text.parse::<TopicsCursor>(), Err(TopicsCursorError), "{text}");
        }
    }
}
