//! Reads the log. Each page is one indexed read, and a second one for reactions where messages come in their current state.

use std::sync::{Arc, atomic::Ordering};

use app::protocol::{About, DraftId, Epoch, Event, EventIdentity, Timestamp, TopicName};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Select,
    sea_query::Query,
};
use uuid::Uuid;

use super::{
    Store,
    row::{attach_reactions, event_of},
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
    /// Returns the oldest `count` events after a position.
    pub(in crate::event_log) async fn since(
        &self,
        name: &TopicName,
        after: u64,
        count: u64,
    ) -> Result<Page, DbErr> {
        let Some(topic) = self.topic(name).await? else { return Ok(self.empty_page()) };
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

    /// Returns the `seq` of the newest event, or 0 for an empty topic.
    pub(in crate::event_log) async fn head(&self, name: &TopicName) -> Result<u64, DbErr> {
        let head = topic::Entity::find().select_only().column(topic::Column::Head);
        let head = head.filter(topic::Column::Name.eq(name.as_str())).into_tuple::<i64>();
        Ok(head.one(self.database.read()).await?.unwrap_or(0) as u64)
    }

    /// Returns the newest `count` events of all kinds, with messages in their current state.
    pub(in crate::event_log) async fn newest_events(
        &self,
        name: &TopicName,
        count: u64,
    ) -> Result<Page, DbErr> {
        self.in_snapshot(async |snapshot| self.newest_events_in(snapshot, name, count).await).await
    }

    async fn newest_events_in(
        &self,
        snapshot: &BoundedTransaction,
        name: &TopicName,
        count: u64,
    ) -> Result<Page, DbErr> {
        let Some(topic) = find_topic(snapshot, name).await? else { return Ok(self.empty_page()) };
        let after = topic.head.saturating_sub(seq(count)).max(0);
        let rows = events(topic.id)
            .filter(event::Column::Seq.gt(after))
            .filter(event::Column::Seq.lte(topic.head))
            .order_by_asc(event::Column::Seq);
        let rows = rows.all(snapshot).await?;
        let events = with_reactions(snapshot, name, topic.id, rows).await?;
        Ok(page(&topic, after + 1, topic.head, events))
    }

    /// Returns the events at these positions, by primary key and without reactions.
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

    /// Returns the identity of the event at a position, by primary key and without the rest of the row.
    pub(in crate::event_log) async fn identity_at(
        &self,
        name: &TopicName,
        at: u64,
    ) -> Result<Option<EventIdentity>, DbErr> {
        self.count_read()?;
        let of_name = topic::Column::Name.eq(name.as_str());
        let topic = Query::select().column(topic::Column::Id).from(topic::Entity).and_where(of_name).take();
        let event = event::Entity::find()
            .select_only()
            .column(event::Column::Draft)
            .column(event::Column::At)
            .filter(event::Column::TopicId.in_subquery(topic))
            .filter(event::Column::Seq.eq(seq(at)));
        let event = event.into_tuple::<(Uuid, i64)>().one(self.database.read()).await?;
        Ok(event.map(|(draft, at)| EventIdentity { draft: DraftId(draft), at: Timestamp(at as u64) }))
    }

    async fn rows(&self, rows: Select<event::Entity>) -> Result<Vec<event::Model>, DbErr> {
        rows.all(self.database.read()).await
    }

    pub(super) async fn topic(&self, name: &TopicName) -> Result<Option<topic::Model>, DbErr> {
        self.count_read()?;
        find_topic(self.database.read(), name).await
    }

    /// Runs the reads of one page, which all see the same state of the database.
    pub(super) async fn in_snapshot<T>(
        &self,
        read: impl AsyncFnOnce(&BoundedTransaction) -> Result<T, DbErr>,
    ) -> Result<T, DbErr> {
        self.count_read()?;
        let snapshot = self.database.read().snapshot().await?;
        let result = Box::pin(read(&snapshot)).await;
        snapshot.rollback().await?;
        result
    }

    /// Counts a read; tests make it fail here.
    fn count_read(&self) -> Result<(), DbErr> {
        self.reads.fetch_add(1, Ordering::Relaxed);
        #[cfg(test)]
        self.faults.read()?;
        Ok(())
    }

    /// Returns the page of a topic that does not exist.
    pub(super) fn empty_page(&self) -> Page {
        Page { epoch: self.epoch.clone(), head: 0, from: 1, to: 0, events: Vec::new(), about: Arc::default() }
    }
}

/// Converts rows to events and adds the reactions to their messages.
pub(crate) async fn with_reactions(
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
    attach_reactions(&mut events, reactions);
    Ok(events)
}

pub(super) async fn find_topic(
    connection: &impl ConnectionTrait,
    name: &TopicName,
) -> Result<Option<topic::Model>, DbErr> {
    topic::Entity::find().filter(topic::Column::Name.eq(name.as_str())).one(connection).await
}

fn events(topic_id: i64) -> Select<event::Entity> {
    event::Entity::find().filter(event::Column::TopicId.eq(topic_id))
}

pub(super) fn messages(topic_id: i64) -> Select<event::Entity> {
    events(topic_id).filter(event::Column::Kind.is_in([kind::MESSAGE, kind::TOMBSTONE]))
}

pub(super) fn page(topic: &topic::Model, from: i64, to: i64, events: Vec<Event>) -> Page {
    // The title was parsed before it was stored, but the rules may have become stricter since.
    let about = About::parse(&topic.title, &topic.description).unwrap_or_default().into();
    let epoch = Epoch(topic.epoch.clone());
    let head = topic.head as u64;
    Page { epoch, head, from: from as u64, to: to as u64, events, about }
}

/// Converts a `seq` from a client. One that does not fit the column is beyond every head.
pub(super) fn seq(seq: u64) -> i64 {
    i64::try_from(seq).unwrap_or(i64::MAX - 1)
}
