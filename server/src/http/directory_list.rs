//! The topics on a page of the directory.

use app::{
    page_data::{DirectoryTopic, MessageExcerpt, excerpt},
    protocol::{About, Event, Membership, Timestamp, TopicName, TopicSummary},
};
use tracing::error;

use crate::{
    event_log::ReadError,
    rights::{Denied, Door, Person, ReadScope},
    state::AppState,
};

const TOPICS_PER_PAGE: u32 = 50;
/// Followed topics at the top of the list, the most recently used ones. Further ones are among the others.
const MAX_FOLLOWED: u32 = 50;
/// Characters of the newest message. The page shows one line.
const EXCERPT_CHARS: usize = 120;

/// The topics on a page of the directory, in this order.
#[derive(Default)]
pub(super) struct TopicList {
    pub(super) followed: Vec<DirectoryTopic>,
    pub(super) pinned: Option<DirectoryTopic>,
    pub(super) topics: Vec<DirectoryTopic>,
    /// The number of topics to skip for the next page, if there is one.
    pub(super) next: Option<u64>,
}

/// Returns the topics that a person may see in the list.
pub(super) fn scope(state: &AppState, person: &Person) -> Result<ReadScope, Denied> {
    state.rights.scope(Door::Directory, person)
}

/// Loads a page of the list. The reader's topics come first, and the default topic after them, even while it has no message.
pub(super) async fn topic_list(
    state: &AppState,
    person: &Person,
    memberships: Vec<Membership>,
    query: &str,
    skip: u64,
) -> Result<TopicList, ReadError> {
    let Ok(scope) = scope(state, person) else { return Ok(TopicList::default()) };
    let (mut topics, more) = state.chat.topics(&scope, query, skip, TOPICS_PER_PAGE).await?;
    let mut followed = Vec::new();
    let mut pinned = None;
    if query.is_empty() {
        let first = &state.settings.default_topic;
        followed = followed_topics(state, &scope, &memberships).await?;
        topics.retain(|topic| topic.topic != *first && !contains(&followed, &topic.topic));
        if skip > 0 {
            followed.clear();
        } else if !contains(&followed, first) {
            pinned = summary_or_empty(state, person, first).await?;
        }
    } else {
        topics.sort_by_key(|topic| !memberships.iter().any(|membership| membership.topic == topic.topic));
    }
    let newest = newest_messages(state, &scope, followed.iter().chain(&pinned).chain(&topics)).await;
    let entry = |summary: TopicSummary| {
        let membership = memberships.iter().find(|membership| membership.topic == summary.topic).cloned();
        let newest = newest.iter().find(|event| event.topic == summary.topic).map(message_excerpt);
        DirectoryTopic { summary, membership, newest }
    };
    Ok(TopicList {
        followed: followed.into_iter().map(entry).collect(),
        pinned: pinned.map(entry),
        topics: topics.into_iter().map(entry).collect(),
        next: more.then(|| skip.saturating_add(TOPICS_PER_PAGE.into())),
    })
}

async fn followed_topics(
    state: &AppState,
    scope: &ReadScope,
    memberships: &[Membership],
) -> Result<Vec<TopicSummary>, ReadError> {
    if memberships.is_empty() {
        return Ok(Vec::new());
    }
    let names: Vec<TopicName> = memberships.iter().map(|membership| membership.topic.clone()).collect();
    state.chat.topics_in(scope, &names, MAX_FOLLOWED).await
}

fn contains(topics: &[TopicSummary], name: &TopicName) -> bool {
    topics.iter().any(|topic| topic.topic == *name)
}

/// Returns `None` for a topic that the person may not read.
async fn summary_or_empty(
    state: &AppState,
    person: &Person,
    topic: &TopicName,
) -> Result<Option<TopicSummary>, ReadError> {
    let Ok(readable) = state.rights.read(Door::PinnedTopic, person, topic) else { return Ok(None) };
    let summary = state.chat.summary(&readable).await?;
    Ok(Some(summary.unwrap_or_else(|| empty_summary(topic, state.chat.people_count(topic)))))
}

fn empty_summary(topic: &TopicName, here: u64) -> TopicSummary {
    TopicSummary {
        topic: topic.clone(),
        about: About::default(),
        head: 0,
        messages: 0,
        at: Timestamp(0),
        here,
    }
}

/// Loads the newest message of each topic. When that fails, the page is shown without them.
async fn newest_messages(
    state: &AppState,
    scope: &ReadScope,
    topics: impl Iterator<Item = &TopicSummary>,
) -> Vec<Event> {
    let names: Vec<TopicName> = topics.map(|topic| topic.topic.clone()).collect();
    state.log.newest_messages(scope, &names).await.unwrap_or_else(|error| {
        error!(%error, "page.excerpts_unavailable");
        Vec::new()
    })
}

fn message_excerpt(event: &Event) -> MessageExcerpt {
    MessageExcerpt {
        author: event.author.name.clone(),
        unverified: event.author.unverified,
        at: event.at,
        text: excerpt(&event.kind.plain_text(), EXCERPT_CHARS),
    }
}
