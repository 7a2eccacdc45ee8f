//! Names of topics.

use std::{fmt, str::FromStr, sync::Arc};

use serde::{Deserialize, Serialize};

use super::{
    invisible::is_invisible,
    slug::{half_width, slug},
};

/// The name of a topic: 1 to 64 of `a-z 0-9 . _ -`, beginning with a letter or digit, so that it is a path
/// segment without escapes. Cheap to clone.
#[derive(Debug, Clone, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[cfg_attr(feature = "schema", schemars(extend("pattern" = "^[a-z0-9][a-z0-9._-]{0,63}$")))]
#[serde(try_from = "String", into = "String")]
#[allow(clippy::derived_hash_with_manual_eq, reason = "names are the same when their texts are")]
pub struct TopicName(Arc<str>);

/// Clones share their text, so most comparisons of equal names end at the pointer.
impl PartialEq for TopicName {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0) || self.0 == other.0
    }
}

/// The error for a text that is not a topic's name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "a topic's name is 1 to {} of a-z, 0-9, '.', '_' and '-', and begins with a letter or a digit",
    TopicName::MAX_LENGTH
)]
pub struct TopicNameError;

impl TopicName {
    /// The longest name, in bytes (all of them ASCII).
    pub const MAX_LENGTH: usize = 64;

    /// Makes a name of a title: its words with dashes between them, letters without accents. Returns `None` when the title
    /// has no letter or digit that a name may contain.
    pub fn from_title(title: &str) -> Option<Self> {
        slug(title, Self::MAX_LENGTH).parse().ok()
    }

    /// Parses a name as people type or paste it: after a number sign, as a path or a URL, with capital or full-width letters,
    /// with white space around it and invisible characters anywhere.
    pub fn from_user_input(text: &str) -> Result<Self, TopicNameError> {
        let visible: String = text.chars().filter(|&c| !is_invisible(c)).map(half_width).collect();
        let typed = visible.trim().to_ascii_lowercase();
        let name = typed.split_once(PATH).map_or(typed.as_str(), |(_, name)| name);
        let name = name.trim_start_matches('#').trim_end_matches('/');
        let name = if name.len() < typed.len() {
            name.split(['/', '?', '#']).next().unwrap_or_default()
        } else {
            name
        };
        name.parse()
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The beginning of the path of a topic's page.
const PATH: &str = "/t/";

/// Returns the words of a query for topics. A topic may be written as people write them: `#garden`, `garden/`, `/t/garden`, or a
/// whole URL. Number signs alone are no word.
pub fn topic_words(query: &str) -> impl Iterator<Item = &str> {
    let words = query.split_whitespace().filter(|word| !word.trim_start_matches('#').is_empty());
    words.map(|word| {
        let path =
            word.split_once(PATH).map(|(_, path)| path.split(['/', '?', '#']).next().unwrap_or_default());
        let name = path.unwrap_or(word).trim_start_matches('#').trim_end_matches('/');
        if name.is_empty() { word } else { name }
    })
}

impl TryFrom<String> for TopicName {
    type Error = TopicNameError;

    fn try_from(text: String) -> Result<Self, TopicNameError> {
        let fits = (1..=Self::MAX_LENGTH).contains(&text.len());
        let begins = text.starts_with(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit());
        let clean = text.bytes().all(|b| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'.' | b'_' | b'-'));
        if fits && begins && clean { Ok(Self(text.into())) } else { Err(TopicNameError) }
    }
}

impl FromStr for TopicName {
    type Err = TopicNameError;

    fn from_str(text: &str) -> Result<Self, TopicNameError> {
        Self::try_from(text.to_owned())
    }
}

impl From<TopicName> for String {
    fn from(name: TopicName) -> Self {
        name.0.as_ref().to_owned()
    }
}

impl fmt::Display for TopicName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::{About, TextError};

    #[test]
    fn names_that_are_path_segments_are_valid() {
        for name in ["lobby", "a", "0", "rust-2024", "a.b_c-d", &"x".repeat(64)] {
            assert_eq!(name.parse::<TopicName>().unwrap().as_str(), name);
        }
    }

    #[test]
    fn a_title_gives_a_name_of_its_words() {
        let long = "words ".repeat(20);
        let unbroken = "x".repeat(70);
        for (title, name) in [
            (long.as_str(), "words-words-words-words-words-words-words-words-words-words"),
            (&unbroken, &unbroken[..64]),
        ] {
            assert_eq!(TopicName::from_title(title).unwrap().as_str(), name, "{title:?}");
        }
        for row in include_str!("../../tests/cases/titles.tsv").lines().skip(1) {
            let (input, right) = row.split_once('\t').unwrap();
            let title: String = serde_json::from_str(input).unwrap();
            let answer = match About::parse(&title, "") {
                Ok(about) => {
                    TopicName::from_title(about.title()).map_or("no name".to_owned(), |name| name.to_string())
                }
                Err(TextError::ForbiddenCharacter(c)) => format!("refused: U+{:04X}", c as u32),
                Err(error) => format!("refused: {error}"),
            };
            assert_eq!(answer, right, "{input}");
        }
    }

    #[test]
    fn a_name_is_parsed_in_every_form_that_people_type() {
        for row in include_str!("../../tests/cases/topic-names.tsv").lines().skip(1) {
            let (input, right) = row.split_once('\t').unwrap();
            let text: String = serde_json::from_str(input).unwrap();
            let name = TopicName::from_user_input(&text);
            assert_eq!(name.as_ref().map_or("refused", TopicName::as_str), right, "{input}");
        }
    }

    #[test]
    fn words_of_a_query_are_topics_in_every_form_that_people_type() {
        for (query, expected) in [
            ("  tea  time ", vec!["tea", "time"]),
            ("#garden garden/ /t/garden", vec!["garden"; 3]),
            ("https://chat.example/t/garden/12?a#m12", vec!["garden"]),
            ("# ## tea", vec!["tea"]),
            ("/ /t/", vec!["/", "/t/"]),
        ] {
            assert_eq!(topic_words(query).collect::<Vec<_>>(), expected, "{query:?}");
        }
    }

    #[test]
    fn other_names_are_refused() {
        for name in ["", "Lobby", "a b", "a/b", "..", ".a", "-a", "é", "a\n", "a\u{202e}", &"x".repeat(65)] {
            assert_eq!(name.parse::<TopicName>(), Err(TopicNameError), "{name:?}");
        }
    }
}
