//! The newest message of each of many topics, for the directory.

use std::collections::HashMap;

use app::protocol::{Event, TopicName};
use sea_orm::{
    ColumnTrait, Condition, DbErr, EntityTrait, QueryFilter, QuerySelect,
    sea_query::{Expr, ExprTrait, Order, Query},
};

use super::{Store, row::event_of};
use crate::event_log::entity::{
    event::{self, kind},
    topic,
};

/// Events of a topic in which its newest message is looked for. Behind it there may be any number of reactions.
const MAX_EVENTS: i64 = 200;

impl Store {
    /// Returns the newest message of each topic that is not deleted. A topic without one among its newest 200 events has none.
    pub(in crate::event_log) async fn newest_messages(
        &self,
        topics: &[TopicName],
    ) -> Result<Vec<Event>, DbErr> {
        let newest: Vec<(i64, String, Option<i64>)> = topic::Entity::find()
            .select_only()
            .columns([topic::Column::Id, topic::Column::Name])
            .column_as(newest_seq(), "newest")
            .filter(topic::Column::Name.is_in(topics.iter().map(TopicName::as_str)))
            .into_tuple()
            .all(self.database.read())
            .await?;
        let mut names = HashMap::new();
        let mut places = Condition::any();
        for (id, name, seq) in newest {
            if let (Ok(name), Some(seq)) = (name.parse::<TopicName>(), seq) {
                names.insert(id, name);
                places = places.add(event::Column::TopicId.eq(id).and(event::Column::Seq.eq(seq)));
            }
        }
        if names.is_empty() {
            return Ok(Vec::new());
        }
        let rows = event::Entity::find().filter(places).all(self.database.read()).await?;
        let event = |row: event::Model| names.get(&row.topic_id).map(|name| event_of(name, row));
        Ok(rows.into_iter().filter_map(event).collect())
    }
}

/// The `seq` of the newest message of the topic in the outer query: a short scan of the primary key, backwards.
fn newest_seq() -> Expr {
    let event = |column| Expr::col((event::Entity, column));
    let head = || Expr::col((topic::Entity, topic::Column::Head));
    let newest = Query::select()
        .column((event::Entity, event::Column::Seq))
        .from(event::Entity)
        .and_where(event(event::Column::TopicId).equals((topic::Entity, topic::Column::Id)))
        .and_where(event(event::Column::Kind).eq(kind::MESSAGE))
        .and_where(event(event::Column::Seq).gt(head().sub(MAX_EVENTS)))
        .and_where(event(event::Column::Seq).lte(head()))
        .order_by((event::Entity, event::Column::Seq), Order::Desc)
        .limit(1)
        .to_owned();
    newest.into()
}
