//! Finds names for new topics.

use std::collections::HashMap;

use anyhow::bail;
use app::protocol::TopicName;
use sea_orm::{ColumnTrait, DbErr, EntityTrait, QueryFilter};

use crate::{
    database::BoundedTransaction,
    event_log::entity::topic,
    maintenance::foreign::{events::ForeignTopic, topic_name::candidates},
};

/// Remembers how many names of a series are taken: many channels may become one name, as all whose letters are not Latin do.
#[derive(Default)]
pub(super) struct FreeNames {
    taken: HashMap<TopicName, usize>,
}

impl FreeNames {
    /// Returns a name that no topic has.
    pub(super) async fn next(
        &mut self,
        transaction: &BoundedTransaction,
        topic: &ForeignTopic,
    ) -> anyhow::Result<TopicName> {
        let mut names = candidates(&topic.title, &topic.key).peekable();
        let Some(first) = names.peek().cloned() else {
            bail!("there is no name for the channel {:?}", topic.title)
        };
        let taken = self.taken.entry(first).or_default();
        for name in names.skip(*taken) {
            *taken += 1;
            if find_topic(transaction, &name).await?.is_none() {
                return Ok(name);
            }
        }
        bail!("there is no name left for the channel {:?}", topic.title)
    }
}

pub(super) async fn find_topic(
    transaction: &BoundedTransaction,
    name: &TopicName,
) -> Result<Option<topic::Model>, DbErr> {
    topic::Entity::find().filter(topic::Column::Name.eq(name.as_str())).one(transaction).await
}
