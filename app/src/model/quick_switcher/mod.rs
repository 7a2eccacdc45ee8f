//! The choices of the quick switcher: topics, people, and the search for messages, in their order.

mod matching;

use matching::{Query, Rank};

use crate::protocol::{Follow, Membership, Person, TopicName};

/// The number of topics in the list. More would only be scrolled through.
const MAX_TOPICS: usize = 50;
/// The number of people in the list.
const MAX_PEOPLE: usize = 5;

/// A topic.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct FoundTopic {
    /// Its name.
    pub topic: TopicName,
    /// Its title; empty when it has none.
    pub title: String,
}

/// A topic in the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TopicChoice {
    /// The topic.
    pub found: FoundTopic,
    /// How the person follows it, if they do.
    pub membership: Option<Membership>,
}

/// A row of the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SwitcherChoice {
    /// Goes to a topic.
    Topic(TopicChoice),
    /// Mentions a person.
    Person(Person),
    /// Searches messages for a text.
    Search(String),
}

/// Everything that can be chosen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidates {
    /// The topics that the person follows, sorted as in the sidebar.
    pub memberships: Vec<Membership>,
    /// The topic that is shown.
    pub current: FoundTopic,
    /// Topics that the server has found.
    pub found: Vec<FoundTopic>,
    /// Whether they were found for this very text, and not for one before.
    pub is_answer: bool,
    /// The people that the page knows of, the likeliest first.
    pub people: Vec<Person>,
}

impl SwitcherChoice {
    /// Identifies the row: the same one has the same key after the list has changed.
    pub fn key(&self) -> String {
        match self {
            Self::Topic(topic) => format!("topic-{}", topic.found.topic),
            Self::Person(person) => format!("person-{}", person.user.0),
            Self::Search(_) => "search".to_owned(),
        }
    }
}

impl FoundTopic {
    /// The title, or the name where there is none.
    pub fn label(&self) -> &str {
        if self.title.is_empty() { self.topic.as_str() } else { &self.title }
    }
}

impl From<Membership> for TopicChoice {
    fn from(membership: Membership) -> Self {
        let found = FoundTopic { topic: membership.topic.clone(), title: membership.title.clone() };
        Self { found, membership: Some(membership) }
    }
}

/// Returns the choices for a text. `#` before it looks for topics only, `@` for people only.
pub fn choices(text: &str, candidates: &Candidates) -> Vec<SwitcherChoice> {
    let text = text.trim();
    let (has_topics, has_people, words) = match text.chars().next() {
        Some('#') => (true, false, &text[1..]),
        Some('@') => (false, true, &text[1..]),
        _ => (true, !text.is_empty(), text),
    };
    let query = Query::new(words);
    let topics = if has_topics { topics(&query, candidates) } else { Vec::new() };
    let people = if has_people { people(&query, candidates) } else { Vec::new() };
    let search = (!text.is_empty()).then(|| SwitcherChoice::Search(text.to_owned()));
    let topics = topics.into_iter().map(SwitcherChoice::Topic);
    topics.chain(people.into_iter().map(SwitcherChoice::Person)).chain(search).collect()
}

fn topics(query: &Query, candidates: &Candidates) -> Vec<TopicChoice> {
    let Candidates { memberships, current, found, .. } = candidates;
    let is_followed = |found: &FoundTopic| memberships.iter().any(|m| m.topic == found.topic);
    let others = std::iter::once(current).chain(found.iter().filter(|found| found.topic != current.topic));
    let others = others.filter(|found| !is_followed(found)).cloned();
    let others = others.map(|found| TopicChoice { found, membership: None });
    let all = memberships.iter().cloned().map(TopicChoice::from).chain(others);
    let ranked = all.filter_map(|topic| order(query, &topic, candidates).map(|order| (order, topic)));
    let mut ranked: Vec<_> = ranked.collect();
    ranked.sort_by_key(|(order, _)| *order);
    ranked.into_iter().map(|(_, topic)| topic).take(MAX_TOPICS).collect()
}

/// The place of a topic, the lowest first; `None` if it is no choice. Without a text unread topics come first, and the
/// one that is shown last.
fn order(query: &Query, topic: &TopicChoice, candidates: &Candidates) -> Option<(bool, Rank, u8)> {
    let FoundTopic { topic: name, title } = &topic.found;
    let is_current = *name == candidates.current.topic;
    let urgency = topic.membership.as_ref().map_or(2, urgency);
    if query.is_empty() {
        return Some((is_current, Rank::Start, urgency));
    }
    // The server also finds words of the description.
    let is_found = || {
        let is_found = candidates.is_answer && candidates.found.iter().any(|found| found.topic == *name);
        is_found.then_some(Rank::Elsewhere)
    };
    let rank = query.rank([title, name.as_str()]).or_else(is_found)?;
    Some((topic.membership.is_none(), rank, urgency))
}

fn urgency(membership: &Membership) -> u8 {
    match (membership.mentions, membership.unread(), membership.follow) {
        (1.., ..) => 0,
        (0, 1.., Follow::Following) => 1,
        _ => 2,
    }
}

fn people(query: &Query, candidates: &Candidates) -> Vec<Person> {
    let named = |person: &Person| Some((query.rank([person.name.as_str()])?, person.clone()));
    let mut named: Vec<_> = candidates.people.iter().filter_map(named).collect();
    named.sort_by_key(|(rank, _)| *rank);
    named.into_iter().map(|(_, person)| person).take(MAX_PEOPLE).collect()
}

#[cfg(test)]
mod tests;
