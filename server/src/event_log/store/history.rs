//! Reads the history of a topic: its newest messages, and those before, after or around a position.

use app::protocol::{Event, HistoryRange, TopicName};
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, QueryFilter, QueryOrder, QuerySelect};

use super::{
    Store,
    read::{find_topic, messages, page, seq, with_reactions},
};
use crate::database::BoundedTransaction;
use crate::event_log::{Page, entity::event};

impl Store {
    /// Returns the newest `count` messages up to the head, in their state at the head.
    ///
    /// All reads of a page see one snapshot. If a client got a later text or reaction with this head, and the log was then
    /// restored to this head, its resume would not correct them.
    pub(in crate::event_log) async fn tail(&self, name: &TopicName, count: u64) -> Result<Page, DbErr> {
        self.in_snapshot(async |snapshot| self.tail_in(snapshot, name, count).await).await
    }

    async fn tail_in(
        &self,
        snapshot: &BoundedTransaction,
        name: &TopicName,
        count: u64,
    ) -> Result<Page, DbErr> {
        let Some(topic) = find_topic(snapshot, name).await? else { return Ok(self.empty_page()) };
        #[cfg(test)]
        self.faults.after_read().await;
        let (from, events) = messages_before(snapshot, name, topic.id, topic.head + 1, count).await?;
        Ok(page(&topic, from, topic.head, events))
    }

    /// Returns at most `count` messages of the history.
    pub(in crate::event_log) async fn history(
        &self,
        name: &TopicName,
        span: HistoryRange,
        count: u64,
    ) -> Result<Page, DbErr> {
        self.in_snapshot(async |snapshot| self.history_in(snapshot, name, span, count).await).await
    }

    async fn history_in(
        &self,
        snapshot: &BoundedTransaction,
        name: &TopicName,
        span: HistoryRange,
        count: u64,
    ) -> Result<Page, DbErr> {
        let Some(topic) = find_topic(snapshot, name).await? else { return Ok(self.empty_page()) };
        let id = topic.id;
        let head = topic.head;
        match span {
            HistoryRange::Before(before) => {
                let before = seq(before).clamp(1, head + 1);
                let (from, events) = messages_before(snapshot, name, id, before, count).await?;
                Ok(page(&topic, from, before - 1, events))
            }
            HistoryRange::After(after) => {
                let after = seq(after).min(head);
                let (to, events) = messages_after(snapshot, name, id, after, head, count).await?;
                Ok(page(&topic, after + 1, to, events))
            }
            HistoryRange::Around(around) => {
                let around = seq(around).clamp(1, head + 1);
                let (from, mut events) = messages_before(snapshot, name, id, around, count / 2).await?;
                let (to, newer) =
                    messages_after(snapshot, name, id, around - 1, head, count - count / 2).await?;
                events.extend(newer);
                Ok(page(&topic, from, to, events))
            }
        }
    }
}

/// Returns the newest `count` messages before a position, and the position from which on the list is complete.
async fn messages_before(
    connection: &impl ConnectionTrait,
    name: &TopicName,
    topic_id: i64,
    before: i64,
    count: u64,
) -> Result<(i64, Vec<Event>), DbErr> {
    let rows = messages(topic_id)
        .filter(event::Column::Seq.lt(before))
        .order_by_desc(event::Column::Seq)
        .limit(count + 1);
    let mut rows = rows.all(connection).await?;
    let has_older = rows.len() as u64 > count;
    rows.truncate(count as usize);
    rows.reverse();
    let from = if has_older { rows.first().map_or(before, |row| row.seq) } else { 1 };
    Ok((from, with_reactions(connection, name, topic_id, rows).await?))
}

/// Returns the oldest `count` messages after a position, and the position up to which the list is complete.
async fn messages_after(
    connection: &impl ConnectionTrait,
    name: &TopicName,
    topic_id: i64,
    after: i64,
    head: i64,
    count: u64,
) -> Result<(i64, Vec<Event>), DbErr> {
    let rows = messages(topic_id)
        .filter(event::Column::Seq.gt(after))
        .filter(event::Column::Seq.lte(head))
        .order_by_asc(event::Column::Seq)
        .limit(count + 1);
    let mut rows = rows.all(connection).await?;
    let has_newer = rows.len() as u64 > count;
    rows.truncate(count as usize);
    let to = if has_newer { rows.last().map_or(after, |row| row.seq) } else { head };
    Ok((to, with_reactions(connection, name, topic_id, rows).await?))
}
