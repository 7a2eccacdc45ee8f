//! Reading the log: each page is an indexed read, and one more for reactions where messages are told as they stand.

use std::sync::{Arc, atomic::Ordering};

use app::protocol::{About, DraftId, Epoch, Event, HistoryRange, TopicName};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Select,
    sea_query::Query,
};
use uuid::Uuid;

use super::{
    Store,
    row::{attach, event_of},
};
use crate::database::BoundedTransaction;
use crate::event_log::{
    Page,
    entity::{
        event::{self, kind},
        reaction, topic,
    },
};

impl Store {
    /// The newest `count` messages up to the head, as they stand there. A text or a reaction from later would be unknown to a
    /// restored log that resumes from this head, and stay with the reader: all reads of a page see one state.
    pub(in crate::event_log) async fn tail(&self, name: &TopicName, count: u64) -> Result<Page, DbErr> {
        let snapshot = self.snapshot().await?;
        let page = Box::pin(self.tail_in(&snapshot, name, count)).await;
        snapshot.rollback().await?;
        page
    }

    async fn tail_in(
        &self,
        snapshot: &BoundedTransaction,
        name: &TopicName,
        count: u64,
    ) -> Result<Page, DbErr> {
        let Some(topic) = topic_of(snapshot, name).await? else { return Ok(self.nothing()) };
        #[cfg(test)]
        self.faults.after_read().await;
        let (from, events) = messages_before(snapshot, name, topic.id, topic.head + 1, count).await?;
        Ok(page(&topic, from, topic.head, events))
    }

    /// The oldest `count` events after a position.
    pub(in crate::event_log) async fn since(
        &self,
        name: &TopicName,
        after: u64,
        count: u64,
    ) -> Result<Page, DbErr> {
        let Some(topic) = self.topic(name).await? else { return Ok(self.nothing()) };
        let after = seq(after).min(topic.head);
        let rows = events(topic.id)
            .filter(event::Column::Seq.gt(after))
            .filter(event::Column::Seq.lte(topic.head))
            .order_by_asc(event::Column::Seq)
            .limit(count);
        let rows = if after == topic.head { Vec::new() } else { self.rows(rows).await? };
        #[cfg(test)]
        self.faults.after_read().await;
        let to = rows.last().map_or(after, |row| row.seq);
        let events = rows.into_iter().map(|row| event_of(name, row)).collect();
        Ok(page(&topic, after + 1, to, events))
    }

    /// The newest event's `seq`; 0 for none.
    pub(in crate::event_log) async fn head(&self, name: &TopicName) -> Result<u64, DbErr> {
        let head = topic::Entity::find().select_only().column(topic::Column::Head);
        let head = head.filter(topic::Column::Name.eq(name.as_str())).into_tuple::<i64>();
        Ok(head.one(self.database.read()).await?.unwrap_or(0) as u64)
    }

    /// The newest `count` events, whatever they are; messages as they stand.
    pub(in crate::event_log) async fn newest(&self, name: &TopicName, count: u64) -> Result<Page, DbErr> {
        let snapshot = self.snapshot().await?;
        let page = Box::pin(self.newest_in(&snapshot, name, count)).await;
        snapshot.rollback().await?;
        page
    }

    async fn newest_in(
        &self,
        snapshot: &BoundedTransaction,
        name: &TopicName,
        count: u64,
    ) -> Result<Page, DbErr> {
        let Some(topic) = topic_of(snapshot, name).await? else { return Ok(self.nothing()) };
        let after = topic.head.saturating_sub(seq(count)).max(0);
        let rows = events(topic.id)
            .filter(event::Column::Seq.gt(after))
            .filter(event::Column::Seq.lte(topic.head))
            .order_by_asc(event::Column::Seq);
        let rows = rows.all(snapshot).await?;
        let events = as_they_stand(snapshot, name, topic.id, rows).await?;
        Ok(page(&topic, after + 1, topic.head, events))
    }

    /// At most `count` messages of the past.
    pub(in crate::event_log) async fn history(
        &self,
        name: &TopicName,
        span: HistoryRange,
        count: u64,
    ) -> Result<Page, DbErr> {
        let snapshot = self.snapshot().await?;
        let page = Box::pin(self.history_in(&snapshot, name, span, count)).await;
        snapshot.rollback().await?;
        page
    }

