//! Waits for the end of a transaction whose commit failed without a definite answer.

use std::collections::BTreeSet;

use app::protocol::TopicName;
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use super::{Store, topics::lock_store};
use crate::event_log::entity::topic;

/// The wait is short, because new writes wait meanwhile.
const LOCK_TIMEOUT_SQL: &str = "SET LOCAL lock_timeout = '100ms'";

impl Store {
    /// Makes sure that no earlier transaction of this server can change these topics any more. An error means that one can, or
    /// that this is not known.
    ///
    /// A commit may reach PostgreSQL long after its connection was given up, when a network delivers delayed packets. Until
    /// then the transaction holds the locks of its topics (`lock_topics`), and the lock of the store if it creates a topic, so
    /// acquiring these locks proves that the transaction has ended. SQLite's answer to a commit is always definite.
    pub(in crate::event_log) async fn await_uncertain_commits(
        &self,
        topics: &BTreeSet<TopicName>,
    ) -> Result<(), DbErr> {
        if !self.is_shared() {
            self.ping().await?;
            return self.database.check_writable().await;
        }
        let transaction = self.database.begin().await?;
        transaction.execute_unprepared(LOCK_TIMEOUT_SQL).await?;
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
