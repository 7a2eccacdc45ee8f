//! Finding messages: FTS5 in SQLite, a `tsvector` in PostgreSQL, both of the same words.

mod dialect;
mod fill;
pub(super) mod index;
mod lately;
mod turn;

use std::collections::{BTreeMap, HashMap};

use app::protocol::{Event, TopicName};
use sea_orm::{ColumnTrait, DbErr, EntityTrait, FromQueryResult, QueryFilter, QueryOrder, QuerySelect};
use tokio::time::{Instant, timeout_at};

use super::{
    Store,
    row::{attach, event_of},
};
use crate::event_log::{
    Cursor, Hits, Search, SearchError,
    entity::{
        event::{self, kind},
        reaction, topic,
    },
    page::text_bytes,
};
use index::first_place;
pub(in crate::event_log) use turn::Turns;

/// Bytes of text in one answer, unless a single message is larger.
const BYTES: usize = 512 * 1_024;

/// A row of the index.
#[derive(FromQueryResult)]
struct Found {
    id: i64,
    topic_id: i64,
    seq: i64,
}

impl Store {
    /// The newest messages in which everything is that is looked for.
    pub(in crate::event_log) async fn search(&self, search: &Search) -> Result<Hits, SearchError> {
        #[cfg(test)]
        self.faults.read()?;
        let topic_id = match &search.query.topic {
            None => None,
            Some(topic) => match self.topic_id(topic).await? {
                None => return Ok(Hits::default()),
                some => some,
            },
        };
        let complete = self.index_first(topic_id).await;
        let deadline = Instant::now() + self.search_time;
        let found = self.hits(search, topic_id, deadline);
        let hits = timeout_at(deadline, found).await.unwrap_or(Err(SearchError::TooSlow))?;
        Ok(Hits { complete, ..hits })
    }

    async fn hits(
        &self,
        search: &Search,
        topic_id: Option<i64>,
        deadline: Instant,
    ) -> Result<Hits, SearchError> {
        let mut found = self.found(search, topic_id, deadline).await?;
        let beyond = found.len() as u64 > search.limit;
        found.truncate(search.limit as usize);
        let mut events = self.as_they_stand_at(&found).await?;
        let mut hits = Hits::default();
        let (mut bytes, mut last) = (0, None);
        for row in &found {
            let Some(event) = events.remove(&(row.topic_id, row.seq)) else { continue };
            bytes += text_bytes(&event);
            if bytes > BYTES && !hits.hits.is_empty() {
                hits.more = last;
                return Ok(hits);
            }
            hits.hits.push(search.hit(event));
            last = Some(Cursor(row.id));
        }
        hits.more = found.last().filter(|_| beyond).map(|row| Cursor(row.id));
        Ok(hits)
    }

    /// One more than was asked for, if there are more.
    async fn found(
        &self,
        search: &Search,
        topic_id: Option<i64>,
        deadline: Instant,
    ) -> Result<Vec<Found>, SearchError> {
        let connection = self.database.search();
        let dialect = dialect::of(sea_orm::ConnectionTrait::get_database_backend(connection));
        let query = &search.query;
        let from = query.from.map_or(0, |from| first_place(from.0 as i64));
        let until = query.until.map_or(i64::MAX, |until| first_place(until.0 as i64));
        let before = search.after.map_or(until, |Cursor(place)| until.min(place));
        let limit = (search.limit + 1) as i64;
        let values = vec![(dialect.query)(query, topic_id).into(), from.into(), before.into(), limit.into()];
        Ok(self.database.query_all_before(dialect.find, values, deadline).await?)
    }

    async fn topic_id(&self, name: &TopicName) -> Result<Option<i64>, DbErr> {
        let id = topic::Entity::find().select_only().column(topic::Column::Id);
        let id = id.filter(topic::Column::Name.eq(name.as_str())).into_tuple();
        id.one(self.database.search()).await
    }

    /// The messages at these places. What was deleted since the index was asked is left out.
    async fn as_they_stand_at(&self, found: &[Found]) -> Result<HashMap<(i64, i64), Event>, DbErr> {
        let mut places: BTreeMap<i64, Vec<i64>> = BTreeMap::new();
        for row in found {
            places.entry(row.topic_id).or_default().push(row.seq);
        }
        let names: Vec<(i64, String)> = topic::Entity::find()
            .select_only()
            .columns([topic::Column::Id, topic::Column::Name])
            .filter(topic::Column::Id.is_in(places.keys().copied()))
            .into_tuple()
            .all(self.database.search())
            .await?;
        let mut events = HashMap::new();
        for (topic_id, name) in names {
            let (Ok(name), Some(seqs)) = (name.parse(), places.remove(&topic_id)) else { continue };
            let some = self.messages_at(topic_id, &name, seqs).await?;
            events.extend(some.into_iter().map(|event| ((topic_id, event.seq as i64), event)));
        }
        Ok(events)
    }

    async fn messages_at(
        &self,
        topic_id: i64,
        name: &TopicName,
        seqs: Vec<i64>,
    ) -> Result<Vec<Event>, DbErr> {
        let rows = event::Entity::find()
            .filter(event::Column::TopicId.eq(topic_id))
            .filter(event::Column::Seq.is_in(seqs.iter().copied()))
            .filter(event::Column::Kind.eq(kind::MESSAGE))
            .order_by_asc(event::Column::Seq)
            .all(self.database.search())
            .await?;
        let reactions = reaction::Entity::find()
            .filter(reaction::Column::TopicId.eq(topic_id))
            .filter(reaction::Column::Message.is_in(seqs))
            .order_by_asc(reaction::Column::Seq)
            .all(self.database.search())
            .await?;
        let mut events: Vec<Event> = rows.into_iter().map(|row| event_of(name, row)).collect();
        attach(&mut events, reactions);
        Ok(events)
    }
}
