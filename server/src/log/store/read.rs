//! Reading the log: each page is one indexed read.

use app::protocol::{Epoch, TopicName};
use sea_orm::{ColumnTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use super::{Store, row::event_of};
use crate::log::{
    Page,
    entity::{event, topic},
};

impl Store {
    /// The newest `count` events up to the head. Events of a log never change their place, so the two reads need no
    /// transaction: what is committed in between has a higher `seq`.
    pub(in crate::log) async fn tail(&self, name: &TopicName, count: u64) -> Result<Page, DbErr> {
        let Some(topic) = self.topic(name).await? else { return Ok(self.nothing()) };
        let after = topic.head.saturating_sub_unsigned(count).max(0);
        self.page(name, topic, after, count).await
    }

    /// The oldest `count` events after a position.
    pub(in crate::log) async fn since(
        &self,
        name: &TopicName,
        after: u64,
        count: u64,
    ) -> Result<Page, DbErr> {
        match self.topic(name).await? {
            Some(topic) => self.page(name, topic, i64::try_from(after).unwrap_or(i64::MAX), count).await,
            None => Ok(self.nothing()),
        }
    }

    async fn topic(&self, name: &TopicName) -> Result<Option<topic::Model>, DbErr> {
        topic::Entity::find().filter(topic::Column::Name.eq(name.as_str())).one(self.database.read()).await
    }

    async fn page(
        &self,
        name: &TopicName,
        topic: topic::Model,
        after: i64,
        count: u64,
    ) -> Result<Page, DbErr> {
        let head = topic.head;
        let rows = if after >= head || count == 0 {
            Vec::new()
        } else {
            event::Entity::find()
                .filter(event::Column::TopicId.eq(topic.id))
                .filter(event::Column::Seq.gt(after))
                .filter(event::Column::Seq.lte(head))
                .order_by_asc(event::Column::Seq)
                .limit(count)
                .all(self.database.read())
                .await?
        };
        let events = rows.into_iter().map(|row| event_of(name, row)).collect();
        Ok(Page { epoch: Epoch(topic.epoch), head: head as u64, events })
    }

    /// What a topic without a row holds.
    fn nothing(&self) -> Page {
        Page { epoch: self.epoch.clone(), head: 0, events: Vec::new() }
    }
}
