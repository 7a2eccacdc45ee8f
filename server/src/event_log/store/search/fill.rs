//! Putting older messages into the index while the server serves, and those anew whose words are folded otherwise than when
//! they were put in. A message whose words are the same costs a look.

use sea_orm::{
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect, sea_query::Expr,
};

use super::index::{self, Entry};
use crate::database::BoundedTransaction;
use crate::event_log::{
    entity::{
        event::{self, kind},
        search_fill, topic,
    },
    store::Store,
};

/// Messages in one transaction.
const CHUNK: u64 = 1_000;

impl Store {
    /// Indexes the next chunk of older messages and returns its length, or `None` when all are done. Writes to the chunk's
    /// topic wait meanwhile, so that nothing is put in that was deleted just now.
    pub(in crate::event_log) async fn fill_index(&self) -> Result<Option<u64>, DbErr> {
        let transaction = self.database.begin().await?;
        let next = search_fill::Entity::find().order_by_asc(search_fill::Column::TopicId).lock_exclusive();
        let Some(fill) = next.one(&transaction).await? else { return Ok(None) };
        topic::Entity::find_by_id(fill.topic_id).lock_exclusive().one(&transaction).await?;
        let entries = older(&transaction, &fill).await?;
        index::put(&transaction, &entries).await?;
        let filled = entries.len() as u64;
        match entries.last() {
            Some(last) if filled == CHUNK => go_on(&transaction, fill.topic_id, last.seq).await?,
            _ => {
                search_fill::Entity::delete_by_id(fill.topic_id).exec(&transaction).await?;
            }
        }
        transaction.commit().await?;
        Ok(Some(filled))
    }
}

async fn older(transaction: &BoundedTransaction, fill: &search_fill::Model) -> Result<Vec<Entry>, DbErr> {
    let rows: Vec<(i64, i64, String, String)> = event::Entity::find()
        .select_only()
        .columns([event::Column::Seq, event::Column::At, event::Column::AuthorName, event::Column::Body])
        .filter(event::Column::TopicId.eq(fill.topic_id))
        .filter(event::Column::Seq.gt(fill.seq))
        .filter(event::Column::Seq.lte(fill.until))
        .filter(event::Column::Kind.eq(kind::MESSAGE))
        .order_by_asc(event::Column::Seq)
        .limit(CHUNK)
        .into_tuple()
        .all(transaction)
        .await?;
    let entry = |(seq, at, author, body)| Entry { topic_id: fill.topic_id, seq, at, author, body };
    Ok(rows.into_iter().map(entry).collect())
}

async fn go_on(connection: &impl ConnectionTrait, topic_id: i64, seq: i64) -> Result<(), DbErr> {
    search_fill::Entity::update_many()
        .col_expr(search_fill::Column::Seq, Expr::value(seq))
        .filter(search_fill::Column::TopicId.eq(topic_id))
        .exec(connection)
        .await?;
    Ok(())
}
