//! Which topics there are, and how many people are in each now.

use app::protocol::{TopicName, TopicSummary};

use super::Chat;
use crate::event_log::{ReadError, TopicsCursor, TopicsPage};

/// The most topics in one answer; who asks for more gets this many.
const MAX_TOPICS: u32 = 200;

impl Chat {
    /// Topics that hold all words of `query`, the most recently used first; and whether there are more.
    pub(crate) async fn topics(
        &self,
        query: &str,
        skip: u64,
        limit: u32,
    ) -> Result<(Vec<TopicSummary>, bool), ReadError> {
        let (topics, more) = self.log.topics(query, skip, limit.clamp(1, MAX_TOPICS).into()).await?;
        Ok((topics.into_iter().map(|topic| self.with_people(topic)).collect(), more))
    }

    /// The same topics, a page after the other, from a cursor on.
    pub(crate) async fn topics_page(
        &self,
        query: &str,
        cursor: Option<TopicsCursor>,
        limit: u32,
    ) -> Result<TopicsPage, ReadError> {
        let TopicsPage { topics, next } =
            self.log.topics_page(query, cursor, limit.clamp(1, MAX_TOPICS).into()).await?;
        let topics = topics.into_iter().map(|topic| self.with_people(topic)).collect();
        Ok(TopicsPage { topics, next })
    }

    /// One topic; none that nobody has begun.
    pub(crate) async fn summary(&self, topic: &TopicName) -> Result<Option<TopicSummary>, ReadError> {
        Ok(self.log.summary(topic).await?.map(|topic| self.with_people(topic)))
    }

    /// How many people are in a topic now.
    pub(crate) fn people_count(&self, topic: &TopicName) -> u64 {
        self.presence.count(topic)
    }

    fn with_people(&self, topic: TopicSummary) -> TopicSummary {
        TopicSummary { here: self.people_count(&topic.topic), ..topic }
    }
}
