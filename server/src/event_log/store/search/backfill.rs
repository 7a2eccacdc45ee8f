//! Backfills the search index while the server serves: adds older messages, and rewrites entries whose words an older version
//! folded differently. A message whose entry is current costs one read.

use sea_orm::{
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect, sea_query::Expr,
};

use super::index::{self, IndexEntry};
use crate::database::BoundedTransaction;
use crate::event_log::{
    entity::{
        event::{self, kind},
        search_fill, topic,
    },
    store::Store,
};

/// Messages in one transaction, so few that a slow PostgreSQL takes less than `database-timeout-ms` for them.
const CHUNK_MESSAGES: u64 = 200;

impl Store {
    /// Indexes the next chunk of older messages and returns its length, or `None` when all are done. Writes to the chunk's
    /// topic wait meanwhile, so that no message is indexed that is being deleted.
    pub(in crate::event_log) async fn backfill_index(&self) -> Result<Option<u64>, DbErr> {
        let transaction = self.database.begin().await?;
        let next = search_fill::Entity::find().order_by_asc(search_fill::Column::TopicId).lock_exclusive();
        let Some(fill) = next.one(&transaction).await? else { return Ok(None) };
        topic::Entity::find_by_id(fill.topic_id).lock_exclusive().one(&transaction).await?;
        let entries = older_messages(&transaction, &fill).await?;
        index::insert_or_rewrite(&transaction, &entries).await?;
        let indexed = entries.len() as u64;
        match entries.last() {
            Some(last) if indexed == CHUNK_MESSAGES => {
                save_progress(&transaction, fill.topic_id, last.seq).await?
            }
            _ => {
                search_fill::Entity::delete_by_id(fill.topic_id).exec(&transaction).await?;
            }
        }
        transaction.commit().await?;
        Ok(Some(indexed))
    }
}

async fn older_messages(
    transaction: &BoundedTransaction,
    fill: &search_fill::Model,
) -> Result<Vec<IndexEntry>, DbErr> {
    let rows: Vec<(i64, i64, String, String)> = event::Entity::find()
        .select_only()
        .columns([event::Column::Seq, event::Column::At, event::Column::AuthorName, event::Column::Body])
        .filter(event::Column::TopicId.eq(fill.topic_id))
        .filter(event::Column::Seq.gt(fill.seq))
        .filter(event::Column::Seq.lte(fill.until))
        .filter(event::Column::Kind.eq(kind::MESSAGE))
        .order_by_asc(event::Column::Seq)
        .limit(CHUNK_MESSAGES)
        .into_tuple()
        .all(transaction)
        .await?;
    let entry = |(seq, at, author, body)| IndexEntry { topic_id: fill.topic_id, seq, at, author, body };
    Ok(rows.into_iter().map(entry).collect())
}

async fn save_progress(connection: &impl ConnectionTrait, topic_id: i64, seq: i64) -> Result<(), DbErr> {
    search_fill::Entity::update_many()
        .col_expr(search_fill::Column::Seq, Expr::value(seq))
        .filter(search_fill::Column::TopicId.eq(topic_id))
        .exec(connection)
        .await?;
    Ok(())
}
