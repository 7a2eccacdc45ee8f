//! The list of topics, with the number of people in each.

use app::protocol::{TopicName, TopicSummary};

use super::Chat;
use crate::{
    event_log::{ReadError, TopicsCursor, TopicsPage},
    rights::{ReadScope, Readable},
};

/// Topics in one page; a larger request is clamped.
const MAX_TOPICS: u32 = 200;

impl Chat {
    /// Returns the topics that match all words of `query`, the most recently used first, and whether there are more.
    pub(crate) async fn topics(
        &self,
        scope: &ReadScope,
        query: &str,
        skip: u64,
        limit: u32,
    ) -> Result<(Vec<TopicSummary>, bool), ReadError> {
        let (topics, more) = self.log.topics(scope, query, skip, limit.clamp(1, MAX_TOPICS).into()).await?;
        Ok((topics.into_iter().map(|topic| self.with_people(topic)).collect(), more))
    }

    /// Returns the `limit` most recently used of these topics.
    pub(crate) async fn topics_in(
        &self,
        scope: &ReadScope,
        names: &[TopicName],
        limit: u32,
    ) -> Result<Vec<TopicSummary>, ReadError> {
        let topics = self.log.topics_in(scope, names, limit.into()).await?;
        Ok(topics.into_iter().map(|topic| self.with_people(topic)).collect())
    }

    /// The same list, a page at a time from a cursor on.
    pub(crate) async fn topics_page(
        &self,
        scope: &ReadScope,
        query: &str,
        cursor: Option<TopicsCursor>,
        limit: u32,
    ) -> Result<TopicsPage, ReadError> {
        let TopicsPage { topics, next } =
            self.log.topics_page(scope, query, cursor, limit.clamp(1, MAX_TOPICS).into()).await?;
        let topics = topics.into_iter().map(|topic| self.with_people(topic)).collect();
        Ok(TopicsPage { topics, next })
    }

    /// Returns one topic, or `None` if it has no events.
    pub(crate) async fn summary(&self, topic: &Readable) -> Result<Option<TopicSummary>, ReadError> {
        Ok(self.log.summary(topic).await?.map(|topic| self.with_people(topic)))
    }

    /// The number of people in a topic now.
    pub(crate) fn people_count(&self, topic: &TopicName) -> u64 {
        self.presence.count(topic)
    }

    fn with_people(&self, topic: TopicSummary) -> TopicSummary {
        TopicSummary { here: self.people_count(&topic.topic), ..topic }
    }
}
