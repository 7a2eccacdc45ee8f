//! Whether a transaction that nobody knows the end of has ended.

use std::collections::BTreeSet;

use app::protocol::TopicName;
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use super::{Store, topics::lock_store};
use crate::event_log::entity::topic;

/// Whoever writes waits meanwhile.
const AT_ONCE: &str = "SET LOCAL lock_timeout = '100ms'";

impl Store {
    /// Makes sure that no earlier transaction of ours can change these topics any more. An error means that one can, or that this
    /// is not known.
    ///
    /// A commit may reach PostgreSQL long after its connection was given up: packets that a network held back arrive. Until then
    /// the transaction holds the locks of its topics (`lock_topics`), and of the store where it begins one, so whoever gets these
    /// sees the end of it. SQLite's answer to a commit is the end.
    pub(in crate::event_log) async fn settle(&self, topics: &BTreeSet<TopicName>) -> Result<(), DbErr> {
        if !self.is_shared() {
            return self.ping().await;
        }
        let transaction = self.database.begin().await?;
        transaction.execute_unprepared(AT_ONCE).await?;
        topic::Entity::find()
            .select_only()
            .column(topic::Column::Id)
            .filter(topic::Column::Name.is_in(topics.iter().map(TopicName::as_str)))
            .order_by_asc(topic::Column::Id)
            .lock_exclusive()
            .into_tuple::<i64>()
            .all(&transaction)
            .await?;
        lock_store(&transaction).await?;
        transaction.rollback().await
    }
}
