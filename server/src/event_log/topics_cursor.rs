//! Where a list of topics goes on.

use std::{fmt, str::FromStr};

use app::protocol::TopicSummary;

/// The most rows that a cursor may leave out: those of the longest first page.
const MAX_SHOWN: usize = 200;

/// Where a list of topics goes on. The first page holds the topics used most recently; the order of use changes between two
/// pages, so the rest follows in the order of names, without those that the first page has shown.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TopicsCursor {
    /// The rows of the first page.
    pub(in crate::event_log) shown: Vec<i64>,
    /// The last name so far; empty before the first.
    pub(in crate::event_log) after: String,
}

/// A page of topics.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TopicsPage {
    /// The topics. Nobody counts here who is in them.
    pub topics: Vec<TopicSummary>,
    /// Where the list goes on; none at its end.
    pub next: Option<TopicsCursor>,
}

/// A text that is no cursor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NoCursor;

impl TopicsCursor {
    /// In the order of names from the beginning on, those after this one.
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
    type Err = NoCursor;

    fn from_str(text: &str) -> Result<Self, NoCursor> {
        let (shown, after) = text.split_once(':').ok_or(NoCursor)?;
        let numbers = shown.split('.').filter(|number| !number.is_empty());
        let shown: Vec<_> = numbers.map(str::parse).collect::<Result<_, _>>().map_err(|_| NoCursor)?;
        if shown.len() > MAX_SHOWN {
            return Err(NoCursor);
        }
        Ok(Self { shown, after: after.to_owned() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_is_read_as_it_was_written_and_nothing_else_is_one() {
        for cursor in [
            TopicsCursor::after("lobby".to_owned()),
            TopicsCursor { shown: vec![1, 23], after: String::new() },
            TopicsCursor { shown: vec![7], after: "tea.room-1_a".to_owned() },
        ] {
            assert_eq!(cursor.to_string().parse(), Ok(cursor));
        }
        for text in ["", "lobby", "x:", "1.x:lobby", &format!("{}:", "1.".repeat(201))] {
            assert_eq!(text.parse::<TopicsCursor>(), Err(NoCursor), "{text}");
        }
    }
}