    async fn history_in(
        &self,
        snapshot: &BoundedTransaction,
        name: &TopicName,
        span: HistoryRange,
        count: u64,
    ) -> Result<Page, DbErr> {
        let Some(topic) = topic_of(snapshot, name).await? else { return Ok(self.nothing()) };
        let (id, head) = (topic.id, topic.head);
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

    /// The events at some places, by their primary keys; without reactions.
    pub(in crate::event_log) async fn at(&self, name: &TopicName, seqs: &[u64]) -> Result<Vec<Event>, DbErr> {
        if seqs.is_empty() {
            return Ok(Vec::new());
        }
        let Some(topic) = self.topic(name).await? else { return Ok(Vec::new()) };
        let rows = events(topic.id)
            .filter(event::Column::Seq.is_in(seqs.iter().copied().map(seq)))
            .order_by_asc(event::Column::Seq);
        Ok(self.rows(rows).await?.into_iter().map(|row| event_of(name, row)).collect())
    }

    /// The draft of the event at a place; by the primary key, without the rest of the row.
    pub(in crate::event_log) async fn draft_at(
        &self,
        name: &TopicName,
        at: u64,
    ) -> Result<Option<DraftId>, DbErr> {
        self.count_read()?;
        let of_name = topic::Column::Name.eq(name.as_str());
        let topic = Query::select().column(topic::Column::Id).from(topic::Entity).and_where(of_name).take();
        let draft = event::Entity::find()
            .select_only()
            .column(event::Column::Draft)
            .filter(event::Column::TopicId.in_subquery(topic))
            .filter(event::Column::Seq.eq(seq(at)));
        let draft = draft.into_tuple::<Uuid>().one(self.database.read()).await?;
        Ok(draft.map(DraftId))
    }

    async fn rows(&self, rows: Select<event::Entity>) -> Result<Vec<event::Model>, DbErr> {
        rows.all(self.database.read()).await
    }

    pub(super) async fn topic(&self, name: &TopicName) -> Result<Option<topic::Model>, DbErr> {
        self.count_read()?;
        topic_of(self.database.read(), name).await
    }

    /// What a page's reads see.
    async fn snapshot(&self) -> Result<BoundedTransaction, DbErr> {
        self.count_read()?;
        self.database.read().snapshot().await
    }

    /// Tests make the read fail.
    fn count_read(&self) -> Result<(), DbErr> {
        self.reads.fetch_add(1, Ordering::Relaxed);
        #[cfg(test)]
        self.faults.read()?;
        Ok(())
    }

    /// What a topic without a row holds.
    fn nothing(&self) -> Page {
        Page { epoch: self.epoch.clone(), head: 0, from: 1, to: 0, events: Vec::new(), about: Arc::default() }
    }
}

/// The newest `count` messages before a place, and from which place on they are all there are.
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
    let older = rows.len() as u64 > count;
    rows.truncate(count as usize);
    rows.reverse();
    let from = if older { rows.first().map_or(before, |row| row.seq) } else { 1 };
    Ok((from, as_they_stand(connection, name, topic_id, rows).await?))
}

/// The oldest `count` messages after a place, and up to which place they are all there are.
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
    let newer = rows.len() as u64 > count;
    rows.truncate(count as usize);
    let to = if newer { rows.last().map_or(after, |row| row.seq) } else { head };
    Ok((to, as_they_stand(connection, name, topic_id, rows).await?))
}

async fn as_they_stand(
    connection: &impl ConnectionTrait,
    name: &TopicName,
    topic_id: i64,
    rows: Vec<event::Model>,
) -> Result<Vec<Event>, DbErr> {
    let (Some(first), Some(last)) = (rows.first(), rows.last()) else { return Ok(Vec::new()) };
    let reactions = reaction::Entity::find()
        .filter(reaction::Column::TopicId.eq(topic_id))
        .filter(reaction::Column::Message.between(first.seq, last.seq))
        .order_by_asc(reaction::Column::Seq)
        .all(connection)
        .await?;
    let mut events: Vec<Event> = rows.into_iter().map(|row| event_of(name, row)).collect();
    attach(&mut events, reactions);
    Ok(events)
}

/// The row of a topic.
async fn topic_of(
    connection: &impl ConnectionTrait,
    name: &TopicName,
) -> Result<Option<topic::Model>, DbErr> {
    topic::Entity::find().filter(topic::Column::Name.eq(name.as_str())).one(connection).await
}

fn events(topic_id: i64) -> Select<event::Entity> {
    event::Entity::find().filter(event::Column::TopicId.eq(topic_id))
}

fn messages(topic_id: i64) -> Select<event::Entity> {
    events(topic_id).filter(event::Column::Kind.is_in([kind::MESSAGE, kind::TOMBSTONE]))
}

fn page(topic: &topic::Model, from: i64, to: i64, events: Vec<Event>) -> Page {
    // It was parsed before it was stored; rules may have become stricter since.
    let about = About::parse(&topic.title, &topic.description).unwrap_or_default().into();
    let (epoch, head) = (Epoch(topic.epoch.clone()), topic.head as u64);
    Page { epoch, head, from: from as u64, to: to as u64, events, about }
}

/// A place that is beyond what the store can count is beyond every head.
fn seq(seq: u64) -> i64 {
    i64::try_from(seq).unwrap_or(i64::MAX - 1)
}
